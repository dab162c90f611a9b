"""Topics, decisions, rounds and reports for programs: what everyone may read, and no more."""

import pytest
from django.test import Client
from django.utils import timezone

from gongzhi.affairs.assemblies.drawing import draw_opinion
from gongzhi.affairs.budgets.counting import count_round
from tests.affairs.assemblies.talks import Talk, propose
from tests.affairs.budgets.small_rounds import AFTER, SmallRound
from tests.affairs.small_district import SmallDistrict, build

pytestmark = [pytest.mark.django_db, pytest.mark.database]
V1 = "/api/v1"


@pytest.fixture
def district(db: None) -> SmallDistrict:
    return build()


@pytest.fixture
def talk(district: SmallDistrict) -> Talk:
    made = propose(district)
    made.open()
    return made


def test_an_open_topic_is_listed_and_a_proposal_is_not(
    client: Client, district: SmallDistrict, talk: Talk
) -> None:
    propose(district, seeds=())
    found = client.get(f"{V1}/topics").json()
    assert [topic["id"] for topic in found["topics"]] == [talk.topic_id]
    assert found["topics"][0]["voters"] is None
    assert client.get(f"{V1}/topics", {"over": "true"}).json()["topics"] == []


def test_a_map_is_told_in_groups_of_at_least_five(client: Client, talk: Talk) -> None:
    path = f"{V1}/topics/{talk.topic_id}/opinion"
    assert client.get(path).json()["ready"] is False
    talk.two_camps(12)
    draw_opinion(topic_id=talk.topic_id, at=timezone.now())
    told = client.get(path).json()
    assert told["ready"]
    assert all(group["size"] >= 5 for group in told["groups"])
    assert all(0 <= each["agree"] <= 10 for each in told["statements"])
    assert not any(token in str(told) for token in talk.tokens)


def test_a_decision_tells_how_far_it_has_come(client: Client, talk: Talk) -> None:
    talk.notice()
    decision = talk.decide(talk.task())
    (listed,) = client.get(f"{V1}/decisions").json()["decisions"]
    assert (listed["id"], listed["tasks"], listed["tasks_done"]) == (decision, 1, 0)
    whole = client.get(f"{V1}/decisions/{decision}").json()
    assert whole["text"] == "同意加装电梯"
    assert whole["rule"] == "公示无异议"


def test_rounds_and_funds_are_public_and_drafts_are_not(
    client: Client, district: SmallDistrict
) -> None:
    rounds = SmallRound(district)
    assert client.get(f"{V1}/rounds").json() == {"rounds": [], "next": ""}
    made = rounds.collecting()
    (listed,) = client.get(f"{V1}/rounds").json()["rounds"]
    assert listed["id"] == made
    whole = client.get(f"{V1}/rounds/{made}").json()
    assert whole["ballots"] is None
    fund = client.get(f"{V1}/funds/{district.places['willow'].pk}").json()
    assert fund["sound"]
    assert fund["balance"] == 0


def test_how_many_voted_is_told_once_it_is_counted_and_not_while_they_vote(
    client: Client, district: SmallDistrict
) -> None:
    rounds = SmallRound(district)
    made, codes = rounds.voting(6)
    for code in codes:
        rounds.cast(code, [1])
    assert client.get(f"{V1}/rounds/{made}").json()["ballots"] is None
    count_round(round_id=made, by=rounds.runs, at=AFTER)
    assert client.get(f"{V1}/rounds/{made}").json()["ballots"] == 6


@pytest.mark.parametrize(
    "path",
    ["topics/7/opinion", "decisions/7", "rounds/7", "funds/7777777", "reports/7",
     "topics/99999999999999999999/opinion", "rounds/99999999999999999999"],
)  # fmt: skip
def test_what_is_not_there_is_a_404_in_the_shape_of_errors(
    client: Client, district: SmallDistrict, path: str
) -> None:
    answer = client.get(f"{V1}/{path}")
    assert answer.status_code == 404
    assert answer.json()["errors"]


def test_reports_begin_with_an_empty_list(client: Client, district: SmallDistrict) -> None:
    assert client.get(f"{V1}/reports").json() == []
    assert client.get(f"{V1}/reports", {"size": 0}).status_code == 422
