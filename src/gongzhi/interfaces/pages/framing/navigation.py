"""The ways to go: one table, from which each audience sees its own part."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gongzhi.commons.permissions.table import reach


@dataclass(frozen=True, slots=True)
class Way:
    """One entry: the name of its page, its label, and the roles it is for (none: everyone)."""

    page: str
    label: str | Promise
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

WAYS: tuple[Way, ...] = (
    Way("home", _("首页")),
    Way("report", _("我要反映"), residents_only=True),
    Way("track", _("查进度"), residents_only=True),
    Way("desk", _("今天要办"), staff_only=True),
    Way("whistles", _("吹哨"), staff_only=True),
    Way("tasks", _("任务"), staff_only=True),
    Way("meetings", _("会议"), staff_only=True),
    Way("owners_votes", _("业主表决")),
    Way("rates", _("三率"), may="indicators.read"),
    Way("needs", _("供需")),
    Way("library", _("报告")),
    Way("studies", _("调研"), may="studies.write"),
    Way("budgets", _("共建资金")),
    Way("admin:index", _("管理后台"), roles=frozenset({"administrator"})),
    Way("insights", _("指标"), roles=_READERS),
    Way("surveys", _("调查"), may="surveys.read"),
    Way("remarks", _("意见"), roles=frozenset({"administrator", "district_officer"})),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A way as a page shows it."""

    label: str
    href: str
    current: bool


def entries_for(request: HttpRequest) -> list[Entry]:
    """The ways open to the visitor, the one they are on marked."""
    visitor = getattr(request, "visitor", None)
    entries = []
    signed_in = bool(visitor and visitor.signed_in)
    held = {role.kind.value for role in visitor.actor.roles} if visitor else set()
    for way in WAYS:
        if (way.staff_only and not signed_in) or (way.residents_only and signed_in):
            continue
        if way.roles and not way.roles & held:
            continue
        if way.may and (visitor is None or reach(visitor.actor, way.may).nowhere):
            continue
        href = reverse(way.page)
        current = request.path == href or (href != "/" and request.path.startswith(href))
        entries.append(Entry(str(way.label), href, current))
    return entries
