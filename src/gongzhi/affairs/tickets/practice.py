"""Which units handled tickets like this one, learned from those that were closed.

Beside the dispatch catalogue, which decides; a person looks at both.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from django.utils.timezone import localdate

from gongzhi.affairs.tickets import events
from gongzhi.affairs.tickets.choices import State
from gongzhi.affairs.tickets.kept_models import KeptModel
from gongzhi.affairs.tickets.learning import LEAST_DECISIONS, MOST_DECISIONS, CannotLearn
from gongzhi.affairs.tickets.models import Ticket
from gongzhi.affairs.tickets.requesters import ERASED_TEXT
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.actors import Actor
from gongzhi.commons.organisations.catalogue import NoDuty, find_duty
from gongzhi.commons.organisations.permissions import require
from gongzhi.commons.organisations.queries import find_unit
from gongzhi.engines.triage.calibration import calibration_error
from gongzhi.engines.triage.model import Model
from gongzhi.engines.triage.texts import Message
from gongzhi.engines.triage.training import train

_TESTED = 0.2
_BATCH = 2_000
_units = KeptModel("units.model")


@dataclass(frozen=True, slots=True)
class UsualUnit:
    """A unit that handled the like, and how likely it is to have handled this one."""

    unit_id: int
    name: str
    probability: float


@dataclass(frozen=True, slots=True)
class Usual:
    """What past practice says of one ticket: up to three units, and the words that said so."""

    units: tuple[UsualUnit, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LearnedUnits:
    """A new model, on the newest fifth of the tickets, which it hadn't seen.

    `right`, `in_three`: whether the unit that closed a ticket was first, or among three; `table`:
    right by the unit most frequent for that matter in that community; `catalogue`: right by
    today's dispatch catalogue.
    """

    closed: int
    units: int
    tested: int
    right: float
    in_three: float
    calibration_error: float
    table: float
    catalogue: float


@dataclass(frozen=True, slots=True)
class _Handled:
    """One closed ticket: its words and facts, and who closed it."""

    ticket_id: int
    message: Message
    category_code: str
    community_id: int | None
    place_id: int
    unit_id: int
    received_at: datetime


def unit_model_file() -> Path:
    """Where the model of handling units lies, if there is one."""
    return _units.file()


def usual_units(ticket_id: int, *, on: date, most: int = 3, least: float = 0.05) -> Usual | None:
    """Which units handled the like, likeliest first; None without a model or any known unit.

    For whoever may read the ticket: it changes nothing. One query; units that are closed `on`
    that day are left out.
    """
    model = _units.newest().model
    row = Ticket.objects.filter(pk=ticket_id).values_list(*_FIELDS).first() if model else None
    if model is None or row is None or row[2] == ERASED_TEXT:
        return None
    suggestion = model.suggest([_message(row)])[0]
    found = []
    for rank in suggestion.ranks:
        unit = find_unit(int(rank.category)) if rank.category.isdigit() else None
        if unit is not None and unit.exists_on(on) and rank.probability >= least:
            found.append(UsualUnit(unit.id, unit.name, rank.probability))
    words = tuple(dict.fromkeys(span.text for span in suggestion.evidence))
    return Usual(tuple(found[:most]), words) if found else None


_FIELDS = (
    "id", "title", "text", "category_code", "community_id", "channel", "kind",
    "place_id", "lead_unit_id", "received_at",
)  # fmt: skip


def _message(row: Sequence[Any]) -> Message:
    title, text, category, community, channel, kind = row[1:7]
    facts = (f"category={category}", f"community={community}", f"channel={channel}", f"kind={kind}")
    return Message(body=text, subject=title, facts=facts)


def learn_units(
    *,
    by: Actor,
    at: datetime,
    most: int = MOST_DECISIONS,
    progress: Callable[[float], None] = lambda _: None,
) -> LearnedUnits:
    """Train a model on the newest closed tickets and put it in place.

    It is tried on the newest fifth, since duties move from one unit to another and a model knows
    only the past. Raises `CannotLearn` for too few tickets, a single unit, or where a plain table
    of matter and community says more than the model; nothing changes then. Words of tickets that
    were erased aren't used. Cost: two trainings, outside any transaction.
    """
    require(by, "tickets.learn")
    handled = _handled(most)
    _check(handled)
    learned = _tried(handled, progress=lambda share: progress(share / 2))
    if learned.right < learned.table:
        raise CannotLearn(
            chinese=f"没有替换：在最近 {learned.tested} 张工单上，模型首选正确"
            f" {learned.right:.1%}，只看事项和社区的对照表是 {learned.table:.1%}。",
            english=f"Nothing was replaced: on the newest {learned.tested} tickets the model puts"
            f" {learned.right:.1%} right, a plain table of matter and community"
            f" {learned.table:.1%}.",
        )
    model = train(
        [each.message for each in handled],
        [str(each.unit_id) for each in handled],
        progress=lambda share: progress(0.5 + share / 2),
    )
    _put_in_place(model, learned, last=handled[-1].ticket_id, by=by, at=at)
    return learned


def _handled(most: int) -> list[_Handled]:
    """The newest closed tickets whose words are still there, oldest first."""
    rows = (
        Ticket.objects.filter(state=State.CLOSED, lead_unit__isnull=False)
        .exclude(category_code="")
        .exclude(text=ERASED_TEXT)
        .order_by("-id")
        .values_list(*_FIELDS)
    )
    found = [
        _Handled(row[0], _message(row), row[3], row[4], row[7], row[8], row[9])
        for row in rows[:most].iterator(chunk_size=_BATCH)
        if row[2].strip()
    ]
    return found[::-1]


def _check(handled: Sequence[_Handled]) -> None:
    if len(handled) < LEAST_DECISIONS:
        raise CannotLearn(
            chinese=f"只有 {len(handled)} 张已办结的工单，至少要 {LEAST_DECISIONS} 张。",
            english=f"Only {len(handled)} tickets were closed; it takes {LEAST_DECISIONS}.",
        )
    if len({each.unit_id for each in handled[: _cut(handled)]}) < 2:
        raise CannotLearn(
            chinese="办结的单位只有一个，没有什么可学。",
            english="One unit closed all of them: there is nothing to tell apart.",
        )


def _cut(handled: Sequence[_Handled]) -> int:
    return len(handled) - int(_TESTED * len(handled))


def _tried(handled: Sequence[_Handled], *, progress: Callable[[float], None]) -> LearnedUnits:
    cut = _cut(handled)
    past, newest = handled[:cut], handled[cut:]
    truth = [str(each.unit_id) for each in newest]
    model = train(
        [each.message for each in past], [str(each.unit_id) for each in past], progress=progress
    )
    given = model.probabilities([each.message for each in newest])
    order = np.argsort(-given, axis=1, kind="stable")[:, :3]
    ranks = [[model.labels[at] for at in row] for row in order]
    first = np.array([row[0] == unit for row, unit in zip(ranks, truth, strict=True)])
    return LearnedUnits(
        closed=len(handled),
        units=len({each.unit_id for each in handled}),
        tested=len(newest),
        right=float(first.mean()),
        in_three=sum(unit in row for row, unit in zip(ranks, truth, strict=True)) / len(truth),
        calibration_error=calibration_error(given.max(axis=1), first),
        table=_right_by_table(past, newest),
        catalogue=sum(_in_catalogue(each) for each in newest) / len(newest),
    )


def _right_by_table(past: Sequence[_Handled], newest: Sequence[_Handled]) -> float:
    here: dict[tuple[str, int | None], Counter[int]] = defaultdict(Counter)
    of_matter: dict[str, Counter[int]] = defaultdict(Counter)
    overall: Counter[int] = Counter()
    for each in past:
        here[each.category_code, each.community_id][each.unit_id] += 1
        of_matter[each.category_code][each.unit_id] += 1
        overall[each.unit_id] += 1
    right = 0
    for each in newest:
        known = here.get((each.category_code, each.community_id))
        table = known or of_matter.get(each.category_code) or overall
        right += table.most_common(1)[0][0] == each.unit_id
    return right / len(newest)


def _in_catalogue(each: _Handled) -> bool:
    try:
        duty = find_duty(each.category_code, each.place_id, on=localdate(each.received_at))
    except NoDuty:
        return False
    return duty.unit_id == each.unit_id


def _put_in_place(
    model: Model, learned: LearnedUnits, *, last: int, by: Actor, at: datetime
) -> None:
    _units.replace(
        model,
        told={
            "last_ticket": last,
            "tried_on_the_newest": {
                "tickets": learned.tested,
                "right": round(learned.right, 4),
                "in_three": round(learned.in_three, 4),
                "calibration_error": round(learned.calibration_error, 4),
                "table": round(learned.table, 4),
                "catalogue": round(learned.catalogue, 4),
            },
        },
        subject=Subject("unit_model", 1),
        kind=events.UNITS_LEARNED,
        data={
            "closed": learned.closed,
            "units": learned.units,
            "right_of_thousand": round(1000 * learned.right),
        },
        by=by,
        at=at,
    )
