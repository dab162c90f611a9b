"""Who takes part: seats by capacity, joined by a private link or by declaring a capacity.

A seat says nothing about the person. What somebody writes so that a capacity can be confirmed is
sealed, and erased with the answer.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Max
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.assemblies import events
from gongzhi.affairs.assemblies.choices import Capacity, EntryState, TopicState
from gongzhi.affairs.assemblies.lifecycle import NotInAssembly, tell, topic_for, touch
from gongzhi.affairs.assemblies.models import RosterEntry, Topic, Vote
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.queries import find_unit
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.privacy.encryption import seal_text
from gongzhi.commons.privacy.links import read_link, sign_link

MOST_AT_ONCE = 500
_MOST_SEATS = 100_000
_LINK = "seat"


class CannotJoin(ValueError):
    """A seat that can't be given, taken or answered, with the field at fault and why."""

    def __init__(self, words: str, *, field: str = "") -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True, slots=True)
class Slip:
    """A seat to hand out: its number, and the token of its private link."""

    number: int
    token: str


@transaction.atomic
def invite_seats(
    *,
    topic_id: int,
    capacity: Capacity,
    count: int,
    by: Actor,
    at: datetime,
    unit_id: int | None = None,
    paper: bool = False,
) -> tuple[Slip, ...]:
    """Make seats to hand out as links or slips; whoever holds one is confirmed by that.

    Those who answer on paper get seats that staff enter votes for.
    """
    topic = topic_for(by, "topics.run", topic_id)
    if not 1 <= count <= MOST_AT_ONCE:
        raise CannotJoin(_("一次可发 1 到 500 份"), field="count")
    if unit_id is not None and find_unit(unit_id) is None:
        raise CannotJoin(_("没有这个单位"), field="unit")
    if not touch(topic, TopicState.PROPOSED, TopicState.OPEN, at=at):
        raise CannotJoin(_("议题不再征集意见，不能再邀请"))
    first = _next_number(topic, count)
    seats = [
        RosterEntry(
            topic=topic,
            number=first + position,
            capacity=capacity,
            unit_id=unit_id,
            state=EntryState.CONFIRMED if paper else EntryState.INVITED,
            paper=paper,
            joined_on=localdate(at) if paper else None,
        )
        for position in range(count)
    ]
    RosterEntry.objects.bulk_create(seats)
    tell(
        Subject("topic", topic.pk), events.TOPIC_SEATS_INVITED, by=by, at=at,
        place_id=topic.place_id, capacity=capacity, count=count, paper=paper,
    )  # fmt: skip
    return tuple(Slip(seat.number, seat_token(seat)) for seat in seats)


@transaction.atomic
def join_topic(*, topic_id: int, capacity: Capacity, says: str, by: Actor, at: datetime) -> str:
    """Take a seat by declaring a capacity; returns the token of the private link to it.

    The votes of a seat count once staff have confirmed the capacity.
    """
    topic = Topic.objects.filter(pk=topic_id).first()
    if topic is None or topic.state == TopicState.PROPOSED:
        raise NotInAssembly
    if topic.by_invitation:
        raise CannotJoin(_("这个议题凭邀请参与，请用社区发给您的链接或二维码"))
    if capacity not in topic.capacities:
        raise CannotJoin(_("请从列出的身份中选一个"), field="capacity")
    if len(says) > 100:
        raise CannotJoin(_("说明最多 100 个字"), field="says")
    open_now = Topic.objects.filter(pk=topic.pk, state=TopicState.OPEN, closes_at__gt=at)
    if not open_now.update(touched_at=at):
        raise CannotJoin(_("这个议题已经停止征集意见"))
    seat = RosterEntry.objects.create(
        topic=topic,
        number=_next_number(topic, 1),
        capacity=capacity,
        state=EntryState.DECLARED,
        says_sealed=seal_text(says.strip()),
        joined_on=localdate(at),
    )
    tell(
        Subject("topic", topic.pk), events.TOPIC_SEAT_DECLARED, by=by, at=at,
        place_id=topic.place_id, capacity=capacity,
    )  # fmt: skip
    return seat_token(seat)


@transaction.atomic
def answer_seats(
    *, topic_id: int, numbers: Collection[int], confirmed: bool, by: Actor, at: datetime
) -> int:
    """Confirm declared capacities or not; what was written for it is erased. Returns how many."""
    topic = topic_for(by, "topics.run", topic_id)
    # Seats that come to count change the map, so its number grows as with a vote.
    Topic.objects.filter(pk=topic.pk).update(voted=F("voted") + 1, touched_at=at)
    waiting = RosterEntry.objects.filter(
        topic=topic, number__in=list(numbers), state=EntryState.DECLARED
    )
    capacities = list(waiting.values_list("capacity", flat=True))
    state = EntryState.CONFIRMED if confirmed else EntryState.REFUSED
    answered = waiting.update(state=state, says_sealed="")
    if not answered:
        raise CannotJoin(_("这些席位已经答复过，或不存在"))
    for capacity in sorted(set(capacities)):
        tell(
            Subject("topic", topic.pk), events.TOPIC_SEAT_ANSWERED, by=by, at=at,
            place_id=topic.place_id, capacity=capacity, confirmed=confirmed,
        )  # fmt: skip
    return answered


@transaction.atomic
def renew_seat(*, topic_id: int, number: int, by: Actor, at: datetime) -> Slip:
    """End the link of a seat that was lost, and give a new one."""
    topic = topic_for(by, "topics.run", topic_id)
    touch(topic, at=at)
    found = RosterEntry.objects.filter(topic=topic, number=number)
    if not found.update(link_version=F("link_version") + 1):
        raise CannotJoin(_("没有这个编号"), field="number")
    return Slip(number, seat_token(found.get()))


@transaction.atomic
def leave_topic(*, token: str, by: Actor, at: datetime) -> None:
    """Whoever holds a seat gives it up: their votes go, what they said stays without a source."""
    del by  # the token is the right
    seat = seat_of_link(token)
    standing = Topic.objects.filter(pk=seat.topic_id, state__in=[TopicState.OPEN])
    if not standing.update(voted=F("voted") + 1, touched_at=at):
        raise CannotJoin(_("征集已经结束，结果已统计；届满后所有表态都会删除"))
    Vote.objects.filter(seat=seat).delete()
    seat.delete()


def seat_of_link(token: str) -> RosterEntry:
    """The seat that a token opens; raises NotInAssembly for one that opens none."""
    read = read_link(_LINK, token)
    seat = (
        RosterEntry.objects.select_related("topic")
        .filter(pk=read.id, link_version=read.version)
        .first()
        if read
        else None
    )
    if seat is None or seat.state == EntryState.REFUSED:
        raise NotInAssembly
    return seat


def take_seat(seat: RosterEntry, *, on: datetime) -> None:
    """Whoever opens the link of an invited seat and does something has taken it."""
    if seat.state == EntryState.INVITED:
        RosterEntry.objects.filter(pk=seat.pk, state=EntryState.INVITED).update(
            state=EntryState.CONFIRMED, joined_on=localdate(on)
        )
        seat.state = EntryState.CONFIRMED


def seat_token(seat: RosterEntry) -> str:
    """The token of a seat's private link."""
    return sign_link(_LINK, seat.pk, seat.link_version)


def _next_number(topic: Topic, count: int) -> int:
    """The first free number; the caller has locked the topic."""
    last = RosterEntry.objects.filter(topic=topic).aggregate(last=Max("number"))["last"] or 0
    if last + count > _MOST_SEATS:
        raise CannotJoin(_("这个议题的席位已满"))
    return last + 1
