"""Reading whistles: lists for street and unit, one whistle whole."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from gongzhi.affairs.tickets.choices import Occasion, WhistleKind, WhistleState
from gongzhi.affairs.tickets.models import Ticket, Whistle, WhistleCall
from gongzhi.affairs.tickets.queries.lists import TicketRow, as_rows
from gongzhi.commons.failures import NotThere
from gongzhi.commons.organisations.actors import Actor
from gongzhi.commons.organisations.permissions import allowed, reach
from gongzhi.commons.organisations.queries import units
from gongzhi.commons.territory.queries import find_place


class NoSuchWhistle(NotThere):
    """There is no such whistle, or the actor may not know of it."""


@dataclass(frozen=True, slots=True)
class WhistleRow:
    """One line of a list of whistles."""

    id: int
    title: str
    kind: WhistleKind
    state: WhistleState
    place_name: str
    initiator_name: str
    drafted_at: datetime
    blown_at: datetime | None
    called: int
    arrived: int


@dataclass(frozen=True, slots=True)
class CallView:
    """One called unit with its three clocks, its report, and both ratings."""

    unit_id: int
    unit_name: str
    leads: bool
    sign_due_at: datetime | None
    signed_at: datetime | None
    contact_due_at: datetime | None
    contacted_at: datetime | None
    arrive_due_at: datetime | None
    arrived_at: datetime | None
    report: str
    refusal: str
    rating_of_unit: int | None
    remark_of_unit: str
    rating_of_whistle: int | None
    remark_of_whistle: str
    is_ours: bool


@dataclass(frozen=True, slots=True)
class WhistleStory:
    """One whistle whole."""

    row: WhistleRow
    occasion: Occasion
    what: str
    minutes: str
    meets_at: datetime | None
    closed_at: datetime | None
    escalated_at: datetime | None
    calls: tuple[CallView, ...]
    tickets: tuple[TicketRow, ...]
    actions: frozenset[str]


ACTIONS = ("whistles.authorise", "whistles.respond", "whistles.rate", "whistles.close")


def units_called(whistle_id: int) -> list[int]:
    """The ids of the units that a whistle calls."""
    calls = WhistleCall.objects.filter(whistle_id=whistle_id)
    return list(calls.order_by("id").values_list("unit_id", flat=True))


def whistles_within_reach(*, by: Actor, open_only: bool = True, most: int = 50) -> list[WhistleRow]:
    """Whistles at the actor's places, and those that call the actor's units, newest first."""
    found = Whistle.objects.filter(_within_reach(by)).order_by("-id")
    if open_only:
        found = found.filter(state__in=[WhistleState.DRAFTED, WhistleState.BLOWN])
    return _rows(found, most)


def whistle_story(*, by: Actor, whistle_id: int) -> WhistleStory:
    """One whistle with its calls and tickets; raises `NoSuchWhistle` where `by` may not see it."""
    found = Whistle.objects.filter(_within_reach(by), pk=whistle_id)
    whistle = found.first()
    if whistle is None:
        raise NoSuchWhistle(_("没有这个吹哨，或无权查看"))
    calls = list(whistle.calls.order_by("-leads", "id"))
    names = {unit.id: unit.name for unit in units([call.unit_id for call in calls]).values()}
    ours = {role.unit_id for role in by.roles}
    tickets: list[Any] = list(whistle.tickets.order_by("id").values()[:100])
    called = [call.unit_id for call in calls]
    return WhistleStory(
        row=_rows(found, 1)[0],
        occasion=Occasion(whistle.occasion),
        what=whistle.what,
        minutes=whistle.minutes,
        meets_at=whistle.meets_at,
        closed_at=whistle.closed_at,
        escalated_at=whistle.escalated_at,
        calls=tuple(_call(call, names, ours) for call in calls),
        tickets=as_rows(tickets),
        actions=frozenset(
            action
            for action in ACTIONS
            if allowed(by, action, place_path=whistle.place_path, unit_ids=called)
        ),
    )


def _within_reach(by: Actor) -> Q:
    granted = reach(by, "tickets.read")
    if granted.everywhere:
        return Q()
    condition = Q(pk__in=[])
    for place_id in granted.place_ids:
        place = find_place(place_id)
        if place is not None:
            condition |= Q(place_path__startswith=place.path)
    ours = [role.unit_id for role in by.roles]
    called = WhistleCall.objects.filter(unit_id__in=ours).exclude(whistle__state="drafted")
    return condition | Q(pk__in=called.values("whistle_id"))


def _rows(found: QuerySet[Whistle], most: int) -> list[WhistleRow]:
    whistles = list(found.prefetch_related("calls")[:most])
    names = units(sorted({whistle.initiator_unit_id for whistle in whistles}))
    rows = []
    for whistle in whistles:
        place = find_place(whistle.place_id)
        calls = whistle.calls.all()
        initiator = names.get(whistle.initiator_unit_id)
        rows.append(
            WhistleRow(
                id=whistle.pk,
                title=whistle.title,
                kind=WhistleKind(whistle.kind),
                state=WhistleState(whistle.state),
                place_name=place.full_name if place else "",
                initiator_name=initiator.name if initiator else "",
                drafted_at=whistle.drafted_at,
                blown_at=whistle.blown_at,
                called=len(calls),
                arrived=sum(call.arrived_at is not None for call in calls),
            )
        )
    return rows


def _call(call: WhistleCall, names: dict[int, str], ours: set[int]) -> CallView:
    return CallView(
        unit_id=call.unit_id,
        unit_name=names.get(call.unit_id, ""),
        leads=call.leads,
        sign_due_at=call.sign_due_at,
        signed_at=call.signed_at,
        contact_due_at=call.contact_due_at,
        contacted_at=call.contacted_at,
        arrive_due_at=call.arrive_due_at,
        arrived_at=call.arrived_at,
        report=call.report,
        refusal=call.refusal,
        rating_of_unit=call.rating_of_unit,
        remark_of_unit=call.remark_of_unit,
        rating_of_whistle=call.rating_of_whistle,
        remark_of_whistle=call.remark_of_whistle,
        is_ours=call.unit_id in ours,
    )


def ticket_ids_of(whistle_id: int) -> list[int]:
    """The tickets that a whistle is about."""
    found = Ticket.objects.filter(whistles=whistle_id).order_by("id")
    return list(found.values_list("id", flat=True))


def place_of_whistle(whistle_id: int) -> int:
    """Where a whistle calls to; raises `NoSuchWhistle`."""
    found = Whistle.objects.filter(pk=whistle_id).values_list("place_id", flat=True).first()
    if found is None:
        raise NoSuchWhistle(_("没有这个吹哨"))
    return found
