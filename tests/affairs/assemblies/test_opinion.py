"""The opinion map of a topic: what it says, what it keeps to itself, and whom it asks next."""

import json
from collections import Counter

import numpy as np
import pytest

from gongzhi.affairs.assemblies.choices import Capacity, VoteValue
from gongzhi.affairs.assemblies.drawing import draw_opinion, draw_opinions
from gongzhi.affairs.assemblies.lifecycle import NotInAssembly
from gongzhi.affairs.assemblies.mapping import map_of
from gongzhi.affairs.assemblies.models import Drawing, RosterEntry, Vote
from gongzhi.affairs.assemblies.queries.exports import (
    TooFewVoters,
    export_statements,
    export_votes,
)
from gongzhi.affairs.assemblies.queries.opinion import OpinionView, opinion_of
from gongzhi.affairs.assemblies.queries.turns import turn_of
from gongzhi.affairs.assemblies.rosters import join_topic
from gongzhi.affairs.assemblies.statements import (
    accept_statement,
    reject_statement,
    seed_statement,
    submit_statement,
)
from gongzhi.affairs.assemblies.votes import cast_vote
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.revisions import forget_all
from gongzhi.engines.deliberation.opinion_map import draw_map
from gongzhi.engines.deliberation.votes import gather_votes
from tests.affairs.assemblies.talks import AGREE, DISAGREE, LATER, Talk, propose
from tests.affairs.small_district import SmallDistrict

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def talk(district: SmallDistrict) -> Talk:
    made = propose(district)
    made.open()
    return made


def opinion(talk: Talk, language: str = "zh-hans") -> OpinionView:
    draw_opinion(topic_id=talk.topic_id, at=LATER)
    return opinion_of(talk.topic_id, language=language)


def test_two_camps_are_found_with_what_they_share(talk: Talk) -> None:
    talk.two_camps(10)
    view = opinion(talk)
    assert [group.size for group in view.groups] == [10, 10]
    assert [line.number for line in view.shared] == [4]
    assert {line.number for line in view.divides} >= {1, 2}
    assert view.firmness is not None
    assert view.firmness.firm >= 9
    assert "A 组" in view.picture
    assert "Group A" in opinion_of(talk.topic_id, language="en").picture


def test_a_handful_of_voters_gives_no_map(talk: Talk) -> None:
    talk.two_camps(4)
    view = opinion(talk)
    assert not view.ready
    assert view.picture == ""
    assert view.totals[0].agree is None


def test_no_group_of_fewer_than_five_is_shown(talk: Talk) -> None:
    talk.invite(15)
    for seat in range(15):
        side = 1 if seat < 12 else -1
        talk.vote(seat, [side, side, -side, side])
    assert all(group.size >= 5 for group in opinion(talk).groups)


def test_what_is_written_down_names_no_seat(talk: Talk) -> None:
    talk.two_camps(10)
    draw_opinion(topic_id=talk.topic_id, at=LATER)
    facts = json.dumps(Drawing.objects.get().facts)
    assert "label" not in facts
    assert "seat" not in facts
    assert all(token not in facts for token in talk.tokens)


def test_votes_of_seats_that_nobody_confirmed_do_not_move_the_map(talk: Talk) -> None:
    talk.two_camps(10)
    before = opinion(talk)
    for _ in range(6):
        token = join_topic(
            topic_id=talk.topic_id, capacity=Capacity.OWNER, says="", by=RESIDENT, at=LATER
        )
        cast_vote(
            token=token, statement_id=talk.statements[0].pk, value=DISAGREE, by=RESIDENT, at=LATER
        )
    assert opinion(talk).voters == before.voters == 20


def test_a_statement_that_was_rejected_leaves_the_map(talk: Talk) -> None:
    talk.two_camps(10)
    reject_statement(
        statement_id=talk.statements[0].pk, reason="off_topic", remark="",  # type: ignore[arg-type]
        by=talk.district.worker, at=LATER,
    )  # fmt: skip
    assert 1 not in {line.number for line in opinion(talk).totals}


def test_one_more_vote_gives_the_map_that_all_votes_would(talk: Talk) -> None:
    talk.two_camps(10)
    assert map_of(talk.topic) is not None
    talk.vote(3, [DISAGREE])
    followed = map_of(talk.topic, now=True)
    forget_all()
    anew = map_of(talk.topic, now=True)
    assert followed is not None
    assert anew is not None
    assert followed is not anew
    for name in ("voter_ids", "statement_ids", "starts", "statements", "values"):
        assert np.array_equal(getattr(followed.votes, name), getattr(anew.votes, name))


def test_only_maps_that_votes_have_passed_are_drawn_again(talk: Talk) -> None:
    talk.two_camps(5)
    assert draw_opinions(at=LATER) == 1
    assert draw_opinions(at=LATER) == 0
    talk.vote(0, [DISAGREE])
    assert opinion_of(talk.topic_id, language="en").newer
    assert draw_opinions(at=LATER) == 1


def test_a_proposal_has_no_map(district: SmallDistrict) -> None:
    with pytest.raises(NotInAssembly):
        opinion_of(propose(district).topic_id, language="en")


