"""Asking the tree of places."""

import threading
from datetime import date

import pytest
from django.db import connection, transaction

from gongzhi.commons.organisations.actors import SYSTEM
from gongzhi.commons.territory import queries
from gongzhi.commons.territory.editing import change_place, close_place
from gongzhi.commons.territory.queries import UnknownPlace
from tests.commons.small_district import AT, DAY, build

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def names(views) -> list[str]:
    return [view.name for view in views]


def test_a_place_is_named_as_in_an_address(small):
    building = queries.place(small.places["3号楼"])
    assert building.full_name == "云桥街道柳岸社区明珠小区3号楼"
    assert queries.place(small.places["第一网格"]).full_name == "云桥街道柳岸社区第一网格"
    assert queries.district().full_name == "湖东区"


def test_the_ancestors_lead_from_the_district_to_the_place(small):
    chain = queries.ancestors(small.places["明珠小区"])
    assert names(chain) == ["湖东区", "云桥街道", "柳岸社区", "第一网格", "明珠小区"]
    assert chain[-1].path == "/" + "/".join(str(view.id) for view in chain) + "/"


def test_a_place_lies_in_one_of_each_kind_above_it(small):
    building = small.places["3号楼"]
    assert queries.ancestor_of_kind(building, "community") == small.places["柳岸社区"]
    assert queries.ancestor_of_kind(building, "building") == building
    assert queries.ancestor_of_kind(small.places["湖东区"], "community") is None


def test_a_subtree_holds_the_place_and_all_that_lies_in_it(small):
    ids = queries.subtree_ids(small.places["柳岸社区"])
    inside = ["柳岸社区", "第一网格", "明珠小区", "3号楼", "12号楼", "第二网格"]
    assert ids == [small.places[name] for name in inside]
    assert names(queries.children(small.places["湖东区"])) == ["云桥街道", "石鼓街道"]


def test_places_of_a_kind_are_found_in_the_district_or_in_a_part(small):
    assert names(queries.communities()) == ["柳岸社区", "槐荫社区", "塔影社区"]
    within = queries.places_of_kind("community", within=small.places["石鼓街道"])
    assert names(within) == ["塔影社区"]


def test_several_places_are_fetched_at_once_and_unknown_ones_left_out(small):
    wanted = small.places["柳岸社区"]
    assert list(queries.places([wanted, 10**9])) == [wanted]
    assert queries.find_place(10**9) is None
    assert queries.find_place(None) is None


@pytest.mark.parametrize("question", [queries.place, queries.ancestors, queries.subtree_ids])
def test_an_unknown_place_is_said_to_be_unknown(small, question):
    with pytest.raises(UnknownPlace):
        question(10**9)


def test_an_installation_begins_without_a_district():
    assert queries.is_empty()
    with pytest.raises(UnknownPlace):
        queries.district()


def test_a_closed_place_is_in_the_history_but_not_in_the_lists(small):
    community = small.places["塔影社区"]
    close_place(place_id=community, ends=date(2025, 5, 31), by=SYSTEM, at=AT)
    assert "塔影社区" not in names(queries.communities(on=DAY))
    assert "塔影社区" in names(queries.communities(on=date(2025, 5, 31)))
    assert queries.place(community).ends == date(2025, 5, 31)
    assert community in queries.subtree_ids(small.places["湖东区"])


def test_a_code_leads_to_its_place(small):
    found = queries.place_with_code("stat12", "990101000000", on=DAY)
    assert found == queries.district()
    assert queries.place_with_code("stat12", "990101000000", on=date(2024, 1, 1)) is None
    assert queries.codes_of(small.places["湖东区"], on=DAY) == {"stat12": "990101000000"}


def test_a_warm_tree_is_asked_without_a_query(small, django_assert_num_queries):
    queries.district()
    with django_assert_num_queries(0):
        queries.ancestors(small.places["3号楼"])
        queries.communities()
        queries.subtree_ids(small.places["柳岸社区"])


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_change_is_never_seen_by_anybody_else():
    place_id = build().places["柳岸社区"]
    assert queries.place(place_id).name == "柳岸社区"
    seen: list[str] = []

    def look() -> None:
        seen.append(queries.place(place_id).name)
        connection.close()

    with transaction.atomic():
        change_place(place_id=place_id, name="杨岸社区", by=SYSTEM, at=AT)
        assert queries.place(place_id).name == "杨岸社区"
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        transaction.set_rollback(True)
    assert seen == ["柳岸社区"]
    assert queries.place(place_id).name == "柳岸社区"
