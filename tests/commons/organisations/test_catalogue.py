"""Whose a matter is."""

from datetime import date, timedelta

import pytest

from gongzhi.commons.ledger.models import Event
from gongzhi.commons.organisations.actors import SYSTEM
from gongzhi.commons.organisations.catalogue import NoDuty, export_duties, find_duty, import_duties
from gongzhi.commons.organisations.duties import (
    CannotEditDuty,
    NewDuty,
    WorkListEntry,
    end_duty,
    set_work_list,
)
from gongzhi.commons.organisations.editing import close_unit
from gongzhi.commons.organisations.queries import in_work_list
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.rows import CannotImport
from gongzhi.commons.territory.queries import ancestors
from tests.commons.small_district import AT, BEGINS, DAY, actor, limit

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def owner(small, code: str, place: str, on: date = DAY) -> str:
    unit_id = find_duty(code, small.places[place], on=on).unit_id
    return next(name for name, each in small.units.items() if each == unit_id)


def line(small, code: str, place: str, unit: str, *, since: date = DAY, until=None) -> NewDuty:
    return NewDuty(code, small.places[place], small.units[unit], limit("1 hour"),
                   limit("3 work_day"), since, until)  # fmt: skip


@pytest.mark.parametrize(
    ("code", "place", "unit"),
    [
        ("env.waste", "柳岸社区", "柳岸社区居委会"),
        ("env.waste.bulky", "柳岸社区", "柳岸社区居委会"),  # no line of its own
        ("env.waste", "3号楼", "柳岸社区居委会"),  # the matter counts before the place
        ("env.noise", "3号楼", "湖东区城管局"),
        ("water", "3号楼", "湖东供水公司"),
        ("traffic", "3号楼", "明珠物业"),  # every matter, deepest place
        ("", "3号楼", "明珠物业"),
        ("", "第二网格", "柳岸社区居委会"),
        ("", "塔影社区", "湖东区城管局"),
        ("environment", "塔影社区", "湖东区城管局"),  # not below "env"
    ],
)
def test_the_most_specific_matter_counts_first_then_the_deepest_place(small, code, place, unit):
    assert owner(small, code, place) == unit


def test_the_line_carries_its_limits(small):
    found = find_duty("env.waste", small.places["柳岸社区"], on=DAY)
    assert (found.contact, found.handling) == (limit("4 work_hour"), limit("2 work_day"))


def test_before_its_first_day_a_line_does_not_hold(small):
    with pytest.raises(NoDuty, match="派单目录"):
        find_duty("env", small.places["柳岸社区"], on=BEGINS - timedelta(days=1))


def test_what_a_closed_unit_did_falls_to_the_next_line(small):
    close_unit(unit_id=small.units["明珠物业"], ends=date(2025, 5, 31), by=SYSTEM, at=AT)
    assert owner(small, "traffic", "3号楼") == "柳岸社区居委会"
    assert owner(small, "traffic", "3号楼", on=date(2025, 5, 31)) == "明珠物业"


def test_a_new_line_takes_over_from_its_day_and_both_are_in_the_ledger(small):
    report = import_duties(rows=[line(small, "env.waste", "柳岸社区", "明珠物业")], by=SYSTEM,
                           at=AT)  # fmt: skip
    assert (report.added, report.unchanged, report.ended) == (1, 0, 1)
    assert owner(small, "env.waste", "柳岸社区") == "明珠物业"
    assert owner(small, "env.waste", "柳岸社区", on=DAY - timedelta(days=1)) == "柳岸社区居委会"
    ended = Event.objects.get(kind="duty.ended")
    assert ended.data == {"ends": "2025-06-01"}
    added = Event.objects.filter(kind="duty.added").latest("id")
    assert added.data["handling"] == "3 work_day"


def test_importing_what_was_exported_changes_nothing(small):
    lines = export_duties()
    report = import_duties(rows=lines, by=SYSTEM, at=AT)
    assert (report.added, report.unchanged, report.ended) == (0, len(lines), 0)
    assert export_duties() == lines


