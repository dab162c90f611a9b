"""Which open tickets may be about the same matter: said alike, near in place and in time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.db.models.functions import Left

from gongzhi.affairs.tickets.choices import State
from gongzhi.affairs.tickets.intake import Request, is_in, place_meant
from gongzhi.affairs.tickets.lifecycle import ticket_to_read
from gongzhi.affairs.tickets.models import Ticket
from gongzhi.affairs.tickets.numbers import number_of
from gongzhi.affairs.tickets.queries.lists import TicketRow, as_rows, within_reach
from gongzhi.commons.organisations.actors import Actor
from gongzhi.commons.privacy.masking import mask_contacts
from gongzhi.commons.territory.queries import ancestor_of_kind, find_place, public_name
from gongzhi.engines.triage.nearness import Nearness, Whereabouts, nearness, text_similarities

# Lower than where the engine calls two messages the same (0.4): here a person decides.
LEAST = 0.25
MOST_COMPARED = 3_000
# Whoever writes very much says at its beginning what it is about; each character costs time.
MOST_READ = 500
MOST_CHARACTERS = 400_000
LOOK_BACK = timedelta(days=90)
_FIELDS = ("id", "place_id", "longitude", "latitude", "received_at")


@dataclass(frozen=True, slots=True)
class SameMatter:
    """A public request that may be what a resident is about to send, as everybody may read it."""

    ticket_id: int
    number: str
    text: str
    place_name: str
    state: State
    received_at: datetime
    nearness: Nearness


def public_alike(
    text: str,
    *,
    place_id: int | None,
    point: tuple[float, float] | None,
    at: datetime,
    most: int = 3,
) -> list[SameMatter]:
    """Open public requests that may be about the same matter, the nearest first; two queries.

    `point`: longitude and latitude. Of a request that isn't public nothing is shown, not even
    that there is one.
    """
    found = _open_since(at).filter(public_at__isnull=False)
    near = _nearest(text, _around(found, place_id), _where(place_id, point, at), most=most)
    rows = Ticket.objects.in_bulk([ticket_id for ticket_id, _ in near])
    return [
        SameMatter(
            ticket_id=ticket_id,
            number=number_of(ticket_id, rows[ticket_id].received_at),
            text=mask_contacts(rows[ticket_id].text),
            place_name=public_name(rows[ticket_id].place_id),
            state=State(rows[ticket_id].state),
            received_at=rows[ticket_id].received_at,
            nearness=how_near,
        )
        for ticket_id, how_near in near
    ]


def merge_suggestions(
    *, by: Actor, ticket_id: int, at: datetime, most: int = 5
) -> list[tuple[TicketRow, Nearness]]:
    """Open tickets within reach that this one may be merged into, the nearest first."""
    ticket = ticket_to_read(by, "tickets.read", ticket_id)
    found = _open_since(at).filter(within_reach(by, "tickets.merge")).exclude(pk=ticket.pk)
    point = None
    if ticket.longitude is not None and ticket.latitude is not None:
        point = (ticket.longitude, ticket.latitude)
    here = _where(ticket.place_id, point, ticket.received_at)
    words = f"{ticket.title}\n{ticket.text}"
    return _with_rows(_nearest(words, _around(found, ticket.place_id), here, most=most))


def alike_for_staff(
    *, by: Actor, request: Request, at: datetime, most: int = 5
) -> list[tuple[TicketRow, Nearness]]:
    """Open tickets that `by` may read and whoever asks may follow instead, the nearest first.

    For staff who take a request down, before it is sent; none once this submission is in.
    Raises `CannotReceive` as `place_meant` does.
    """
    place = place_meant(request, request.text)
    found = _open_since(at).filter(within_reach(by, "tickets.read"))
    point = None
    if request.longitude is not None and request.latitude is not None:
        point = (request.longitude, request.latitude)
    here = _where(place.id, point, at)
    near = _nearest(request.text, _around(found, place.id), here, most=most)
    return [] if near and is_in(request) else _with_rows(near)


def _with_rows(near: Sequence[tuple[int, Nearness]]) -> list[tuple[TicketRow, Nearness]]:
    rows = {row.id: row for row in as_rows(_rows([found_id for found_id, _ in near]))}
    return [(rows[found_id], how_near) for found_id, how_near in near]


def _rows(ids: Sequence[int]) -> list[dict[str, object]]:
    names = [field.attname for field in Ticket._meta.concrete_fields]
    return list(Ticket.objects.filter(pk__in=ids).values(*names))


def _open_since(at: datetime) -> QuerySet[Ticket]:
    return Ticket.objects.filter(is_open=1, merged_into=None, received_at__gte=at - LOOK_BACK)


def _around(found: QuerySet[Ticket], place_id: int | None) -> QuerySet[Ticket]:
    """Tickets of the same community, or of the street where none is known; and unplaced ones."""
    if place_id is None:
        return found
    for kind, column in (("community", "community_id"), ("subdistrict", "subdistrict_id")):
        around = ancestor_of_kind(place_id, kind)
        if around is not None:
            return found.filter(Q(**{column: around}) | Q(**{column: None}))
    return found


def _where(place_id: int | None, point: tuple[float, float] | None, at: datetime) -> Whereabouts:
    place = find_place(place_id) if place_id else None
    path = tuple(part for part in place.path.split("/") if part) if place else ()
    return Whereabouts(path=path, point=point, at=at)


def _nearest(
    text: str, found: QuerySet[Ticket], here: Whereabouts, *, most: int
) -> list[tuple[int, Nearness]]:
    """Compare with the newest tickets, as many as the bounds let. Cost: 60 ms at most."""
    cut = (Left("title", MOST_READ), Left("text", MOST_READ))
    rows = list(found.order_by("-id").values_list(*_FIELDS, *cut)[:MOST_COMPARED])
    texts = _within_bounds(f"{row[-2]}\n{row[-1]}" for row in rows)
    alike = text_similarities(text[:MOST_READ], texts)
    near = []
    for row, similarity in zip(rows, alike.tolist(), strict=False):
        if similarity < LEAST:  # neither place nor time makes it more
            continue
        ticket_id, place_id, longitude, latitude, received_at = row[:5]
        point = None if longitude is None or latitude is None else (longitude, latitude)
        how_near = nearness(similarity, here, _where(place_id, point, received_at))
        if how_near.combined >= LEAST:
            near.append((ticket_id, how_near))
    near.sort(key=lambda pair: (-pair[1].combined, pair[0]))
    return near[:most]


def _within_bounds(texts: Iterable[str]) -> list[str]:
    """The first of the texts, until they hold too many characters to be compared on a page."""
    kept, characters = [], 0
    for text in texts:
        characters += len(text)
        if characters > MOST_CHARACTERS:
            break
        kept.append(text)
    return kept
