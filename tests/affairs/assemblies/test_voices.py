"""Seats, statements and votes: who may, what is refused, and what is never kept."""

from datetime import timedelta

import pytest

from gongzhi.affairs.assemblies.choices import (
    Capacity,
    EntryState,
    RejectionReason,
    StatementState,
    VoteValue,
)
from gongzhi.affairs.assemblies.figures import figures_of
from gongzhi.affairs.assemblies.holdings import forget_declarations, forget_rejected, forget_votes
from gongzhi.affairs.assemblies.lifecycle import NotInAssembly
from gongzhi.affairs.assemblies.models import RosterEntry, Statement, Topic, Vote
from gongzhi.affairs.assemblies.queries.turns import own_statements
from gongzhi.affairs.assemblies.rosters import (
    CannotJoin,
    answer_seats,
    invite_seats,
    join_topic,
    leave_topic,
    renew_seat,
    seat_of_link,
)
from gongzhi.affairs.assemblies.statements import (
    CannotSay,
    accept_statement,
    reject_statement,
    submit_statement,
)
from gongzhi.affairs.assemblies.topics import votes_digest
from gongzhi.affairs.assemblies.votes import CannotVote, cast_vote, enter_paper_votes
from gongzhi.commons.ledger.models import Event
from gongzhi.commons.ledger.reading import events_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.table import NotPermitted
from tests.affairs.assemblies.talks import (
    AFTER,
    AGREE,
    CLOSES,
    DISAGREE,
    LATER,
    PASS,
    Talk,
    propose,
)
from tests.affairs.small_district import MONDAY, SmallDistrict

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def talk(district: SmallDistrict) -> Talk:
    made = propose(district)
    made.open()
    return made


def join(talk: Talk, *, capacity: Capacity = Capacity.OWNER, says: str = "三号楼") -> str:
    return join_topic(topic_id=talk.topic_id, capacity=capacity, says=says, by=RESIDENT, at=LATER)


def say(token: str, text: str = "电梯门应当装安全感应") -> int:
    return submit_statement(token=token, text=text, by=RESIDENT, at=LATER)


# seats


def test_a_declared_capacity_counts_once_it_is_confirmed(talk: Talk) -> None:
    talk.tokens.append(join(talk))
    talk.vote(0, [AGREE])
    assert figures_of(talk.topic).voters == 0
    answer_seats(
        topic_id=talk.topic_id, numbers=[1], confirmed=True, by=talk.district.worker, at=LATER
    )
    assert figures_of(talk.topic).voters == 1


def test_what_was_written_for_the_confirmation_is_sealed_and_goes_with_the_answer(
    talk: Talk,
) -> None:
    join(talk, says="三号楼五零二")
    seat = RosterEntry.objects.get()
    assert seat.says_sealed
    assert "三号楼" not in seat.says_sealed
    answer_seats(
        topic_id=talk.topic_id, numbers=[1], confirmed=True, by=talk.district.worker, at=LATER
    )
    assert RosterEntry.objects.get().says_sealed == ""


def test_the_link_of_a_refused_seat_opens_nothing(talk: Talk) -> None:
    token = join(talk)
    answer_seats(
        topic_id=talk.topic_id, numbers=[1], confirmed=False, by=talk.district.worker, at=LATER
    )
    with pytest.raises(NotInAssembly):
        say(token)


def test_only_the_capacities_of_the_topic_may_be_declared(talk: Talk) -> None:
    with pytest.raises(CannotJoin) as refused:
        join(talk, capacity=Capacity.EXPERT)
    assert refused.value.field == "capacity"


def test_a_topic_by_invitation_is_joined_by_a_link_alone(district: SmallDistrict) -> None:
    closed = propose(district)
    closed.open(by_invitation=True)
    with pytest.raises(CannotJoin):
        join(closed)
    closed.invite(1)
    closed.vote(0, [AGREE])
    assert RosterEntry.objects.get().state == EntryState.CONFIRMED


def test_a_lost_link_ends_when_a_new_one_is_given(talk: Talk) -> None:
    (number,) = talk.invite(1)
    slip = renew_seat(topic_id=talk.topic_id, number=number, by=talk.district.worker, at=LATER)
    with pytest.raises(NotInAssembly):
        seat_of_link(talk.tokens[0])
    assert seat_of_link(slip.token).number == number


