"""A community talks things over: real actions, each with the time at which it happens.

Invented voters belong to one of two leanings; how often each agrees with a statement is in the
list of statements. One seed makes the same life each time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.utils.timezone import localdate

from gongzhi.affairs.assemblies.choices import (
    Capacity,
    RejectionReason,
    TopicSource,
    VoteValue,
)
from gongzhi.affairs.assemblies.decisions import NewTask, publish_result, rate_result
from gongzhi.affairs.assemblies.drawing import draw_opinion
from gongzhi.affairs.assemblies.queries.turns import Turn, turn_of
from gongzhi.affairs.assemblies.rosters import answer_seats, invite_seats, join_topic, seat_of_link
from gongzhi.affairs.assemblies.statements import (
    accept_statement,
    reject_statement,
    seed_statement,
    submit_statement,
)
from gongzhi.affairs.assemblies.topics import (
    NewTopic,
    add_material,
    decide_topic,
    notice_topic,
    open_topic,
    propose_topic,
)
from gongzhi.affairs.assemblies.votes import cast_vote, enter_paper_votes
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.notices.public import answer_objection, object_to_notice
from gongzhi.commons.organisations.queries import unit_named
from gongzhi.commons.permissions.actors import RESIDENT, Actor
from gongzhi.commons.ratings.rating import Satisfied, Solved
from gongzhi.commons.tasks.finishing import finish_task
from gongzhi.commons.tasks.queries import tasks_of
from gongzhi.commons.territory.queries import PlaceView, place_named
from gongzhi.coordination.follow_ups import follow_all
from gongzhi.simulation.staff import Staff

Facts = Mapping[str, Any]
Row = Mapping[str, str | None]
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_PASSES = 0.07
_SEED = 278


class CannotDeliberateInModel(ValueError):
    """A line of the sample that names a place or unit that isn't there."""


@dataclass
class Talk:
    """One topic on its way: who runs it, its statements by number, and the dice."""

    facts: Facts
    topic_id: int
    opened: datetime
    staff: Staff
    home: PlaceView
    dice: np.random.Generator
    rows: dict[int, Row]  # accepted statements by number
    tokens: list[str] = field(default_factory=list)

    @property
    def worker(self) -> Actor:
        return self.staff.worker(self.home.id)


def deliberate(facts: Facts, *, statements: Sequence[Row], at: datetime) -> None:
    """Topics as they came about before `at`, and one proposal that waits."""
    home = place_named(facts["community"])
    if home is None:
        raise CannotDeliberateInModel(f"没有这个地点：{facts['community']}")
    staff, dice = Staff(on=localdate(at)), np.random.default_rng(_SEED)
    for one in facts["topics"]:
        own = [row for row in statements if row["topic"] == one["key"]]
        talk = _begin(one, own, home=home, staff=staff, dice=dice, at=at)
        _speak(talk, own)
        _vote_by_link(talk)
        _vote_on_paper(talk)
        if "notice" in one:
            _conclude(talk)
        else:
            draw_opinion(topic_id=talk.topic_id, at=at)
    waiting = facts["proposal"]
    propose_topic(new=_new(waiting, home), by=RESIDENT, at=at - waiting["days_ago"] * _DAY)


def _new(facts: Facts, home: PlaceView) -> NewTopic:
    return NewTopic(
        title=facts["title"], question=facts["question"], text=facts["text"], place_id=home.id,
        source=TopicSource.STAFF,
    )  # fmt: skip


def _begin(
    facts: Facts,
    statements: Sequence[Row],
    *,
    home: PlaceView,
    staff: Staff,
    dice: np.random.Generator,
    at: datetime,
) -> Talk:
    then = at - facts["proposed_days_ago"] * _DAY
    worker = staff.worker(home.id)
    by = RESIDENT if facts["source"] == "resident" else worker
    topic_id = propose_topic(new=_new(facts, home), by=by, at=then)
    opened, numbered = then + 2 * _DAY, {}
    for number, row in enumerate((row for row in statements if row["said_by"] == "seed"), 1):
        seed_statement(topic_id=topic_id, text=row["text"] or "", by=worker, at=then + _HOUR)
        numbered[number] = row
    for one in facts["materials"]:
        add_material(
            topic_id=topic_id, title=one["title"], text=one["text"],
            change=one.get("change", ""), by=worker, at=then + 2 * _HOUR,
        )  # fmt: skip
    open_topic(
        topic_id=topic_id, closes_at=opened + facts["open_days"] * _DAY,
        capacities=[Capacity.OWNER, Capacity.TENANT, Capacity.UNIT], by_invitation=False,
        by=worker, at=opened,
    )  # fmt: skip
    return Talk(facts, topic_id, opened, staff, home, dice, numbered)


def _speak(talk: Talk, statements: Sequence[Row]) -> None:
    """Residents say what the seeds don't; staff read it, keep one back and leave two waiting."""
    said = [row for row in statements if row["said_by"] != "seed"]
    slips = invite_seats(
        topic_id=talk.topic_id, capacity=Capacity.OWNER, count=len(said), by=talk.worker,
        at=talk.opened,
    )  # fmt: skip
    number = len(talk.rows)
    for slip, row in zip(slips, said, strict=True):
        at = talk.opened + _DAY
        made = submit_statement(token=slip.token, text=row["text"] or "", by=RESIDENT, at=at)
        number += 1
        if row["said_by"] == "resident":
            accept_statement(statement_id=made, by=talk.worker, at=at + _HOUR)
            talk.rows[number] = row
        elif row["said_by"] == "rejected":
            reject_statement(
                statement_id=made, reason=RejectionReason.PERSONAL, remark=row["remark"] or "",
                by=talk.worker, at=at + _HOUR,
            )  # fmt: skip


