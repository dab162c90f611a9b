"""Changing the tree of places: state, event, permission, refusal."""

from datetime import date

import pytest

from gongzhi.commons.ledger.models import Event
from gongzhi.commons.organisations.actors import SYSTEM
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.rows import CannotImport
from gongzhi.commons.territory import queries
from gongzhi.commons.territory.editing import (
    CannotEditPlace,
    NewPlace,
    add_place,
    add_places,
    change_place,
    close_place,
    set_code,
)
from tests.commons.small_district import AT, DAY, actor

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def events_of(place_id: int) -> list[tuple[str, dict]]:
    rows = Event.objects.filter(subject_kind="place", subject_id=place_id).order_by("sequence")
    return list(rows.values_list("kind", "data"))


def test_a_new_place_knows_its_path_and_tells_the_ledger(small):
    officer = actor(RoleKind.DISTRICT_OFFICER)
    grid = NewPlace("grid", "第三网格", parent_id=small.places["柳岸社区"])
    made = add_place(new=grid, by=officer, at=AT)
    assert queries.place(made).path == queries.place(small.places["柳岸社区"]).path + f"{made}/"
    assert events_of(made) == [
        ("place.added", {"kind": "grid", "parent": small.places["柳岸社区"]})
    ]


def test_a_coordinator_may_not_change_the_tree(small):
    coordinator = actor(RoleKind.COORDINATOR)
    place_id = small.places["柳岸社区"]
    with pytest.raises(NotPermitted):
        add_place(new=NewPlace("grid", "第三网格", parent_id=place_id), by=coordinator, at=AT)
    with pytest.raises(NotPermitted):
        change_place(place_id=place_id, name="x", by=coordinator, at=AT)
    with pytest.raises(NotPermitted):
        close_place(place_id=place_id, ends=DAY, by=coordinator, at=AT)
    with pytest.raises(NotPermitted):
        set_code(place_id=place_id, scheme="x", code="1", valid_from=DAY, by=coordinator, at=AT)


def test_every_faulty_row_is_named_and_none_is_added(small):
    community, building = small.places["柳岸社区"], small.places["3号楼"]
    rows = [
        NewPlace("grid", "好网格", parent_id=community),
        NewPlace("village", "x", parent_id=community),
        NewPlace("grid", "", parent_id=community),
        NewPlace("grid", "x", parent_id=10**9),
        NewPlace("grid", "x", parent_row=4),
        NewPlace("grid", "x", parent_id=building),
        NewPlace("grid", "第一网格", parent_id=community),
        NewPlace("district", "又一区"),
        NewPlace("grid", "y", parent_id=community, households=-1),
        NewPlace("grid", "z", parent_id=community, latitude=91.0, longitude=0.0),
        NewPlace("grid", "w", parent_id=community, latitude=1.0),
        NewPlace("grid", "好网格", parent_id=community),
    ]
    with pytest.raises(CannotImport) as refused:
        add_places(rows=rows, by=SYSTEM, at=AT)
    assert [fault.row for fault in refused.value.faults] == list(range(2, 13))
    assert "好网格" not in [view.name for view in queries.children(community)]


def test_only_facts_that_differ_are_changed_and_told(small):
    estate = small.places["明珠小区"]
    change_place(place_id=estate, name="明珠小区", households=480, by=SYSTEM, at=AT)
    change_place(place_id=estate, households=480, by=SYSTEM, at=AT)
    assert queries.place(estate).households == 480
    assert events_of(estate)[1:] == [("place.changed", {"fields": ["households"]})]


@pytest.mark.parametrize("facts", [{"path": "/"}, {"name": " "}, {"name": "第二网格"}])
def test_a_change_that_makes_no_sense_is_refused(small, facts):
    with pytest.raises(CannotEditPlace):
        change_place(place_id=small.places["第一网格"], by=SYSTEM, at=AT, **facts)


def test_a_place_closes_only_after_what_lies_in_it(small):
    with pytest.raises(CannotEditPlace, match="第一网格"):
        close_place(place_id=small.places["柳岸社区"], ends=DAY, by=SYSTEM, at=AT)
    close_place(place_id=small.places["第二网格"], ends=DAY, by=SYSTEM, at=AT)
    assert events_of(small.places["第二网格"])[1:] == [("place.closed", {"ends": "2025-06-02"})]
    with pytest.raises(CannotEditPlace, match="已撤销"):
        close_place(place_id=small.places["第二网格"], ends=DAY, by=SYSTEM, at=AT)
    with pytest.raises(CannotEditPlace, match="早于"):
        close_place(place_id=small.places["湖东区"], ends=date(2024, 1, 1), by=SYSTEM, at=AT)


def test_a_new_code_ends_the_old_one_the_day_before(small):
    place_id = small.places["湖东区"]
    set_code(place_id=place_id, scheme="stat12", code="990102000000", valid_from=DAY, by=SYSTEM,
             at=AT)  # fmt: skip
    assert queries.codes_of(place_id, on=DAY) == {"stat12": "990102000000"}
    assert queries.codes_of(place_id, on=date(2025, 6, 1)) == {"stat12": "990101000000"}
    assert events_of(place_id)[1][0] == "place.coded"


def test_a_code_is_refused_where_it_would_be_ambiguous(small):
    def give(name: str, code: str, valid_from: date) -> None:
        set_code(place_id=small.places[name], scheme="stat12", code=code, valid_from=valid_from,
                 by=SYSTEM, at=AT)  # fmt: skip

    with pytest.raises(CannotEditPlace, match="另一地点"):
        give("云桥街道", "990101000000", DAY)
    with pytest.raises(CannotEditPlace, match="更晚"):
        give("湖东区", "990109000000", date(2024, 12, 1))
    with pytest.raises(CannotEditPlace, match="不能为空"):
        give("湖东区", " ", DAY)
