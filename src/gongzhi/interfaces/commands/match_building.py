"""Needs and offers as arrays, from the rows of two tables."""

from collections.abc import Hashable, Iterable

import numpy as np

from gongzhi.engines.matching.pool import NO_LIMIT, Needs, Offers
from gongzhi.interfaces.commands.match_days import calendar_of, days_of
from gongzhi.interfaces.commands.match_places import EVERYWHERE, Places, places_without_map
from gongzhi.interfaces.commands.match_tables import Reader


class Numbered:
    """Equal things get one number, in the order in which they come."""

    def __init__(self, first: Iterable[Hashable] = ()) -> None:
        self.known: dict[Hashable, int] = {}
        for thing in first:
            self.number(thing)

    def number(self, thing: Hashable) -> int:
        return self.known.setdefault(thing, len(self.known))


class Building:
    """What the rows have in common: days, places, categories, windows and sets of conditions."""

    def __init__(
        self, *, needs: Reader, offers: Reader, locks: Reader | None, places: Places | None
    ) -> None:
        self.needs, self.offers = needs, offers
        named = [needs.needed_text(row, "community") for row in range(len(needs.table))]
        self.communities = list(dict.fromkeys(named))
        self.places = places or places_without_map(self.communities)
        self.conditions: Numbered = Numbered()
        self.sets: Numbered = Numbered([frozenset()])
        self.categories: Numbered = Numbered()
        self.need_days, self.offer_days = days_of(needs), days_of(offers)
        self.calendar = calendar_of(
            days=[*self.need_days, *self.offer_days], readers=(needs, offers, locks)
        )
        self.windows: Numbered = Numbered()

    def _set(self, reader: Reader, row: int, column: str) -> int:
        return self.sets.number(
            frozenset(self.conditions.number(name) for name in reader.names(row, column))
        )

    def condition_sets(self) -> np.ndarray:
        """(sets, conditions), as the engine wants them; known once all rows are read."""
        table = np.zeros((len(self.sets.known), len(self.conditions.known)), dtype=bool)
        for held, row in self.sets.known.items():
            table[row, sorted(held)] = True  # type: ignore[call-overload]
        return table

    def _place(self, reader: Reader, row: int, column: str) -> int | None:
        name = reader.text(row, column)
        if name not in self.places.number:
            reader.complain(row, column, f"没有地点“{name}”", f"there is no place {name!r}")
            return None
        return self.places.number[name]

    def needs_of_table(self, ids: dict[str, int]) -> tuple[Needs, list[tuple[int, int]]]:
        """The needs, and pairs (row, row of the need it waits for)."""
        reader = self.needs
        community = {name: number for number, name in enumerate(self.communities)}
        columns: dict[str, list[int]] = {
            name: []
            for name in (
                "community", "place", "category", "quantity", "urgency", "window", "asks", "gives",
                "whole",
            )
        }  # fmt: skip
        after = []
        for row in range(len(reader.table)):
            where = "place" if reader.text(row, "place") else "community"
            window = self.calendar.open_periods(self.need_days[row], parts=reader.parts(row))
            values = (
                community[reader.text(row, "community")],
                self._place(reader, row, where) or 0,
                self.categories.number(reader.needed_text(row, "category")),
                reader.whole_number(row, "quantity"),
                reader.whole_number(row, "urgency", default=1),
                self.windows.number(tuple(window.tolist())),
                self._set(reader, row, "asks"),
                self._set(reader, row, "gives"),
                int(reader.yes(row, "whole")),
            )
            for column, value in zip(columns.values(), values, strict=True):
                column.append(value)
            for name in reader.names(row, "after"):
                if name in ids:
                    after.append((row, ids[name]))
                else:
                    reader.complain(row, "after", f"没有需求“{name}”", f"there is no need {name!r}")
        arrays = {name: np.array(values, dtype=np.int64) for name, values in columns.items()}
        whole = arrays.pop("whole").astype(bool)
        return Needs(**arrays, whole=whole), after

    def offers_of_table(self) -> tuple[Offers, np.ndarray]:
        """The offers, and the areas they serve."""
        reader, areas = self.offers, Numbered()
        place, total, per_period, area, reach, asks, gives = ([] for _ in range(7))
        skills = []
        for row in range(len(reader.table)):
            skills.append([self.categories.number(n) for n in reader.names(row, "categories")])
            if not skills[-1]:
                reader.complain(row, "categories", "不能为空", "must not be blank")
            amount = reader.whole_number(row, "total")
            total.append(amount)
            each = reader.whole_number(row, "per_period", default=amount)
            there = self.calendar.open_periods(
                self.offer_days[row], parts=reader.parts(row), weekdays=reader.weekdays(row)
            )
            per_period.append(np.where(there, each, 0))
            reach.append(self._reach(row))
            place.append(self._base(row))
            area.append(areas.number(self._area(row)))
            asks.append(self._set(reader, row, "asks"))
            gives.append(self._set(reader, row, "gives"))
        able = np.zeros((len(skills), len(self.categories.known)), dtype=bool)
        for row, some in enumerate(skills):
            able[row, some] = True
        offers = Offers(
            place=np.array(place, dtype=np.int64),
            skills=able,
            per_period=np.array(per_period, dtype=np.int64).reshape(-1, self.calendar.periods),
            total=np.array(total, dtype=np.int64),
            area=np.array(area, dtype=np.int64),
            reach=np.array(reach, dtype=np.int64),
            asks=np.array(asks, dtype=np.int64),
            gives=np.array(gives, dtype=np.int64),
        )
        return offers, np.array([self._cover(ids) for ids in areas.known]).reshape(
            -1, len(self.places.number)
        )

    def _cover(self, ids: object) -> np.ndarray:
        if ids is None:
            return np.ones(len(self.places.number), dtype=bool)
        return self.places.covered_by(ids)  # type: ignore[arg-type]

    def _reach(self, row: int) -> int:
        if not self.offers.text(row, "reach"):
            return NO_LIMIT
        if not self.places.located:
            self.offers.complain(
                row, "reach", "没有地点文件，无法计算距离", "needs --places to know distances"
            )
        reach = self.offers.whole_number(row, "reach")
        if reach < 0:
            self.offers.complain(row, "reach", "不能为负数", "must not be negative")
        return max(0, reach)

    def _base(self, row: int) -> int:
        if self.offers.text(row, "place"):
            return self._place(self.offers, row, "place") or 0
        if self.places.located:
            self.offers.complain(
                row, "place", "有地点文件时不能为空", "must not be blank when --places is given"
            )
        return 0

    def _area(self, row: int) -> frozenset[str] | None:
        """The ids of the area; None for everywhere."""
        ids = frozenset(self.offers.names(row, "area"))
        if ids & EVERYWHERE:
            return None
        if not ids:
            if not self.offers.text(row, "reach"):
                self.offers.complain(
                    row,
                    "area",
                    "没有服务范围；全区请写 *",
                    "no area; write * for the whole district",
                )
            return None
        for name in sorted(ids - self.places.number.keys()):
            self.offers.complain(row, "area", f"没有地点“{name}”", f"there is no place {name!r}")
        return ids
