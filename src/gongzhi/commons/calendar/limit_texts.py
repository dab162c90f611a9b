"""Limits as people write them in lists: "5 work_day", "2工作时"."""

import re

from django.utils.translation import gettext as _

from gongzhi.commons.calendar.limits import Limit, LimitUnit

_CHINESE = {
    "小时": LimitUnit.HOUR,
    "工作时": LimitUnit.WORK_HOUR,
    "工作小时": LimitUnit.WORK_HOUR,
    "工作日": LimitUnit.WORK_DAY,
    "个工作日": LimitUnit.WORK_DAY,
    "天": LimitUnit.NATURAL_DAY,
    "自然日": LimitUnit.NATURAL_DAY,
}
_UNITS = _CHINESE | {unit.value: unit for unit in LimitUnit}
_LIMIT = re.compile(r"\s*(\d{1,5})\s*(\S+?)\s*")


def read_limit(text: str) -> Limit:
    """The limit that a text says; raises ValueError that names the ways to write one."""
    found = _LIMIT.fullmatch(text)
    if not found or found[2] not in _UNITS:
        raise ValueError(
            _("时限须写作 5 work_day、4 work_hour、24 hour、7 natural_day：%(text)s")
            % {"text": text}
        )
    return Limit(int(found[1]), _UNITS[found[2]])


def write_limit(limit: Limit) -> str:
    """The text that `read_limit` reads."""
    return f"{limit.amount} {limit.unit}"
