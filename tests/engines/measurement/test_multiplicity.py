"""Multiple tests: equal to statsmodels, and to the definition of Storey."""

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from gongzhi.engines.measurement.inputs import CannotMeasure
from gongzhi.engines.measurement.multiplicity import adjust

P = np.random.default_rng(1).beta(0.4, 1.5, 200)


@pytest.mark.parametrize(("ours", "theirs"), [("bh", "fdr_bh"), ("by", "fdr_by")])
def test_adjusted_values_equal_statsmodels(ours: str, theirs: str) -> None:
    expected = multipletests(P, method=theirs)[1]
    np.testing.assert_allclose(adjust(P, control=ours).p_value, expected, atol=1e-14)  # type: ignore[arg-type]


def test_q_values_equal_their_definition() -> None:
    """q(p) = min over t ≥ p of π₀ m t / #{p ≤ t} (Storey 2002)."""
    null_share = min(1, ((P > 0.5).sum() + 1) / (0.5 * len(P)))
    expected = [min(null_share * len(P) * t / (t >= P).sum() for t in P[p <= P]) for p in P]
    result = adjust(P, control="storey")
    assert result.null_share == null_share
    np.testing.assert_allclose(result.p_value, expected, atol=1e-14)


def test_the_example_of_benjamini_and_hochberg_is_met() -> None:
    """Their 15 p-values (1995, section 3.2): four rejected at 5 %."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240]
    p += [0.4262, 0.5719, 0.6528, 0.7590, 1.0000]
    assert (adjust(p).p_value <= 0.05).sum() == 4


def test_masked_cells_are_no_tests() -> None:
    p = np.ma.MaskedArray([[0.01, 0.5], [0.03, 0.0]], mask=[[0, 0], [0, 1]])
    result = adjust(p)
    assert result.tests == 3
    assert result.p_value.tolist() == [[pytest.approx(0.03), 0.5], [pytest.approx(0.045), None]]


def test_no_tests_and_no_control_are_defined() -> None:
    assert adjust([]).tests == 0
    assert adjust([0.2, 0.01], control="none").p_value.tolist() == [0.2, 0.01]


def test_values_that_are_no_probabilities_are_refused() -> None:
    with pytest.raises(CannotMeasure):
        adjust([1.2])
    with pytest.raises(CannotMeasure):
        adjust([0.2], control="bonferroni")  # type: ignore[arg-type]
