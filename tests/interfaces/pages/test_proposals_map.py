"""Where the proposals of a round are and what they cost: the picture, and the same in words."""

import re
from math import hypot
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongzhi.affairs.budgets.proposals import check_proposal, make_proposal, withdraw_proposal
from gongzhi.affairs.budgets.queries.rounds import round_story
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.revisions import forget_all
from gongzhi.commons.territory.models import Place
from gongzhi.commons.territory.queries import revision as territory_revision
from gongzhi.interfaces.pages.budgets import proposals_map
from gongzhi.interfaces.pages.budgets.proposals_map import groups_of, picture_of
from tests.affairs.budgets.small_rounds import MARCH_2, SmallRound
from tests.affairs.small_district import build
from tests.interfaces.pages.reading import Page

pytestmark = pytest.mark.database

SQUARE = {
    "type": "Polygon",
    "coordinates": [
        [[120.0, 30.0], [120.01, 30.0], [120.01, 30.01], [120.0, 30.01], [120.0, 30.0]]
    ],
}


@pytest.fixture
def round_(db: None) -> SmallRound:
    cache.clear()
    made = SmallRound(build())
    Place.objects.filter(name=made.district.places["willow"].name).update(boundary=SQUARE)
    here = Place.objects.filter(pk=made.district.places["garden"].pk)
    here.update(longitude=120.004, latitude=30.004)
    forget_all()
    return made


def sound(path: str, status: int = 200) -> str:
    client = Client()
    for language in ("en", "zh-hans"):
        client.cookies["django_language"] = language
        answer = client.get(path)
        assert answer.status_code == status, path
        html = answer.content.decode()
        assert Page(html).faults == [], path
    return html


def circles(html: str) -> list[tuple[float, float, float]]:
    found = re.findall(r'asked" cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"', html)
    return [(float(x), float(y), float(r)) for x, y, r in found]


def test_a_circle_for_each_place_says_how_many_proposals_and_what_they_cost(
    round_: SmallRound,
) -> None:
    made = round_.collecting()
    willow = round_.district.places["willow"].pk
    for title, yuan, where in (("一", 30_000, None), ("二", 6_000, None), ("三", 4_000, willow)):
        new = round_.proposal(title, yuan, **({"place_id": where} if where else {}))
        make_proposal(round_id=made, new=new, by=RESIDENT, at=MARCH_2)
    assert f'href="/budgets/{made}/map"' in sound(f"/budgets/{made}")
    html = sound(f"/budgets/{made}/map")
    garden = round_.district.places["garden"].name
    assert f'aria-label="A {garden}：2 个提案，共 36,000 元"' in html
    for said in ('href="#place-A"', 'id="place-A"', "1 个提案，共 4,000 元", "一", "二", "三"):
        assert said in html
    (big, small) = circles(html)
    assert big[2] > small[2]
    assert hypot(big[0] - small[0], big[1] - small[1]) >= big[2] + small[2]


def test_what_is_funded_fills_its_part_of_the_circle(round_: SmallRound) -> None:
    made = round_.counted()
    html = sound(f"/budgets/{made}/map")
    (circle,) = circles(html)
    (inner,) = re.findall(r'won"[^>]* r="([\d.]+)"', html)
    groups = groups_of(round_story(by=RESIDENT, round_id=made))
    assert float(inner) ** 2 / circle[2] ** 2 == pytest.approx(
        groups[0].funded / groups[0].total, abs=0.01
    )
    assert "实心部分" in html


def test_what_cannot_be_done_and_what_was_taken_back_is_not_on_the_map(round_: SmallRound) -> None:
    made = round_.collecting()
    gone = make_proposal(round_id=made, new=round_.proposal("撤回的", 100), by=RESIDENT, at=MARCH_2)
    withdraw_proposal(token=gone.link_token, by=RESIDENT, at=MARCH_2)
    no = make_proposal(round_id=made, new=round_.proposal("不可行的", 100), by=RESIDENT, at=MARCH_2)
    check_proposal(
        proposal_id=no.proposal_id, feasible=False, cost=10_000, listed_as="", reason="不行",
        by=round_.worker, at=MARCH_2,
    )  # fmt: skip
    html = sound(f"/budgets/{made}/map")
    assert "还没有提案" in html
    assert "撤回的</a>" not in html


