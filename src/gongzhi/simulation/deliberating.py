"""Topics come to life: invented voices in groups, by the real actions with the time of each."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.utils.timezone import localdate

from gongzhi.affairs.assemblies.choices import Capacity, RejectionReason, VoteValue
from gongzhi.affairs.assemblies.decisions import NewTask, publish_result, rate_result
from gongzhi.affairs.assemblies.drawing import draw_opinion
from gongzhi.affairs.assemblies.queries.topics import numbers_of
from gongzhi.affairs.assemblies.rosters import invite_seats, seat_of_link
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
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.ratings.rating import Satisfied, Solved
from gongzhi.commons.tasks.finishing import finish_task
from gongzhi.commons.tasks.queries import tasks_of
from gongzhi.commons.territory.queries import place_named
from gongzhi.coordination.follow_ups import follow_all
from gongzhi.simulation.meeting import CannotMeetInModel, unit_id
from gongzhi.simulation.staff import Staff

Facts = Mapping[str, Any]
Stances = Mapping[int, Sequence[float]]  # statement id → chance of agreeing, by group
_PASSES, _SKIPS = 0.12, 0.2


def deliberate(facts: Facts, *, at: datetime, seed: int = 7) -> None:
    """Every topic of the sample, as far as its days have brought it by `at`."""
    chance = np.random.default_rng(seed)
    for topic in facts["topics"]:
        _Talk(topic, home=facts["community"], at=at, chance=chance).run()


class _Talk:
    """One topic: who takes part, what is said and voted, and what came of it."""

    def __init__(
        self, facts: Facts, *, home: str, at: datetime, chance: np.random.Generator
    ) -> None:
        place = place_named(home)
        if place is None:
            raise CannotMeetInModel(f"没有这个地点：{home}")
        self.facts, self.place, self.now, self.chance = facts, place, at, chance
        staff = Staff(on=localdate(at))
        self.worker, self.chair = staff.worker(place.id), staff.coordinator(place.id)
        self.staff = staff
        self.began = at - timedelta(days=facts["days_ago"])
        self.closes = self.began + timedelta(days=facts["open_days"])
        self.groups = np.repeat(np.arange(len(facts["groups"])), facts["groups"])
        self.seats: list[tuple[str, int]] = []  # the token of a link, or the number on paper
        self.topic = 0

    def run(self) -> None:
        self._open()
        self._speak()
        if "decision" in self.facts:
            self._decide()
        draw_opinion(topic_id=self.topic, at=min(self.closes, self.now))

    def _open(self) -> None:
        facts, by, began = self.facts, self.worker, self.began
        self.topic = propose_topic(
            new=NewTopic(
                title=facts["title"], question=facts["question"], text=facts["text"],
                place_id=self.place.id,
            ),
            by=by, at=began - timedelta(days=3),
        )  # fmt: skip
        ready = began - timedelta(days=1)
        title, text = facts["material"]
        add_material(topic_id=self.topic, title=title, text=text, change="", by=by, at=ready)
        self.stances: dict[int, Sequence[float]] = {}
        for words, stances in facts["statements"]:
            seed = seed_statement(topic_id=self.topic, text=words, by=by, at=ready)
            self.stances[seed] = stances
        kinds = [Capacity(kind) for kind in facts["seats"]]
        open_topic(
            topic_id=self.topic, closes_at=self.closes, capacities=kinds, by_invitation=False,
            by=self.chair, at=began,
        )  # fmt: skip
        for kind, count in facts["seats"].items():
            self._invite(Capacity(kind), count - count // 2)
            self._invite(Capacity(kind), count // 2, paper=True)
        self.chance.shuffle(self.seats)

    def _invite(self, capacity: Capacity, count: int, *, paper: bool = False) -> None:
        slips = invite_seats(
            topic_id=self.topic, capacity=capacity, count=count, paper=paper, by=self.worker,
            at=self.began,
        )  # fmt: skip
        self.seats += [("" if paper else slip.token, slip.number) for slip in slips]

    def _speak(self) -> None:
        """The first half votes, some speak, and then the others vote on that as well."""
        half = len(self.groups) // 2
        order = self.chance.permutation(len(self.groups))
        self._vote(order[:half], self.stances, day=2)
        voices = [self.seats[person][0] for person in order[:half] if self.seats[person][0]]
        said: dict[int, Sequence[float]] = {}
        for position, (words, stances) in enumerate(self.facts.get("said", ())):
            then = self.began + timedelta(days=3, hours=position)
            statement = submit_statement(token=voices[position], text=words, by=RESIDENT, at=then)
            heard = then + timedelta(hours=3)
            accept_statement(statement_id=statement, by=self.worker, at=heard)
            said[statement] = stances
        if "rejected" in self.facts:
            words, reason = self.facts["rejected"]
            then = self.began + timedelta(days=4)
            statement = submit_statement(token=voices[-1], text=words, by=RESIDENT, at=then)
            reject_statement(
                statement_id=statement, reason=RejectionReason(reason), remark="",
                by=self.worker, at=then + timedelta(hours=2),
            )  # fmt: skip
        self._vote(order[half:], {**self.stances, **said}, day=5)

    def _vote(self, who: Iterable[int], stances: Stances, *, day: int) -> None:
        numbers = numbers_of(self.topic)
        for position, person in enumerate(who):
            then = self.began + timedelta(days=day, minutes=17 * position)
            token, number = self.seats[person]
            answers = self._answers(self.groups[person], stances)
            if not token:
                paper = {numbers[statement]: value for statement, value in answers.items()}
                enter_paper_votes(
                    topic_id=self.topic, number=number, answers=paper, by=self.worker, at=then
                )
                continue
            for statement, value in answers.items():
                cast_vote(token=token, statement_id=statement, value=value, by=RESIDENT, at=then)

    def _answers(self, group: int, stances: Stances) -> dict[int, VoteValue]:
        """What one person says to each statement, some left out."""
        answers = {}
        for statement, chances in stances.items():
            skips, agrees, passes = self.chance.random(3)
            if skips < _SKIPS:
                continue
            value = VoteValue.AGREE if agrees < chances[group] else VoteValue.DISAGREE
            answers[statement] = VoteValue.PASS if passes < _PASSES else value
        return answers

    def _decide(self) -> None:
        facts, closed = self.facts, self.closes + timedelta(hours=15)
        until = closed + timedelta(days=facts["objection_days"])
        notice = notice_topic(
            topic_id=self.topic, text=facts["notice"], objections_until=until,
            by=self.worker, at=closed,
        )  # fmt: skip
        if "objection" in facts:
            objects, answers = facts["objection"]
            then = closed + timedelta(days=2)
            objection = object_to_notice(notice_id=notice, text=objects, by=RESIDENT, at=then)
            answer_objection(
                objection_id=objection, answer=answers, by=self.worker, at=then + timedelta(days=1)
            )
        decided = until + timedelta(hours=20)
        tasks = [
            NewTask(each["title"], unit_id(each["unit"]), decided + timedelta(days=each["in_days"]))
            for each in facts["tasks"]
        ]
        decision = decide_topic(
            topic_id=self.topic, text=facts["decision"], rule=facts["rule"], tasks=tasks,
            by=self.chair, at=decided,
        )  # fmt: skip
        self._carry_out(decision, decided)

    def _carry_out(self, decision: int, decided: datetime) -> None:
        reports = {each["title"]: each for each in self.facts["tasks"]}
        done = decided
        for task in tasks_of(Subject("decision", decision)):
            told = reports[task.title]
            done = max(done, decided + timedelta(days=told["done_in"]))
            finish_task(
                task_id=task.id, proof=told["report"], by=self.staff.of_unit(task.unit_id),
                at=decided + timedelta(days=told["done_in"]),
            )  # fmt: skip
        follow_all(at=done)
        shown = done + timedelta(days=2)
        publish_result(decision_id=decision, result=self.facts["result"], by=self.chair, at=shown)
        tokens = [token for token, _number in self.seats if token]
        for token, (solved, satisfied) in zip(tokens, self.facts["ratings"], strict=False):
            rate_result(
                decision_id=decision, holder=Subject("seat", seat_of_link(token).pk),
                solved=Solved(solved), satisfied=Satisfied(satisfied), remark="",
                by=RESIDENT, at=shown + timedelta(hours=5),
            )  # fmt: skip
