"""When and where residents ask, and about what: an inhomogeneous Poisson process, hour by hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from gongzhi.commons.calendar.queries import special_days
from gongzhi.commons.territory.queries import PlaceView
from gongzhi.simulation.parameters import Parameters
from gongzhi.simulation.seasons import seasonal_weight

FALLBACK_HOUSEHOLDS = 2_000


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request about to be made; `burst` names the hot issue it belongs to, if any."""

    at: datetime
    community_id: int
    category_code: str
    channel: str
    kind: str
    has_contact: bool
    burst: int | None = None


class Arrivals:
    """Draws the requests of one day after another, from one generator."""

    def __init__(
        self,
        *,
        parameters: Parameters,
        communities: Sequence[PlaceView],
        matters: Sequence[tuple[str, float]],
        rng: np.random.Generator,
    ) -> None:
        self._parameters = parameters
        self._communities = communities
        self._codes = [code for code, _ in matters]
        self._weights = np.array([weight for _, weight in matters])
        self._rng = rng
        self._days_off = special_days()
        households = [view.households or FALLBACK_HOUSEHOLDS for view in communities]
        self._share = np.array(households) / sum(households)
        self._per_day = (
            sum(households)
            * parameters.residents.tickets_per_household_year
            * parameters.scale
            / 365
        )
        self._bursts: list[tuple[date, date, int, str, float]] = []
        self._burst_count = 0

    def of_day(self, midnight: datetime) -> list[Arrival]:
        """The requests of the day that begins at `midnight`, in the order of their times."""
        self._perhaps_begin_burst(midnight.date())
        count = self._rng.poisson(self._per_day * self._factor(midnight.date()))
        places = self._rng.choice(len(self._communities), size=count, p=self._share)
        codes = self._rng.choice(len(self._codes), size=count, p=self._by_season(midnight.date()))
        arrivals = [
            self._arrival(midnight, self._communities[place].id, self._codes[code])
            for place, code in zip(places, codes, strict=True)
        ]
        arrivals += self._of_bursts(midnight)
        return sorted(arrivals, key=lambda arrival: arrival.at)

    def _factor(self, day: date) -> float:
        residents = self._parameters.residents
        off = self._days_off.get(day)
        factor = residents.holiday if off else 1.0
        if off is None and day.weekday() >= 5:
            factor = residents.weekend
        if self._rng.random() < residents.peak_days_per_year / 365:
            factor *= residents.peak_factor
        return factor

    def _by_season(self, day: date) -> NDArray[np.float64]:
        weights = self._weights * [seasonal_weight(code, day) for code in self._codes]
        shares: NDArray[np.float64] = weights / weights.sum()
        return shares

    def _arrival(
        self, midnight: datetime, community_id: int, code: str, burst: int | None = None
    ) -> Arrival:
        residents = self._parameters.residents
        hour = int(self._rng.choice(24, p=residents.by_hour))
        return Arrival(
            at=midnight + timedelta(hours=hour, seconds=int(self._rng.integers(3600))),
            community_id=community_id,
            category_code=code,
            channel=self._pick(residents.channels),
            kind=self._pick(residents.kinds),
            has_contact=bool(self._rng.random() < residents.leave_contact),
            burst=burst,
        )

    def _pick(self, options: Sequence[tuple[str, float]]) -> str:
        at = self._rng.choice(len(options), p=[share for _, share in options])
        return options[at][0]

    def _perhaps_begin_burst(self, day: date) -> None:
        residents = self._parameters.residents
        rate = residents.hot_issues_per_community_year * min(1.0, self._parameters.scale) / 365
        for community in self._communities:
            if self._rng.random() < rate:
                self._burst_count += 1
                code = self._codes[self._rng.choice(len(self._codes), p=self._by_season(day))]
                days = int(self._rng.integers(5, 15))
                size = self._rng.exponential(residents.hot_issue_requests) + 3
                self._bursts.append(
                    (day, day + timedelta(days=days), community.id, code, size / days)
                )

    def _of_bursts(self, midnight: datetime) -> list[Arrival]:
        day = midnight.date()
        found = []
        for number, (begins, ends, community_id, code, rate) in enumerate(self._bursts):
            if begins <= day < ends:
                for _ in range(self._rng.poisson(rate)):
                    found.append(self._arrival(midnight, community_id, code, burst=number))
        return found
