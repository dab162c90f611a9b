"""Rounds and proposals as lines of a list, and what happened as moments."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from gongzhi.affairs.budgets.amounts import yuan
from gongzhi.affairs.budgets.choices import ProposalState, RoundState
from gongzhi.affairs.budgets.queries.rounds import ProposalRow, RoundRow
from gongzhi.commons.ledger.reading import EventView
from gongzhi.commons.organisations.queries import find_unit
from gongzhi.interfaces.pages.components import Badge, Moment, Row, Tone

_ROUND_LOOKS: dict[RoundState, tuple[Tone, str]] = {
    RoundState.DRAFTED: (Tone.QUIET, "ring"),
    RoundState.COLLECTING: (Tone.INFO, "ring"),
    RoundState.CHECKING: (Tone.INFO, "half"),
    RoundState.VOTING: (Tone.WARN, "half"),
    RoundState.COUNTED: (Tone.GOOD, "half"),
    RoundState.CARRIED_OUT: (Tone.GOOD, "full"),
    RoundState.WITHDRAWN: (Tone.QUIET, "square"),
    RoundState.ARCHIVED: (Tone.QUIET, "bar"),
}
_PROPOSAL_LOOKS: dict[ProposalState, tuple[Tone, str]] = {
    ProposalState.PROPOSED: (Tone.WARN, "ring"),
    ProposalState.FEASIBLE: (Tone.INFO, "half"),
    ProposalState.INFEASIBLE: (Tone.QUIET, "square"),
    ProposalState.WITHDRAWN: (Tone.QUIET, "ring"),
    ProposalState.FUNDED: (Tone.GOOD, "half"),
    ProposalState.UNFUNDED: (Tone.QUIET, "bar"),
    ProposalState.ACCEPTED: (Tone.GOOD, "full"),
    ProposalState.ABANDONED: (Tone.BAD, "diamond"),
}
# What happened, in the reader's words; kinds that stand here only are shown.
_TOLD: dict[str, tuple[str | Promise, str]] = {
    "round.drafted": (gettext_lazy("建立轮次"), "past"),
    "round.changed": (gettext_lazy("修改了说明、日程或规则"), "past"),
    "round.collecting_begun": (gettext_lazy("开始征集提案"), "past"),
    "round.checking_begun": (gettext_lazy("征集结束，逐项核查"), "past"),
    "round.voting_opened": (gettext_lazy("规则固定，开始投票"), "past"),
    "round.codes_issued": (gettext_lazy("发放投票码"), "past"),
    "round.slips_printed": (gettext_lazy("打印选票"), "past"),
    "round.codes_replaced": (gettext_lazy("遗失的投票码换新"), "past"),
    "round.sheet_set_aside": (gettext_lazy("一张纸质票作废"), "bad"),
    "round.counted": (gettext_lazy("计票并公布结果"), "good"),
    "round.carried_out": (gettext_lazy("全部项目办结"), "good"),
    "round.withdrawn": (gettext_lazy("轮次撤销"), "bad"),
    "round.archived": (pgettext_lazy("moment", "文件存档"), "past"),
}
STEPS = (
    RoundState.COLLECTING, RoundState.CHECKING, RoundState.VOTING, RoundState.COUNTED,
    RoundState.CARRIED_OUT,
)  # fmt: skip


def round_badge(state: RoundState) -> Badge:
    return Badge(state.label, *_ROUND_LOOKS[state])


def proposal_badge(state: ProposalState) -> Badge:
    return Badge(state.label, *_PROPOSAL_LOOKS[state])


def round_line(row: RoundRow) -> Row:
    """A round as a line of a list."""
    due = ""
    if row.state is RoundState.COLLECTING and row.proposals_until:
        due = _("提案到 %(day)s") % {"day": f"{row.proposals_until:%m-%d}"}
    elif row.state in {RoundState.CHECKING, RoundState.VOTING} and row.ballots_until:
        due = _("投票 %(begins)s 至 %(ends)s") % {
            "begins": f"{row.ballots_from:%m-%d}", "ends": f"{row.ballots_until:%m-%d}",
        }  # fmt: skip
    return Row(
        title=row.title,
        href=reverse("round", args=[row.id]),
        facts=[
            row.place_name,
            _("预算 %(amount)s 元") % {"amount": yuan(row.budget)},
            _("%(count)d 个提案") % {"count": row.proposed},
        ],
        badges=[round_badge(row.state)],
        due=due,
    )


def proposal_line(round_id: int, row: ProposalRow) -> Row:
    """A proposal as a line of a list."""
    votes = row.account.get("votes", 0) if row.account else None
    facts = [
        f"{row.number}",
        row.place_name,
        _("%(amount)s 元") % {"amount": yuan(row.cost)},
    ]
    if row.account:
        facts.append(_("少于 5 票") if votes is None else _("%(count)d 票") % {"count": votes})
    return Row(
        title=row.title,
        href=reverse("proposal", args=[round_id, row.number]),
        facts=facts,
        badges=[proposal_badge(row.state)],
    )


def steps_of(state: RoundState) -> tuple[list[str], int]:
    """The line from the call for proposals to the last project accepted, and where it stands."""
    labels = [_("征集"), _("核查"), _("投票"), _("结果与实施"), _("全部办结")]
    at = STEPS.index(state) + 1 if state in STEPS else 0
    return labels, at + 1 if state is RoundState.CARRIED_OUT else at


def moments(events: Iterable[EventView]) -> list[Moment]:
    """What happened to a round, newest first."""
    found = []
    for event in events:
        if event.kind not in _TOLD:
            continue
        title, kind = _TOLD[event.kind]
        unit = find_unit(event.unit_id) if event.unit_id else None
        count = event.data.get("count")
        text = _("共 %(count)s 个") % {"count": count} if count else ""
        found.append(Moment(title, event.at, unit.name if unit else "", text, kind=kind))
    return found[::-1]


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a bar: from where, how wide, how it looks, and what it says."""

    x: float
    width: float
    style: str
    title: str
