"""When the database refuses: what to tell whoever asked, so that nobody takes it for stored."""

import errno
from dataclasses import dataclass

from django.db import DataError, Error, IntegrityError
from django.utils.translation import gettext as _


class NotThere(LookupError):
    """There is no such thing, or not for these eyes: a page says 404 and no more."""


_FULL = ("disk is full", "No space left", "could not extend file")
RETRY_AFTER_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Failure:
    """An HTTP status and the words for it; nothing of the attempt was stored."""

    status: int
    words: str


def failure_of(error: BaseException | None) -> Failure | None:
    """What a failed statement, or a failed write of a file, means; None for any other error.

    507 when the disk is full, 400 for a value that no database takes, 503 for all that may go
    well in a moment: a lock that was held too long, a deadlock, a database that restarts, two
    who did the same thing at once.
    """
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return Failure(507, _("存储空间已满，刚才的内容没有保存。请稍后再试，或联系管理员。"))
    if not isinstance(error, Error):
        return None
    if any(words in str(error) for words in _FULL):
        return Failure(507, _("存储空间已满，刚才的内容没有保存。请稍后再试，或联系管理员。"))
    if isinstance(error, DataError):
        return Failure(400, _("内容里有无法保存的字符或数值，请改正后再试。"))
    if isinstance(error, IntegrityError):
        return Failure(503, _("有人同时做了同样的事，刚才的内容没有保存。请看看现在的情况再试。"))
    return Failure(503, _("系统正忙，刚才的内容没有保存。请过一会儿再试。"))
