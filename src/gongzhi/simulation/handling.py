"""How a unit works on a ticket in the model: it plans each next step when the last is done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from gongzhi.affairs.tickets.choices import ExclusionReason
from gongzhi.affairs.tickets.closing import CannotClose, close_ticket
from gongzhi.affairs.tickets.dispatch import CannotObject, object_to_dispatch, review_objection
from gongzhi.affairs.tickets.exclusions import CannotExclude, ask_exclusion, review_exclusion
from gongzhi.affairs.tickets.handling import (
    CannotHandle,
    answer_ticket,
    ask_assistance,
    ask_extension,
    ask_requester,
    contact_requester,
    reply_to_question,
    report_assistance,
    review_extension,
    send_interim_reply,
)
from gongzhi.affairs.tickets.lifecycle import CannotMove
from gongzhi.affairs.tickets.parking import (
    CannotPark,
    ask_parking,
    review_parking,
    unpark_ticket,
)
from gongzhi.affairs.tickets.queries.facts import ticket_facts
from gongzhi.commons.calendar.limits import Limit, LimitUnit
from gongzhi.commons.calendar.queries import working_time
from gongzhi.commons.categories.queries import category
from gongzhi.commons.organisations.queries import units_in
from gongzhi.commons.permissions.actors import resident_with_key
from gongzhi.commons.territory.queries import ancestor_of_kind
from gongzhi.simulation.agenda import Agenda
from gongzhi.simulation.parameters import Units
from gongzhi.simulation.staff import Staff
from gongzhi.simulation.words import Words

# What a ticket that took another way meanwhile refuses: the unit leaves it, as people do.
REFUSALS = (
    CannotMove, CannotHandle, CannotClose, CannotPark, CannotExclude, CannotObject,
)  # fmt: skip
After = Callable[[int, datetime], None]


# Who is asked to come along: whoever is at home where it is.
_NEAR = ["property_manager", "residents_committee", "community_party_org"]


@dataclass(frozen=True, slots=True)
class Work:
    """A ticket as its lead sees it."""

    id: int
    category_code: str
    place_id: int
    community_id: int | None
    lead_unit_id: int
    contact_due_at: datetime
    due_at: datetime
    objection_used: bool
    has_requester: bool


def _work(ticket_id: int) -> Work | None:
    """The ticket as it stands; None while nobody leads it."""
    facts = ticket_facts(ticket_id)
    if facts is None or facts.lead_unit_id is None or facts.due_at is None:
        return None
    return Work(
        id=facts.id,
        category_code=facts.category_code,
        place_id=facts.place_id,
        community_id=facts.community_id,
        lead_unit_id=facts.lead_unit_id,
        contact_due_at=facts.contact_due_at or facts.due_at,
        due_at=facts.due_at,
        objection_used=facts.objection_used,
        has_requester=facts.has_requester,
    )


class Handling:
    """Plans the life of tickets between dispatch and closing."""

    def __init__(
        self,
        *,
        units: Units,
        agenda: Agenda,
        staff: Staff,
        words: Words,
        rng: np.random.Generator,
        when_closed: After,
    ) -> None:
        self._units = units
        self._agenda = agenda
        self._staff = staff
        self._words = words
        self._rng = rng
        self._when_closed = when_closed

    def begin(self, ticket_id: int, at: datetime) -> None:
        """A unit has found the ticket on its list: what will it do, and when?"""
        work = _work(ticket_id)
        if work is None:
            return
        if self._chance(self._units.objection) and not work.objection_used:
            self._plan(at + self._hours(3), work, self._object)
            return
        if self._chance(self._units.exclusion):
            self._plan(at + self._hours(5), work, self._exclude)
            return
        delay = (work.contact_due_at - at) * self._rng.lognormal(
            np.log(self._units.contact_at), self._units.contact_spread
        )
        self._plan(at + delay, work, self._contact)

    def _contact(self, work: Work, at: datetime) -> None:
        by = self._staff.of_unit(work.lead_unit_id)
        contact_requester(ticket_id=work.id, note=self._words.note(), by=by, at=at)
        left = max(work.due_at - at, timedelta(hours=1))
        if self._chance(self._units.question) and work.has_requester:
            self._plan(at + self._hours(2), work, self._ask)
        if self._chance(self._units.interim):
            self._plan(at + left * 0.4, work, self._interim)
        if self._chance(self._units.assistance):
            self._plan(at + self._hours(4), work, self._assist)
        if self._chance(self._units.extension):
            self._plan(at + left * 0.7, work, self._extend)
        if self._chance(self._units.parking):
            self._plan(at + left * 0.6, work, self._park)
            return
        share = self._rng.lognormal(np.log(self._units.finish_at), self._units.finish_spread)
        self._plan(at + left * share, work, self._finish)

    def _finish(self, work: Work, at: datetime) -> None:
        by = self._staff.of_unit(work.lead_unit_id)
        words = self._words.answer(category(work.category_code))
        answer_ticket(ticket_id=work.id, text=words, by=by, at=at)
        self._plan(at + self._hours(1), work, self._close)

    def _close(self, work: Work, at: datetime) -> None:
        by = self._staff.of_unit(work.lead_unit_id)
        try:
            close_ticket(ticket_id=work.id, evidence=self._words.evidence(), by=by, at=at)
        except CannotClose:  # an assisting unit still owes its report
            self._plan(at + timedelta(days=1), work, self._close)
            return
        self._when_closed(work.id, at)

    def _ask(self, work: Work, at: datetime) -> None:
        by = self._staff.of_unit(work.lead_unit_id)
        ask_requester(ticket_id=work.id, question=self._words.question(), by=by, at=at)
        self._plan(at + self._hours(8), work, self._reply, at_any_hour=True)

    def _reply(self, work: Work, at: datetime) -> None:
        by = resident_with_key(work.id)
        reply_to_question(ticket_id=work.id, text=self._words.reply(), by=by, at=at)

    def _interim(self, work: Work, at: datetime) -> None:
        by = self._staff.of_unit(work.lead_unit_id)
        send_interim_reply(ticket_id=work.id, text=self._words.interim(), by=by, at=at)

    def _assist(self, work: Work, at: datetime) -> None:
        community = ancestor_of_kind(work.place_id, "community")
        near = units_in(community, _NEAR) if community else []
        others = [each.id for each in near if each.id != work.lead_unit_id]
        if not others:
            return
        helper = others[int(self._rng.integers(len(others)))]
        ask_assistance(
            ticket_id=work.id,
            unit_id=helper,
            what="请到现场配合",
            by=self._staff.of_unit(work.lead_unit_id),
            at=at,
        )

        def report(_: Work, then: datetime) -> None:
            helping = self._staff.of_unit(helper)
            report_assistance(ticket_id=work.id, text="已配合完成", by=helping, at=then)

        self._plan(at + self._hours(10), work, report)

    def _extend(self, work: Work, at: datetime) -> None:
        until = working_time(work.lead_unit_id).deadline(work.due_at, Limit(3, LimitUnit.WORK_DAY))
        by = self._staff.of_unit(work.lead_unit_id)
        ask_extension(ticket_id=work.id, until=until, reason="等待材料到货", by=by, at=at)

        def review(_: Work, then: datetime) -> None:
            review_extension(
                ticket_id=work.id,
                approved=self._chance(0.8),
                reason="请抓紧办理",
                by=self._staff.street(work.place_id),
                at=then,
            )

        self._plan(at + self._hours(3), work, review)

    def _park(self, work: Work, at: datetime) -> None:
        review_on: date = (at + timedelta(days=int(self._rng.integers(30, 90)))).date()
        ask_parking(
            ticket_id=work.id,
            reason="需要等待管网改造统一实施",
            plan="列入本年度改造计划，按期复查",
            review_on=review_on,
            by=self._staff.of_unit(work.lead_unit_id),
            at=at,
        )

        def review(_: Work, then: datetime) -> None:
            review_parking(
                ticket_id=work.id,
                approved=True,
                reason="情况属实，同意挂账",
                by=self._staff.street(work.place_id),
                at=then,
            )
            back = then + timedelta(days=int(self._rng.integers(20, 80)))
            self._plan(back, work, resume)

        def resume(_: Work, then: datetime) -> None:
            by = self._staff.of_unit(work.lead_unit_id)
            unpark_ticket(ticket_id=work.id, reason="条件已具备", by=by, at=then)
            self._plan(then + timedelta(days=2), work, self._finish)

        self._plan(at + self._hours(6), work, review)

    def _object(self, work: Work, at: datetime) -> None:
        object_to_dispatch(
            ticket_id=work.id,
            reason="该事项不在本单位职责范围内",
            proposed_unit_id=None,
            by=self._staff.of_unit(work.lead_unit_id),
            at=at,
        )

        def review(_: Work, then: datetime) -> None:
            near = units_in(work.community_id, ["residents_committee"]) if work.community_id else []
            other = next((each.id for each in near if each.id != work.lead_unit_id), None)
            upheld = other is not None and self._chance(self._units.objection_upheld)
            review_objection(
                ticket_id=work.id,
                upheld=upheld,
                unit_id=other if upheld else None,
                reason="按目录由该单位牵头" if upheld else "属于你单位职责",
                by=self._staff.street(work.place_id),
                at=then,
            )
            self._agenda.plan(then + timedelta(hours=1), lambda now: self.begin(work.id, now))

        self._plan(at + self._hours(4), work, review)

    def _exclude(self, work: Work, at: datetime) -> None:
        codes = (ExclusionReason.OUTSIDE_DUTIES, ExclusionReason.STATUTORY_CHANNEL)
        ask_exclusion(
            ticket_id=work.id,
            code=codes[int(self._rng.integers(2))],
            reason="您反映的事项请向有关机构咨询，我们已把联系方式告诉您。",
            evidence="职责清单",
            by=self._staff.of_unit(work.lead_unit_id),
            at=at,
        )

        def review(_: Work, then: datetime) -> None:
            approved = self._chance(0.7)
            review_exclusion(
                ticket_id=work.id,
                approved=approved,
                reason="同意" if approved else "请继续办理",
                by=self._staff.street(work.place_id),
                at=then,
            )
            if not approved:
                self._plan(then + self._hours(1), work, self._contact)

        self._plan(at + self._hours(6), work, review)

    def _plan(
        self,
        at: datetime,
        work: Work,
        step: Callable[[Work, datetime], None],
        *,
        at_any_hour: bool = False,
    ) -> None:
        """Let a step happen, in office hours unless somebody works at night."""
        time = working_time(work.lead_unit_id)
        if (
            not at_any_hour
            and not time.is_working(at)
            and not self._chance(self._units.works_at_night)
        ):
            at = time.next_working_moment(at) + timedelta(minutes=int(self._rng.integers(90)))

        def run(now: datetime) -> None:
            fresh = _work(work.id)
            if fresh is None:
                return
            try:
                step(fresh, now)
            except REFUSALS:
                return

        self._agenda.plan(at, run)

    def _chance(self, share: float) -> bool:
        return bool(self._rng.random() < share)

    def _hours(self, mean: float) -> timedelta:
        return timedelta(hours=float(self._rng.exponential(mean)) + 0.1)