def _vote_by_link(talk: Talk) -> None:
    """Half of the seats lean one way; each answers what it is asked, some stop early."""
    count = talk.facts["links"]
    slips = invite_seats(
        topic_id=talk.topic_id, capacity=Capacity.OWNER, count=count, by=talk.worker,
        at=talk.opened,
    )  # fmt: skip
    tokens = [slip.token for slip in slips]
    for _ in range(talk.facts["join"]):
        tokens.append(
            join_topic(
                topic_id=talk.topic_id, capacity=Capacity.TENANT, says="翡翠公寓的租户",
                by=RESIDENT, at=talk.opened + 2 * _DAY,
            )
        )  # fmt: skip
    if talk.facts["join"]:
        last = seat_of_link(tokens[-1]).number
        answer_seats(
            topic_id=talk.topic_id, numbers=range(last - talk.facts["join"] + 1, last),
            confirmed=True, by=talk.worker, at=talk.opened + 3 * _DAY,
        )  # fmt: skip
    talk.tokens = tokens
    most = round(len(talk.rows) * talk.facts["share_seen"])
    for place, token in enumerate(tokens):
        at = talk.opened + 2 * _DAY + place * _HOUR
        for _ in range(most):
            turn = turn_of(token, at=at)
            if turn.statement is None:
                break
            _answer(talk, token, turn, leans_first=place % 2 == 0, at=at)


def _answer(talk: Talk, token: str, turn: Turn, *, leans_first: bool, at: datetime) -> None:
    assert turn.statement is not None
    value = _value(talk, turn.statement.number, leans_first=leans_first)
    cast_vote(token=token, statement_id=turn.statement.id, value=value, by=RESIDENT, at=at)


def _value(talk: Talk, number: int, *, leans_first: bool) -> VoteValue:
    row = talk.rows[number]
    agrees = float(row["first" if leans_first else "second"] or 0.5)
    if talk.dice.random() < _PASSES:
        return VoteValue.PASS
    return VoteValue.AGREE if talk.dice.random() < agrees else VoteValue.DISAGREE


def _vote_on_paper(talk: Talk) -> None:
    """Those without a phone tick a sheet; a worker types it in."""
    sheets = invite_seats(
        topic_id=talk.topic_id, capacity=Capacity.OWNER, count=talk.facts["papers"], paper=True,
        by=talk.worker, at=talk.opened,
    )  # fmt: skip
    for place, sheet in enumerate(sheets):
        leans = place % 5 < 3
        answers = {number: _value(talk, number, leans_first=leans) for number in talk.rows}
        enter_paper_votes(
            topic_id=talk.topic_id, number=sheet.number, answers=answers, by=talk.worker,
            at=talk.opened + 5 * _DAY,
        )  # fmt: skip


def _conclude(talk: Talk) -> None:
    """Posted, one objection answered, decided, done, told, rated."""
    notice, made = talk.facts["notice"], talk.facts["decision"]
    posted = talk.opened + (talk.facts["open_days"] + 1) * _DAY
    until = posted + notice["days"] * _DAY
    notice_id = notice_topic(
        topic_id=talk.topic_id, text=notice["text"], objections_until=until, by=talk.worker,
        at=posted,
    )  # fmt: skip
    draw_opinion(topic_id=talk.topic_id, at=posted)
    objection = object_to_notice(
        notice_id=notice_id, text=notice["objection"], by=RESIDENT, at=posted + _DAY
    )
    answer_objection(
        objection_id=objection, answer=notice["answer"], by=talk.worker, at=posted + 2 * _DAY
    )
    decided = until + _DAY
    by = talk.staff.coordinator(talk.home.id)
    decision_id = decide_topic(
        topic_id=talk.topic_id, text=made["text"], rule=made["rule"], by=by, at=decided,
        tasks=[
            NewTask(one["title"], _unit(one["unit"]), decided + one["due_in_days"] * _DAY)
            for one in made["tasks"]
        ],
    )  # fmt: skip
    ended = _do(talk, decision_id, decided=decided)
    publish_result(decision_id=decision_id, result=made["result"], by=by, at=ended + 14 * _DAY)
    _rate(talk, decision_id, at=ended + 15 * _DAY)


def _do(talk: Talk, decision_id: int, *, decided: datetime) -> datetime:
    ended = decided
    tasks = tasks_of(Subject("decision", decision_id))
    for task, one in zip(tasks, talk.facts["decision"]["tasks"], strict=True):
        done = decided + one["done_in_days"] * _DAY
        committee = task.unit_id == talk.worker.unit_id
        by = talk.worker if committee else talk.staff.of_unit(task.unit_id)
        finish_task(task_id=task.id, proof=one["proof"], by=by, at=done)
        ended = max(ended, done)
    follow_all(at=ended + _HOUR)
    return ended


def _rate(talk: Talk, decision_id: int, *, at: datetime) -> None:
    tokens = iter(talk.tokens)
    for word, count in talk.facts["decision"]["ratings"].items():
        for _ in range(count):
            rate_result(
                decision_id=decision_id, holder=Subject("seat", seat_of_link(next(tokens)).pk),
                solved=Solved.NO if word == "no" else Solved.YES, satisfied=Satisfied(word),
                remark="", by=RESIDENT, at=at,
            )  # fmt: skip


def _unit(name: str) -> int:
    found = unit_named(name)
    if found is None:
        raise CannotDeliberateInModel(f"没有这个单位：{name}")
    return found.id
