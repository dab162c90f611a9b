"""Who acts: handed to every action as `by=`."""

from dataclasses import dataclass
from enum import StrEnum

from gongzhi.commons.permissions.roles import RoleKind


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
