"""Topics where two things meet: a revoked decision and its seats, a notice and a decision."""

from datetime import timedelta

import pytest

from gongzhi.affairs.assemblies import topics
from gongzhi.affairs.assemblies.decisions import revoke_decision
from gongzhi.affairs.assemblies.lifecycle import topic_for
from gongzhi.affairs.assemblies.models import Decision, Topic
from gongzhi.affairs.assemblies.queries.decisions import decision_story
from gongzhi.affairs.assemblies.queries.turns import turn_of
from gongzhi.affairs.assemblies.topics import CannotDeliberate, decide_topic, reopen_topic
from gongzhi.commons.permissions.actors import RESIDENT, Actor
from tests.affairs.assemblies.talks import AFTER, DECIDED, DUE, LATER, Talk, propose
from tests.affairs.small_district import SmallDistrict

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def talk(district: SmallDistrict) -> Talk:
    return propose(district)


def test_after_a_revoked_decision_nobody_is_asked_until_a_new_day_is_set(talk: Talk) -> None:
    talk.open()
    talk.invite(1)
    talk.notice()
    decision = talk.decide(talk.task())
    revoke_decision(decision_id=decision, reason="造价有误", by=talk.district.coordinator, at=DUE)
    assert not turn_of(talk.tokens[0], at=DUE).is_open
    until = DUE + timedelta(days=7)
    reopen_topic(topic_id=talk.topic_id, closes_at=until, by=talk.district.worker, at=DUE)
    assert turn_of(talk.tokens[0], at=DUE).is_open
    talk.vote(0, [1], at=DUE)


def test_the_time_to_speak_is_not_changed_while_it_runs(talk: Talk) -> None:
    talk.open()
    with pytest.raises(CannotDeliberate, match="截止以后"):
        reopen_topic(topic_id=talk.topic_id, closes_at=AFTER, by=talk.district.worker, at=LATER)
    reopen_topic(topic_id=talk.topic_id, closes_at=DECIDED, by=talk.district.worker, at=AFTER)
    assert talk.topic.closes_at == DECIDED


def test_a_notice_posted_a_moment_ago_holds_the_decision_up(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk.open()

    waiting = [talk.notice]

    def read_then_posted(by: Actor, action: str, topic_id: int) -> Topic:
        read = topic_for(by, action, topic_id)
        while waiting:
            waiting.pop()()
        return read

    monkeypatch.setattr(topics, "topic_for", read_then_posted)
    with pytest.raises(CannotDeliberate, match="公示期还没有结束"):
        decide_topic(
            topic_id=talk.topic_id, text="同意", rule="公示无异议", tasks=(),
            by=talk.district.coordinator, at=AFTER,
        )  # fmt: skip
    assert not Decision.objects.exists()


def test_of_few_voters_the_decision_does_not_say_how_many(talk: Talk) -> None:
    talk.open()
    talk.two_camps(2)
    talk.notice()
    few = decision_story(by=RESIDENT, decision_id=talk.decide(talk.task()))
    assert set(few.figures) == {"statements", "objections"}
