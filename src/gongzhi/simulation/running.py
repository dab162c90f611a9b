"""Running the model: it drives the real actions, each with the time at which it happens."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

import numpy as np
from django.db import transaction

from gongzhi.affairs.tickets.callback import expire_callbacks
from gongzhi.affairs.tickets.choices import Channel, RequestKind
from gongzhi.affairs.tickets.intake import Contact, Request, receive_ticket
from gongzhi.affairs.tickets.joint_handling import escalate_late_calls
from gongzhi.affairs.tickets.merging import CannotMerge, merge_tickets
from gongzhi.affairs.tickets.supervision import escalate_overdue, remind_leads
from gongzhi.commons.categories.queries import categories, category
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.territory.queries import (
    PlaceView,
    children,
    communities,
    place,
    places,
    subtree_ids,
)
from gongzhi.coordination.follow_ups import follow_all
from gongzhi.simulation.agenda import Agenda
from gongzhi.simulation.answering import Answering
from gongzhi.simulation.arrivals import Arrival, Arrivals
from gongzhi.simulation.handling import Handling
from gongzhi.simulation.parameters import Parameters
from gongzhi.simulation.staff import Staff
from gongzhi.simulation.whistling import Whistling
from gongzhi.simulation.words import Words

WINDOW = timedelta(minutes=10)


class CannotSimulate(ValueError):
    """A model that can't be run here, and why."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """What a run brought about."""

    days: int
    tickets: int
    steps: int
    unfinished: int  # planned steps that lie after the end