@pytest.mark.parametrize("count", [0, -1, 501])
def test_slips_are_made_by_the_hundred_not_by_the_million(talk: Talk, count: int) -> None:
    with pytest.raises(CannotJoin):
        talk.invite(count)


def test_a_resident_invites_nobody(talk: Talk) -> None:
    with pytest.raises(NotPermitted):
        invite_seats(
            topic_id=talk.topic_id, capacity=Capacity.OWNER, count=1, by=RESIDENT, at=LATER
        )


def test_who_leaves_takes_their_votes_along(talk: Talk) -> None:
    talk.invite(2)
    talk.vote(0, [AGREE, AGREE])
    talk.vote(1, [DISAGREE])
    leave_topic(token=talk.tokens[0], by=RESIDENT, at=LATER)
    assert Vote.objects.count() == 1
    with pytest.raises(NotInAssembly):
        seat_of_link(talk.tokens[0])


# statements


def test_a_statement_waits_and_its_author_reads_what_became_of_it(talk: Talk) -> None:
    token = join(talk)
    statement = say(token)
    reject_statement(
        statement_id=statement, reason=RejectionReason.REPEATED, remark="同第二条",
        by=talk.district.worker, at=LATER,
    )  # fmt: skip
    (own,) = own_statements(token)
    assert own.state == StatementState.REJECTED
    assert "意思相同" in own.reason
    assert own.remark == "同第二条"
    assert own.text == "电梯门应当装安全感应"


def test_a_mended_statement_keeps_what_was_written(talk: Talk) -> None:
    statement = say(join(talk), "王老师家楼道的灯该修")
    accept_statement(statement_id=statement, text="楼道的灯该修", by=talk.district.worker, at=LATER)
    row = Statement.objects.get(pk=statement)
    assert (row.text, row.original) == ("楼道的灯该修", "王老师家楼道的灯该修")
    assert events_of(Subject("statement", statement))[-1].data["mended"] is True


@pytest.mark.parametrize(
    "text",
    [
        "",
        "短",
        "字" * 141,
        "打我电话 13900001234",
        "看 https://x.example",
        "！！！！！",
        "a@b.cn 来信",
    ],
)
def test_a_statement_that_can_t_be_shown_is_refused(talk: Talk, text: str) -> None:
    token = join(talk)
    with pytest.raises(CannotSay):
        say(token, text)
    assert Statement.objects.filter(author__isnull=False).count() == 0


def test_the_same_words_are_said_once_whatever_the_punctuation(talk: Talk) -> None:
    with pytest.raises(CannotSay, match="一样的话"):
        say(join(talk), "电梯井，不能挡住一楼的采光！")


def test_a_rejected_wording_may_be_said_again_in_better_words_only_once(talk: Talk) -> None:
    token = join(talk)
    reject_statement(
        statement_id=say(token), reason=RejectionReason.UNCLEAR, remark="",
        by=talk.district.worker, at=LATER,
    )  # fmt: skip
    say(token)
    with pytest.raises(CannotSay):
        say(token)


def test_one_seat_says_ten_things_at_most(talk: Talk) -> None:
    token = join(talk)
    for number in range(10):
        say(token, f"第{number}个看法是要慢慢来")
    with pytest.raises(CannotSay, match="10"):
        say(token, "还有第十一个看法")


def test_nothing_is_said_after_the_close(talk: Talk) -> None:
    token = join(talk)
    with pytest.raises(CannotSay):
        submit_statement(token=token, text="我来晚了但还想说", by=RESIDENT, at=CLOSES)


def test_a_worker_from_elsewhere_moderates_nothing(talk: Talk) -> None:
    statement = say(join(talk))
    with pytest.raises(NotPermitted):
        accept_statement(statement_id=statement, by=talk.district.sanitation, at=LATER)


# votes


def test_the_last_vote_counts(talk: Talk) -> None:
    talk.invite(1)
    talk.vote(0, [AGREE])
    talk.vote(0, [DISAGREE])
    (vote,) = Vote.objects.all()
    assert (vote.value, vote.turn) == (VoteValue.DISAGREE, talk.topic.voted)


