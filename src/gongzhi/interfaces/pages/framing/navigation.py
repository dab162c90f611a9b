"""The ways to go: one table, from which each audience sees its own part.

Ways of one group stand under one name in the first row; on their pages a second row shows them all.
"""

from dataclasses import dataclass
from itertools import groupby

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongzhi.commons.permissions.table import reach


@dataclass(frozen=True, slots=True)
class Way:
    """One entry: the name of its page, its label, and the roles it is for (none: everyone)."""

    page: str
    label: str | Promise
    group: str | Promise = ""
    roles: frozenset[str] = frozenset()
    staff_only: bool = False
    may: str = ""  # the action that whoever sees this way can do somewhere
    residents_only: bool = False  # staff have their own way to the same thing


_READERS = frozenset(
    {
        "community_worker",
        "coordinator",
        "subdistrict_lead",
        "district_officer",
        "unit_lead",
        "researcher",
    }
)
_TOGETHER, _RESULTS = _("一起商量"), _("看成效")

_FORMS = frozenset({"community_worker", "coordinator", "subdistrict_lead", "district_officer"})

WAYS: tuple[Way, ...] = (
    Way("home", _("首页")),
    Way("report", _("我要反映"), residents_only=True),
    Way("track", _("查进度"), residents_only=True),
    Way("desk", _("今天要办"), staff_only=True),
    Way("whistles", _("吹哨"), staff_only=True),
    Way("tasks", _("任务"), staff_only=True),
    Way("topics", pgettext_lazy("navigation", "议题"), _TOGETHER),
    Way("decisions", _("决议"), _TOGETHER),
    Way("owners_votes", _("业主表决"), _TOGETHER),
    Way("budgets", _("共建资金"), _TOGETHER),
    Way("meetings", pgettext_lazy("navigation", "会议"), _TOGETHER, staff_only=True),
    Way("needs", _("供需")),
    Way("insights", _("指标"), _RESULTS, roles=_READERS),
    Way("rates", _("三率"), _RESULTS, may="indicators.read"),
    Way("forms", _("表格"), _RESULTS, roles=_FORMS),
    Way("surveys", _("调查"), _RESULTS, may="surveys.read"),
    Way("studies", _("调研"), _RESULTS, may="studies.write"),
    Way("library", _("报告"), _RESULTS, staff_only=True),  # residents: at the foot of each page
    Way("admin:index", _("管理后台"), roles=frozenset({"administrator"})),
    Way("remarks", _("意见"), roles=frozenset({"administrator", "district_officer"})),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A way as a page shows it, with the ways of its group (none where it stands alone)."""

    label: str
    href: str
    current: bool
    parts: tuple["Entry", ...] = ()


def entries_for(request: HttpRequest) -> list[Entry]:
    """The ways open to the visitor, the one they are on marked."""
    entries: list[Entry] = []
    open_ways = [way for way in WAYS if _is_open(way, request)]
    for group, ways in groupby(open_ways, key=lambda way: str(way.group)):
        parts = [_entry(way, request) for way in ways]
        if not group or len(parts) == 1:
            entries += parts
            continue
        current = any(part.current for part in parts)
        entries.append(Entry(group, parts[0].href, current, tuple(parts)))
    return entries


def _is_open(way: Way, request: HttpRequest) -> bool:
    visitor = getattr(request, "visitor", None)
    signed_in = bool(visitor and visitor.signed_in)
    if (way.staff_only and not signed_in) or (way.residents_only and signed_in):
        return False
    held = {role.kind.value for role in visitor.actor.roles} if visitor else set()
    if way.roles and not way.roles & held:
        return False
    return not way.may or not (visitor is None or reach(visitor.actor, way.may).nowhere)


def _entry(way: Way, request: HttpRequest) -> Entry:
    href = reverse(way.page)
    below = href.rstrip("/") + "/"
    inside = request.path == href or (href != "/" and request.path.startswith(below))
    return Entry(str(way.label), href, inside)
