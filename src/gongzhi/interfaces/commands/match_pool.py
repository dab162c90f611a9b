"""From the tables of `gongzhi match` to a pool for the matching engine."""

from dataclasses import dataclass

import numpy as np

from gongzhi.engines.matching.checking import CannotMatch, Fault
from gongzhi.engines.matching.pool import Pool
from gongzhi.interfaces.commands.match_building import Building
from gongzhi.interfaces.commands.match_days import Calendar
from gongzhi.interfaces.commands.match_decisions import read_decisions
from gongzhi.interfaces.commands.match_places import Places
from gongzhi.interfaces.commands.match_tables import CannotUse, Complaint, Reader

# fault of the engine -> what is said of the cell
_FAULTS = {
    "not_positive": ("应大于 0", "should be greater than 0"),
    "negative": ("不能为负数", "must not be negative"),
    "too_large": ("数值过大", "is absurdly large"),
    "empty": ("在整个期间内没有可用的时段", "leaves no period at all"),
    "unknown": ("没有这一项", "is unknown"),
    "also_excluded": ("同一对既锁定又排除", "is locked and excluded at once"),
    "repeated": ("重复", "stands twice"),
    "more_than_there_is": ("锁定的数量超过了可用的数量", "locks more than there is"),
    "part_of_whole": ("整份需求只能整份锁定", "locks a part of a need that must stay whole"),
    "cycle": ("先后关系绕成了圈", "waits for itself in a circle"),
}
_FIELDS = {
    "window": "from", "skills": "categories", "period": "date", "offer": "offer_id",
    "need": "need_id",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Tables:
    """The tables that were read, and the pool they make."""

    pool: Pool
    calendar: Calendar
    need_ids: list[str]
    offer_ids: list[str]
    units: list[str]
    communities: list[str]
    needs: Reader
    offers: Reader
    locks: Reader | None
    lock_rows: list[int]
    exclusion_rows: list[int]
    after_rows: list[int]

    def explain(self, refused: CannotMatch) -> CannotUse:
        """The faults of the engine as complaints about cells."""
        for fault in refused.faults:
            self._complain(fault)
        return CannotUse(_complaints(self.needs, self.offers, self.locks))

    def _complain(self, fault: Fault) -> None:
        chinese, english = _FAULTS[fault.reason]
        column = _FIELDS.get(fault.field, fault.field)
        if fault.table == "need":
            self.needs.complain(fault.row, column, chinese, english)
        elif fault.table == "offer":
            self.offers.complain(fault.row, column, chinese, english)
        elif fault.table == "sequence":
            self.needs.complain(self.after_rows[fault.row], "after", chinese, english)
        elif self.locks is not None:
            rows = self.lock_rows if fault.table == "lock" else self.exclusion_rows
            self.locks.complain(rows[fault.row], column, chinese, english)


def build_tables(
    *, needs: Reader, offers: Reader, locks: Reader | None, places: Places | None
) -> Tables:
    """Make the pool; raises CannotUse with every cell that is wrong, or CannotRead."""
    needs.require("need_id", "community", "category", "quantity")
    offers.require("offer_id", "categories", "total")
    need_ids, offer_ids = needs.numbers_of("need_id"), offers.numbers_of("offer_id")
    _stop_if_wrong(needs, offers, locks)
    work = Building(needs=needs, offers=offers, locks=locks, places=places)
    need_rows, after = work.needs_of_table(need_ids)
    offer_rows, areas = work.offers_of_table()
    decisions, lock_rows, exclusion_rows = read_decisions(
        reader=locks, calendar=work.calendar, need_ids=need_ids, offer_ids=offer_ids, after=after
    )
    _stop_if_wrong(needs, offers, locks)
    pool = Pool(
        communities=len(work.communities),
        places=work.places.position,
        areas=areas,
        windows=np.array(list(work.windows.known), dtype=bool).reshape(-1, work.calendar.periods),
        condition_sets=work.condition_sets(),
        needs=need_rows,
        offers=offer_rows,
        decisions=decisions,
    )
    return Tables(
        pool=pool,
        calendar=work.calendar,
        need_ids=list(need_ids),
        offer_ids=list(offer_ids),
        units=[offers.text(row, "unit") for row in range(len(offers.table))],
        communities=work.communities,
        needs=needs,
        offers=offers,
        locks=locks,
        lock_rows=lock_rows,
        exclusion_rows=exclusion_rows,
        after_rows=[row for row, _ in after],
    )


def _complaints(*readers: Reader | None) -> list[Complaint]:
    return [one for reader in readers if reader is not None for one in reader.complaints]


def _stop_if_wrong(*readers: Reader | None) -> None:
    if wrong := _complaints(*readers):
        raise CannotUse(wrong)