def test_without_an_outline_the_proposals_are_listed_all_the_same(round_: SmallRound) -> None:
    Place.objects.update(boundary=None)
    forget_all()
    made = round_.collecting()
    make_proposal(round_id=made, new=round_.proposal(), by=RESIDENT, at=MARCH_2)
    html = sound(f"/budgets/{made}/map")
    assert "还没有画边界" in html
    assert "楼道加装扶手" in html
    assert "<circle" not in html.split("<main", 1)[1].split("</main", 1)[0]


def test_a_draft_and_an_unknown_round_have_no_map(round_: SmallRound) -> None:
    sound(f"/budgets/{round_.drafted()}/map", status=404)
    sound("/budgets/999999/map", status=404)


def test_many_places_close_together_keep_apart_and_ask_no_more(round_: SmallRound) -> None:
    made = round_.collecting()
    make_proposal(round_id=made, new=round_.proposal(), by=RESIDENT, at=MARCH_2)

    def questions() -> int:
        forget_all()
        with CaptureQueriesContext(connection) as asked:
            assert Client().get(f"/budgets/{made}/map").status_code == 200
        return len(asked)

    before = questions()
    garden = Place.objects.get(pk=round_.district.places["garden"].pk)
    for number in range(8):
        estate = Place.objects.create(
            kind="estate", parent=garden.parent, name=f"小区{number}", path="",
            longitude=120.004, latitude=30.004,
        )  # fmt: skip
        Place.objects.filter(pk=estate.pk).update(path=f"{garden.parent.path}{estate.pk}/")
        with transaction.atomic():
            territory_revision.grow()
        make_proposal(
            round_id=made, new=round_.proposal(f"第{number}个", 900, place_id=estate.pk),
            by=RESIDENT, at=MARCH_2,
        )  # fmt: skip
    assert questions() <= before
    groups = groups_of(round_story(by=RESIDENT, round_id=made))
    picture = picture_of(groups, home=round_.district.places["willow"].pk)
    assert picture is not None
    spots = picture.spots
    assert len(spots) == 9
    for one in range(len(spots)):
        for other in range(one):
            apart = hypot(spots[one].x - spots[other].x, spots[one].y - spots[other].y)
            assert apart > 0.9 * (spots[one].radius + spots[other].radius)


def test_circles_at_the_edge_of_the_ground_are_in_the_picture(round_: SmallRound) -> None:
    garden = Place.objects.filter(pk=round_.district.places["garden"].pk)
    garden.update(longitude=120.0, latitude=30.01)  # the north-west corner
    forget_all()
    made = round_.collecting()
    make_proposal(round_id=made, new=round_.proposal(), by=RESIDENT, at=MARCH_2)
    html = sound(f"/budgets/{made}/map")
    box = re.search(r'viewBox="(-?\d+) (-?\d+) (\d+) (\d+)" role="group"', html)
    assert box is not None
    left, top, width, height = map(int, box.groups())
    ((x, y, radius),) = circles(html)
    assert left <= x - radius < x + radius <= left + width
    assert top <= y - radius < y + radius <= top + height


def test_hundreds_of_places_take_no_longer_than_a_page_may(monkeypatch: pytest.MonkeyPatch) -> None:
    pushes = 0
    real = proposals_map._push

    def counted(*given: Any) -> bool:
        nonlocal pushes
        pushes += 1
        return real(*given)

    monkeypatch.setattr(proposals_map, "_push", counted)
    apart = proposals_map._apart([(380.0, 250.0)] * 500, [26.0] * 500)
    assert len(apart) == 500
    assert pushes < 200_000
