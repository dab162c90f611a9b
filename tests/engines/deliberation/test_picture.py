"""The picture can be read by eye, by ear and by law."""

import re

from defusedxml import ElementTree

from gongzhi.engines.deliberation.opinion_map import MapSettings, draw_map
from gongzhi.engines.deliberation.picture import PictureWords, draw_picture, letter_of
from tests.engines.deliberation.oracles import make_votes

VOTES, _ = make_votes(voters=300, statements=50, camps=3, seed=11, answered=0.6)
SVG = "{http://www.w3.org/2000/svg}"


def test_each_group_is_drawn_with_its_letter_and_size() -> None:
    drawn = draw_map(VOTES)
    picture = ElementTree.fromstring(draw_picture(drawn))
    assert picture.find(f"{SVG}title").text == "意见地图"
    text = " ".join(one.text or "" for one in picture.iter(f"{SVG}text"))
    for g, size in enumerate(drawn.sizes):
        assert f"{letter_of(g)} 组 · {size} 人" in text


def test_no_dot_stands_for_fewer_people_than_asked_and_the_rest_are_counted() -> None:
    drawn = draw_map(VOTES)
    everyone = draw_picture(drawn, least_people=1)
    careful = draw_picture(drawn, least_people=5)
    assert careful.count("<circle") < everyone.count("<circle")
    assert "未画出" in careful
    assert "未画出" not in everyone


def test_people_far_apart_are_gathered_rather_than_left_out() -> None:
    few, _ = make_votes(voters=60, statements=20, camps=2, seed=3, answered=0.8)
    drawn = draw_map(few)
    picture = draw_picture(drawn, least_people=5)
    assert "<circle" in picture
    left = re.search(r"另有 (\d+) 人", picture)
    assert left is None or int(left[1]) < 5 * drawn.k


def test_words_are_escaped_and_may_be_in_another_language() -> None:
    words = PictureWords(title="A < B & C", group="Group {letter}: {size} people")
    picture = draw_picture(draw_map(VOTES), words=words)
    assert "A &lt; B &amp; C" in picture
    assert "Group A:" in picture
    assert ElementTree.fromstring(picture).find(f"{SVG}title").text == "A < B & C"


def test_the_picture_asks_for_nothing_from_outside() -> None:
    picture = draw_picture(draw_map(VOTES))
    assert "<script" not in picture
    assert "href" not in picture
    assert picture.count("http") == 1  # the name of SVG itself


def test_an_empty_map_is_still_a_picture() -> None:
    votes, _ = make_votes(voters=4, statements=9, seed=1)
    drawn = draw_map(votes, settings=MapSettings(least_votes=9, least_voters=0))
    ElementTree.fromstring(draw_picture(drawn))


def test_groups_beyond_the_alphabet_have_names() -> None:
    assert [letter_of(g) for g in (0, 25, 26)] == ["A", "Z", "G27"]
