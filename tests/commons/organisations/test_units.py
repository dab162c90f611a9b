"""Units and who coordinates: state, event, permission, refusal."""

from datetime import date

import pytest

from gongzhi.commons.ledger.models import Event
from gongzhi.commons.organisations import queries
from gongzhi.commons.organisations.actors import SYSTEM
from gongzhi.commons.organisations.editing import (
    CannotEditUnit,
    NewUnit,
    change_unit,
    close_unit,
    open_unit,
    open_units,
    set_coordinating_unit,
)
from gongzhi.commons.organisations.models import Role
from gongzhi.commons.organisations.people import NewPerson, NewRole, add_person, give_role
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.rows import CannotImport
from tests.commons.small_district import AT, BEGINS, DAY, actor

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def names(views) -> list[str]:
    return [view.name for view in views]


def test_units_are_found_at_a_place_and_in_it(small):
    community, street = small.places["柳岸社区"], small.places["云桥街道"]
    assert names(queries.units_at(community)) == ["柳岸社区党委", "柳岸社区居委会"]
    assert names(queries.units_at(community, ["residents_committee"])) == ["柳岸社区居委会"]
    assert names(queries.units_in(street, ["property_manager"])) == ["明珠物业"]
    assert list(queries.units([small.units["明珠物业"], 10**9])) == [small.units["明珠物业"]]


def test_an_unknown_unit_is_said_to_be_unknown(small):
    assert queries.find_unit(10**9) is None
    assert queries.find_unit(None) is None
    with pytest.raises(queries.UnknownUnit):
        queries.unit(10**9)


def test_the_street_office_is_that_of_the_street_around(small):
    office = small.units["云桥街道办事处"]
    assert queries.subdistrict_office(small.places["3号楼"]) == office
    assert queries.subdistrict_office(small.places["塔影社区"]) is None
    assert queries.subdistrict_office(small.places["湖东区"]) is None


def test_a_place_is_coordinated_by_the_nearest_coordinating_unit(small):
    party_org = small.units["柳岸社区党委"]
    assert queries.coordinating_unit(small.places["3号楼"], DAY) == party_org
    assert queries.coordinating_unit(small.places["槐荫社区"], DAY) is None


def test_another_kind_of_unit_may_take_over_coordination(small):
    place, committee = small.places["柳岸社区"], small.units["柳岸社区居委会"]
    set_coordinating_unit(place_id=place, unit_id=committee, begins=DAY, by=SYSTEM, at=AT)
    assert queries.coordinating_unit(place, DAY) == committee
    assert queries.coordinating_unit(place, date(2025, 6, 1)) == small.units["柳岸社区党委"]
    told = Event.objects.filter(kind="unit.coordinates").latest("id")
    assert told.data == {"place": place, "from": "2025-06-02"}
    with pytest.raises(CannotEditUnit, match="更晚"):
        set_coordinating_unit(place_id=place, unit_id=committee, begins=BEGINS, by=SYSTEM, at=AT)


def test_a_new_unit_is_there_at_once_and_in_the_ledger(small):
    new = NewUnit("social_organization", "邻里互助社", small.places["柳岸社区"], email="a@b.cn")
    unit_id = open_unit(new=new, by=actor(RoleKind.DISTRICT_OFFICER, unit_id=7), at=AT)
    assert queries.unit(unit_id).kind_name == "社会组织"
    event = Event.objects.get(kind="unit.opened", subject_id=unit_id)
    assert (event.unit_id, event.person_id, event.data["kind"]) == (7, 1, "social_organization")


def test_every_faulty_unit_is_named_and_none_is_opened(small):
    place = small.places["柳岸社区"]
    rows = [
        NewUnit("department", "好单位", place),
        NewUnit("ministry", "a", place),
        NewUnit("department", "", place),
        NewUnit("department", "明珠物业", place),
        NewUnit("department", "b", 10**9),
        NewUnit("department", "c", place, parent_id=10**9),
        NewUnit("department", "d", place, parent_row=6),
        NewUnit("department", "e", place, email="no address"),
        NewUnit("department", "f", place, webhook_url="javascript:alert(1)"),
        NewUnit("department", "g", place, phone="1" * 33),
    ]
    with pytest.raises(CannotImport) as refused:
        open_units(rows=rows, by=SYSTEM, at=AT)
    assert [fault.row for fault in refused.value.faults] == list(range(2, 11))
    assert "好单位" not in names(queries.units_at(place))


def test_only_facts_that_differ_are_changed_and_told(small):
    unit_id = small.units["明珠物业"]
    change_unit(unit_id=unit_id, phone="5550100", name="明珠物业", by=SYSTEM, at=AT)
    change_unit(unit_id=unit_id, phone="5550100", by=SYSTEM, at=AT)
    assert queries.unit(unit_id).phone == "5550100"
    assert Event.objects.get(kind="unit.changed").data == {"fields": ["phone"]}


@pytest.mark.parametrize(
    "facts", [{"kind": "department"}, {"name": "湖东供水公司"}, {"email": "x"}, {"name": " "}]
)
def test_a_change_that_makes_no_sense_is_refused(small, facts):
    with pytest.raises(CannotEditUnit):
        change_unit(unit_id=small.units["明珠物业"], by=SYSTEM, at=AT, **facts)


def test_a_closed_unit_takes_its_roles_and_its_coordination_along(small):
    unit_id, place = small.units["柳岸社区党委"], small.places["柳岸社区"]
    person = add_person(new=NewPerson("sec", "书记"), by=SYSTEM, at=AT)
    role = give_role(new=NewRole(person, unit_id, RoleKind.COORDINATOR, place), by=SYSTEM, at=AT)
    close_unit(unit_id=unit_id, ends=date(2025, 5, 31), by=SYSTEM, at=AT)
    assert queries.coordinating_unit(place, DAY) is None
    assert Role.objects.get(pk=role).ends == date(2025, 5, 31)
    assert "柳岸社区党委" not in names(queries.units_at(place, on=DAY))
    with pytest.raises(CannotEditUnit, match="已撤销"):
        close_unit(unit_id=unit_id, ends=DAY, by=SYSTEM, at=AT)


def test_only_the_district_changes_units(small):
    coordinator = actor(RoleKind.COORDINATOR)
    new = NewUnit("department", "x", small.places["柳岸社区"])
    with pytest.raises(NotPermitted):
        open_unit(new=new, by=coordinator, at=AT)
    with pytest.raises(NotPermitted):
        change_unit(unit_id=1, name="x", by=coordinator, at=AT)
    with pytest.raises(NotPermitted):
        close_unit(unit_id=1, ends=DAY, by=coordinator, at=AT)
    with pytest.raises(NotPermitted):
        set_coordinating_unit(place_id=1, unit_id=1, begins=DAY, by=coordinator, at=AT)
