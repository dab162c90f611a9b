"""How a sample was drawn: everything that can be wrong with it is named."""

import pytest

from gongzhi.engines.measurement.designs import read_design
from gongzhi.engines.measurement.inputs import CannotMeasure


def test_clusters_and_strata_are_counted() -> None:
    design = read_design(
        [1, 1, 2, 2], strata=["a", "a", "b", "b"], lone="certain", clusters=[1, 2, 3, 3]
    )
    assert design.degrees_of_freedom == 1
    assert design.cluster_names == (("a", 1), ("a", 2), ("b", 3))


def test_respondents_are_the_clusters_unless_others_are_named() -> None:
    assert read_design([1.0] * 5).degrees_of_freedom == 4


def test_the_part_of_each_stratum_that_was_taken_is_known() -> None:
    design = read_design([1] * 4, strata=["a", "a", "b", "b"], population_clusters={"a": 4, "b": 2})
    assert design.taken.tolist() == [0.5, 1.0]


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("missing_stratum", {"strata": ["a", None, "a"]}),
        ("missing_stratum", {"strata": ["a", float("nan"), "a"]}),
        ("missing_cluster", {"clusters": ["", 1, 2]}),
        ("shape", {"strata": ["a"]}),
        ("lone_cluster", {"strata": ["a", "a", "b"]}),
        ("cluster_in_two_strata", {"strata": ["a", "a", "b"], "clusters": [1, 2, 1]}),
        ("population", {"population_clusters": {0: 2}}),
        ("population", {"population_clusters": {"elsewhere": 9}}),
    ],
)
def test_a_broken_design_is_refused_by_name(code: str, facts: dict) -> None:
    with pytest.raises(CannotMeasure) as caught:
        read_design([1, 1, 1], **facts)
    assert caught.value.code == code


def test_cluster_numbers_may_start_anew_in_each_stratum_when_said_so() -> None:
    design = read_design([1] * 4, strata=["a", "a", "b", "b"], clusters=[1, 2, 1, 2], nested=True)
    assert len(design.cluster_names) == 4


@pytest.mark.parametrize(
    ("weights", "code"), [([], "empty"), ([0, 0], "no_weight"), ([-1], "negative")]
)
def test_weights_have_to_weigh_something(weights: list, code: str) -> None:
    with pytest.raises(CannotMeasure) as caught:
        read_design(weights)
    assert caught.value.code == code
