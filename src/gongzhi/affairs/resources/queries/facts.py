"""Single facts that other rooms ask for."""

from dataclasses import dataclass
from datetime import datetime

from gongzhi.affairs.resources.choices import BookingState, NeedState, Visibility
from gongzhi.affairs.resources.models import Booking, Claim, Need, Offer
from gongzhi.commons.territory.queries import subtree_ids


def unit_of_booking(booking_id: int) -> int | None:
    """The unit whose room was booked."""
    found = Booking.objects.filter(pk=booking_id)
    return found.values_list("room__unit_id", flat=True).first()


def waits_for_unit(booking_id: int) -> bool:
    """Whether a resident waits for the answer of the room's unit."""
    return Booking.objects.filter(pk=booking_id, state=BookingState.ASKED).exists()


def claim_parties(claim_id: int) -> tuple[int, int] | None:
    """The units of a claim: who gives, and who published the need."""
    return Claim.objects.filter(pk=claim_id).values_list("giver_id", "need__publisher_id").first()


def publisher_of(need_id: int) -> int | None:
    """The unit that published a need."""
    return Need.objects.filter(pk=need_id).values_list("publisher_id", flat=True).first()


def title_of(need_id: int) -> str:
    """What a need is called; empty where there is none."""
    return Need.objects.filter(pk=need_id).values_list("title", flat=True).first() or ""


def need_of_source(kind: str, source_id: int) -> int | None:
    """The newest need that came from a subject ("ticket", 7), unless it was taken back."""
    found = Need.objects.filter(source_kind=kind, source_id=source_id)
    living = found.exclude(state__in=["withdrawn", "refused", "expired"])
    return living.order_by("-id").values_list("id", flat=True).first()


@dataclass(frozen=True, slots=True)
class NeedFact:
    """A need in one line: what it is called, where it stands, when it was confirmed."""

    id: int
    title: str
    state: NeedState
    confirmed_at: datetime | None


def needs_of_source(kind: str, source_id: int) -> list[NeedFact]:
    """Every need that came from a subject ("decision", 7), with how far it is."""
    found = Need.objects.filter(source_kind=kind, source_id=source_id).order_by("id")
    return [NeedFact(row.pk, row.title, NeedState(row.state), row.confirmed_at) for row in found]


def is_empty() -> bool:
    """Whether the pool has never held anything."""
    return not Need.objects.exists() and not Offer.objects.exists()


def unmet_needs(*, place_id: int, before: datetime, most: int = 10) -> tuple[tuple[int, str], ...]:
    """Public needs of a place that were published before a moment and are not all claimed."""
    inside = subtree_ids(place_id)
    found = Need.objects.filter(
        state=NeedState.PUBLISHED,
        visibility=Visibility.PUBLIC,
        published_at__lt=before,
        community_id__in=inside,
    )
    return tuple(found.order_by("-urgency", "ends", "id").values_list("id", "title")[:most])
