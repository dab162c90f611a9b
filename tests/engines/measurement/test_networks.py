"""Networks of organisations: every measure equal to networkx."""

import networkx as nx
import numpy as np
import pytest

from gongzhi.engines.measurement.inputs import CannotMeasure
from gongzhi.engines.measurement.networks import describe_network, joint_items


def random_ties(seed: int, many: int, chance: float) -> np.ndarray:
    generator = np.random.default_rng(seed)
    upper = np.triu(
        generator.integers(1, 9, (many, many)) * (generator.random((many, many)) < chance), 1
    )
    return upper + upper.T


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("many", "chance"), [(6, 0.3), (25, 0.15), (40, 0.05)])
def test_every_measure_equals_networkx(seed: int, many: int, chance: float) -> None:
    ties = random_ties(seed, many, chance)
    graph = nx.from_numpy_array(ties)
    ours = describe_network(ties)
    assert ours.density == pytest.approx(nx.density(graph))
    assert ours.degree.tolist() == [d for _, d in graph.degree()]
    assert np.flatnonzero(ours.isolated).tolist() == list(nx.isolates(graph))
    between = list(nx.betweenness_centrality(graph).values())
    np.testing.assert_allclose(ours.betweenness, between, atol=1e-12)
    constraint = np.array(list(nx.constraint(graph, weight="weight").values()))
    np.testing.assert_allclose(ours.constraint.filled(np.nan), constraint, atol=1e-12)
    size = np.nan_to_num(list(nx.effective_size(graph).values()))
    np.testing.assert_allclose(ours.effective_size, size, atol=1e-12)
    parts = {frozenset(np.flatnonzero(ours.component == c).tolist()) for c in set(ours.component)}
    assert parts == {frozenset(c) for c in nx.connected_components(graph)}


def test_joint_items_are_counted_for_each_pair() -> None:
    ties = joint_items([[1, 1, 0], [1, 1, 1], [0, 0, 1]])
    assert ties.tolist() == [[0, 2, 1], [2, 0, 1], [1, 1, 0]]


def test_a_star_has_its_bridge_in_the_middle() -> None:
    star = np.zeros((5, 5))
    star[0, 1:] = star[1:, 0] = 1
    shape = describe_network(star)
    assert shape.betweenness.tolist() == [1, 0, 0, 0, 0]
    assert shape.constraint.tolist() == [0.25, 1, 1, 1, 1]


def test_isolated_organisations_have_no_constraint() -> None:
    shape = describe_network(np.zeros((3, 3)))
    assert shape.constraint.tolist() == [None, None, None]
    assert (shape.density, shape.isolated.all()) == (0, True)


@pytest.mark.parametrize("many", [0, 1])
def test_fewer_than_two_organisations_have_no_density(many: int) -> None:
    assert describe_network(np.zeros((many, many))).density is None


@pytest.mark.parametrize(
    ("ties", "code"),
    [([[0, 1], [0, 0]], "not_symmetric"), ([[1, 0], [0, 0]], "own_tie"), ([[0, 1]], "shape")],
)
def test_tables_that_are_no_network_are_refused(ties: list, code: str) -> None:
    with pytest.raises(CannotMeasure) as caught:
        describe_network(ties)
    assert caught.value.code == code
    with pytest.raises(CannotMeasure):
        joint_items([[2, 0]])
