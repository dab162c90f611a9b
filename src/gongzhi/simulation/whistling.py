"""When a coordinator calls several units together in the model, and how they come."""

from datetime import datetime, timedelta

import numpy as np

from gongzhi.affairs.tickets.choices import Occasion, WhistleKind
from gongzhi.affairs.tickets.joint_handling import (
    AgreedTask,
    CannotWhistle,
    answer_whistle,
    authorise_whistle,
    close_whistle,
    draft_whistle,
    rate_whistle,
    report_part,
    write_minutes,
)
from gongzhi.affairs.tickets.queries.facts import ticket_facts
from gongzhi.affairs.tickets.queries.whistles import place_of_whistle
from gongzhi.commons.calendar.queries import working_time
from gongzhi.commons.organisations.queries import units_at
from gongzhi.commons.territory.queries import district, place
from gongzhi.simulation.agenda import Agenda, Step
from gongzhi.simulation.staff import Staff

_LATE = 0.12


class Whistling:
    """Plans whistles from drafting to closing."""

    def __init__(self, *, agenda: Agenda, staff: Staff, rng: np.random.Generator) -> None:
        self._agenda = agenda
        self._staff = staff
        self._rng = rng

    def begin(self, ticket_id: int, at: datetime) -> None:
        """A coordinator whistles for this ticket, and the street authorises it."""
        facts = ticket_facts(ticket_id)
        if facts is None or facts.community_id is None or facts.lead_unit_id is None:
            return
        departments = [u.id for u in units_at(district().id, ["department", "enterprise"])]
        others = [unit_id for unit_id in departments if unit_id != facts.lead_unit_id]
        called = [int(u) for u in self._rng.choice(others, size=min(2, len(others)), replace=False)]
        coordinator = self._staff.coordinator(facts.community_id)
        try:
            whistle_id = draft_whistle(
                kind=WhistleKind.HARD_PROBLEM if self._rng.random() < 0.3 else WhistleKind.ADVANCE,
                occasion=Occasion.REQUESTS,
                title=f"{place(facts.community_id).name}现场会商",
                what="请各单位到现场会商，明确分工和时限。",
                ticket_ids=[ticket_id],
                lead_unit_id=facts.lead_unit_id,
                assist_unit_ids=called,
                place_id=facts.community_id,
                meets_at=None,
                by=coordinator,
                at=at,
            )
        except CannotWhistle:  # the ticket has ended meanwhile
            return
        units = [facts.lead_unit_id, *called]
        self._office(at + timedelta(hours=2), lambda now: self._blow(whistle_id, units, now))

    def _blow(self, whistle_id: int, units: list[int], at: datetime) -> None:
        community = self._place_of(whistle_id)
        by = self._staff.street(community)
        authorise_whistle(whistle_id=whistle_id, approved=True, reason="", by=by, at=at)
        for unit_id in units:
            late = 3.0 if self._rng.random() < _LATE else 0.4
            self._mark(whistle_id, unit_id, "signed", at + timedelta(hours=late))
            self._mark(whistle_id, unit_id, "contacted", at + timedelta(hours=12 * late))
            self._mark(whistle_id, unit_id, "arrived", at + timedelta(days=2 + 2 * late))
        self._office(at + timedelta(days=4), lambda now: self._minute(whistle_id, units, now))

    def _mark(self, whistle_id: int, unit_id: int, mark: str, at: datetime) -> None:
        def step(now: datetime) -> None:
            by = self._staff.of_unit(unit_id)
            answer_whistle(whistle_id=whistle_id, unit_id=unit_id, mark=mark, by=by, at=now)

        self._agenda.plan(at, step)

    def _minute(self, whistle_id: int, units: list[int], at: datetime) -> None:
        coordinator = self._staff.coordinator(self._place_of(whistle_id))
        due = at + timedelta(days=7)
        tasks = [AgreedTask("按会商分工完成整治", unit_id, due) for unit_id in units[:2]]
        write_minutes(
            whistle_id=whistle_id,
            minutes="各单位现场确认了分工，一周内完成。",
            tasks=tasks,
            by=coordinator,
            at=at,
        )
        self._office(at + timedelta(days=5), lambda now: self._finish(whistle_id, units, now))

    def _finish(self, whistle_id: int, units: list[int], at: datetime) -> None:
        coordinator = self._staff.coordinator(self._place_of(whistle_id))
        for unit_id in units:
            unit = self._staff.of_unit(unit_id)
            report_part(whistle_id=whistle_id, unit_id=unit_id, text="已按分工完成", by=unit, at=at)
            for of_unit, by in ((True, coordinator), (False, unit)):
                rate_whistle(
                    whistle_id=whistle_id,
                    unit_id=unit_id,
                    of_unit=of_unit,
                    rating=int(self._rng.integers(3, 6)),
                    remark="",
                    by=by,
                    at=at,
                )
        close_whistle(whistle_id=whistle_id, by=coordinator, at=at)

    def _office(self, at: datetime, step: Step) -> None:
        time = working_time(None)
        self._agenda.plan(at if time.is_working(at) else time.next_working_moment(at), step)

    def _place_of(self, whistle_id: int) -> int:
        return place_of_whistle(whistle_id)
