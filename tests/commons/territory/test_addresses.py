"""Reading Chinese addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.commons.organisations.actors import SYSTEM
from gongzhi.commons.territory.address_text import (
    building_number,
    entrance_number,
    plain,
    read_number,
    road_of,
)
from gongzhi.commons.territory.editing import NewPlace, add_place, add_places, close_place
from gongzhi.commons.territory.locating import Certainty, locate_address
from gongzhi.commons.territory.queries import place
from tests.commons.small_district import AT, DAY


@pytest.mark.parametrize(
    ("written", "number"),
    [("3", "3"), ("03", "3"), ("十", "10"), ("十二", "12"), ("二十", "20"), ("二十三", "23"),
     ("一百", "100"), ("一百零二", "102"), ("一二", "12"), ("两", "2"), ("a", "a"), ("〇", "0")],
)  # fmt: skip
def test_a_number_is_read_however_it_is_written(written, number):
    assert read_number(written) == number


_TENS = "零一二三四五六七八九"


@given(st.integers(1, 99))
def test_every_number_below_a_hundred_is_read_in_chinese(number):
    tens, ones = divmod(number, 10)
    text = ("" if tens == 0 else "十" if tens == 1 else _TENS[tens] + "十") + (
        _TENS[ones] if ones or not tens else ""
    )
    assert read_number(text) == str(number)


@pytest.mark.parametrize("name", ["3号楼", "三号楼", "3栋", "3幢", "3#", "3#楼", "第3栋", "３号楼"])
def test_a_building_is_the_same_however_it_is_called(name):
    assert building_number(name) == "3"


def test_what_is_no_building_has_no_building_number():
    assert building_number("办公楼") is None
    assert building_number("3号院") is None
    assert entrance_number("二单元") == "2"
    assert road_of("青禾路18号") == "青禾路"
    assert road_of("青禾路") is None


def test_characters_are_made_alike_and_remember_where_they_came_from():
    folded = plain("Ａ座， １２号")
    assert folded.text == "a座12号"
    assert folded.origin() == [0, 1, 4, 5, 6]


pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def town(small):
    """The small district with a second 明珠小区 elsewhere, a staircase, and a gate on two roads."""
    grid, street = small.places["第二网格"], small.places["塔影社区"]
    rows = [
        NewPlace("estate", "阳光家园", parent_id=grid, addresses=("青禾路9号", "望塔街2号")),
        NewPlace("estate", "明珠小区", parent_id=street, addresses=("望塔街7号",)),
        NewPlace("building", "3号楼", parent_row=1),
        NewPlace("entrance", "2单元", parent_id=small.places["3号楼"]),
    ]
    ids = add_places(rows=rows, by=SYSTEM, at=AT)
    return {**small.places, "阳光家园": ids[0], "另一明珠": ids[1], "2单元": ids[3]}


@pytest.mark.parametrize(
    ("text", "named", "rest"),
    [
        ("湖东区云桥街道柳岸社区明珠小区3号楼2单元501室", "2单元", "501室"),
        ("柳岸社区明珠小区三栋二单元501", "2单元", "501"),
        ("柳岸社区 明珠小区 ３号楼 ２单元", "2单元", ""),
        ("柳岸社区明珠小区3-2-501", "2单元", "-501"),
        ("柳岸社区明珠小区12#", "12号楼", ""),
        ("柳岸社区明珠小区99号楼", "明珠小区", "99号楼"),
        ("明珠花园3号楼", "3号楼", ""),  # the alias is only here
        ("青禾路18号3号楼", "3号楼", ""),
        ("青禾路１８号", "明珠小区", ""),
        ("望塔街2号", "阳光家园", ""),
        ("柳岸居委会", "柳岸社区", ""),
        ("云桥街道办事处门口", "云桥街道", "门口"),
        ("柳岸社区第二网格", "第二网格", ""),
        ("石鼓街道明珠小区", "另一明珠", ""),
        ("家住阳光家园，楼道灯不亮", "阳光家园", "家住，楼道灯不亮"),
        ("青禾路上的井盖丢了", "柳岸社区", "上的井盖丢了"),  # only one community has gates on it
        ("湖东区", "湖东区", ""),
    ],
)
def test_an_address_leads_to_the_deepest_place_it_names(town, text, named, rest):
    match = locate_address(text)
    assert match.place_id == town[named]
    assert match.certainty is Certainty.CERTAIN
    assert match.rest == rest


def test_the_matched_pieces_are_those_of_the_text(town):
    match = locate_address("柳岸社区 明珠小区，３号楼")
    assert match.matched == ("柳岸社区", "明珠小区", "３号楼")


def test_a_name_that_several_places_bear_is_ambiguous(town):
    match = locate_address("明珠小区3号楼停水")
    assert match.certainty is Certainty.AMBIGUOUS
    assert match.place_id == town["湖东区"]  # what both lie in
    assert set(match.candidates) == {town["明珠小区"], town["另一明珠"]}


def test_two_places_in_one_text_are_not_guessed_between(town):
    match = locate_address("明珠花园和阳光家园之间的路")
    assert match.certainty is Certainty.AMBIGUOUS
    assert place(match.place_id).name == "柳岸社区"


def test_a_road_through_several_communities_stays_open(town):
    match = locate_address("望塔街3号门前积水")
    assert match.certainty is Certainty.AMBIGUOUS
    assert match.place_id == town["湖东区"]


def test_a_community_weighs_more_than_a_road_elsewhere(town):
    match = locate_address("槐荫社区青禾路3号")
    assert match.place_id == town["槐荫社区"]
    assert match.certainty is Certainty.CONFLICTING


def test_names_that_contradict_each_other_leave_what_both_lie_in(town):
    match = locate_address("石鼓街道柳岸社区")
    assert match.place_id == town["湖东区"]
    assert match.certainty is Certainty.AMBIGUOUS


@pytest.mark.parametrize("text", ["", "   ", "某处路灯不亮", "x" * 5000])
def test_without_a_name_nothing_is_found(town, text):
    match = locate_address(text)
    assert (match.place_id, match.certainty, match.matched) == (None, Certainty.NONE, ())
    assert match.rest == text[:2000]


def test_a_closed_place_is_no_longer_named(town):
    close_place(place_id=town["阳光家园"], ends=DAY, by=SYSTEM, at=AT)
    assert locate_address("阳光家园").place_id is None


def test_a_new_place_is_found_at_once(town):
    new = NewPlace("estate", "听雨轩", parent_id=town["第二网格"])
    made = add_place(new=new, by=SYSTEM, at=AT)
    assert locate_address("听雨轩门口").place_id == made


@given(st.text(max_size=60))
def test_any_text_at_all_is_read_without_an_error(text):
    from gongzhi.commons.territory.addresses import AddressBook  # noqa: PLC0415
    from gongzhi.commons.territory.tree import PlaceRow, plant  # noqa: PLC0415

    def row(number: int, kind: str, name: str, above: int | None) -> PlaceRow:
        return PlaceRow(number, kind, name, above, None, None, None, None, None)

    tree = plant([row(1, "district", "湖东区", None), row(2, "estate", "明珠小区", 1),
                  row(3, "building", "3号楼", 2)])  # fmt: skip
    book = AddressBook(tree, {"湖东区": {1}, "明珠小区": {2}}, set())
    for tried in (text, f"明珠小区{text}", f"{text}湖东区"):
        match = book.locate(tried)
        assert len(match.rest) + sum(map(len, match.matched)) <= len(tried)