def test_a_vote_leaves_no_event_and_no_time(talk: Talk) -> None:
    talk.invite(1)
    before = Event.objects.count()
    talk.vote(0, [AGREE, PASS])
    assert Event.objects.count() == before
    assert {field.name for field in Vote._meta.fields if "at" in field.name.split("_")} == set()


def test_nobody_votes_on_their_own_words(talk: Talk) -> None:
    token = join(talk)
    statement = say(token)
    accept_statement(statement_id=statement, by=talk.district.worker, at=LATER)
    with pytest.raises(CannotVote):
        cast_vote(token=token, statement_id=statement, value=AGREE, by=RESIDENT, at=LATER)


def test_what_waits_or_belongs_elsewhere_can_t_be_voted_on(
    talk: Talk, district: SmallDistrict
) -> None:
    token, other = join(talk), propose(district)
    waiting = say(join(talk))
    for statement in (waiting, other.statements[0].pk, 10**9):
        with pytest.raises(NotInAssembly):
            cast_vote(token=token, statement_id=statement, value=AGREE, by=RESIDENT, at=LATER)


def test_after_the_close_no_vote_by_link_but_slips_are_still_typed_in(talk: Talk) -> None:
    talk.invite(1)
    (number,) = talk.invite(1, paper=True)
    with pytest.raises(CannotVote):
        talk.vote(0, [AGREE], at=CLOSES)
    enter_paper_votes(
        topic_id=talk.topic_id, number=number, answers={1: AGREE, 3: DISAGREE},
        by=talk.district.worker, at=AFTER,
    )  # fmt: skip
    assert Vote.objects.count() == 2


def test_a_slip_with_an_unknown_statement_is_refused_whole(talk: Talk) -> None:
    (number,) = talk.invite(1, paper=True)
    with pytest.raises(CannotVote, match="9"):
        enter_paper_votes(
            topic_id=talk.topic_id, number=number, answers={1: AGREE, 9: AGREE},
            by=talk.district.worker, at=LATER,
        )  # fmt: skip
    assert not Vote.objects.exists()


def test_votes_of_a_seat_with_a_link_can_t_be_typed_in(talk: Talk) -> None:
    (number,) = talk.invite(1)
    with pytest.raises(CannotVote):
        enter_paper_votes(
            topic_id=talk.topic_id, number=number, answers={1: AGREE}, by=talk.district.worker,
            at=LATER,
        )  # fmt: skip


def test_the_record_of_the_count_tells_a_changed_vote(talk: Talk) -> None:
    talk.two_camps(3)
    talk.notice()
    kept = events_of(Subject("topic", talk.topic_id))[-1].data["digest"]
    assert kept == votes_digest(talk.topic_id)
    Vote.objects.filter(pk=Vote.objects.first().pk).update(value=0)  # type: ignore[union-attr]
    assert kept != votes_digest(talk.topic_id)


# what is forgotten


def test_a_year_after_the_end_seats_and_votes_are_gone(talk: Talk) -> None:
    talk.two_camps(3)
    Topic.objects.filter(pk=talk.topic_id).update(ended_at=AFTER)
    day = timedelta(days=1)
    assert forget_votes(cutoff=AFTER - day, limit=500, at=AFTER) == 0
    assert forget_votes(cutoff=AFTER + day, limit=500, at=AFTER) == 1
    assert not Vote.objects.exists()
    assert not RosterEntry.objects.exists()
    assert events_of(Subject("topic", talk.topic_id))[-1].data["votes"] == 24


def test_unanswered_declarations_and_rejected_words_are_forgotten(talk: Talk) -> None:
    statement = say(join(talk))
    reject_statement(
        statement_id=statement, reason=RejectionReason.PERSONAL, remark="有姓名",
        by=talk.district.worker, at=LATER,
    )  # fmt: skip
    much_later = MONDAY + timedelta(days=400)
    assert forget_declarations(cutoff=much_later, limit=500, at=much_later) == 1
    assert forget_rejected(cutoff=much_later, limit=500, at=much_later) == 1
    assert forget_rejected(cutoff=much_later, limit=500, at=much_later) == 0
    row = Statement.objects.get(pk=statement)
    assert (row.text, row.remark) == ("", "")
