"""Topics on the pages: for whoever has a link, for everyone, and for staff."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongzhi.affairs.assemblies.choices import StatementState, TopicState
from gongzhi.affairs.assemblies.drawing import draw_opinion
from gongzhi.affairs.assemblies.models import RosterEntry, Statement, Topic, Vote
from gongzhi.affairs.assemblies.statements import submit_statement
from gongzhi.commons.permissions.actors import RESIDENT
from tests.affairs.assemblies.talks import Talk, propose
from tests.interfaces.pages.offices import Offices

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def talk(offices: Offices) -> Talk:
    """A topic that is open now, with four seeds."""
    made = propose(offices.district)
    made.open()
    now = timezone.now()
    Topic.objects.update(closes_at=now + timezone.timedelta(days=5))
    return made


@pytest.fixture
def staff(client: Client, offices: Offices) -> Client:
    return offices.sign_in(Client(), offices.district.worker)


def test_everyone_reads_an_open_topic_and_nobody_a_proposal(
    client: Client, offices: Offices, talk: Talk
) -> None:
    other = propose(offices.district, seeds=())
    listed = client.get("/topics").content.decode()
    assert "三号楼加装电梯" in listed
    assert client.get(f"/topics/{talk.topic_id}").status_code == 200
    assert client.get(f"/topics/{other.topic_id}").status_code == 404


def test_one_statement_at_a_time_by_a_link(client: Client, talk: Talk) -> None:
    talk.invite(1)
    path = f"/seat/{talk.tokens[0]}"
    seen = set()
    for done in range(4):
        page = client.get(path).content.decode()
        assert f"{done} / 4" in page
        (number,) = re.findall(r'name="statement" value="(\d+)"', page)
        seen.add(number)
        assert client.post(path, {"statement": number, "vote": "1"}).status_code == 302
    assert len(seen) == 4
    assert Vote.objects.filter(value=1).count() == 4
    assert "都看完了" in client.get(path).content.decode()


@pytest.mark.parametrize(
    "sent",
    [{}, {"statement": "1"}, {"statement": "x", "vote": "1"}, {"statement": "1", "vote": "9"},
     {"statement": "99999999999999999999", "vote": "1"}],
)  # fmt: skip
def test_a_choice_that_is_none_is_asked_again(
    client: Client, talk: Talk, sent: dict[str, str]
) -> None:
    talk.invite(1)
    answer = client.post(f"/seat/{talk.tokens[0]}", sent, follow=True)
    assert answer.status_code == 200
    assert not Vote.objects.exists()


@pytest.mark.parametrize("token", ["x", "0" * 22, "GwZ08FpMzKGa-FriAAFt"])
def test_a_link_that_opens_nothing_is_a_404(client: Client, talk: Talk, token: str) -> None:
    for path in (f"/seat/{token}", f"/seat/{token}/mine", f"/seat/{token}/say"):
        assert client.get(path).status_code == 404


def test_whoever_leaves_takes_their_votes_along(client: Client, talk: Talk) -> None:
    talk.invite(1)
    talk.vote(0, [1, 1, None, None], at=timezone.now())
    path = f"/seat/{talk.tokens[0]}"
    assert "我表过的态" in client.get(f"{path}/mine").content.decode()
    assert client.post(f"{path}/leave").status_code == 302
    assert not Vote.objects.exists()
    assert client.get(path).status_code == 404


def test_staff_read_what_was_said_and_the_author_reads_why_not(
    client: Client, staff: Client, talk: Talk
) -> None:
    talk.invite(1)
    made = submit_statement(
        token=talk.tokens[0], text="住在二楼的那家人太吵", by=RESIDENT, at=timezone.now()
    )
    page = staff.get(f"/topics/{talk.topic_id}/review").content.decode()
    assert "住在二楼的那家人太吵" in page
    path = f"/topics/{talk.topic_id}/review/{made}/reject"
    assert staff.post(path, {"reason": "personal", "remark": "请只说事"}).status_code == 302
    assert Statement.objects.get(pk=made).state == StatementState.REJECTED
    mine = client.get(f"/seat/{talk.tokens[0]}/mine").content.decode()
    assert "请只说事" in mine


def test_a_statement_is_mended_and_its_original_kept(staff: Client, talk: Talk) -> None:
    talk.invite(1)
    made = submit_statement(
        token=talk.tokens[0], text="王阿姨家门口要装扶手", by=RESIDENT, at=timezone.now()
    )
    path = f"/topics/{talk.topic_id}/review/{made}/accept"
    assert staff.post(path, {"text": "一楼门口要装扶手"}).status_code == 302
    row = Statement.objects.get(pk=made)
    assert (row.text, row.original) == ("一楼门口要装扶手", "王阿姨家门口要装扶手")


def test_declared_seats_wait_and_their_words_are_erased_once_answered(
    client: Client, staff: Client, talk: Talk
) -> None:
    answer = client.post(
        f"/topics/{talk.topic_id}/join", {"capacity": "owner", "says": "三号楼 502"}
    )
    assert answer.status_code == 302
    seat = RosterEntry.objects.get()
    assert "三号楼" not in seat.says_sealed
    assert "三号楼 502" in staff.get(f"/topics/{talk.topic_id}/roster").content.decode()
    staff.post(f"/topics/{talk.topic_id}/roster/confirm", {"seat": [seat.number], "answer": "yes"})
    seat.refresh_from_db()
    assert seat.says_sealed == ""


def test_the_map_waits_for_enough_people_and_then_names_no_one(client: Client, talk: Talk) -> None:
    path = f"/topics/{talk.topic_id}/map"
    assert "还不够多" in client.get(path).content.decode()
    talk.two_camps(12)
    draw_opinion(topic_id=talk.topic_id, at=timezone.now())
    page = client.get(path).content.decode()
    assert "大家都认可的" in page
    assert not any(token in page for token in talk.tokens)
    picture = client.get(f"/topics/{talk.topic_id}/map.svg")
    assert picture.status_code == 200
    assert "<circle" in picture.content.decode()


def test_votes_leave_only_for_those_who_may_under_fresh_names(
    client: Client, offices: Offices, talk: Talk
) -> None:
    talk.two_camps(12)
    staff = offices.sign_in(Client(), offices.district.coordinator)
    path = f"/topics/{talk.topic_id}/votes.csv"
    assert client.get(path).status_code == 302  # to the door
    elsewhere = offices.sign_in(Client(), offices.district.water)
    assert elsewhere.get(path).status_code in {403, 404}
    first, second = (
        b"".join(staff.get(path).streaming_content).decode()
        for _ in range(2)  # type: ignore[attr-defined]
    )
    assert first.splitlines()[0].count(",") == 4
    assert len(first.splitlines()) == len(second.splitlines())
    assert first != second


@pytest.mark.parametrize("page", ["roster", "review", "paper", "run/notice", "slips", "sheets"])
def test_pages_of_staff_are_closed_to_others(
    client: Client, offices: Offices, talk: Talk, page: str
) -> None:
    path = f"/topics/{talk.topic_id}/{page}"
    assert client.get(path).status_code == 302
    elsewhere = offices.sign_in(Client(), offices.district.water)
    assert elsewhere.get(path).status_code in {403, 404}


def test_a_step_that_the_state_does_not_allow_is_refused_in_words(
    staff: Client, talk: Talk
) -> None:
    before = Topic.objects.values().get(pk=talk.topic_id)
    for name in ("open", "reopen"):
        day = (timezone.localdate() + timezone.timedelta(days=3)).isoformat()
        sent = {"closes": day, "capacities": ["owner"]}
        answer = staff.post(f"/topics/{talk.topic_id}/run/{name}", sent)
        assert answer.status_code in {200, 404}
        assert Topic.objects.values().get(pk=talk.topic_id) == before
    assert staff.get(f"/topics/{talk.topic_id}/run/nonsense").status_code == 404


def test_a_list_costs_the_same_whatever_its_length(
    client: Client, offices: Offices, talk: Talk
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get("/topics").status_code == 200
        return len(found)

    queries()
    before = queries()
    for _ in range(4):
        more = propose(offices.district)
        Topic.objects.filter(pk=more.topic_id).update(
            state=TopicState.OPEN, opened_at=timezone.now()
        )
    assert queries() == before
