"""Groups have the least sum of squares, and silhouettes are Rousseeuw's."""

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

from gongzhi.engines.deliberation.choosing import (
    choose_grouping,
    close_silhouettes,
    rand_agreement,
    try_groupings,
)
from gongzhi.engines.deliberation.clustering import (
    cluster_points,
    find_centres,
    gather_cells,
)
from gongzhi.engines.deliberation.silhouettes import silhouette_exactly, silhouette_on_grid
from gongzhi.engines.deliberation.votes import Floats, Ints
from tests.engines.deliberation.oracles import best_inertia, silhouette


def blobs(centres: list[tuple[float, float]], *, each: int, spread: float, seed: int) -> Floats:
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.normal(centre, spread, (each, 2)) for centre in centres])


@pytest.mark.parametrize("k", [2, 3, 4])
def test_few_points_are_divided_as_well_as_can_be(k: int) -> None:
    for seed in range(6):
        points = np.random.default_rng(seed).normal(size=(8, 2))
        found = cluster_points(points, k=k, starts=30, seed=0)
        assert found.inertia == pytest.approx(best_inertia(points, k))


@pytest.mark.parametrize("seed", range(4))
def test_many_points_are_divided_no_worse_than_by_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(1500, 2)) * [3, 1] + rng.choice([-2, 2], (1500, 1))
    cells = gather_cells(points, per_side=32)
    found = cluster_points(points, k=4, starts=20, seed=seed, cells=cells)
    peer = KMeans(4, n_init=20, tol=0, random_state=seed).fit(points)
    assert found.inertia <= peer.inertia_ * 1.001


def test_no_point_stands_nearer_to_another_centre() -> None:
    points = blobs([(0, 0), (3, 1), (1, 4)], each=200, spread=1.2, seed=3)
    found = cluster_points(points, k=3, starts=10, seed=0, cells=gather_cells(points, per_side=32))
    nearest = ((points[:, None] - found.centres) ** 2).sum(axis=2).argmin(axis=1)
    assert np.array_equal(nearest, found.labels)
    for g in range(3):
        assert found.centres[g] == pytest.approx(points[found.labels == g].mean(axis=0))


def test_moving_no_single_point_would_lower_the_sum() -> None:
    points = np.random.default_rng(5).normal(size=(80, 2))
    found = cluster_points(points, k=3, starts=3, seed=0)

    def spread(labels: Ints) -> float:
        return sum(
            float(((points[labels == g] - points[labels == g].mean(axis=0)) ** 2).sum())
            for g in range(3)
        )

    assert found.inertia == pytest.approx(spread(found.labels))
    for i in range(80):
        for g in range(3):
            moved = found.labels.copy()
            moved[i] = g
            assert spread(moved) >= found.inertia - 1e-9


def test_the_largest_group_comes_first_and_the_seed_decides_nothing_else() -> None:
    points = np.concatenate(
        [blobs([(0, 0)], each=30, spread=0.3, seed=1), blobs([(5, 5)], each=70, spread=0.3, seed=2)]
    )
    one, two = (cluster_points(points, k=2, starts=5, seed=seed) for seed in (1, 99))
    assert one.sizes.tolist() == [70, 30]
    assert np.array_equal(one.labels, two.labels)


def test_groups_keep_the_order_of_an_earlier_map() -> None:
    points = blobs([(0, 0), (9, 0), (0, 9)], each=40, spread=0.5, seed=1)
    near = np.array([[0.2, 8.5], [8.8, 0.1], [0.3, 0.2]])
    found = cluster_points(points, k=3, starts=0, seed=0, near=near)
    assert np.abs(found.centres - near).max() < 1


def test_an_empty_group_takes_the_worst_served_point() -> None:
    points = np.array([[0.0, 0], [0.1, 0], [5, 0], [5.1, 0], [20, 0]])
    near = np.array([[0.0, 0], [5.0, 0], [100.0, 100]])
    found = cluster_points(points, k=3, starts=0, seed=0, near=near)
    assert sorted(found.sizes.tolist()) == [1, 2, 2]


def test_fewer_positions_than_groups_are_refused() -> None:
    with pytest.raises(ValueError, match="fewer than 3"):
        cluster_points(np.zeros((10, 2)), k=3, starts=2, seed=0)


def test_weights_stand_for_repeated_points() -> None:
    points = np.random.default_rng(2).normal(size=(40, 2))
    weights = np.random.default_rng(3).integers(1, 5, 40)
    weighted = find_centres(points, weights.astype(float), k=2, starts=30, seed=1)
    repeated = cluster_points(np.repeat(points, weights, axis=0), k=2, starts=30, seed=1)
    order = np.argsort(weighted[:, 0])
    assert weighted[order] == pytest.approx(
        repeated.centres[np.argsort(repeated.centres[:, 0])], abs=1e-9
    )


