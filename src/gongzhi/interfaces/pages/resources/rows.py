"""Needs, offers and claims as lines of a list, and what happened as moments."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from gongzhi.affairs.resources.choices import ClaimState, NeedState, OfferState, Urgency
from gongzhi.affairs.resources.queries.claims import ClaimView
from gongzhi.affairs.resources.queries.pool import NeedRow, OfferRow
from gongzhi.commons.ledger.reading import EventView
from gongzhi.commons.organisations.queries import find_unit
from gongzhi.interfaces.pages.components import Badge, Moment, Row, Tone

_NEED_LOOKS: dict[NeedState, tuple[Tone, str]] = {
    NeedState.DRAFTED: (Tone.WARN, "ring"),
    NeedState.PUBLISHED: (Tone.INFO, "ring"),
    NeedState.CLAIMED: (Tone.INFO, "half"),
    NeedState.DONE: (Tone.GOOD, "half"),
    NeedState.CONFIRMED: (Tone.GOOD, "full"),
    NeedState.REFUSED: (Tone.QUIET, "square"),
    NeedState.WITHDRAWN: (Tone.QUIET, "ring"),
    NeedState.EXPIRED: (Tone.QUIET, "bar"),
}
_OFFER_LOOKS: dict[OfferState, tuple[Tone, str]] = {
    OfferState.OPEN: (Tone.GOOD, "ring"),
    OfferState.PAUSED: (Tone.WARN, "bar"),
    OfferState.ENDED: (Tone.QUIET, "square"),
}
_CLAIM_LOOKS: dict[ClaimState, tuple[Tone, str]] = {
    ClaimState.PROPOSED: (Tone.WARN, "ring"),
    ClaimState.AGREED: (Tone.INFO, "half"),
    ClaimState.DONE: (Tone.GOOD, "half"),
    ClaimState.CONFIRMED: (Tone.GOOD, "full"),
    ClaimState.DECLINED: (Tone.QUIET, "square"),
    ClaimState.WITHDRAWN: (Tone.QUIET, "ring"),
    ClaimState.EXPIRED: (Tone.QUIET, "bar"),
    ClaimState.NO_SHOW: (Tone.BAD, "diamond"),
}
_URGENT = {
    Urgency.SOON: Badge(Urgency.SOON.label, Tone.WARN, "half"),
    Urgency.URGENT: Badge(Urgency.URGENT.label, Tone.BAD, "full"),
}

# What happened, in the reader's words; kinds that stand here only are shown.
_TOLD: dict[str, tuple[str | Promise, str]] = {
    "need.drafted": (gettext_lazy("登记心愿，等待社区审核"), "past"),
    "need.published": (gettext_lazy("需求发布"), "past"),
    "need.refused": (gettext_lazy("社区没有发布"), "bad"),
    "need.corrected": (gettext_lazy("更正了内容"), "past"),
    "need.settled": (gettext_lazy("社区只收已认领的数量"), "past"),
    "need.claimed": (gettext_lazy("全部有人认领"), "past"),
    "need.reopened": (gettext_lazy("又可以认领"), "past"),
    "need.done": (gettext_lazy("全部办完，等待确认"), "past"),
    "need.confirmed": (gettext_lazy("全部确认，需求办到"), "good"),
    "need.withdrawn": (gettext_lazy("社区撤回"), "past"),
    "need.expired": (gettext_lazy("到期没有人认领"), "bad"),
    "need.identity_revealed": (gettext_lazy("社区把受助人信息告诉了认领单位"), "past"),
    "claim.made": (gettext_lazy("认领"), "past"),
    "claim.side_agreed": (gettext_lazy("一方确认认领"), "past"),
    "claim.agreed": (pgettext_lazy("moment", "双方确认认领"), "past"),
    "claim.declined": (gettext_lazy("对方谢绝"), "bad"),
    "claim.withdrawn": (gettext_lazy("退出认领"), "bad"),
    "claim.expired": (gettext_lazy("逾期没有确认，认领失效"), "bad"),
    "claim.done": (gettext_lazy("提供方报告办完"), "past"),
    "claim.returned": (gettext_lazy("退回，还没有办到"), "bad"),
    "claim.confirmed": (gettext_lazy("社区确认结果"), "good"),
    "claim.no_show": (gettext_lazy("没有履约"), "bad"),
    "claim.served_answered": (gettext_lazy("受助人作了评价"), "good"),
}

# The word of people served that staff wrote down: how they heard it.
_HEARD: dict[str, str | Promise] = {
    "phone": gettext_lazy("受助人在电话里作了评价，由工作人员记下"),
    "person": gettext_lazy("受助人当面作了评价，由工作人员记下"),
}


def need_badge(state: NeedState) -> Badge:
    return Badge(state.label, *_NEED_LOOKS[state])


def offer_badge(state: OfferState) -> Badge:
    return Badge(state.label, *_OFFER_LOOKS[state])


def claim_badge(state: ClaimState) -> Badge:
    return Badge(state.label, *_CLAIM_LOOKS[state])


def amount(number: int, measure: str) -> str:
    """A number with its measure."""
    return f"{number} {measure}"


def need_line(row: NeedRow, *, today: date) -> Row:
    """A need as a line of a list."""
    left = (row.ends - today).days
    badges = [need_badge(row.state)]
    if row.urgency in _URGENT:
        badges.insert(0, _URGENT[row.urgency])
    wanted = _("还需 %(amount)s") % {"amount": amount(row.left, row.category.measure)}
    return Row(
        title=row.title,
        href=reverse("need", args=[row.id]),
        facts=[row.place_name, row.category.name, wanted],
        badges=badges,
        due=_("%(day)s 止") % {"day": f"{row.ends:%m-%d}"},
        due_tone="soon" if 0 <= left <= 3 and row.left else "",
    )


def offer_line(row: OfferRow) -> Row:
    """An offer as a line of a list."""
    names = "、".join(view.name for view in row.categories)
    measures = {view.measure for view in row.categories}
    measure = measures.pop() if len(measures) == 1 else ""
    return Row(
        title=row.title,
        href=reverse("offer", args=[row.id]),
        facts=[
            row.unit_name,
            names,
            _("可用 %(amount)s") % {"amount": amount(row.left, measure).strip()},
            _("服务 %(area)s") % {"area": row.area_name},
        ],
        badges=[offer_badge(row.state)],
    )


def moments(events: Iterable[EventView]) -> list[Moment]:
    """What happened to a need and its claims, newest first."""
    found = []
    for event in events:
        if event.kind not in _TOLD:
            continue
        title, kind = _TOLD[event.kind]
        title = _HEARD.get(str(event.data.get("channel", "")), title)
        giver = event.data.get("giver")
        unit = find_unit(giver if isinstance(giver, int) else event.unit_id)
        found.append(Moment(title, event.at, unit.name if unit else "", kind=kind))
    return found[::-1]


def line_of(
    row: NeedRow, claims: Iterable[ClaimView], *, with_project: bool = False
) -> tuple[list[str], int]:
    """The one visible line need → match → claim (→ project) → done → confirmed, and where it is."""
    labels = [_("需求"), _("匹配"), _("认领")]
    labels += [_("项目")] if with_project else []
    labels += [_("办完"), _("确认")]
    states = {claim.state for claim in claims}
    if row.state is NeedState.CONFIRMED:
        return labels, len(labels) + 1
    if row.state is NeedState.DONE or ClaimState.DONE in states:
        return labels, len(labels)
    if ClaimState.AGREED in states:
        return labels, 4
    return labels, 3 if ClaimState.PROPOSED in states else 2
