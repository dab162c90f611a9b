"""One machine, as `make up` starts it."""

from gongzhi.config.settings.base import *  # noqa: F403
from gongzhi.config.settings.installation import *  # noqa: F403

DEBUG = False
