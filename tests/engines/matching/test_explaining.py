"""Reasons that hold, and changes that do what they promise."""

from dataclasses import replace

import numpy as np

from gongzhi.engines.matching.choices import NO_OFFER, explain_choices
from gongzhi.engines.matching.planning import plan_matches
from gongzhi.engines.matching.pool import NO_LIMIT, Decisions, Needs, Offers, Pool
from gongzhi.engines.matching.unmet import Change, Unmet, explain_unmet
from tests.engines.matching.feasibility import assert_keeps_every_rule, rows_of_plan
from tests.engines.matching.oracles import ways_of
from tests.engines.matching.pools import draw_small_pool


def one_need(**changes: object) -> Pool:
    """One need of 2 units in period 1, one offer that fits it, 300 metres away."""
    one = np.array
    needs = Needs(
        community=one([0]), place=one([0]), category=one([0]), quantity=one([2]),
        urgency=one([1]), window=one([0]), asks=one([0]), gives=one([0]), whole=one([False]),
    )  # fmt: skip
    offers = Offers(
        place=one([1]), skills=one([[True, False]]), per_period=one([[0, 5, 0]]), total=one([5]),
        area=one([0]), reach=one([NO_LIMIT]), asks=one([0]), gives=one([0]),
    )  # fmt: skip
    own = {name: value for name, value in changes.items() if hasattr(offers, name)}
    rest = {name: value for name, value in changes.items() if name not in own}
    pool = Pool(
        communities=1, places=one([[0.0, 0.0], [300.0, 0.0]]), areas=one([[True, True]]),
        windows=one([[False, True, False]]),
        condition_sets=one([[False, False], [True, False], [True, True]]),
        needs=needs, offers=replace(offers, **own),
    )  # fmt: skip
    return replace(pool, **rest)


def only_unmet(pool: Pool) -> Unmet:
    plan = plan_matches(pool=pool)
    (unmet,) = explain_unmet(pool=pool, plan=plan)
    return unmet


def test_a_need_that_fits_is_met_and_needs_no_reason() -> None:
    pool = one_need()
    assert explain_unmet(pool=pool, plan=plan_matches(pool=pool)) == []


def test_no_offer_of_the_category() -> None:
    unmet = only_unmet(one_need(skills=np.array([[False, True]])))
    assert (unmet.reason, unmet.change) == ("category", None)


def test_conditions_that_no_offer_fulfils() -> None:
    needs = replace(one_need().needs, asks=np.array([2]))
    unmet = only_unmet(one_need(needs=needs, gives=np.array([1])))
    assert unmet.reason == "condition"
    assert unmet.change is not None
    assert unmet.change.conditions == 1


def test_a_place_beyond_the_reach() -> None:
    unmet = only_unmet(one_need(reach=np.array([180])))
    assert unmet.reason == "area"
    assert unmet.change is not None
    assert (unmet.change.metres, unmet.change.units, unmet.change.periods) == (120, 0, 0)


def test_a_place_outside_the_area() -> None:
    unmet = only_unmet(one_need(areas=np.array([[False, True]])))
    assert unmet.reason == "area"
    assert unmet.change is not None
    assert unmet.change.metres == 300


def test_an_offer_at_another_time() -> None:
    unmet = only_unmet(one_need(per_period=np.array([[0, 0, 5]])))
    assert unmet.reason == "time"
    assert unmet.change is not None
    assert (unmet.change.period, unmet.change.periods, unmet.change.units) == (2, 1, 0)


def test_an_offer_that_gives_too_little() -> None:
    unmet = only_unmet(one_need(total=np.array([1])))
    assert (unmet.reason, unmet.units, unmet.offers) == ("capacity", 1, 1)
    assert unmet.change is not None
    assert (unmet.change.period, unmet.change.units) == (1, 1)


def test_a_whole_need_that_fits_nowhere_in_one_piece() -> None:
    needs = replace(one_need().needs, whole=np.array([True]))
    unmet = only_unmet(one_need(needs=needs, total=np.array([1])))
    assert (unmet.reason, unmet.units) == ("whole", 2)


def test_an_excluded_offer() -> None:
    decisions = Decisions(excluded_need=np.array([0]), excluded_offer=np.array([0]))
    unmet = only_unmet(one_need(decisions=decisions))
    assert unmet.reason == "exclusion"
    assert unmet.change is not None
    assert unmet.change.lifts_exclusion