def test_a_dry_run_says_what_would_happen_and_leaves_it_undone(small):
    rows = [line(small, "env.waste", "柳岸社区", "明珠物业")]
    report = import_duties(rows=rows, by=SYSTEM, at=AT, dry_run=True)
    assert (report.added, report.ended) == (1, 1)
    assert owner(small, "env.waste", "柳岸社区") == "柳岸社区居委会"


def test_every_faulty_line_is_named_and_none_is_added(small):
    good = line(small, "env", "柳岸社区", "明珠物业")
    rows = [
        good,
        line(small, "nothing", "柳岸社区", "明珠物业"),
        NewDuty("env", 10**9, good.unit_id, good.contact, good.handling, DAY),
        NewDuty("env", small.places["3号楼"], 10**9, good.contact, good.handling, DAY),
        line(small, "env", "塔影社区", "明珠物业", until=DAY - timedelta(days=1)),
        good,
        line(small, "env.waste", "柳岸社区", "明珠物业", since=BEGINS),
        NewDuty("water", small.places["3号楼"], good.unit_id, good.contact,
                limit("40000 hour"), DAY),
    ]  # fmt: skip
    with pytest.raises(CannotImport) as refused:
        import_duties(rows=rows, by=SYSTEM, at=AT)
    assert [fault.row for fault in refused.value.faults] == [2, 3, 4, 5, 6, 7, 8]
    assert owner(small, "env", "柳岸社区") == "湖东区城管局"


def test_an_ended_line_gives_way(small):
    duty_id = find_duty("env.waste", small.places["柳岸社区"], on=DAY).duty_id
    end_duty(duty_id=duty_id, ends=DAY - timedelta(days=1), by=SYSTEM, at=AT)
    assert owner(small, "env.waste", "柳岸社区") == "湖东区城管局"
    with pytest.raises(CannotEditDuty, match="已终止"):
        end_duty(duty_id=duty_id, ends=DAY, by=SYSTEM, at=AT)


def test_only_the_district_changes_the_catalogue(small):
    with pytest.raises(NotPermitted):
        import_duties(rows=[], by=actor(RoleKind.SUBDISTRICT_LEAD), at=AT)
    with pytest.raises(NotPermitted):
        end_duty(duty_id=1, ends=DAY, by=actor(RoleKind.COORDINATOR), at=AT)
    with pytest.raises(NotPermitted):
        set_work_list(entries=[], by=actor(RoleKind.COORDINATOR), at=AT)


def test_the_work_list_holds_for_a_matter_and_what_lies_below_it(small):
    entries = [WorkListEntry("env.waste", "清运", BEGINS, date(2025, 12, 31))]
    set_work_list(entries=entries, by=SYSTEM, at=AT)
    assert in_work_list("env.waste.bulky", DAY)
    assert not in_work_list("env", DAY)
    assert not in_work_list("", DAY)
    assert not in_work_list("env.waste", date(2026, 1, 1))
    assert Event.objects.get(kind="work_list.set").data == {"matters": 1}


def test_a_work_list_with_unknown_or_repeated_matters_is_refused(small):
    entries = [WorkListEntry(code, "x", BEGINS) for code in ("env", "nothing", "env")]
    with pytest.raises(CannotImport) as refused:
        set_work_list(entries=entries, by=SYSTEM, at=AT)
    assert [fault.row for fault in refused.value.faults] == [2, 3]


def test_a_warm_catalogue_is_asked_without_a_query(small, django_assert_num_queries):
    find_duty("env.waste", small.places["3号楼"], on=DAY)
    with django_assert_num_queries(0):
        find_duty("water", small.places["3号楼"], on=DAY)


def test_the_catalogue_agrees_with_looking_through_every_line(small):
    lines = export_duties()
    for place in small.places.values():
        chain = [view.id for view in ancestors(place)]
        for code in ("env.waste.bulky", "env.waste", "env", "water", "other.x", ""):
            fitting = [
                each
                for each in lines
                if each.place_id in chain
                and (each.category_code in ("", code)
                     or code.startswith(each.category_code + "."))
            ]  # fmt: skip
            best = max(
                fitting, key=lambda each: (len(each.category_code), chain.index(each.place_id))
            )
            assert find_duty(code, place, on=DAY).unit_id == best.unit_id
