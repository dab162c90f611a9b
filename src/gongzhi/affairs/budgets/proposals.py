"""Proposals: made by anyone, checked by staff against the lists, taken back by their proposer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.budgets import events
from gongzhi.affairs.budgets.amounts import NotAnAmount, checked
from gongzhi.affairs.budgets.choices import ProposalState, ProposerKind, RoundState
from gongzhi.affairs.budgets.lifecycle import (
    PROPOSAL,
    NoSuchRound,
    Step,
    move,
    round_of,
    tell,
)
from gongzhi.affairs.budgets.models import Proposal, Round
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.notices.contacts import CannotReach, checked_contact
from gongzhi.commons.permissions.actors import Actor, Voice
from gongzhi.commons.permissions.table import require
from gongzhi.commons.privacy.encryption import seal_text
from gongzhi.commons.privacy.links import read_link, sign_link
from gongzhi.commons.territory.queries import find_place

_LONGEST_TEXT = 2_000
MOST_PROPOSALS = 500
_LINK = "budget_proposal"


class CannotPropose(ValueError):
    """A step of a proposal that is refused; `field` names the part at fault."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProposal:
    """What somebody proposes; `cost` is in fen. A resident may leave a name and a contact."""

    title: str
    text: str
    cost: int
    basis: str
    place_id: int
    unit_id: int | None = None
    name: str = ""
    contact: str = ""  # to be told in `language` what becomes of it
    language: str = ""
    once: str = ""


@dataclass(frozen=True, slots=True)
class ProposalReceipt:
    """The number of a proposal, and the private link of its proposer."""

    proposal_id: int
    number: int
    link_token: str


def make_proposal(*, round_id: int, new: NewProposal, by: Actor, at: datetime) -> ProposalReceipt:
    """Put a proposal into a round that collects; the same `once` again gives the same receipt."""
    if new.once:
        sent = Proposal.objects.filter(round_id=round_id, once=new.once).first()
        if sent is not None:
            return receipt_of(sent)
    try:
        with transaction.atomic():
            return _make(round_id, new, by=by, at=at)
    except IntegrityError as twice:
        raise CannotPropose("title", _("这一轮里已经有同名的提案")) from twice


def _make(round_id: int, new: NewProposal, *, by: Actor, at: datetime) -> ProposalReceipt:
    row = round_of(round_id)
    kind = _proposer(row, new, by)
    _check(row, new)
    contact = _contact(new)
    # Counting up also makes proposals of one round queue up, so that numbers have no gaps.
    collecting = Round.objects.filter(
        pk=row.pk, state=RoundState.COLLECTING, proposals_until__gte=localdate(at),
        proposed__lt=MOST_PROPOSALS,
    )  # fmt: skip
    if not collecting.update(proposed=F("proposed") + 1):
        raise CannotPropose("", _("这一轮现在不收提案"))
    if Proposal.objects.filter(round=row, title=new.title.strip()).exclude(
        state=ProposalState.WITHDRAWN
    ):
        raise CannotPropose("title", _("这一轮里已经有同名的提案"))
    made = Proposal.objects.create(
        round=row,
        number=Round.objects.values_list("proposed", flat=True).get(pk=row.pk),
        title=new.title.strip(),
        text=new.text.strip(),
        asked=new.cost,
        cost=new.cost,
        basis=new.basis.strip(),
        place_id=new.place_id,
        state=ProposalState.PROPOSED,
        proposer_kind=kind,
        unit_id=new.unit_id if kind is ProposerKind.UNIT else None,
        name_sealed=seal_text(new.name.strip()[:40]),
        contact_sealed=seal_text(contact),
        language=new.language[:8] if contact else "",
        once=new.once or None,
        touched_at=at,
    )
    tell(
        Subject("proposal", made.pk), events.PROPOSAL_MADE, by=by, at=at, place_id=made.place_id,
        opens=True, round=row.pk, cost=made.cost, by_kind=kind.value,
    )  # fmt: skip
    return receipt_of(made)


def _proposer(row: Round, new: NewProposal, by: Actor) -> ProposerKind:
    """In what capacity `by` proposes; units for themselves, the community's staff for its own."""
    if by.voice is Voice.RESIDENT:
        require(by, "proposals.make")
        return ProposerKind.RESIDENT
    if new.unit_id is not None:
        require(by, "proposals.make_for_unit", unit_ids=[new.unit_id])
        return ProposerKind.UNIT
    require(by, "proposals.check", place_path=row.place_path)
    return ProposerKind.STAFF


def _check(row: Round, new: NewProposal) -> None:
    if not 0 < len(new.title.strip()) <= 60:
        raise CannotPropose("title", _("请用 1 到 60 个字写明要做什么"))
    if any(mark in new.title for mark in ",;\n\r"):
        raise CannotPropose("title", _("名称里请不要用半角逗号、分号和换行"))
    for name, text in (("text", new.text), ("basis", new.basis)):
        if not 0 < len(text.strip()) <= _LONGEST_TEXT:
            raise CannotPropose(name, _("请写明，最多 2000 个字"))
    try:
        checked(new.cost)
    except NotAnAmount as wrong:
        raise CannotPropose("cost", str(wrong)) from wrong
    if new.cost > row.budget:
        raise CannotPropose("cost", _("费用超过了这一轮的总预算"))
    place = find_place(new.place_id)
    if place is None or not place.path.startswith(row.place_path):
        raise CannotPropose("place", _("地点应在本社区内"))