def changed(pool: Pool, need: int, change: Change) -> Pool:
    """The pool after the change: exactly what it says, and nothing else."""
    offers, needs = pool.offers, pool.needs
    offer, period = change.offer, change.period
    areas, area, reach = pool.areas, offers.area.copy(), offers.reach.copy()
    gives, asks = offers.gives.copy(), offers.asks.copy()
    windows, window = pool.windows, needs.window.copy()
    if change.metres:
        wider = pool.areas[offers.area[offer]].copy()
        wider[needs.place[need]] = True
        areas, area[offer] = np.vstack([areas, wider]), len(areas)
        if reach[offer] != NO_LIMIT:
            step = pool.places[needs.place[need]] - pool.places[offers.place[offer]]
            reach[offer] = max(int(reach[offer]), round(float(np.hypot(*step))))
    if change.periods:
        longer = windows[needs.window[need]].copy()
        longer[period] = True
        windows, window[need] = np.vstack([windows, longer]), len(windows)
    if change.conditions:
        gives[offer], asks[offer] = 1, 0
    per_period, total = offers.per_period.copy(), offers.total.copy()
    per_period[offer, period] += change.units
    total[offer] += change.units
    return replace(
        pool,
        areas=areas,
        windows=windows,
        needs=replace(needs, window=window),
        offers=replace(
            offers,
            area=area,
            reach=reach,
            gives=gives,
            asks=asks,
            per_period=per_period,
            total=total,
        ),
    )


def test_every_change_would_meet_the_need_while_all_others_keep_what_they_have() -> None:
    checked = 0
    for seed in range(60):
        pool = draw_small_pool(seed=seed, communities=3, needs=12, offers=5)
        plan = plan_matches(pool=pool)
        for unmet in explain_unmet(pool=pool, plan=plan):
            if unmet.change is None:
                assert not pool.offers.skills[:, pool.needs.category[unmet.need]].any()
                continue
            after = changed(pool, unmet.need, unmet.change)
            row = (unmet.need, unmet.change.offer, unmet.change.period, unmet.units)
            rows = rows_of_plan(plan)
            same = [old for old in rows if old[:3] == row[:3]]
            joined = (*row[:3], row[3] + sum(old[3] for old in same))
            assert_keeps_every_rule([r for r in rows if r not in same] + [joined], after)
            checked += 1
    assert checked > 100


def test_reasons_agree_with_the_ways_there_are() -> None:
    for seed in range(60):
        pool = draw_small_pool(seed=seed, communities=3, needs=12, offers=5)
        plan = plan_matches(pool=pool)
        possible = {way.need for way in ways_of(pool)}
        explained = {unmet.need: unmet for unmet in explain_unmet(pool=pool, plan=plan)}
        short = np.flatnonzero(plan.met < pool.needs.quantity).tolist()
        assert sorted(explained) == short
        for need, unmet in explained.items():
            assert (unmet.reason == "capacity") == (need in possible)


def test_choices_name_the_nearest_other_offer_that_is_free() -> None:
    free = 0
    for seed in range(60):
        pool = draw_small_pool(seed=seed, communities=3, needs=8, offers=8)
        plan = plan_matches(pool=pool)
        choices, rows, ways = (
            explain_choices(pool=pool, plan=plan),
            rows_of_plan(plan),
            ways_of(pool),
        )
        for place, (need, offer, _, _) in enumerate(rows):
            mine = {way.offer: way.distance for way in ways if way.need == need}
            assert choices.options[place] == len(mine)
            assert choices.nearer[place] == sum(d < mine[offer] for d in mine.values())
            others = [
                (way.distance, way.offer)
                for way in ways
                if way.need == need and way.offer != offer and _is_free(pool, rows, way)
            ]
            if others:
                assert (choices.next_distance[place], choices.next_offer[place]) == min(others)
                free += 1
            else:
                assert choices.next_offer[place] == NO_OFFER
    assert free > 20


def _is_free(pool: Pool, rows: list[tuple[int, int, int, int]], way) -> bool:
    at_cell = sum(u for _, offer, period, u in rows if (offer, period) == (way.offer, way.period))
    at_offer = sum(u for _, offer, _, u in rows if offer == way.offer)
    return (
        at_cell < pool.offers.per_period[way.offer, way.period]
        and at_offer < pool.offers.total[way.offer]
    )
