"""Which offer could serve which need, and in which periods."""

from dataclasses import dataclass

import numpy as np

from gongzhi.engines.matching.pool import NO_LIMIT, BoolArray, IntArray, Pool

_WORD = 62  # periods in one integer code
_CELLS = 4_000_000  # combinations looked at together: bounds the memory


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """Pairs of need and offer that satisfy every rule, sorted by need, then offer."""

    need: IntArray
    offer: IntArray
    distance: IntArray
    """(pairs,), metres, rounded."""
    group: IntArray
    """(pairs,), which (offer, set of periods) the pair uses."""
    group_offer: IntArray
    group_periods: BoolArray
    """(groups, periods), the periods that need and offer have in common."""


def period_codes(rows: BoolArray) -> IntArray:
    """Write each row of periods as whole numbers: (rows, words)."""
    count, periods = rows.shape
    words = max(1, -(-periods // _WORD))
    codes = np.zeros((count, words), dtype=np.int64)
    for word in range(words):
        part = rows[:, word * _WORD : (word + 1) * _WORD]
        codes[:, word] = part @ (np.int64(1) << np.arange(part.shape[1], dtype=np.int64))
    return codes


def fulfilled(sets: BoolArray) -> BoolArray:
    """(sets, sets): whether everything asked in the row is held by the column."""
    asked = sets.astype(np.int64)
    result: BoolArray = (asked @ (1 - asked.T)) == 0
    return result


def find_candidates(pool: Pool, *, only: IntArray | None = None) -> Candidates:
    """Every pair that category, area, time and conditions allow, without the excluded ones.

    A need that must stay whole is paired only with periods in which the offer could give all of it.
    `only` (some needs) looks at these needs and no others.
    Cost: needs are compared with the offers of their own category only.
    """
    needs, offers = pool.needs, pool.offers
    windows = period_codes(pool.windows)
    there = period_codes(offers.per_period > 0)
    holds = fulfilled(pool.condition_sets)
    found: list[tuple[IntArray, IntArray, IntArray, IntArray]] = []
    for category in range(pool.categories):
        able = np.flatnonzero(offers.skills[:, category] & (offers.total > 0))
        asking = np.flatnonzero(needs.category == category) if only is None else only
        asking = asking[needs.category[asking] == category]
        if not len(able) or not len(asking):
            continue
        step = max(1, _CELLS // len(able))
        for start in range(0, len(asking), step):
            part = asking[start : start + step]
            found.append(
                _pairs(pool=pool, asking=part, able=able, windows=windows, there=there, holds=holds)
            )
    return _collected(pool, found)


def _pairs(
    *,
    pool: Pool,
    asking: IntArray,
    able: IntArray,
    windows: IntArray,
    there: IntArray,
    holds: BoolArray,
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    needs, offers = pool.needs, pool.offers
    fits = pool.areas[offers.area[able][None, :], needs.place[asking][:, None]]
    fits &= holds[needs.asks[asking][:, None], offers.gives[able][None, :]]
    fits &= holds[offers.asks[able][None, :], needs.gives[asking][:, None]]
    row, column = np.nonzero(fits)
    need, offer = asking[row], able[column]
    common = windows[needs.window[need]] & there[offer]
    whole = np.flatnonzero(needs.whole[need])
    if len(whole):
        asked, by = needs.quantity[need[whole]], offer[whole]
        enough = (offers.per_period[by] >= asked[:, None]) & (offers.total[by] >= asked)[:, None]
        common[whole] &= period_codes(enough)
    step = pool.places[needs.place[need]] - pool.places[offers.place[offer]]
    distance = np.rint(np.hypot(step[:, 0], step[:, 1])).astype(np.int64)
    limit = offers.reach[offer]
    kept = common.any(axis=1) & ((limit == NO_LIMIT) | (distance <= limit))
    return need[kept], offer[kept], distance[kept], common[kept]


def _collected(
    pool: Pool, found: list[tuple[IntArray, IntArray, IntArray, IntArray]]
) -> Candidates:
    words = max(1, -(-pool.periods // _WORD))
    none = np.empty(0, dtype=np.int64)
    found.append((none, none, none, np.empty((0, words), dtype=np.int64)))
    need, offer, distance, common = (np.concatenate(part) for part in zip(*found, strict=True))
    decided = pool.decisions
    if len(decided.excluded_need):
        width = len(pool.offers)
        out = np.isin(need * width + offer, decided.excluded_need * width + decided.excluded_offer)
        need, offer, distance, common = need[~out], offer[~out], distance[~out], common[~out]
    order = np.lexsort((offer, need))
    need, offer, distance, common = need[order], offer[order], distance[order], common[order]
    group = offer
    for word in range(common.shape[1]):
        codes, which = np.unique(common[:, word], return_inverse=True)
        group = np.unique(group * len(codes) + which, return_inverse=True)[1]
    _, first = np.unique(group, return_index=True)
    bits = np.arange(pool.periods)
    periods = (common[first][:, bits // _WORD] >> (bits % _WORD)) & 1
    return Candidates(
        need=need,
        offer=offer,
        distance=distance,
        group=group,
        group_offer=offer[first],
        group_periods=periods.astype(bool),
    )
