"""Voting on what others said: agree, disagree or pass, once each; the last vote counts.

A vote writes no event: the ledger never forgets, and who voted how is nobody's business. It is
counted in the topic's `voted`, and `topic.noticed` keeps a keyed digest of all of them.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.assemblies import events
from gongzhi.affairs.assemblies.choices import StatementState, TopicState, VoteValue
from gongzhi.affairs.assemblies.lifecycle import NotInAssembly, tell, topic_for
from gongzhi.affairs.assemblies.models import RosterEntry, Statement, Topic, Vote
from gongzhi.affairs.assemblies.rosters import seat_of_link, take_seat
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import Actor


class CannotVote(ValueError):
    """A vote that can't be cast, with the field at fault and why."""

    def __init__(self, words: str, *, field: str = "") -> None:
        super().__init__(words)
        self.field = field


@transaction.atomic
def cast_vote(*, token: str, statement_id: int, value: VoteValue, by: Actor, at: datetime) -> None:
    """Vote by the link of a seat; it takes the place of an earlier vote on the same statement."""
    del by  # the token is the right
    seat = seat_of_link(token)
    statement = Statement.objects.filter(pk=statement_id, topic_id=seat.topic_id).first()
    if statement is None or statement.state != StatementState.ACCEPTED:
        raise NotInAssembly
    if statement.author_id == seat.pk:
        raise CannotVote(_("这是您自己说的，不用表态"))
    take_seat(seat, on=at)
    turn = _count_one(seat.topic, before=at)
    _write(seat, {statement.pk: value}, turn=turn, at=at)


@transaction.atomic
def enter_paper_votes(
    *, topic_id: int, number: int, answers: Mapping[int, VoteValue], by: Actor, at: datetime
) -> None:
    """Enter the votes of a slip of paper, by the numbers of the statements."""
    topic = topic_for(by, "topics.enter_paper", topic_id)
    seat = RosterEntry.objects.filter(topic=topic, number=number, paper=True).first()
    if seat is None:
        raise CannotVote(_("没有这个纸质席位的编号"), field="number")
    if not answers:
        raise CannotVote(_("请至少填一条表态"))
    shown = Statement.objects.filter(topic=topic, state=StatementState.ACCEPTED)
    ids = dict(shown.filter(number__in=list(answers)).values_list("number", "id"))
    if unknown := sorted(set(answers) - set(ids)):
        raise CannotVote(_("没有第 %(number)d 条说法，请核对") % {"number": unknown[0]})
    turn = _count_one(topic)  # slips given in time are typed in later
    _write(seat, {ids[key]: value for key, value in answers.items()}, turn=turn, at=at)
    tell(
        Subject("topic", topic.pk), events.TOPIC_PAPER_ENTERED, by=by, at=at,
        place_id=topic.place_id, seat=number, votes=len(answers),
    )  # fmt: skip


def _count_one(topic: Topic, *, before: datetime | None = None) -> int:
    """Lock the topic while it is open and count one change of its votes; returns the number."""
    standing = Topic.objects.filter(pk=topic.pk, state=TopicState.OPEN)
    if before is not None:
        standing = standing.filter(closes_at__gt=before)
    if not standing.update(voted=F("voted") + 1):
        raise CannotVote(_("这个议题已经停止征集意见"))
    return Topic.objects.values_list("voted", flat=True).get(pk=topic.pk)


def _write(seat: RosterEntry, answers: Mapping[int, VoteValue], *, turn: int, at: datetime) -> None:
    """The topic is locked, so nobody else writes votes of this seat meanwhile."""
    before = Vote.objects.filter(seat=seat, statement_id__in=list(answers))
    known = set(before.values_list("statement_id", flat=True))
    for statement_id in known:
        Vote.objects.filter(seat=seat, statement_id=statement_id).update(
            value=answers[statement_id], on=localdate(at), turn=turn
        )
    Vote.objects.bulk_create(
        Vote(
            topic_id=seat.topic_id, statement_id=statement_id, seat=seat, value=value,
            on=localdate(at), turn=turn,
        )
        for statement_id, value in answers.items()
        if statement_id not in known
    )  # fmt: skip