def _contact(new: NewProposal) -> str:
    try:
        return checked_contact(new.contact)
    except CannotReach as wrong:
        raise CannotPropose("contact", str(wrong)) from wrong


def receipt_of(row: Proposal) -> ProposalReceipt:
    """What the proposer got and may get again: number and private link."""
    return ProposalReceipt(row.pk, row.number, sign_link(_LINK, row.pk, row.link_version))


def proposal_of_link(token: str) -> int:
    """The proposal that a private link opens; raises `NoSuchRound` for one that opens none."""
    read = read_link(_LINK, token)
    if read is None or not Proposal.objects.filter(pk=read.id, link_version=read.version).exists():
        raise NoSuchRound
    return read.id


@transaction.atomic
def check_proposal(
    *,
    proposal_id: int,
    feasible: bool,
    cost: int,
    listed_as: str,
    reason: str,
    by: Actor,
    at: datetime,
) -> None:
    """Staff say whether it can be done, under which line of the lists, and what it really costs.

    It can be said anew until the vote opens. A "no" and a changed cost need a reason.
    """
    row = _proposal(proposal_id)
    require(by, "proposals.check", place_path=row.round.place_path)
    given = reason.strip()
    lines = row.round.may_fund if feasible else row.round.may_not_fund
    if listed_as and listed_as not in lines:
        raise CannotPropose("listed_as", _("清单里没有这一条"))
    if feasible and row.round.may_fund and not listed_as:
        raise CannotPropose("listed_as", _("请选择它属于正面清单的哪一条"))
    if not feasible and not given and not listed_as:
        raise CannotPropose("reason", _("请说明不可行的理由，提案人会看到"))
    try:
        checked(cost)
    except NotAnAmount as wrong:
        raise CannotPropose("cost", str(wrong)) from wrong
    if cost != row.asked and not given:
        raise CannotPropose("reason", _("费用有变化，请说明依据"))
    if feasible and cost > row.round.budget:
        raise CannotPropose("cost", _("费用超过了这一轮的总预算"))
    step = Step.FEASIBLE if feasible else Step.INFEASIBLE
    _still(row, [RoundState.COLLECTING, RoundState.CHECKING])
    move(row, PROPOSAL, step, cost=cost, listed_as=listed_as, reason=given[:1000], touched_at=at)
    _tell(row, events.PROPOSAL_CHECKED, by=by, at=at, feasible=feasible, cost=cost, was=row.asked)


@transaction.atomic
def withdraw_proposal(*, token: str, by: Actor, at: datetime) -> None:
    """The proposer takes it back by the private link, as long as nobody votes on it.

    There is nothing left to tell them, so who it was is forgotten at once.
    """
    row = _proposal(proposal_of_link(token))
    _still(row, [RoundState.COLLECTING, RoundState.CHECKING])
    move(row, PROPOSAL, Step.WITHDRAW, touched_at=at)
    _tell(row, events.PROPOSAL_WITHDRAWN, by=by, at=at)
    forget(row, by=by, at=at)


def forget(row: Proposal, *, by: Actor, at: datetime) -> None:
    """Erase who proposed, once."""
    known = Proposal.objects.filter(~Q(name_sealed="") | ~Q(contact_sealed=""), pk=row.pk)
    if known.update(name_sealed="", contact_sealed="", language="", erased_at=at):
        _tell(row, events.PROPOSER_ERASED, by=by, at=at)


def _still(row: Proposal, states: list[str]) -> None:
    """The round must stand here; whoever opens the vote meanwhile waits, or was first."""
    standing = Round.objects.filter(pk=row.round_id, state__in=states)
    if not standing.update(proposed=F("proposed")):
        raise CannotPropose("", _("这一轮现在不能这样做；它已经到了另一步"))


def _proposal(proposal_id: int) -> Proposal:
    row = Proposal.objects.select_related("round").filter(pk=proposal_id).first()
    if row is None:
        raise NoSuchRound
    return row


def _tell(row: Proposal, kind: str, /, *, by: Actor, at: datetime, **data: Any) -> None:
    tell(Subject("proposal", row.pk), kind, by=by, at=at, place_id=row.place_id, **data)


@transaction.atomic
def accept_project(*, proposal_id: int, result: str, by: Actor, at: datetime) -> None:
    """The community accepts what was done with the money."""
    row = _proposal(proposal_id)
    require(by, "projects.accept", place_path=row.round.place_path)
    if not result.strip():
        raise CannotPropose("result", _("请写明做了什么、效果如何，居民会看到"))
    _still(row, [RoundState.COUNTED])
    move(row, PROPOSAL, Step.ACCEPT, result=result.strip()[:_LONGEST_TEXT], touched_at=at)
    _tell(row, events.PROPOSAL_ACCEPTED, by=by, at=at, round=row.round_id, spent=row.spent)


@transaction.atomic
def abandon_project(*, proposal_id: int, reason: str, by: Actor, at: datetime) -> None:
    """A funded project won't be carried out; what isn't spent stays in the fund."""
    row = _proposal(proposal_id)
    require(by, "projects.accept", place_path=row.round.place_path)
    if not reason.strip():
        raise CannotPropose("result", _("请说明理由，居民会看到"))
    _still(row, [RoundState.COUNTED])
    move(row, PROPOSAL, Step.ABANDON, result=reason.strip()[:_LONGEST_TEXT], touched_at=at)
    _tell(row, events.PROPOSAL_ABANDONED, by=by, at=at, round=row.round_id, spent=row.spent)
