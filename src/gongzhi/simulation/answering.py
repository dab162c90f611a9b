"""What requesters answer in the model when they are asked back."""

from datetime import datetime, timedelta

import numpy as np

from gongzhi.affairs.tickets.callback import CannotCallBack, answer_callback
from gongzhi.affairs.tickets.choices import Satisfied, Solved, State
from gongzhi.affairs.tickets.queries.facts import ticket_facts
from gongzhi.commons.permissions.actors import resident_with_key
from gongzhi.simulation.agenda import Agenda
from gongzhi.simulation.handling import After
from gongzhi.simulation.parameters import Answers
from gongzhi.simulation.words import Words


class Answering:
    """Plans the answers to call-backs; "no" sends the ticket back to its unit."""

    def __init__(
        self,
        *,
        answers: Answers,
        agenda: Agenda,
        words: Words,
        rng: np.random.Generator,
    ) -> None:
        self._answers = answers
        self._agenda = agenda
        self._words = words
        self._rng = rng
        self.when_reopened: After = lambda _ticket_id, _at: None

    def plan(self, ticket_id: int, at: datetime) -> None:
        """A ticket was closed: perhaps its requester will answer, some time this week."""
        facts = ticket_facts(ticket_id)
        if facts is None or not facts.has_requester or self._rng.random() > self._answers.respond:
            return
        late = facts.due_at is not None and at > facts.due_at
        wait = timedelta(hours=min(float(self._rng.exponential(20)) + 0.5, 150))
        self._agenda.plan(at + wait, lambda now: self._answer(ticket_id, now, late=late))

    def _answer(self, ticket_id: int, at: datetime, *, late: bool) -> None:
        solved = self._solved(late=late)
        share = self._answers.satisfied_otherwise
        if solved is Solved.YES:
            share = self._answers.satisfied_if_solved
        draw = self._rng.random()
        satisfied = Satisfied.YES if draw < share else Satisfied.BASICALLY
        if draw > share + (1 - share) * 0.6:
            satisfied = Satisfied.NO
        try:
            answer_callback(
                ticket_id=ticket_id,
                solved=solved,
                satisfied=satisfied,
                remark=self._words.remark(good=solved is Solved.YES),
                by=resident_with_key(ticket_id),
                at=at,
            )
        except CannotCallBack:  # merged, reopened by staff, or asked again meanwhile
            return
        facts = ticket_facts(ticket_id)
        if facts is not None and facts.state is State.REOPENED:
            self.when_reopened(ticket_id, at)

    def _solved(self, *, late: bool) -> Solved:
        share = self._answers.solved - (self._answers.late_penalty if late else 0)
        draw = self._rng.random()
        if draw < share:
            return Solved.YES
        return Solved.PARTLY if draw < share + self._answers.partly else Solved.NO