class TestExports:
    """Columns of Polis, ids made anew each time, nothing about fewer than five."""

    def test_the_votes_give_the_same_map_again(self, talk: Talk) -> None:
        talk.two_camps(10)
        exported = export_votes(by=talk.district.coordinator, topic_id=talk.topic_id)
        assert exported.columns == ("timestamp", "datetime", "comment-id", "voter-id", "vote")
        _, _, statements, voters, values = zip(*exported.rows, strict=True)
        again = draw_map(gather_votes(voters=voters, statements=statements, values=values))
        ours = map_of(talk.topic)
        assert ours is not None
        assert sorted(again.sizes.tolist()) == sorted(ours.drawn.sizes.tolist())
        assert again.shared.tolist() == ours.drawn.shared.tolist()

    def test_ids_are_new_each_time_and_rows_in_no_order(self, talk: Talk) -> None:
        talk.two_camps(10)

        def export() -> list[tuple[int, ...]]:
            rows = export_votes(by=talk.district.coordinator, topic_id=talk.topic_id).rows
            return [row[2:] for row in rows]

        first, second = export(), export()
        assert first != second
        assert sorted(voter for _, voter, _ in first) == sorted(voter for _, voter, _ in second)
        answers: dict[int, list[tuple[int, int]]] = {}
        for number, voter, value in first:
            answers.setdefault(voter, []).append((number, value))
        other: dict[int, list[tuple[int, int]]] = {}
        for number, voter, value in second:
            other.setdefault(voter, []).append((number, value))
        assert any(sorted(answers[one]) != sorted(other[one]) for one in answers)

    def test_a_row_says_a_day_and_no_seat(self, talk: Talk) -> None:
        talk.two_camps(10)
        rows = export_votes(by=talk.district.coordinator, topic_id=talk.topic_id).rows
        assert {row[0] % 86400 for row in rows} == {0}
        assert {row[3] for row in rows} == set(range(20))

    def test_too_few_voters_are_not_exported(self, talk: Talk) -> None:
        talk.two_camps(4)
        with pytest.raises(TooFewVoters):
            export_votes(by=talk.district.coordinator, topic_id=talk.topic_id)

    def test_a_statement_that_few_voted_on_is_left_out(self, talk: Talk) -> None:
        talk.two_camps(10)
        seed_statement(
            topic_id=talk.topic_id, text="地下车库也要能坐电梯", by=talk.district.worker, at=LATER
        )
        talk.vote(0, [None, None, None, None, AGREE])
        by = talk.district.coordinator
        assert 5 not in {row[2] for row in export_votes(by=by, topic_id=talk.topic_id).rows}
        last = export_statements(by=by, topic_id=talk.topic_id).rows[-1]
        assert last[2:6] == (5, "", "", "")

    def test_a_worker_exports_nothing(self, talk: Talk) -> None:
        talk.two_camps(10)
        for by in (talk.district.worker, RESIDENT):
            with pytest.raises(NotPermitted):
                export_votes(by=by, topic_id=talk.topic_id)


class TestNext:
    """Whom to ask what: the same question until it is answered, new ones heard, all in the end."""

    def answer(self, token: str) -> int | None:
        turn = turn_of(token, at=LATER)
        if turn.statement is None:
            return None
        cast_vote(
            token=token, statement_id=turn.statement.id, value=VoteValue.AGREE, by=RESIDENT,
            at=LATER,
        )  # fmt: skip
        return turn.statement.number

    def test_the_same_question_comes_back_until_it_is_answered(self, talk: Talk) -> None:
        talk.invite(1)
        first = turn_of(talk.tokens[0], at=LATER).statement
        assert turn_of(talk.tokens[0], at=LATER).statement == first

    def test_every_statement_comes_once_and_then_nothing(self, talk: Talk) -> None:
        talk.invite(1)
        seen = [self.answer(talk.tokens[0]) for _ in range(4)]
        assert sorted(filter(None, seen)) == [1, 2, 3, 4]
        turn = turn_of(talk.tokens[0], at=LATER)
        assert (turn.statement, turn.done, turn.total) == (None, 4, 4)

    def test_an_answer_can_be_looked_at_again(self, talk: Talk) -> None:
        talk.invite(1)
        self.answer(talk.tokens[0])
        again = turn_of(talk.tokens[0], at=LATER, wanted=2).statement
        assert again is not None
        assert again.number == 2

    def test_one_s_own_words_are_not_asked(self, talk: Talk) -> None:
        talk.invite(1)
        mine = submit_statement(
            token=talk.tokens[0], text="电梯里要有扶手才安全", by=RESIDENT, at=LATER
        )
        accept_statement(statement_id=mine, by=talk.district.worker, at=LATER)
        seen = [self.answer(talk.tokens[0]) for _ in range(5)]
        assert 5 not in seen
        assert turn_of(talk.tokens[0], at=LATER).total == 4

    def test_a_new_statement_is_not_starved(self, talk: Talk) -> None:
        """After thirty have voted on four, the fifth is the first question of a good share."""
        talk.two_camps(15)
        seed_statement(
            topic_id=talk.topic_id, text="地下车库也要能坐电梯", by=talk.district.worker, at=LATER
        )
        talk.invite(40)
        first = Counter(
            turn.statement.number
            for token in talk.tokens[30:]
            if (turn := turn_of(token, at=LATER)).statement is not None
        )
        assert first[5] >= 10
        assert len(first) >= 3

    def test_a_seat_on_the_map_is_asked_for_its_group_and_nobody_is_told(self, talk: Talk) -> None:
        talk.two_camps(10)
        seat = RosterEntry.objects.order_by("number").first()
        assert seat is not None
        mapped = map_of(talk.topic)
        assert mapped is not None
        assert mapped.group_of(seat.pk) in {0, 1}
        assert mapped.group_of(10**9) is None
        assert not hasattr(turn_of(talk.tokens[0], at=LATER), "group")
        assert Vote.objects.filter(seat=seat).count() == 4
