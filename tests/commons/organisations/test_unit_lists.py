"""Units, people and duties as lists."""

import pytest

from gongzhi.commons.calendar.limit_texts import read_limit, write_limit
from gongzhi.commons.calendar.limits import LimitUnit
from gongzhi.commons.categories.category_lists import import_category_list
from gongzhi.commons.categories.queries import category
from gongzhi.commons.organisations import queries
from gongzhi.commons.organisations.actors import SYSTEM, actor_of
from gongzhi.commons.organisations.models import Person
from gongzhi.commons.organisations.unit_lists import (
    DUTY_COLUMNS,
    UNIT_COLUMNS,
    export_duty_list,
    export_units,
    import_duty_list,
    import_people,
    import_units,
)
from gongzhi.commons.rows import CannotImport
from tests.commons.small_district import AT, DAY

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [("5 work_day", 5, LimitUnit.WORK_DAY), ("2工作时", 2, LimitUnit.WORK_HOUR),
     ("24 小时", 24, LimitUnit.HOUR), ("7天", 7, LimitUnit.NATURAL_DAY),
     ("3个工作日", 3, LimitUnit.WORK_DAY)],
)  # fmt: skip
def test_limits_are_read_in_both_languages(text, amount, unit):
    found = read_limit(text)
    assert (found.amount, found.unit) == (amount, unit)
    assert read_limit(write_limit(found)) == found


@pytest.mark.parametrize("text", ["", "soon", "5", "5 weeks", "-1 hour", "1.5 hour"])
def test_what_is_no_limit_is_refused(text):
    with pytest.raises(ValueError, match="work_day"):
        read_limit(text)


def test_what_is_exported_is_there_already(small):
    units = export_units(on=DAY)
    assert list(units[0]) == list(UNIT_COLUMNS)
    assert import_units(rows=units, by=SYSTEM, at=AT).unchanged == len(units)
    duties = export_duty_list(on=DAY)
    assert list(duties[0]) == list(DUTY_COLUMNS)
    assert import_duty_list(rows=duties, by=SYSTEM, at=AT).unchanged == len(duties)


def test_a_list_opens_units_under_each_other_and_lets_one_coordinate(small):
    rows = [
        {"kind": "community_party_org", "name": "槐荫社区党委", "place": "云桥街道/槐荫社区",
         "parent": "云桥街道办事处", "coordinates": "是"},
        {"kind": "community_group", "name": "槐荫合唱队", "place": "云桥街道/槐荫社区",
         "parent": "槐荫社区党委"},
        {"kind": "property_manager", "name": "明珠物业", "place": "云桥街道/柳岸社区",
         "phone": "5550101"},
    ]  # fmt: skip
    report = import_units(rows=rows, by=SYSTEM, at=AT)
    assert (report.added, report.changed, report.unchanged) == (2, 1, 0)
    choir, party = queries.unit_named("槐荫合唱队"), queries.unit_named("槐荫社区党委")
    assert choir.parent_id == party.id
    assert party.parent_id == small.units["云桥街道办事处"]
    assert queries.coordinating_unit(small.places["槐荫社区"], DAY) == party.id
    assert queries.unit_named("明珠物业").phone == "5550101"
    assert import_units(rows=rows, by=SYSTEM, at=AT).unchanged == 3


def test_faulty_units_are_named_and_none_is_opened(small):
    rows = [
        {"kind": "department", "name": "好单位", "place": ""},
        {"kind": "department", "name": "a", "place": "没有街道"},
        {"kind": "department", "name": "b", "place": "", "parent": "没有单位"},
        {"kind": "department", "name": "c", "place": "", "coordinates": "maybe"},
    ]
    with pytest.raises(CannotImport) as refused:
        import_units(rows=rows[:3], by=SYSTEM, at=AT)
    assert [(f.row, f.column) for f in refused.value.faults] == [(2, "place"), (3, "parent")]
    with pytest.raises(CannotImport, match="coordinates"):
        import_units(rows=[rows[0], rows[3]], by=SYSTEM, at=AT)
    assert queries.unit_named("好单位") is None


def test_a_person_may_have_several_rows(small):
    rows = [
        {"login": "li", "name": "李安", "role": role, "unit": "柳岸社区居委会",
         "place": "云桥街道/柳岸社区"}
        for role in ("community_worker", "grid_worker")
    ]  # fmt: skip
    assert import_people(rows=rows, by=SYSTEM, at=AT, demo_password="a demo word").added == 1
    person = Person.objects.get(login="li")
    assert person.is_demo
    assert person.check_password("a demo word")
    assert len(actor_of(person, on=DAY).roles) == 2
    again = import_people(rows=rows, by=SYSTEM, at=AT)
    assert (again.added, again.unchanged) == (0, 1)
    assert len(actor_of(person, on=DAY).roles) == 2


def test_people_for_units_that_are_not_there_are_refused(small):
    rows = [{"login": "li", "name": "李安", "role": "unit_lead", "unit": "x", "place": "y"}]
    with pytest.raises(CannotImport) as refused:
        import_people(rows=rows, by=SYSTEM, at=AT)
    assert {fault.column for fault in refused.value.faults} == {"unit", "place"}
    assert not Person.objects.exists()


def test_faulty_duties_are_named_and_a_dry_run_adds_none(small):
    good = {"category_code": "env", "place": "云桥街道/槐荫社区", "unit": "云桥街道办事处",
            "contact": "1 work_day", "handling": "5 work_day"}  # fmt: skip
    rows = [good, good | {"unit": "x"}, good | {"place": "x"}, good | {"handling": "soon"}]
    with pytest.raises(CannotImport) as refused:
        import_duty_list(rows=rows, by=SYSTEM, at=AT)
    assert {(f.row, f.column) for f in refused.value.faults} == {
        (2, "unit"), (3, "place"), (4, "handling"),
    }  # fmt: skip
    before = export_duty_list()
    assert import_duty_list(rows=[good], by=SYSTEM, at=AT, dry_run=True).added == 1
    assert export_duty_list() == before


def test_matters_are_read_with_words_and_attributes(small):
    rows = [
        {"code": "heat", "name_zh": "供热", "name_en": "Heating", "valid_from": "2025-01-01",
         "keywords": "暖气:4；不热：2", "may_be_public": "是",
         "attributes": '[{"code":"t","datatype":"number","description":"室温"}]'}
    ]  # fmt: skip
    assert import_category_list(rows=rows, by=SYSTEM, at=AT).added == 1
    view = category("heat")
    assert view.keywords == {"暖气": 4.0, "不热": 2.0}
    assert view.attributes[0]["datatype"] == "number"
    assert view.may_be_public
    assert import_category_list(rows=rows, by=SYSTEM, at=AT).unchanged == 1
    for faulty in ({"keywords": "暖气"}, {"attributes": "{"}, {"attributes": "{}"}):
        with pytest.raises(CannotImport, match=next(iter(faulty))):
            import_category_list(rows=[rows[0] | faulty], by=SYSTEM, at=AT)
