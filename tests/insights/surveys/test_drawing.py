"""Drawing a sample: sizes, chances in proportion to size, weights that add up, and the seed."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.insights.surveys.drawing import CannotDraw, Cluster, Drawn, allocate, draw

CLUSTERS = [Cluster(number, 20 + 10 * number) for number in range(12)]
ALL = sum(each.households for each in CLUSTERS)


def drawn(seed: int, *, size: int = 40, take: int = 5) -> list[Drawn]:
    return draw(CLUSTERS, size=size, take=take, random=Random(seed))


def test_shares_are_divided_by_households_or_equally() -> None:
    assert allocate([100, 300, 600], 100, equal=False) == [10, 30, 60]
    assert allocate([100, 300, 600], 99, equal=True) == [33, 33, 33]
    assert sum(allocate([101, 301, 599], 97, equal=False)) == 97


@given(st.lists(st.integers(2, 5_000), min_size=1, max_size=40), st.data(), st.booleans())
def test_an_allocation_adds_up_and_asks_of_no_stratum_more_than_it_has(
    households: list[int], data: st.DataObject, equal: bool
) -> None:
    size = data.draw(st.integers(2 * len(households), sum(households)))
    taken = allocate(households, size, equal=equal)
    assert sum(taken) == size
    assert all(2 <= many <= whole for many, whole in zip(taken, households, strict=True))


@pytest.mark.parametrize(("households", "size"), [([], 5), ([1, 50], 10), ([9, 9], 3), ([9], 10)])
def test_what_cannot_be_divided_is_refused(households: list[int], size: int) -> None:
    with pytest.raises(CannotDraw):
        allocate(households, size, equal=False)


def test_the_same_seed_draws_the_same_households() -> None:
    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)


def test_weights_add_up_to_all_households_and_nobody_is_drawn_twice() -> None:
    for seed in range(50):
        found = drawn(seed)
        assert sum(each.weight for each in found) == pytest.approx(ALL)
        assert len({(each.cluster, each.ordinal) for each in found}) == len(found)
        sizes = {each.id: each.households for each in CLUSTERS}
        assert all(1 <= each.ordinal <= sizes[each.cluster] for each in found)


def test_a_cluster_is_hit_in_proportion_to_its_households() -> None:
    """Over many seeds each cluster is hit as often as its size says, within three deviations."""
    times, hits = 2_000, Counter[int]()
    for seed in range(times):
        hits.update({each.cluster for each in drawn(seed, size=15, take=5)})
    for cluster in CLUSTERS:
        chance = 3 * cluster.households / ALL
        spread = (times * chance * (1 - chance)) ** 0.5
        assert abs(hits[cluster.id] - times * chance) < 4 * spread


def test_a_cluster_smaller_than_the_take_gives_all_it_has() -> None:
    found = draw([Cluster(1, 2), Cluster(2, 3)], size=20, take=10, random=Random(1))
    assert len(found) <= 5
    assert sum(each.weight for each in found) == pytest.approx(5)


def test_nothing_is_drawn_from_nothing() -> None:
    with pytest.raises(CannotDraw):
        draw([Cluster(1, 0)], size=5, take=5, random=Random(1))
