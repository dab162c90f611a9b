"""The fund: who enters an amount never approves it, and a mistake is undone, never rewritten."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.budgets import events
from gongzhi.affairs.budgets.amounts import NotAnAmount, checked, yuan
from gongzhi.affairs.budgets.choices import EntryKind, EntryState, ProposalState, RoundState
from gongzhi.affairs.budgets.lifecycle import NoSuchRound, tell
from gongzhi.affairs.budgets.models import Fund, FundEntry, Proposal
from gongzhi.commons.attachments.access import declare_access
from gongzhi.commons.attachments.queries import attachments_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import allowed, require
from gongzhi.commons.territory.queries import find_place

VOUCHER = "fund_entry"  # the kind of subject that vouchers are attached to


class CannotEnter(ValueError):
    """An amount that can't be entered, approved or undone; `field` names the part at fault."""

    def __init__(self, message: str, *, field: str = "") -> None:
        self.field = field
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An amount in fen, more than 0. Spending names the funded project that it is for."""

    place_id: int
    kind: EntryKind
    amount: int
    day: date
    title: str
    counterparty: str = ""
    proposal_id: int | None = None


@transaction.atomic
def enter_amount(*, new: NewEntry, by: Actor, at: datetime) -> int:
    """Write an amount down; it counts only when a second person has approved it."""
    place = find_place(new.place_id)
    if place is None or place.kind != "community":
        raise CannotEnter(_("请选择社区"), field="place")
    require(by, "funds.enter", place_path=place.path)
    _check(new, at)
    fund = _fund(place.id, place.path, by=by, at=at)
    signed = new.amount if new.kind is EntryKind.INCOME else -new.amount
    row = FundEntry.objects.create(
        fund=fund, kind=new.kind, amount=signed, day=new.day, title=new.title.strip(),
        counterparty=new.counterparty.strip()[:80], proposal_id=new.proposal_id,
        entered_by_id=by.person_id, entered_at=at,
    )  # fmt: skip
    _tell(row, events.ENTRY_ENTERED, by=by, at=at, amount=signed, proposal=new.proposal_id)
    return row.pk


def _check(new: NewEntry, at: datetime) -> None:
    try:
        checked(new.amount)
    except NotAnAmount as wrong:
        raise CannotEnter(str(wrong), field="amount") from wrong
    if not 0 < len(new.title.strip()) <= 80:
        raise CannotEnter(_("请用 1 到 80 个字写明事由"), field="title")
    if new.day > localdate(at):
        raise CannotEnter(_("日期还没有到"), field="day")
    if new.kind is EntryKind.INCOME:
        if new.proposal_id is not None:
            raise CannotEnter(_("收入不挂项目"), field="proposal")
        return
    project = Proposal.objects.filter(
        pk=new.proposal_id or 0, round__place_id=new.place_id, state=ProposalState.FUNDED,
        round__state=RoundState.COUNTED,
    ).first()  # fmt: skip
    if project is None:
        raise CannotEnter(_("支出要挂在一个正在实施的入选项目上"), field="proposal")
    if project.spent + new.amount > project.cost:
        left = yuan(project.cost - project.spent)
        raise CannotEnter(_("超过了项目的余额 %(left)s 元") % {"left": left}, field="amount")


def _fund(place_id: int, path: str, *, by: Actor, at: datetime) -> Fund:
    """The community's fund, opened with its first amount, and locked for this transaction."""
    fund, opened = Fund.objects.get_or_create(place_id=place_id, defaults={"place_path": path})
    Fund.objects.filter(pk=fund.pk).update(balance=F("balance"))
    if opened:
        tell(
            Subject("fund", fund.pk), events.FUND_OPENED, by=by, at=at, place_id=place_id,
            opens=True,
        )  # fmt: skip
    return fund


@transaction.atomic
def approve_amount(*, entry_id: int, by: Actor, at: datetime) -> None:
    """A second person, who has seen the vouchers, lets the amount count."""
    row = _waiting(by, entry_id)
    if row.reverses_id is None and not attachments_of(Subject(VOUCHER, row.pk)):
        raise CannotEnter(_("还没有凭证，请先上传发票、收据或拨款通知"))
    _count(row)
    _decide(row, EntryState.APPROVED, by=by, at=at)
    balance = Fund.objects.values_list("balance", flat=True).get(pk=row.fund_id)
    _tell(
        row, events.ENTRY_APPROVED, by=by, at=at, amount=row.amount, balance=balance,
        proposal=row.proposal_id, reverses=row.reverses_id,
    )  # fmt: skip


