"""Actions that give people a sign-in and roles, and end their roles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.commons.ledger.acting import done_by
from gongzhi.commons.ledger.recording import Plain, Subject, record, record_many
from gongzhi.commons.organisations import events
from gongzhi.commons.organisations.models import Person, Role, Unit
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.roles import ROLES_OF_PEOPLE
from gongzhi.commons.permissions.table import require
from gongzhi.commons.rows import CannotImport, Fault
from gongzhi.commons.territory.queries import find_place


class CannotEditPerson(ValueError):
    """A change of sign-ins or roles that makes no sense, and why."""


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody who gets a sign-in. Without a password they sign in elsewhere (OIDC) or not yet."""

    login: str
    name: str
    email: str = ""
    password: str | None = None
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class NewRole:
    """A role at a unit, for a place and everything in it."""

    person_id: int
    unit_id: int
    kind: str
    place_id: int
    begins: date | None = None


def add_person(*, new: NewPerson, by: Actor, at: datetime) -> int:
    """Give somebody a sign-in and return their id; see `add_people`."""
    return add_people(rows=[new], by=by, at=at)[0]


def add_people(*, rows: Sequence[NewPerson], by: Actor, at: datetime) -> list[int]:
    """Give people sign-ins and return their ids in the order of the rows: all or none.

    Raises `CannotImport` with every faulty row.
    """
    require(by, "organisations.edit")
    logins = [row.login.strip() for row in rows]
    taken = set(Person.objects.filter(login__in=logins).values_list("login", flat=True))
    faults = []
    for number, (row, login) in enumerate(zip(rows, logins, strict=True), start=1):
        if not 0 < len(login) <= 40 or login != "".join(login.split()):
            faults.append(Fault(number, "login", _("账号须为 1 至 40 个字符，不含空格")))
        elif login in taken:
            faults.append(Fault(number, "login", _("账号已被使用：%(login)s") % {"login": login}))
        if not 0 < len(row.name.strip()) <= 40:
            faults.append(Fault(number, "name", _("姓名须为 1 至 40 个字")))
        taken.add(login)
    if faults:
        raise CannotImport(faults)
    # One password, told to everyone on the page: hashing it for each account would only cost time.
    shared = {row.password for row in rows if row.is_demo}
    of_demo = {password: make_password(password) for password in shared}
    with transaction.atomic():
        people = [
            Person(
                login=login,
                name=row.name.strip(),
                email=row.email,
                password=of_demo[row.password] if row.is_demo else make_password(row.password),
                is_demo=row.is_demo,
            )
            for row, login in zip(rows, logins, strict=True)
        ]
        Person.objects.bulk_create(people)
        record_many(
            [
                done_by(by, events.PERSON_ADDED, Subject("person", person.pk), at=at, opens=True)
                for person in people
            ]
        )
    return [person.pk for person in people]


def change_person(
    *, person_id: int, by: Actor, at: datetime, password: str | None = None, **facts: Any
) -> None:
    """Change name, email or is_active of a sign-in, or set a new password.

    Facts that are as given already leave no trace; the record names what changed, never to what.
    """
    require(by, "organisations.edit")
    if unknown := set(facts) - _CHANGEABLE:
        raise CannotEditPerson(_("不能更改：%(names)s") % {"names": "、".join(sorted(unknown))})
    if "name" in facts and not 0 < len(facts["name"].strip()) <= 40:
        raise CannotEditPerson(_("姓名须为 1 至 40 个字"))
    with transaction.atomic():
        person = Person.objects.select_for_update().filter(pk=person_id).first()
        if person is None:
            raise CannotEditPerson(_("没有这个人员：%(person_id)s") % {"person_id": person_id})
        changed = {name: new for name, new in facts.items() if getattr(person, name) != new}
        if password:
            changed["password"] = make_password(password)
        if not changed:
            return
        Person.objects.filter(pk=person_id).update(**changed)
        subject = Subject("person", person_id)
        data: dict[str, Plain] = {"fields": [*sorted(changed)]}
        record(done_by(by, events.PERSON_CHANGED, subject, at=at, data=data))


_CHANGEABLE = frozenset({"name", "email", "is_active"})


def give_role(*, new: NewRole, by: Actor, at: datetime) -> int:
    """Give somebody a role and return its id; see `give_roles`."""
    return give_roles(rows=[new], by=by, at=at)[0]


def give_roles(*, rows: Sequence[NewRole], by: Actor, at: datetime) -> list[int]:
    """Give roles and return their ids in the order of the rows: all or none.

    A role that somebody held before begins again. Raises `CannotImport` with every faulty row.
    """
    require(by, "organisations.edit")
    if faults := _faults(rows):
        raise CannotImport(faults)
    with transaction.atomic():
        roles = Role.objects.bulk_create(
            [
                Role(
                    person_id=row.person_id,
                    unit_id=row.unit_id,
                    kind=row.kind,
                    place_id=row.place_id,
                    begins=row.begins,
                )
                for row in rows
            ],
            update_conflicts=True,
            unique_fields=["person", "unit", "kind", "place"],
            update_fields=["begins", "ends"],
        )
        record_many(
            [
                done_by(
                    by,
                    events.ROLE_GIVEN,
                    Subject("person", row.person_id),
                    at=at,
                    place_id=row.place_id,
                    data={"role": row.kind, "unit": row.unit_id, "place": row.place_id},
                )
                for row in rows
            ]
        )
    return [role.pk for role in roles]


def end_role(*, role_id: int, ends: date, by: Actor, at: datetime) -> None:
    """End a role with a day."""
    require(by, "organisations.edit")
    with transaction.atomic():
        role = Role.objects.select_for_update().filter(pk=role_id, ends__isnull=True).first()
        if role is None:
            raise CannotEditPerson(_("没有这个任职，或已结束：%(role_id)s") % {"role_id": role_id})
        Role.objects.filter(pk=role_id).update(ends=ends)
        facts: dict[str, Plain] = {
            "role": role.kind,
            "unit": role.unit_id,
            "ends": ends.isoformat(),
        }
        subject = Subject("person", role.person_id)
        record(done_by(by, events.ROLE_ENDED, subject, at=at, place_id=role.place_id, data=facts))


def _faults(rows: Sequence[NewRole]) -> list[Fault]:
    people = set(
        Person.objects.filter(pk__in={row.person_id for row in rows}).values_list("id", flat=True)
    )
    units = set(
        Unit.objects.filter(pk__in={row.unit_id for row in rows}, ends__isnull=True).values_list(
            "id", flat=True
        )
    )
    faults = []
    for number, row in enumerate(rows, start=1):
        if row.person_id not in people:
            faults.append(
                Fault(
                    number,
                    "person",
                    _("没有这个人员：%(person_id)s") % {"person_id": row.person_id},
                )
            )
        if row.unit_id not in units:
            faults.append(
                Fault(
                    number,
                    "unit",
                    _("没有这个单位，或已撤销：%(unit_id)s") % {"unit_id": row.unit_id},
                )
            )
        if row.kind not in ROLES_OF_PEOPLE:
            faults.append(Fault(number, "kind", _("没有这种角色：%(kind)s") % {"kind": row.kind}))
        if find_place(row.place_id) is None:
            faults.append(
                Fault(number, "place", _("没有这个地点：%(place_id)s") % {"place_id": row.place_id})
            )
    return faults
