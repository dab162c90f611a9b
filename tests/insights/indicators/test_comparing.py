"""Who stands out, and the pictures of it."""

import pytest

from gongzhi.insights.indicators.cells import Cell, Standing
from gongzhi.insights.indicators.comparing import chart_of, compare, funnel_of
from gongzhi.insights.indicators.definitions import indicator
from gongzhi.insights.indicators.shapes import Level
from gongzhi.insights.indicators.tables import IndicatorTable
from gongzhi.interfaces.pages.insights.drawing import draw_funnel, nice_ticks


def cell(group: int, good: int, of: int, *, month: int | None = None) -> Cell:
    standing = Standing.MEASURED if of else Standing.NO_RECORD
    share = good / of if of else None
    return Cell("reopen_rate", Level.STREET, group, month, standing, of, good, of, share, 0.0, 1.0)


def table(*pairs: tuple[int, int]) -> IndicatorTable:
    cells = [cell(group, good, of) for group, (good, of) in enumerate(pairs, start=1)]
    return IndicatorTable(
        indicator=indicator("reopen_rate"),
        level=Level.STREET,
        groups=tuple(range(1, len(pairs) + 1)),
        months=(None,),
        rows=tuple((each,) for each in cells),
        totals=(cell(0, sum(g for g, _ in pairs), sum(n for _, n in pairs)),),
    )


USUAL = [(10, 200), (9, 190), (12, 210), (8, 180), (11, 220), (10, 205), (9, 195), (12, 215)] * 3


def test_chance_alone_names_nobody() -> None:
    assert compare([table(*USUAL)]).standing_out == ()


def test_one_far_off_is_named_with_which_way_is_better() -> None:
    scan = compare([table(*USUAL, (60, 200))])
    (found,) = scan.standing_out
    assert (found.group, found.is_better) == (25, False)
    assert scan.tests == 25


def test_hidden_groups_take_no_part() -> None:
    scan = compare([table(*USUAL, (0, 0))])
    assert scan.tests == 24


def test_too_few_groups_are_not_compared() -> None:
    assert compare([table((1, 100), (50, 100))]).tests == 0
    assert funnel_of(table((1, 100), (50, 100))) is None


def test_a_funnel_has_limits_on_both_sides_of_its_target_and_marks_the_odd_one() -> None:
    funnel = funnel_of(table(*USUAL, (60, 200)))
    assert funnel is not None
    assert all(low <= funnel.target <= high for low, high in (*funnel.inner, *funnel.outer))
    assert [point.group for point in funnel.points if point.beyond] == [25]


def test_a_picture_names_only_what_the_reader_may_name() -> None:
    funnel = funnel_of(table(*USUAL))
    assert funnel is not None
    plot = draw_funnel(funnel, name_of=lambda group: f"社区{group}", mine=frozenset({2}))
    assert [dot.title.startswith("社区") for dot in plot.dots].count(True) == 1


def test_months_without_a_record_leave_a_gap_in_the_chart() -> None:
    months = [cell(1, good, of, month=24_312 + i) for i, (good, of) in enumerate(USUAL)]
    months[3] = cell(1, 0, 0, month=24_315)
    chart = chart_of(months)
    assert chart is not None
    assert [point.value is None for point in chart.points].index(True) == 3
    assert chart_of(months[:2]) is None


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(0, 600, [0, 200, 400, 600]), (0.86, 0.92, [0.86, 0.88, 0.9, 0.92]), (3, 3, [3])],
)
def test_ticks_are_round(low: float, high: float, ticks: list[float]) -> None:
    assert nice_ticks(low, high, most=4) == pytest.approx(ticks)
