"""Weights: equal to samplics, within bounds when asked, refused when impossible."""

import warnings

import numpy as np
import pytest

from gongzhi.engines.measurement.inputs import CannotMeasure
from gongzhi.engines.measurement.weighting import (
    Margin,
    adjust_for_nonresponse,
    poststratify,
    rake,
    share_that_responded,
)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import samplics

RNG = np.random.default_rng(30)
SIZE = 400
WEIGHTS = RNG.uniform(5, 20, SIZE)
AGE = RNG.choice(["young", "middle", "old"], SIZE, p=[0.2, 0.5, 0.3])
AREA = RNG.choice(["north", "south"], SIZE, p=[0.7, 0.3])
TARGETS = {
    "age": {"young": 2000.0, "middle": 1800, "old": 1200},
    "area": {"north": 2600.0, "south": 2400},
}
MARGINS = [
    Margin("age", AGE.tolist(), TARGETS["age"]),
    Margin("area", AREA.tolist(), TARGETS["area"]),
]


def reached(weights: np.ndarray, margin: Margin) -> dict:
    values = np.array(margin.values)
    return {name: weights[values == name].sum() for name in margin.targets}


def test_raked_weights_meet_every_margin_and_equal_samplics() -> None:
    ours = rake(WEIGHTS, MARGINS)
    for margin in MARGINS:
        assert reached(ours.weights, margin) == pytest.approx(margin.targets, rel=1e-9)
    theirs = samplics.SampleWeight().rake(
        WEIGHTS, margins={"age": AGE, "area": AREA}, control=TARGETS, tol=1e-12, ctrl_tol=1e-12
    )
    np.testing.assert_allclose(ours.weights, theirs, rtol=1e-8)
    assert ours.converged
    assert ours.worst_gap <= 1e-10


def test_a_worked_two_by_two_table_keeps_its_odds_ratio() -> None:
    """Raking changes margins and leaves every odds ratio of the cells as it was."""
    weights = np.array([10.0, 20, 30, 40])
    margins = [
        Margin("rows", [0, 0, 1, 1], {0: 60, 1: 40}),
        Margin("columns", [0, 1, 0, 1], {0: 50, 1: 50}),
    ]
    raked = rake(weights, margins).weights
    assert raked[:2].sum() == pytest.approx(60)
    assert raked[0] * raked[3] / (raked[1] * raked[2]) == pytest.approx(40 / 60, rel=1e-9)


def test_bounds_are_kept_and_the_margins_still_met() -> None:
    free = rake(WEIGHTS, MARGINS)
    factors = free.weights / WEIGHTS
    bounds = (0.35, float(factors.max() * 0.97))
    assert factors.max() > bounds[1]
    tight = rake(WEIGHTS, MARGINS, bounds=bounds)
    assert (tight.weights / WEIGHTS).max() <= bounds[1] + 1e-12
    assert tight.at_bounds > 0
    for margin in MARGINS:
        assert reached(tight.weights, margin) == pytest.approx(margin.targets, rel=1e-9)


def test_wide_bounds_change_nothing() -> None:
    free, wide = rake(WEIGHTS, MARGINS), rake(WEIGHTS, MARGINS, bounds=(0.001, 1000))
    np.testing.assert_allclose(wide.weights, free.weights, rtol=1e-7)


def test_impossible_bounds_are_refused_or_reported() -> None:
    with pytest.raises(CannotMeasure) as caught:
        rake(WEIGHTS, MARGINS, bounds=(0.99, 1.01), rounds=20)
    assert caught.value.code == "not_converged"
    report = rake(WEIGHTS, MARGINS, bounds=(0.99, 1.01), rounds=20, partial=True)
    assert (report.converged, report.rounds) == (False, 20)
    assert report.worst_gap > 0.01
    assert (report.weights / WEIGHTS).max() <= 1.01 + 1e-12


def test_post_stratified_and_non_response_weights_equal_samplics() -> None:
    other = samplics.SampleWeight()
    ours = poststratify(WEIGHTS, AGE.tolist(), TARGETS["age"])
    theirs = other.poststratify(WEIGHTS, control=TARGETS["age"], domain=AGE)
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    responded = RNG.random(SIZE) < 0.6
    status = np.where(responded, "rr", "nr")
    np.testing.assert_allclose(
        adjust_for_nonresponse(WEIGHTS, responded, AGE.tolist()),
        other.adjust(WEIGHTS, AGE, status),
        rtol=1e-12,
    )
    assert share_that_responded(WEIGHTS, responded) == pytest.approx(
        WEIGHTS[responded].sum() / WEIGHTS.sum()
    )


@pytest.mark.parametrize(
    ("margin", "code"),
    [
        (Margin("area", AREA.tolist(), {"north": 5000}), "unknown_value"),
        (
            Margin("area", AREA.tolist(), {"north": 2000, "south": 2000, "west": 1000}),
            "empty_margin",
        ),
        (Margin("area", AREA.tolist(), {"north": 1, "south": 1}), "margins_disagree"),
        (Margin("area", AREA.tolist()[:3], {"north": 1, "south": 1}), "shape"),
        (Margin("area", AREA.tolist(), {"north": 5000, "south": 0}), "not_positive"),
    ],
)
def test_margins_that_cannot_be_met_are_refused_by_name(margin: Margin, code: str) -> None:
    with pytest.raises(CannotMeasure) as caught:
        rake(WEIGHTS, [MARGINS[0], margin])
    assert caught.value.code == code


def test_a_cell_nobody_answered_in_is_named() -> None:
    with pytest.raises(CannotMeasure, match="south"):
        adjust_for_nonresponse([1, 1, 1], [True, True, False], ["north", "north", "south"])
