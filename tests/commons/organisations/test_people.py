"""Sign-ins and roles: state, event, permission, refusal."""

from datetime import date

import pytest

from gongzhi.commons.ledger.models import Event
from gongzhi.commons.organisations.actors import SYSTEM, actor_of
from gongzhi.commons.organisations.models import Person
from gongzhi.commons.organisations.people import (
    CannotEditPerson,
    NewPerson,
    NewRole,
    add_people,
    add_person,
    end_role,
    give_role,
    give_roles,
)
from gongzhi.commons.organisations.queries import demo_sign_ins
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.rows import CannotImport
from tests.commons.small_district import AT, DAY, actor

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_somebody_with_a_role_acts_at_its_unit_and_place(small):
    person = add_person(new=NewPerson("wang", "王小满", password="a word"), by=SYSTEM, at=AT)
    place, unit = small.places["柳岸社区"], small.units["柳岸社区居委会"]
    role = give_role(new=NewRole(person, unit, RoleKind.COMMUNITY_WORKER, place), by=SYSTEM, at=AT)
    row = Person.objects.get(pk=person)
    assert row.check_password("a word")
    [held] = actor_of(row, on=DAY).roles
    assert (held.kind, held.unit_id, held.place_id) == (RoleKind.COMMUNITY_WORKER, unit, place)
    end_role(role_id=role, ends=date(2025, 6, 1), by=SYSTEM, at=AT)
    assert actor_of(row, on=DAY).roles == ()
    kinds = Event.objects.filter(subject_kind="person", subject_id=person).order_by("sequence")
    assert list(kinds.values_list("kind", flat=True)) == [
        "person.added",
        "person.role_given",
        "person.role_ended",
    ]


def test_a_role_held_before_begins_again(small):
    person = add_person(new=NewPerson("wang", "王小满"), by=SYSTEM, at=AT)
    role = NewRole(person, small.units["明珠物业"], RoleKind.UNIT_LEAD, small.places["明珠小区"])
    first = give_role(new=role, by=SYSTEM, at=AT)
    end_role(role_id=first, ends=date(2025, 6, 1), by=SYSTEM, at=AT)
    assert give_role(new=role, by=SYSTEM, at=AT) == first
    assert len(actor_of(Person.objects.get(pk=person), on=DAY).roles) == 1
    end_role(role_id=first, ends=DAY, by=SYSTEM, at=AT)
    with pytest.raises(CannotEditPerson, match="已结束"):
        end_role(role_id=first, ends=DAY, by=SYSTEM, at=AT)


def test_without_a_password_nobody_signs_in(small):
    person = add_person(new=NewPerson("wang", "王小满"), by=SYSTEM, at=AT)
    assert not Person.objects.get(pk=person).has_usable_password()


def test_faulty_sign_ins_and_roles_are_named_and_none_is_given(small):
    people = [
        NewPerson("a", "甲"),
        NewPerson("a", "乙"),
        NewPerson("b b", "丙"),
        NewPerson("c", ""),
    ]
    with pytest.raises(CannotImport) as refused:
        add_people(rows=people, by=SYSTEM, at=AT)
    assert [fault.row for fault in refused.value.faults] == [2, 3, 4]
    assert not Person.objects.exists()
    person = add_person(new=people[0], by=SYSTEM, at=AT)
    unit, place = small.units["明珠物业"], small.places["明珠小区"]
    roles = [
        NewRole(person, unit, RoleKind.UNIT_LEAD, place),
        NewRole(10**9, unit, RoleKind.UNIT_LEAD, place),
        NewRole(person, 10**9, RoleKind.UNIT_LEAD, place),
        NewRole(person, unit, "king", place),
        NewRole(person, unit, RoleKind.UNIT_LEAD, 10**9),
    ]
    with pytest.raises(CannotImport) as refused:
        give_roles(rows=roles, by=SYSTEM, at=AT)
    assert [fault.row for fault in refused.value.faults] == [2, 3, 4, 5]


def test_only_the_district_gives_sign_ins_and_roles(small):
    coordinator = actor(RoleKind.COORDINATOR)
    with pytest.raises(NotPermitted):
        add_person(new=NewPerson("a", "甲"), by=coordinator, at=AT)
    with pytest.raises(NotPermitted):
        give_roles(rows=[], by=coordinator, at=AT)
    with pytest.raises(NotPermitted):
        end_role(role_id=1, ends=DAY, by=coordinator, at=AT)


def test_only_demo_sign_ins_are_shown(small):
    unit, place = small.units["明珠物业"], small.places["明珠小区"]
    logins = [("real", False), ("lead", True), ("member", True)]
    kinds = [RoleKind.UNIT_LEAD, RoleKind.UNIT_LEAD, RoleKind.UNIT_MEMBER]
    for (login, demo), kind in zip(logins, kinds, strict=True):
        person = add_person(new=NewPerson(login, "某", is_demo=demo), by=SYSTEM, at=AT)
        give_role(new=NewRole(person, unit, kind, place), by=SYSTEM, at=AT)
    assert [(row.login, row.role_name) for row in demo_sign_ins()] == [
        ("member", "承办人员"),
        ("lead", "单位负责人"),
    ]
