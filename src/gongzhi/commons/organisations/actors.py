"""Who acts: handed to every action as `by=`."""

from datetime import date

from gongzhi.commons.organisations.models import Person, Role
from gongzhi.commons.permissions.actors import (
    RESIDENT,
    SYSTEM,
    Actor,
    HeldRole,
    Voice,
    resident_with_key,
)
from gongzhi.commons.permissions.roles import RoleKind

__all__ = ["RESIDENT", "SYSTEM", "Actor", "HeldRole", "Voice", "actor_of", "resident_with_key"]


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