@transaction.atomic
def refuse_amount(*, entry_id: int, reason: str, by: Actor, at: datetime) -> None:
    """A second person doesn't let it count, and says why."""
    row = _waiting(by, entry_id)
    if not reason.strip():
        raise CannotEnter(_("请说明理由"), field="reason")
    _decide(row, EntryState.REFUSED, by=by, at=at, reason=reason.strip()[:500])
    _tell(row, events.ENTRY_REFUSED, by=by, at=at)


@transaction.atomic
def reverse_amount(*, entry_id: int, reason: str, by: Actor, at: datetime) -> int:
    """Undo an approved amount by a counter-entry, which a second person has to approve too."""
    row = _entry(entry_id)
    require(by, "funds.enter", place_path=row.fund.place_path)
    if row.state != EntryState.APPROVED or row.reverses_id is not None:
        raise CannotEnter(_("只有已入账的款项才能冲正"))
    if not reason.strip():
        raise CannotEnter(_("请说明理由"), field="reason")
    Fund.objects.filter(pk=row.fund_id).update(balance=F("balance"))
    try:
        with transaction.atomic():
            made = FundEntry.objects.create(
                fund=row.fund, kind=row.kind, amount=-row.amount, day=localdate(at),
                title=row.title, counterparty=row.counterparty, proposal=row.proposal,
                reverses=row, reason=reason.strip()[:500], entered_by_id=by.person_id,
                entered_at=at,
            )  # fmt: skip
    except IntegrityError as twice:
        raise CannotEnter(_("这一笔已经冲正，或冲正正在复核")) from twice
    _tell(made, events.ENTRY_ENTERED, by=by, at=at, amount=made.amount, proposal=made.proposal_id)
    return made.pk


def _waiting(by: Actor, entry_id: int) -> FundEntry:
    row = _entry(entry_id)
    require(by, "funds.approve", place_path=row.fund.place_path)
    if by.person_id is None or by.person_id == row.entered_by_id:
        raise CannotEnter(_("录入的人不能复核自己录的款项，请另一人复核"))
    return row


def _count(row: FundEntry) -> None:
    """Move the balance and what the project has spent; neither may pass its limit."""
    enough = Fund.objects.filter(pk=row.fund_id, balance__gte=-row.amount)
    if not enough.update(balance=F("balance") + row.amount):
        raise CannotEnter(_("资金余额不足，不能入账"))
    if row.proposal_id is None:
        return
    project = Proposal.objects.filter(pk=row.proposal_id, spent__lte=F("cost") + row.amount)
    if row.reverses_id is None:
        project = project.filter(state=ProposalState.FUNDED)
    if not project.update(spent=F("spent") - row.amount):
        raise CannotEnter(_("超过了项目的造价，或项目已经验收"))


def _decide(row: FundEntry, state: EntryState, *, by: Actor, at: datetime, **more: Any) -> None:
    waiting = FundEntry.objects.filter(pk=row.pk, state=EntryState.ENTERED)
    if not waiting.update(state=state, decided_by_id=by.person_id, decided_at=at, **more):
        raise CannotEnter(_("这一笔已经复核过了"))
    if state is EntryState.REFUSED:
        Fund.objects.filter(pk=row.fund_id).update(balance=F("balance"))


def _entry(entry_id: int) -> FundEntry:
    row = FundEntry.objects.select_related("fund").filter(pk=entry_id).first()
    if row is None:
        raise NoSuchRound
    return row


def _tell(row: FundEntry, kind: str, /, *, by: Actor, at: datetime, **data: Any) -> None:
    tell(
        Subject("fund", row.fund_id), kind, by=by, at=at, place_id=row.fund.place_id,
        entry=row.pk, **data,
    )  # fmt: skip


def _may_read(entry_id: int, by: Actor) -> bool:
    row = FundEntry.objects.select_related("fund").filter(pk=entry_id).first()
    if row is None:
        return False
    here = row.fund.place_path
    return allowed(by, "funds.enter", place_path=here) or allowed(
        by, "funds.approve", place_path=here
    )


def _may_attach(entry_id: int, by: Actor) -> bool:
    row = FundEntry.objects.select_related("fund").filter(pk=entry_id).first()
    waits = row is not None and row.state == EntryState.ENTERED
    return waits and allowed(by, "funds.enter", place_path=row.fund.place_path)  # type: ignore[union-attr]


def declare_vouchers() -> None:
    """Let amounts have vouchers; called once when the app is ready."""
    declare_access(VOUCHER, may_read=_may_read, may_attach=_may_attach)
