"""The fund of a community as everyone may read it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from gongzhi.affairs.budgets.choices import EntryKind, EntryState, ProposalState, RoundState
from gongzhi.affairs.budgets.funds import VOUCHER
from gongzhi.affairs.budgets.lifecycle import NoSuchRound
from gongzhi.affairs.budgets.models import Fund, FundEntry, Proposal
from gongzhi.commons.attachments.queries import AttachmentView, attachments_of_many
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import allowed
from gongzhi.commons.territory.queries import PlaceView, find_place

PAGE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """One line of the fund's ledger; `amount` in fen, below 0 for what went out."""

    id: int
    kind: EntryKind
    state: EntryState
    amount: int
    day: date
    title: str
    counterparty: str
    project: str
    project_id: int | None
    round_id: int | None
    reverses: int | None
    reason: str
    vouchers: tuple[AttachmentView, ...]
    may_approve: bool
    may_attach: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FundView:
    """A fund: balance and sums in fen. `sound` says that the balance is the sum of its entries."""

    place: PlaceView
    balance: int
    income: int
    spending: int
    sound: bool
    waiting: tuple[EntryRow, ...]
    entries: tuple[EntryRow, ...]
    next_cursor: str
    may_enter: bool
    may_approve: bool


def fund_view(*, by: Actor, place_id: int, cursor: str = "", most: int = PAGE) -> FundView:
    """The fund of a community, newest lines first; what waits shows to its staff only."""
    place = find_place(place_id)
    if place is None or place.kind != "community":
        raise NoSuchRound
    fund = Fund.objects.filter(place_id=place_id).first()
    may_enter = allowed(by, "funds.enter", place_path=place.path)
    may_approve = allowed(by, "funds.approve", place_path=place.path)
    rows = FundEntry.objects.filter(fund=fund).select_related("proposal")
    approved = rows.filter(state=EntryState.APPROVED)
    sums = dict(approved.values_list("kind").annotate(Sum("amount")).order_by())
    if cursor.isascii() and cursor.isdigit() and len(cursor) < 16:
        approved = approved.filter(id__lt=int(cursor))
    shown = list(approved.order_by("-id")[: most + 1]) if fund else []
    waits = rows.filter(state=EntryState.ENTERED) if may_enter or may_approve else rows.none()
    waiting = list(waits.order_by("-id")[:most])
    income, spending = sums.get(EntryKind.INCOME, 0), -sums.get(EntryKind.SPENDING, 0)
    return FundView(
        place=place,
        balance=fund.balance if fund else 0,
        income=income,
        spending=spending,
        sound=(fund.balance if fund else 0) == income - spending,
        waiting=tuple(entry_rows(waiting, by=by, place=place)),
        entries=tuple(entry_rows(shown[:most], by=by, place=place)),
        next_cursor=str(shown[most - 1].pk) if len(shown) > most else "",
        may_enter=may_enter,
        may_approve=may_approve,
    )


def entry_rows(rows: Iterable[FundEntry], *, by: Actor, place: PlaceView) -> list[EntryRow]:
    """Lines with their vouchers; one query for all vouchers."""
    found = list(rows)
    vouchers = attachments_of_many(VOUCHER, [row.pk for row in found]) if found else {}
    approves = allowed(by, "funds.approve", place_path=place.path)
    enters = allowed(by, "funds.enter", place_path=place.path)
    return [
        EntryRow(
            id=row.pk,
            kind=EntryKind(row.kind),
            state=EntryState(row.state),
            amount=row.amount,
            day=row.day,
            title=row.title,
            counterparty=row.counterparty,
            project=row.proposal.title if row.proposal else "",
            project_id=row.proposal.number if row.proposal else None,
            round_id=row.proposal.round_id if row.proposal else None,
            reverses=row.reverses_id,
            reason=row.reason,
            vouchers=tuple(vouchers.get(row.pk, ())),
            may_approve=approves and row.state == "entered" and row.entered_by_id != by.person_id,
            may_attach=enters and row.state == "entered",
        )
        for row in found
    ]


def entry_of(*, by: Actor, entry_id: int) -> tuple[PlaceView, EntryRow]:
    """One line for the staff of its community; raises `NoSuchRound`."""
    row = FundEntry.objects.select_related("fund", "proposal").filter(pk=entry_id).first()
    place = find_place(row.fund.place_id) if row else None
    if row is None or place is None:
        raise NoSuchRound
    (shown,) = entry_rows([row], by=by, place=place)
    staff = allowed(by, "funds.enter", place_path=place.path) or allowed(
        by, "funds.approve", place_path=place.path
    )
    if not staff:
        raise NoSuchRound
    return place, shown


def running_projects(place_id: int) -> list[tuple[int, str, int]]:
    """Funded projects of a community that money may still be spent on: id, title, what is left."""
    rows = Proposal.objects.filter(
        round__place_id=place_id, round__state=RoundState.COUNTED, state=ProposalState.FUNDED
    )
    return [(row.pk, row.title, row.cost - row.spent) for row in rows.order_by("-round_id", "id")]


def funds_with_entries() -> list[tuple[int, int]]:
    """Communities that have a fund, with its balance."""
    return list(Fund.objects.order_by("place_id").values_list("place_id", "balance"))
