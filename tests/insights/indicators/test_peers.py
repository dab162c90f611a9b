"""Similar communities, who of them is better, and what goes together: nothing by chance alone."""

from dataclasses import replace

import numpy as np

from gongzhi.engines.measurement.proportions import proportion_intervals
from gongzhi.insights.indicators.cells import Cell, Standing, hidden
from gongzhi.insights.indicators.definitions import indicator
from gongzhi.insights.indicators.peers import (
    Profile,
    compare_with_similar,
    go_together,
    similar_to,
)
from gongzhi.insights.indicators.shapes import Difficulty, Level
from gongzhi.insights.indicators.tables import IndicatorTable


def table(code: str, counts: dict[int, tuple[int, int]]) -> IndicatorTable:
    cells = []
    for group, (good, of) in counts.items():
        found = proportion_intervals([good], [of])
        value, lower, upper = (
            float(column[0]) for column in (found.estimate, found.lower, found.upper)
        )
        cells.append(
            Cell(
                code, Level.COMMUNITY, group, None, Standing.MEASURED, of, good, of, value, lower,
                upper,
            )
        )  # fmt: skip
    total = replace(cells[0], level=Level.DISTRICT, group=None)
    return IndicatorTable(
        indicator(code), Level.COMMUNITY, tuple(counts), (None,), tuple((c,) for c in cells),
        (total,),
    )  # fmt: skip


ALIKE = {number: Profile(100, {"a": 0.5, "b": 0.5}) for number in (1, 2, 3)}


def test_similar_are_those_nearest_in_size_and_mix() -> None:
    profiles = {
        1: Profile(100, {"a": 0.6, "b": 0.4}),
        2: Profile(90, {"a": 0.5, "b": 0.5}),
        3: Profile(100, {"c": 1.0}),
        4: Profile(10_000, {"a": 0.6, "b": 0.4}),
    }
    assert similar_to(1, profiles) == (2, 3, 4)
    assert similar_to(9, profiles) == ()


def test_only_what_is_better_beyond_chance_is_better_and_only_that_is_told() -> None:
    tables = {
        "joint_share": table("joint_share", {1: (10, 100), 2: (60, 100), 3: (14, 100)}),
        "proactive_share": table("proactive_share", {1: (5, 100), 2: (50, 100), 3: (5, 100)}),
        "response_rate": table("response_rate", {1: (90, 100), 2: (88, 100), 3: (10, 100)}),
    }
    found = compare_with_similar(1, Difficulty.POOR_COORDINATION, tables, ALIKE)
    assert (found.similar, found.better) == ((2, 3), (2,))
    assert [each.indicator.code for each in found.practices] == ["proactive_share"]
    assert found.practices[0].theirs == 0.5


def test_a_lower_number_is_better_where_the_indicator_says_so() -> None:
    tables = {"repeat_rate": table("repeat_rate", {1: (50, 100), 2: (5, 100), 3: (95, 100)})}
    assert compare_with_similar(1, Difficulty.FAILURE, tables, ALIKE).better == (2,)


def test_what_is_hidden_takes_no_part() -> None:
    shown = table("joint_share", {1: (10, 100), 2: (60, 100)})
    gone = replace(shown, rows=(shown.rows[0], (hidden(shown.rows[1][0]),)))
    found = compare_with_similar(1, Difficulty.POOR_COORDINATION, {"joint_share": gone}, ALIKE)
    assert found.better == ()


def many(code: str, goods: np.ndarray) -> IndicatorTable:
    return table(code, {number: (int(good), 100) for number, good in enumerate(goods, start=1)})


def test_what_goes_together_is_told_and_what_does_not_is_not() -> None:
    rng = np.random.default_rng(1)
    base = rng.permutation(np.arange(5, 41))
    tables = {
        "joint_share": many("joint_share", base),
        "response_rate": many("response_rate", 95 - base),
        "satisfaction_rate": many("satisfaction_rate", rng.permutation(base)),
    }
    (found,) = go_together(tables, Difficulty.POOR_COORDINATION)
    assert (found.other.code, found.correlation, found.communities) == ("response_rate", -1.0, 36)


def test_chance_alone_seldom_goes_together() -> None:
    rng = np.random.default_rng(2)
    named = 0
    for _ in range(200):
        tables = {
            code: many(code, rng.permutation(np.arange(5, 41)))
            for code in ("joint_share", "response_rate", "satisfaction_rate", "proactive_share")
        }
        named += bool(go_together(tables, Difficulty.POOR_COORDINATION))
    assert named <= 18, "5 % of 200, give or take"


def test_a_handful_of_communities_is_too_few_to_say() -> None:
    base = np.arange(5, 15)
    tables = {code: many(code, base) for code in ("joint_share", "response_rate")}
    assert go_together(tables, Difficulty.POOR_COORDINATION) == ()
