"""What offices and coordinators read of the record: numbers with their doubt, and no zeros."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from gongzhi.affairs.assemblies.models import Topic
from gongzhi.commons.organisations.actors import SYSTEM
from gongzhi.commons.organisations.people import NewPerson, NewRole, add_person, give_role
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.territory.models import Place
from gongzhi.insights.indicators.definitions import INDICATORS
from gongzhi.insights.indicators.shapes import Difficulty
from gongzhi.insights.indicators.snapshots import forget_snapshot
from tests.affairs.small_district import SmallDistrict
from tests.affairs.tickets.journeys import closed
from tests.insights.district import build
from tests.interfaces.pages.reading import Page

pytestmark = pytest.mark.django_db
SignIn = Callable[[RoleKind, str, str], Client]


@pytest.fixture
def district(db: None) -> Iterator[SmallDistrict]:
    """A district with six closed tickets of ten days ago."""
    forget_snapshot()
    now = timezone.now()
    made = build(at=now - timedelta(days=60))
    for _ in range(6):
        closed(made, at=now - timedelta(days=10))
    yield made
    forget_snapshot()


@pytest.fixture
def sign_in(district: SmallDistrict, client: Client) -> SignIn:
    def as_role(kind: RoleKind, unit: str, place: str) -> Client:
        at = timezone.now() - timedelta(days=5)
        person = add_person(new=NewPerson(kind.value, kind.value), by=SYSTEM, at=at)
        role = NewRole(person, district.units[unit].pk, kind.value, district.places[place].pk)
        give_role(new=role, by=SYSTEM, at=at)
        client.force_login(get_user_model().objects.get(login=kind.value))
        return client

    return as_role


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_of_the_record_is_sound(sign_in: SignIn, language: str) -> None:
    client = sign_in(RoleKind.DISTRICT_OFFICER, "hotline", "district")
    client.cookies["django_language"] = language
    paths = ["/insights", "/insights/schemes", *(f"/insights/{each.value}" for each in Difficulty)]
    paths += [f"/insights/indicator/{each.code}" for each in INDICATORS]
    for path in paths:
        assert Page(text(client, path)).faults == [], path


def test_what_has_no_record_is_said_and_not_shown_as_zero(sign_in: SignIn) -> None:
    client = sign_in(RoleKind.DISTRICT_OFFICER, "hotline", "district")
    page = text(client, "/insights/misfit")
    assert "期内没有记录" in page
    assert "0.0%" not in page


def test_a_number_stands_with_its_limits_counts_and_records(sign_in: SignIn) -> None:
    client = sign_in(RoleKind.DISTRICT_OFFICER, "hotline", "district")
    page = text(client, "/insights/indicator/response_rate")
    assert "6 / 6" in page
    assert "区间" in page
    assert "数字背后的记录" in page
    assert 'href="/tickets/' in page


def test_a_coordinator_reads_their_community_and_no_other(
    sign_in: SignIn, district: SmallDistrict
) -> None:
    client = sign_in(RoleKind.COORDINATOR, "party", "willow")
    page = text(client, "/insights/indicator/response_rate")
    assert "柳岸社区" in page
    assert "梅溪社区" not in page
    other = district.places["plum"].pk
    assert "梅溪社区" not in text(client, f"/insights/indicator/response_rate?group={other}")


@pytest.mark.parametrize("path", ["/insights", "/insights/failure"])
def test_who_may_not_read_indicators_is_told_so(sign_in: SignIn, path: str) -> None:
    client = sign_in(RoleKind.GRID_WORKER, "committee", "willow")
    assert client.get(path).status_code == 403


def test_strangers_are_led_to_the_door(client: Client) -> None:
    assert client.get("/insights").status_code == 302


@pytest.mark.parametrize("path", ["/insights/happiness", "/insights/indicator/happiness"])
def test_what_is_not_there_is_not_found(sign_in: SignIn, path: str) -> None:
    assert sign_in(RoleKind.RESEARCHER, "hotline", "district").get(path).status_code == 404


@pytest.mark.parametrize("period", ["2026Q1", "1999", "soon", "2999"])
def test_any_period_in_the_address_gives_a_page(sign_in: SignIn, period: str) -> None:
    client = sign_in(RoleKind.RESEARCHER, "hotline", "district")
    assert text(client, f"/insights?period={period}")


def test_a_difficulty_is_told_of_one_community_beside_similar_ones(
    sign_in: SignIn, district: SmallDistrict
) -> None:
    client = sign_in(RoleKind.DISTRICT_OFFICER, "hotline", "district")
    willow = district.places["willow"].pk
    page = text(client, f"/insights/failure?group={willow}")
    assert "与相近的社区比：柳岸社区" in page
    assert Page(page).faults == []
    assert "与相近的社区比" not in text(client, "/insights/failure?group=999999")


def test_nobody_compares_a_community_that_is_not_theirs_to_see(
    sign_in: SignIn, district: SmallDistrict
) -> None:
    client = sign_in(RoleKind.COORDINATOR, "party", "willow")
    other = district.places["plum"].pk
    page = text(client, f"/insights/failure?group={other}")
    assert "梅溪社区" not in page
    assert "与相近的社区比" not in page


def test_a_map_says_in_words_what_its_tints_say(sign_in: SignIn, district: SmallDistrict) -> None:
    square = {
        "type": "Polygon",
        "coordinates": [[[120.0, 30.0], [120.1, 30.0], [120.1, 30.1], [120.0, 30.0]]],
    }
    for name in ("willow", "plum"):
        Place.objects.filter(pk=district.places[name].pk).update(boundary=square)
    client = sign_in(RoleKind.COORDINATOR, "party", "willow")
    page = text(client, "/insights/indicator/handling_hours")
    assert 'aria-label="柳岸社区: ' in page
    assert "梅溪社区" not in page, "only what the reader may see is drawn"
    assert Page(page).faults == []


def test_a_scheme_shows_its_number_or_what_is_missing(sign_in: SignIn) -> None:
    page = text(sign_in(RoleKind.DISTRICT_OFFICER, "hotline", "district"), "/insights/schemes")
    assert "三率综合" in page
    assert "缺：" in page, "nobody was called back, so two of three rates have no number"


def test_records_open_where_they_have_a_page_and_have_names(
    sign_in: SignIn, district: SmallDistrict
) -> None:
    client = sign_in(RoleKind.DISTRICT_OFFICER, "hotline", "district")
    assert 'href="/tickets/' in text(client, "/insights/indicator/handling_hours")
    assert "和风花园业主委员会" in text(client, "/insights/indicator/isolated_partner_share")


def test_a_measure_is_handed_on_by_a_person_as_a_topic_and_by_nothing_else(
    sign_in: SignIn, district: SmallDistrict
) -> None:
    client = sign_in(RoleKind.COORDINATOR, "party", "willow")
    assert 'href="/topics/new?measure=root_cause"' in text(client, "/insights/failure")
    form = text(client, "/topics/new?measure=root_cause")
    assert Page(form).faults == []
    assert 'value="重复事项找根子"' in form
    assert "开一次现场会" in form
    assert "当心" in form
    assert not Topic.objects.exists(), "looking at it proposes nothing"
    place = str(district.places["willow"].pk)
    sent = {"title": "重复事项找根子", "question": "先改哪里？", "text": "开会", "place": place}
    assert client.post("/topics/new?measure=root_cause", sent).status_code == 302
    assert Topic.objects.get().title == "重复事项找根子"
    assert "重复事项" not in text(client, "/topics/new?measure=nothing")
