"""The pool of a moment as the matching engine wants it: what is left, by day."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db.models import Max

from gongzhi.affairs.resources.choices import ClaimState, NeedState, OfferState
from gongzhi.affairs.resources.fitting import position
from gongzhi.affairs.resources.models import Claim, Exclusion, Need, Offer, OfferDay, Slot
from gongzhi.commons.territory.queries import find_place
from gongzhi.engines.matching.pool import NO_LIMIT, Decisions, Needs, Offers, Pool

HORIZON = 28  # days ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """The engine's pool, and which rows of ours its rows are."""

    pool: Pool
    need_ids: list[int]
    offer_ids: list[int]
    community_ids: list[int]
    first_day: date

    def day(self, period: int) -> date:
        """The day of a period."""
        return self.first_day + timedelta(days=period)


class _Numbered:
    """Equal things get one number, in the order in which they come."""

    def __init__(self, first: Iterable[Hashable] = ()) -> None:
        self.known: dict[Any, int] = {}
        for thing in first:
            self.number(thing)

    def number(self, thing: Hashable) -> int:
        return self.known.setdefault(thing, len(self.known))


def assemble(*, first_day: date, days: int = HORIZON) -> Assembled:
    """What can be matched from a day on; needs and offers without any day or unit left stay out.

    Claims that are alive are reserved already and don't appear. Pairs that people excluded, or of
    which one side declined, stepped back or did not come, are excluded. A need that waits for
    another keeps its place in the sequence. Eight queries.
    """
    return _Assembling(first_day, days).assembled()


class _Assembling:
    def __init__(self, first_day: date, days: int) -> None:
        self.first_day, self.days = first_day, days
        self.places, self.areas, self.windows = _Numbered(), _Numbered(), _Numbered()
        self.categories, self.communities = _Numbered(), _Numbered()
        self.waits: list[tuple[int, int]] = []  # (need before, need after)
        self.taken_until = _last_days()
        self.waited_for = _open_and_waited_for()
        self.conditions, self.sets = _Numbered(), _Numbered([frozenset()])

    def assembled(self) -> Assembled:
        need_ids, needs = self._needs()
        offer_ids, offers = self._offers()
        decisions = _decided(need_ids, offer_ids, self.waits)
        return Assembled(
            pool=Pool(
                communities=len(self.communities.known),
                places=self._positions(),
                areas=self._covered(),
                windows=self._windows(),
                condition_sets=self._condition_sets(),
                needs=needs,
                offers=offers,
                decisions=decisions,
            ),
            need_ids=need_ids,
            offer_ids=offer_ids,
            community_ids=list(self.communities.known),
            first_day=self.first_day,
        )

    def _span(self, begins: date, ends: date) -> tuple[int, int]:
        """First period, and the one after the last, within the horizon; empty where none is."""
        first = max(0, (begins - self.first_day).days)
        return first, min(self.days, (ends - self.first_day).days + 1)

    def _begins_after(self, earlier: int, begins: date) -> date:
        """A need that waits for one which others take care of begins a day later than these."""
        last = self.taken_until.get(earlier)
        return begins if last is None else max(begins, last + timedelta(days=1))

    def _set(self, names: list[str]) -> int:
        return self.sets.number(frozenset(self.conditions.number(name) for name in names))

    def _needs(self) -> tuple[list[int], Needs]:
        ids: list[int] = []
        known: set[int] = set()
        columns: list[tuple[int, ...]] = []
        rows = Need.objects.filter(state=NeedState.PUBLISHED, ends__gte=self.first_day)
        for row in rows.order_by("id").values_list(
            "id", "community_id", "place_id", "category_id", "quantity", "claimed", "urgency",
            "begins", "ends", "asks", "gives", "whole", "after_id",
        ):  # fmt: skip
            begins = row[7] if row[12] is None else self._begins_after(row[12], row[7])
            span = self._span(begins, row[8])
            if span[0] >= span[1] or row[4] <= row[5]:
                continue
            if row[12] in self.waited_for and row[12] not in known:
                continue  # it waits for one that can't be planned
            ids.append(row[0])
            known.add(row[0])
            if row[12] is not None:
                self.waits.append((row[12], row[0]))
            columns.append(
                (
                    self.communities.number(row[1]), self.places.number(row[2]),
                    self.categories.number(row[3]), row[4] - row[5], row[6],
                    self.windows.number(span), self._set(row[9]), self._set(row[10]),
                    int(row[11] and row[4] > 1),  # one unit is always whole
                )
            )  # fmt: skip
        table = np.array(columns, dtype=np.int64).reshape(-1, 9)
        community, place, category, quantity, urgency, window, asks, gives, whole = table.T
        return ids, Needs(
            community=community, place=place, category=category, quantity=quantity,
            urgency=urgency, window=window, asks=asks, gives=gives, whole=whole.astype(bool),
        )  # fmt: skip

    def _offers(self) -> tuple[list[int], Offers]:
        open_now = Offer.objects.filter(state=OfferState.OPEN, ends__gte=self.first_day)
        links = Offer.categories.through.objects.filter(offer__in=open_now)
        able = _grouped(links.values_list("offer_id", "helpcategory_id"))
        weekdays = _grouped(
            Slot.objects.filter(offer__in=open_now).values_list("offer_id", "weekday")
        )
        days = OfferDay.objects.filter(offer__in=open_now, day__gte=self.first_day, used__gt=0)
        taken = {(offer, day): used for offer, day, used in days.values_list(
            "offer_id", "day", "used"
        )}  # fmt: skip
        ids: list[int] = []
        columns: list[tuple[int, ...]] = []
        periods: list[np.ndarray] = []
        skills: list[list[int]] = []
        for row in open_now.order_by("id").values_list(
            "id", "place_id", "area_id", "reach", "total", "used", "per_day", "begins", "ends",
            "asks", "gives",
        ):  # fmt: skip
            there = self._there(row, weekdays.get(row[0], []), taken)
            if row[4] <= row[5] or not there.any():
                continue
            ids.append(row[0])
            periods.append(there)
            skills.append([self.categories.number(each) for each in able.get(row[0], [])])
            columns.append(
                (
                    self.places.number(row[1]), row[4] - row[5], self.areas.number(row[2]),
                    NO_LIMIT if row[3] is None else row[3], self._set(row[9]),
                    self._set(row[10]),
                )
            )  # fmt: skip
        place, total, area, reach, asks, gives = np.array(columns, dtype=np.int64).reshape(-1, 6).T
        can = np.zeros((len(ids), len(self.categories.known)), dtype=bool)
        for at, some in enumerate(skills):
            can[at, some] = True
        return ids, Offers(
            place=place, skills=can, total=total, area=area, reach=reach, asks=asks, gives=gives,
            per_period=np.array(periods, dtype=np.int64).reshape(-1, self.days),
        )  # fmt: skip

    def _there(
        self, row: tuple[Any, ...], weekdays: list[int], taken: dict[tuple[int, date], int]
    ) -> np.ndarray:
        """(days,), what one offer can still give each day."""
        first, last = self._span(row[7], row[8])
        given = np.zeros(self.days, dtype=np.int64)
        given[first : max(first, last)] = row[6]
        if weekdays:
            day = (np.arange(self.days) + self.first_day.weekday()) % 7
            given[~np.isin(day, weekdays)] = 0
        for period in np.flatnonzero(given).tolist():
            used = taken.get((row[0], self.first_day + timedelta(days=period)), 0)
            given[period] = max(0, given[period] - used)
        return given

    def _positions(self) -> np.ndarray:
        """(places, 2), metres around the middle of all; places without coordinates lie there."""
        known = [position(place) for place in self.places.known]
        some = np.array([each for each in known if each], dtype=float).reshape(-1, 2)
        middle = some.mean(axis=0) if len(some) else np.zeros(2)
        found = np.array([each or middle for each in known], dtype=float).reshape(-1, 2)
        centred: np.ndarray = found - middle
        return centred

    def _covered(self) -> np.ndarray:
        paths = [(find_place(place)) for place in self.places.known]
        table = np.zeros((len(self.areas.known), len(paths)), dtype=bool)
        for area, row in self.areas.known.items():
            within = find_place(area)
            for column, view in enumerate(paths):
                table[row, column] = bool(within and view and view.path.startswith(within.path))
        return table

    def _windows(self) -> np.ndarray:
        table = np.zeros((len(self.windows.known), self.days), dtype=bool)
        for (first, last), row in self.windows.known.items():
            table[row, first:last] = True
        return table

    def _condition_sets(self) -> np.ndarray:
        table = np.zeros((len(self.sets.known), len(self.conditions.known)), dtype=bool)
        for held, row in self.sets.known.items():
            table[row, sorted(held)] = True
        return table


