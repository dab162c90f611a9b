"""A district's server behind TLS."""

from gongzhi.config import environment
from gongzhi.config.settings.base import *  # noqa: F403
from gongzhi.config.settings.installation import *  # noqa: F403

DEBUG = False
_https = environment.HTTPS.read() == "1"
SECURE_SSL_REDIRECT = False  # the proxy in front redirects
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