def test_silhouettes_follow_the_definition_and_scikit_learn() -> None:
    points = np.random.default_rng(1).normal(size=(60, 2))
    labels = [np.random.default_rng(k).integers(0, k, 60) for k in (2, 3, 5)]
    labels[1][:] = 0
    labels[1][[4, 9]] = [1, 2]  # two groups of one
    found = silhouette_exactly(points, labels)
    assert found == pytest.approx([silhouette(points, one) for one in labels])
    assert found == pytest.approx([silhouette_score(points, one) for one in labels])


def test_gridded_silhouettes_are_within_two_thousandths() -> None:
    points = blobs([(0, 0), (4, 0), (1, 5)], each=1000, spread=1.1, seed=5)
    labels = [cluster_points(points, k=k, starts=4, seed=0).labels for k in (2, 3, 4, 5)]
    error = silhouette_on_grid(points, labels) - silhouette_exactly(points, labels)
    assert np.abs(error).max() < 0.002


def test_three_clear_groups_are_found_and_counted() -> None:
    points = blobs([(0, 0), (6, 0), (3, 6)], each=300, spread=0.8, seed=6)
    candidates = try_groupings(points, ks=range(2, 6), starts=10, seed=0, smallest=5)
    _, chosen = choose_grouping(points, candidates, choice="stable", seed=0)
    assert chosen is not None
    assert chosen.k == 3
    assert chosen.clustering.sizes.tolist() == [300, 300, 300]


def test_a_division_with_a_group_too_small_to_show_is_not_chosen() -> None:
    points = np.concatenate([blobs([(0, 0)], each=60, spread=1, seed=1), [[40.0, 40.0]]])
    candidates = try_groupings(points, ks=range(2, 6), starts=10, seed=0, smallest=5)
    assert not candidates[0].allowed
    assert candidates[0].silhouette == max(one.silhouette for one in candidates)
    _, chosen = choose_grouping(points, candidates, choice="stable", seed=0)
    assert chosen is None or chosen.clustering.sizes.min() >= 5
    _, as_polis = choose_grouping(
        points,
        try_groupings(points, ks=range(2, 6), starts=10, seed=0, smallest=1),
        choice="silhouette",
        seed=0,
    )
    assert as_polis is not None
    assert as_polis.clustering.sizes.tolist() == [60, 1]


def test_where_silhouettes_are_close_the_stable_number_of_groups_wins() -> None:
    """A cloud without groups: every k scores alike, only few are found again in a new sample."""
    points = np.random.default_rng(8).uniform(size=(500, 2)) * [1.0, 0.97]
    candidates = try_groupings(points, ks=range(2, 6), starts=20, seed=0, smallest=5)
    measured, chosen = choose_grouping(points, candidates, choice="stable", seed=0)
    close = [one for one in measured if one.stability is not None]
    assert chosen is not None
    assert len(close) > 1
    assert chosen.stability == max(one.stability or 0 for one in close)


def test_the_number_of_groups_of_the_map_before_is_kept_while_it_is_as_good() -> None:
    points = np.random.default_rng(8).uniform(size=(500, 2))
    candidates = try_groupings(points, ks=range(2, 6), starts=20, seed=0, smallest=5)
    best = max(one.silhouette for one in candidates)
    for one in candidates:
        _, chosen = choose_grouping(points, candidates, choice="stable", seed=0, before=one.k)
        assert chosen is not None
        assert (chosen.k == one.k) or one.silhouette < best - close_silhouettes(500)


def test_large_clouds_are_scored_on_a_grid_and_again_exactly_where_close(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points = blobs([(0, 0), (6, 0), (3, 6)], each=1000, spread=0.8, seed=6)

    def tried() -> list[bool]:
        found = try_groupings(points, ks=range(2, 6), starts=3, seed=0, smallest=5)
        for one in found:
            exact = silhouette_exactly(points, [one.clustering.labels])[0]
            assert one.silhouette == pytest.approx(exact, abs=1e-12 if one.exact else 0.002)
        return [one.exact for one in found]

    assert tried() == [False] * 4
    monkeypatch.setattr("gongzhi.engines.deliberation.choosing._UNSURE", 0.3)
    assert sum(tried()) > 1


def test_agreement_of_two_labellings_is_the_adjusted_rand_index() -> None:
    rng = np.random.default_rng(4)
    for _ in range(20):
        one, other = rng.integers(0, 3, 50), rng.integers(0, 4, 50)
        assert rand_agreement(one, other) == pytest.approx(adjusted_rand_score(one, other))
        weights = rng.integers(1, 4, 50)
        assert rand_agreement(one, other, weights.astype(float)) == pytest.approx(
            adjusted_rand_score(np.repeat(one, weights), np.repeat(other, weights))
        )
    assert rand_agreement(np.zeros(5, dtype=int), np.zeros(5, dtype=int)) == 1
