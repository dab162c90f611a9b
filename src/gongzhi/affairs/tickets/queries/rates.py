"""The three rates (三率) from the record: response, resolution, satisfaction, with their counts."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.timezone import localtime

from gongzhi.affairs.tickets import events as kinds
from gongzhi.commons.ledger.reading import EventView, events
from gongzhi.commons.organisations.actors import Actor
from gongzhi.commons.organisations.permissions import NotPermitted, reach
from gongzhi.commons.territory.queries import ancestor_of_kind, subtree_ids

LEAST_SHOWN = 5
# No contact limit is longer: a ticket due in a period was dispatched at most so long before it.
LOOK_BACK = timedelta(days=60)


class GroupBy(StrEnum):
    """By what the rates are told apart."""

    ALL = "all"
    UNIT = "unit"
    COMMUNITY = "community"
    CATEGORY = "category"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Ratio:
    """A numerator and its denominator; the percentage only where enough people stand behind it."""

    numerator: int
    denominator: int

    @property
    def share(self) -> float | None:
        """Numerator over denominator; None where the denominator is under 5."""
        if self.denominator < LEAST_SHOWN:
            return None
        return self.numerator / self.denominator


@dataclass(frozen=True, slots=True)
class ThreeRates:
    """The rates of one group: a unit's or place's id, a category's code, a month ("2026-03")."""

    group: str | int | None
    response: Ratio
    resolution: Ratio
    partly_resolved: int
    satisfaction: Ratio
    basically_satisfied: int


@dataclass(slots=True)
class _Ticket:
    lead: int | None = None
    category: str = ""
    place_id: int | None = None
    due: datetime | None = None
    in_limit: bool = False
    in_scope: bool = True
    parked: bool = False


@dataclass(slots=True)
class _Counts:
    due: int = 0
    in_limit: int = 0
    answers: int = 0
    solved: int = 0
    partly: int = 0
    satisfied: int = 0
    basically: int = 0


@dataclass(slots=True)
class _Tally:
    by: GroupBy
    groups: dict[str | int | None, _Counts] = field(default_factory=dict)

    def of(self, *, unit: object, place_id: int | None, category: object, at: datetime) -> _Counts:
        key: str | int | None = "all"
        if self.by is GroupBy.UNIT:
            key = unit if isinstance(unit, int) else None
        elif self.by is GroupBy.COMMUNITY:
            key = ancestor_of_kind(place_id, "community") if place_id else None
        elif self.by is GroupBy.CATEGORY:
            key = str(category).partition(".")[0]
        elif self.by is GroupBy.MONTH:
            key = f"{localtime(at):%Y-%m}"
        return self.groups.setdefault(key, _Counts())


def three_rates(
    *,
    by: Actor,
    since: datetime,
    until: datetime,
    group_by: GroupBy = GroupBy.ALL,
    place_id: int | None = None,
) -> list[ThreeRates]:
    """The rates of what fell due, and of what was answered, from `since` and before `until`.

    Response: tickets whose lead made contact within the limit, of those whose contact limit ended
    in the time; of several leads the last counts. Resolution and satisfaction: call-backs answered
    in the time; "partly" and "basically" are counted apart, so that a scheme may add them or not.
    Withdrawn and excluded tickets are out of scope, and so are those parked at the end of the time
    as long as they are. Read from the ledger as a stream.
    """
    granted = reach(by, "indicators.read")
    if granted.nowhere:
        raise NotPermitted("indicators.read")
    places: set[int] | None = set(subtree_ids(place_id)) if place_id is not None else None
    if not granted.everywhere and not granted.unit_ids:
        within = {i for held in granted.place_ids for i in subtree_ids(held)}
        places = within if places is None else places & within
    tally = _Tally(group_by)
    tickets: dict[int, _Ticket] = {}
    answers: list[EventView] = []
    for event in _events(since, until, places):
        if event.kind == kinds.CALLED_BACK:
            if event.at >= since and _ours(event.data.get("unit"), granted.unit_ids):
                answers.append(event)
        else:
            _follow(tickets.setdefault(event.subject.id, _Ticket()), event)
    for event in answers:
        if tickets.get(event.subject.id, _Ticket()).in_scope:
            _count_answer(tally, event)
    for ticket in tickets.values():
        if (
            ticket.in_scope
            and not ticket.parked
            and ticket.due is not None
            and since <= ticket.due < until
            and _ours(ticket.lead, granted.unit_ids)
        ):
            _count_due(tally, ticket)
    return [_rates(group, counts) for group, counts in tally.groups.items()]


def _ours(unit: object, unit_ids: Iterable[int]) -> bool:
    """Whoever may see only their own unit's rates sees only those."""
    held = list(unit_ids)
    return not held or unit in held


def _events(since: datetime, until: datetime, places: set[int] | None) -> Iterable[EventView]:
    found = events(
        kinds=[
            kinds.DISPATCHED,
            kinds.CONTACTED,
            kinds.ANSWERED,
            kinds.EXCLUSION_REVIEWED,
            kinds.PARKING_REVIEWED,
            kinds.UNPARKED,
            kinds.WITHDRAWN,
            kinds.CALLED_BACK,
        ],
        since=since - LOOK_BACK,
        until=until,
    )
    return (event for event in found if places is None or event.place_id in places)


def _follow(ticket: _Ticket, event: EventView) -> None:
    if event.kind == kinds.DISPATCHED:
        due = event.data.get("contact_due")
        lead = event.data.get("lead")
        ticket.lead = lead if isinstance(lead, int) else None
        ticket.category = str(event.data.get("category") or "")
        ticket.place_id = event.place_id
        ticket.due = datetime.fromisoformat(str(due)) if due else None
        ticket.in_limit = False
    elif event.kind == kinds.CONTACTED:
        ticket.in_limit |= event.data.get("in_limit") is True
    elif event.kind == kinds.ANSWERED:
        ticket.in_limit |= event.data.get("first_contact_in_limit") is True
    elif event.kind in {kinds.PARKING_REVIEWED, kinds.UNPARKED}:
        ticket.parked = event.data.get("approved") is True
    elif event.kind == kinds.WITHDRAWN or event.data.get("approved") is True:
        ticket.in_scope = False


def _count_due(tally: _Tally, ticket: _Ticket) -> None:
    assert ticket.due is not None
    counts = tally.of(
        unit=ticket.lead, place_id=ticket.place_id, category=ticket.category, at=ticket.due
    )
    counts.due += 1
    counts.in_limit += ticket.in_limit


def _count_answer(tally: _Tally, event: EventView) -> None:
    data = event.data
    counts = tally.of(
        unit=data.get("unit"),
        place_id=event.place_id,
        category=data.get("category") or "",
        at=event.at,
    )
    counts.answers += 1
    counts.solved += data.get("solved") == "yes"
    counts.partly += data.get("solved") == "partly"
    counts.satisfied += data.get("satisfied") == "yes"
    counts.basically += data.get("satisfied") == "basically"


def _rates(group: str | int | None, counts: _Counts) -> ThreeRates:
    return ThreeRates(
        group=group,
        response=Ratio(counts.in_limit, counts.due),
        resolution=Ratio(counts.solved, counts.answers),
        partly_resolved=counts.partly,
        satisfaction=Ratio(counts.satisfied, counts.answers),
        basically_satisfied=counts.basically,
    )
