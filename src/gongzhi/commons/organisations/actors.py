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

__all__ = [
    "RESIDENT",
    "SYSTEM",
    "Actor",
    "HeldRole",
    "Voice",
    "actor_named",
    "actor_of",
    "resident_with_key",
    "role_holders",
]


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


def actor_named(login: str, *, on: date) -> Actor | None:
    """The actor for an active person with this login; None where there is nobody."""
    person = Person.objects.filter(login=login, is_active=True).first()
    return actor_of(person, on=on) if person else None


def role_holders(*, on: date) -> list[tuple[int, HeldRole]]:
    """Every active person's roles of a day, with the person's id, oldest role first."""
    rows = (
        Role.objects.filter(person__is_active=True)
        .exclude(begins__gt=on)
        .exclude(ends__lt=on)
        .order_by("id")
        .values_list("person_id", "kind", "unit_id", "place_id", "place__path")
    )
    return [
        (person, HeldRole(RoleKind(kind), unit, place, path))
        for person, kind, unit, place, path in rows
    ]