def _grouped(pairs: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def _open_and_waited_for() -> set[int]:
    waiting = Need.objects.filter(state=NeedState.PUBLISHED, after__state=NeedState.PUBLISHED)
    return set(waiting.values_list("after_id", flat=True))


def _last_days() -> dict[int, date]:
    """The last day of what is claimed or done of each need that another open need waits for."""
    waited_for = Need.objects.filter(state=NeedState.PUBLISHED, after__isnull=False)
    alive = [ClaimState.PROPOSED, ClaimState.AGREED, ClaimState.DONE, ClaimState.CONFIRMED]
    found = Claim.objects.filter(need__in=waited_for.values("after_id"), state__in=alive)
    return dict(found.values_list("need_id").annotate(last=Max("day")))


def _decided(need_ids: list[int], offer_ids: list[int], waits: list[tuple[int, int]]) -> Decisions:
    needs = {need: at for at, need in enumerate(need_ids)}
    offers = {offer: at for at, offer in enumerate(offer_ids)}
    failed = Claim.objects.filter(
        offer__isnull=False,
        need__state=NeedState.PUBLISHED,
        state__in=[ClaimState.DECLINED, ClaimState.WITHDRAWN, ClaimState.NO_SHOW],
    )
    decided = Exclusion.objects.filter(need__state=NeedState.PUBLISHED)
    pairs = sorted(
        {
            (needs[need], offers[offer])
            for rows in (failed, decided)
            for need, offer in rows.values_list("need_id", "offer_id")
            if need in needs and offer in offers
        }
    )
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    order = np.array(
        [(needs[one], needs[other]) for one, other in waits if one in needs], dtype=np.int64
    ).reshape(-1, 2)
    return Decisions(
        excluded_need=table[:, 0], excluded_offer=table[:, 1], earlier=order[:, 0],
        later=order[:, 1],
    )  # fmt: skip