class Simulation:
    """A district alive for some days; the same seed on the same register gives the same life."""

    def __init__(self, *, parameters: Parameters, begins: datetime) -> None:
        """`begins` is the local midnight of the first day."""
        places = communities(on=begins.date())[: parameters.communities]
        matters = [
            (view.code, 1.0 + len(view.keywords) / 4)
            for view in categories(on=begins.date())
            if view.is_leaf
        ]
        if not places or not matters:
            raise CannotSimulate("还没有社区或事项分类：请先载入样例区，或登记本区的社区和分类")
        rng = np.random.default_rng(parameters.seed)
        self._begins = begins
        self._parameters = parameters
        self._rng = rng
        self._agenda = Agenda()
        self._words = Words(rng)
        self._staff = Staff(on=begins.date())
        self._arrivals = Arrivals(
            parameters=parameters, communities=places, matters=matters, rng=rng
        )
        self._answering = Answering(
            answers=parameters.answers, agenda=self._agenda, words=self._words, rng=rng
        )
        self._handling = Handling(
            units=parameters.units,
            agenda=self._agenda,
            staff=self._staff,
            words=self._words,
            rng=rng,
            when_closed=self._answering.plan,
        )
        self._answering.when_reopened = self._handling.begin
        self._whistling = Whistling(agenda=self._agenda, staff=self._staff, rng=rng)
        self._bursts: dict[int, int] = {}
        self._burst_places: dict[int, tuple[PlaceView | None, PlaceView | None]] = {}
        self._estates: dict[int, list[PlaceView]] = {}
        self._count = 0

    def run(
        self, *, until: datetime, progress: Callable[[int], None] = lambda _days: None
    ) -> Simulated:
        """Live from the first day up to `until`; `progress` is told of each day that is over."""
        steps = days = 0
        midnight = self._begins
        while midnight < until and days < self._parameters.days:
            with transaction.atomic():  # one commit a day: a model loses nothing that matters
                steps += self._live_one_day(midnight, until)
            midnight += timedelta(days=1)
            days += 1
            progress(1)
        return Simulated(days, self._count, steps, len(self._agenda))

    def _live_one_day(self, midnight: datetime, until: datetime) -> int:
        steps = 0
        for at, group in groupby(self._arrivals.of_day(midnight), key=_window):
            if at >= until:
                break
            steps += self._agenda.run_until(at)
            self._receive(list(group), until)
            follow_all(at=at)
        end = min(midnight + timedelta(days=1), until)
        steps += self._agenda.run_until(end)
        follow_all(at=end)
        self._clocks(end)
        return steps

    def _receive(self, arrivals: list[Arrival], until: datetime) -> None:
        for arrival in arrivals:
            if arrival.at >= until:
                continue
            ticket_id = self._receive_one(arrival)
            self._count += 1
            units = self._parameters.units
            found_at = arrival.at + WINDOW + timedelta(minutes=float(self._rng.exponential(40)))
            self._agenda.plan(found_at, _later(self._handling.begin, ticket_id))
            if self._rng.random() < units.whistle:
                self._agenda.plan(
                    found_at + timedelta(days=1), _later(self._whistling.begin, ticket_id)
                )
            if arrival.burst is not None:
                self._perhaps_merge(ticket_id, arrival, found_at)

    def _receive_one(self, arrival: Arrival) -> int:
        community = place(arrival.community_id)
        matter = category(arrival.category_code)
        if matter is None:
            raise CannotSimulate(f"事项分类 {arrival.category_code} 在运行中被删除")
        estate, building = self._somewhere_in(community.id)
        if arrival.burst is not None:  # one matter boils over at one place
            estate, building = self._burst_places.setdefault(arrival.burst, (estate, building))
        said = self._words.request(
            matter, community, estate.name if estate else "", burst=arrival.burst
        )
        name, phone = self._words.contact() if arrival.has_contact else ("", "")
        own = arrival.channel == Channel.PAGE
        receipt = receive_ticket(
            request=Request(
                text=said.text,
                title=said.title,
                channel=Channel(arrival.channel),
                kind=RequestKind(arrival.kind),
                category_code="" if self._rng.random() < 0.7 else matter.code,
                place_id=(building or estate or community).id,
                contact=Contact(name=name, phone=phone),
                is_public=matter.may_be_public,
            ),
            by=RESIDENT if own else self._staff.worker(community.id),
            at=arrival.at,
        )
        return receipt.ticket_id

    def _somewhere_in(self, community_id: int) -> tuple[PlaceView | None, PlaceView | None]:
        """An estate, and in two of three cases a building of it, as people say where it is."""
        if community_id not in self._estates:
            below = places(subtree_ids(community_id)).values()
            self._estates[community_id] = [view for view in below if view.kind == "estate"]
        estates = self._estates[community_id]
        if not estates:
            return None, None
        estate = estates[int(self._rng.integers(len(estates)))]
        buildings = [view for view in children(estate.id) if view.kind == "building"]
        if not buildings or self._rng.random() > 2 / 3:
            return estate, None
        return estate, buildings[int(self._rng.integers(len(buildings)))]

    def _perhaps_merge(self, ticket_id: int, arrival: Arrival, at: datetime) -> None:
        first = self._bursts.setdefault(arrival.burst or 0, ticket_id)
        if first == ticket_id or self._rng.random() > self._parameters.units.merge:
            return

        def merge(now: datetime) -> None:
            by = self._staff.worker(arrival.community_id)
            try:
                merge_tickets(ticket_id=ticket_id, into_id=first, by=by, at=now)
            except CannotMerge:  # one of them has ended meanwhile
                return

        self._agenda.plan(at + timedelta(minutes=5), merge)

    def _clocks(self, at: datetime) -> None:
        """What the worker's schedules do, once a day."""
        remind_leads(at=at, most=10_000)
        escalate_overdue(at=at, most=10_000)
        expire_callbacks(at=at, most=10_000)
        escalate_late_calls(at=at, most=10_000)
        follow_all(at=at)


def _window(arrival: Arrival) -> datetime:
    """The end of the ten minutes in which a request comes in."""
    past = arrival.at.minute % 10
    begin = arrival.at.replace(minute=arrival.at.minute - past, second=0, microsecond=0)
    return begin + WINDOW


def _later(step: Callable[[int, datetime], None], ticket_id: int) -> Callable[[datetime], None]:
    return lambda now: step(ticket_id, now)
