"""Change points: the same cuts as trying them all, and a test that keeps its level."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from scipy import stats

from gongzhi.engines.measurement.change_points import detect_single_change, find_changes
from gongzhi.engines.measurement.inputs import CannotMeasure

RNG = np.random.default_rng(8)


def loss(k: np.ndarray, n: np.ndarray, kind: str) -> float:
    """Minus twice the log-likelihood of one level, up to terms that no cut changes."""
    level = k.sum() / n.sum()
    if kind == "proportion":
        return -2 * stats.binom.logpmf(k, n, level).sum()
    if kind == "rate":
        return -2 * stats.poisson.logpmf(k, n * level).sum()
    return np.square(k - level).sum()


def best_by_trying_all(k: np.ndarray, n: np.ndarray, kind: str, penalty: float) -> tuple:
    months, found = len(k), {}
    for changes in range(months // 2):
        for cuts in combinations(range(1, months), changes):
            edges = [0, *cuts, months]
            if min(np.diff(edges)) < 2:
                continue
            parts = pairwise(edges)
            found[(0, *cuts)] = penalty * changes + sum(
                loss(k[a:b], n[a:b], kind) for a, b in parts
            )
    return min(found, key=found.__getitem__)


@pytest.mark.parametrize("kind", ["proportion", "rate", "normal"])
@pytest.mark.parametrize("penalty", [0.5, 3.0, 8.0])
def test_the_cuts_are_those_of_trying_them_all(kind: str, penalty: float) -> None:
    for _ in range(4):
        n = RNG.integers(5, 30, 11).astype(float)
        level = np.repeat([0.3, 0.6, 0.3], [4, 3, 4])
        if kind == "normal":
            n = np.ones(11)
            k = RNG.normal(level * 8, 1)
        else:
            k = (
                RNG.binomial(n.astype(int), level)
                if kind == "proportion"
                else RNG.poisson(n * level)
            ).astype(float)
        ours = find_changes(k, n, kind=kind, penalty=penalty, shortest=2)  # type: ignore[arg-type]
        assert ours.starts == best_by_trying_all(k, n, kind, penalty)


def test_a_clear_change_is_found_with_both_levels() -> None:
    result = find_changes([10, 9, 10, 11, 10, 30, 31, 29, 30], np.full(9, 50))
    assert result.starts == (0, 5)
    assert result.levels == (0.2, 0.6)


def test_the_whole_series_is_cut_once_when_the_penalty_forbids_more() -> None:
    assert find_changes([1, 9, 1, 9, 1, 9], np.full(6, 10), penalty=1e9).starts == (0,)


def test_a_wide_spread_makes_changes_dearer() -> None:
    k, n = [10, 10, 10, 17, 17, 17], np.full(6, 30)
    assert len(find_changes(k, n).starts) == 2
    assert len(find_changes(k, n, spread=3.0).starts) == 1


@pytest.mark.parametrize("kind", ["proportion", "rate", "normal"])
def test_the_test_of_a_single_change_keeps_its_level(kind: str) -> None:
    n = RNG.integers(5, 40, 24)
    p = []
    for _ in range(150):
        k = {"proportion": RNG.binomial(n, 0.8), "rate": RNG.poisson(n * 0.2)}.get(
            kind, RNG.normal(size=24)
        )
        p.append(detect_single_change(k, n, kind=kind, replicates=99).p_value)  # type: ignore[arg-type]
    assert np.mean(np.array(p) <= 0.1) == pytest.approx(0.1, abs=0.075)


def test_a_real_change_is_dated_and_believed() -> None:
    result = detect_single_change([4, 5, 3, 4, 5, 4, 15, 14, 16, 15], np.ones(10), kind="rate")
    assert (result.at, result.before, result.after) == (6, 25 / 6, 15)
    assert result.p_value == 1 / 2000


@pytest.mark.parametrize("k", [[0] * 8, [5] * 8])
def test_a_series_that_never_varies_has_no_change(k: list[int]) -> None:
    assert detect_single_change(k, [5] * 8).p_value == 1
    assert find_changes(k, [5] * 8).starts == (0,)


def test_series_too_short_are_refused() -> None:
    for call in (detect_single_change, find_changes):
        with pytest.raises(CannotMeasure) as caught:
            call([1, 2], [3, 3])
        assert caught.value.code == "too_few"


def test_months_of_size_zero_are_allowed_and_change_nothing() -> None:
    assert find_changes(
        [10, 0, 9, 10, 11, 30, 0, 31, 29], [50, 0, 50, 50, 50, 50, 0, 50, 50]
    ).starts == (0, 5)
