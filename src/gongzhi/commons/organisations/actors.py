"""Who acts: handed to every action as `by=`."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gongzhi.commons.organisations.models import Person, Role, RoleKind


class Voice(StrEnum):
    """In what capacity somebody acts."""

    STAFF = "staff"
    RESIDENT = "resident"  # anyone without an account
    SYSTEM = "system"  # the worker, by rule


@dataclass(frozen=True, slots=True)
class HeldRole:
    """One role of an actor: what, at which unit, for which subtree of places."""

    kind: RoleKind
    unit_id: int
    place_id: int
    place_path: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something. A resident may hold the key of one ticket, by private link."""

    voice: Voice
    person_id: int | None = None
    roles: tuple[HeldRole, ...] = ()
    ticket_key: int | None = None

    @property
    def unit_id(self) -> int | None:
        """The unit in whose name the actor speaks: that of the first role."""
        return self.roles[0].unit_id if self.roles else None


SYSTEM = Actor(Voice.SYSTEM)
RESIDENT = Actor(Voice.RESIDENT)


def resident_with_key(ticket_id: int) -> Actor:
    """A resident who opened the private link of this ticket."""
    return Actor(Voice.RESIDENT, ticket_key=ticket_id)


def actor_of(person: Person, *, on: date) -> Actor:
    """The actor for a signed-in person with the roles that hold on this day (one query)."""
    roles = (
        Role.objects.filter(person_id=person.pk, person__is_active=True)
        .exclude(begins__gt=on)
        .exclude(ends__lt=on)
        .order_by("id")
        .values_list("kind", "unit_id", "place_id", "place__path")
    )
    held = tuple(HeldRole(RoleKind(kind), unit, place, path) for kind, unit, place, path in roles)
    return Actor(Voice.STAFF, person_id=person.pk, roles=held)
