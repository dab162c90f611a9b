"""Lives of tickets for a history: what was asked and when each step was taken, by real actions."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from benchmarks.spine_load import MATTERS
from gongzhi.affairs.tickets.callback import call_back, expire_callbacks
from gongzhi.affairs.tickets.choices import Channel, Satisfied, Solved
from gongzhi.affairs.tickets.closing import close_ticket
from gongzhi.affairs.tickets.handling import answer_ticket, contact_requester
from gongzhi.affairs.tickets.intake import Contact, Request, receive_ticket
from gongzhi.commons.organisations.actors import SYSTEM
from gongzhi.coordination.follow_ups import follow_all

EXPIRY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Life:
    """One request and its steps, each so long after it came in; a step that is None never came."""

    request: Request
    at: datetime
    contacted: timedelta | None = None
    answered: timedelta | None = None
    closed: timedelta | None = None
    called_back: timedelta | None = None
    solved: Solved = Solved.YES
    satisfied: Satisfied = Satisfied.YES

    def later(self, shift: timedelta) -> "Life":
        return replace(self, at=self.at + shift)


def live(life: Life) -> int:
    """Lead one ticket through its life by the real actions; returns its id."""
    ticket_id = receive_ticket(request=life.request, by=SYSTEM, at=life.at).ticket_id
    follow_all(at=life.at)
    who: dict[str, Any] = {"ticket_id": ticket_id, "by": SYSTEM}
    if life.contacted is not None:
        contact_requester(
            **who, note="已电话联系诉求人，约定处理时间。", at=life.at + life.contacted
        )
        follow_all(at=life.at + life.contacted)
    if life.answered is not None:
        answer_ticket(**who, text="已安排专人到现场处理完毕。", at=life.at + life.answered)
        follow_all(at=life.at + life.answered)
    if life.closed is not None:
        close_ticket(**who, evidence="现场照片两张，诉求人在场确认。", at=life.at + life.closed)
        follow_all(at=life.at + life.closed)
    if life.called_back is not None:
        moment = life.at + life.called_back
        answer: dict[str, Any] = {"solved": life.solved, "satisfied": life.satisfied}
        call_back(**who, **answer, remark="", at=moment)
        follow_all(at=moment)
    elif life.closed is not None:
        moment = life.at + life.closed + EXPIRY
        expire_callbacks(at=moment)
        follow_all(at=moment)
    return ticket_id


def lives(
    count: int,
    *,
    places: Sequence[int],
    services: Sequence[str],
    since: datetime,
    until: datetime,
    seed: int = 1,
    open_share: float = 0.005,
) -> list[Life]:
    """Lives spread evenly over a stretch of time, oldest first; those still open are the last."""
    chance = random.Random(seed)
    gap = (until - since) / count
    made = []
    for number in range(count):
        contact = Contact()
        if chance.random() < 0.67:
            contact = Contact(name="王女士", phone=f"139{chance.randrange(10**8):08d}")
        life = Life(
            request=Request(
                text=f"{chance.choice(MATTERS)}第{chance.randrange(900) + 100}次反映。",
                channel=chance.choice((Channel.PAGE, Channel.OPEN311, Channel.PHONE)),
                category_code=chance.choice(services) if chance.random() < 0.7 else "",
                place_id=chance.choice(places),
                contact=contact,
                is_public=chance.random() < 0.3,
            ),
            at=since + number * gap,
        )
        if number < count * (1 - open_share):
            contacted = timedelta(minutes=chance.randrange(20, 600))
            answered = contacted + timedelta(hours=chance.randrange(1, 150))
            closed = answered + timedelta(minutes=chance.randrange(5, 600))
            asked = bool(contact.phone) and chance.random() < 0.6
            life = replace(
                life,
                contacted=contacted,
                answered=answered,
                closed=closed,
                called_back=closed + timedelta(days=1) if asked else None,
                satisfied=chance.choice((Satisfied.YES, Satisfied.BASICALLY)),
            )
        made.append(life)
    return made
