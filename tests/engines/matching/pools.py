"""Small pools drawn at random, with many ties, for comparison with other ways to solve them."""

import numpy as np

from gongzhi.engines.matching.pool import NO_LIMIT, Decisions, Needs, Offers, Pool


def draw_small_pool(
    *,
    seed: int,
    communities: int,
    needs: int,
    offers: int,
    largest: int = 3,
    whole: float = 0.0,
    decisions: Decisions | None = None,
) -> Pool:
    """Few categories, few periods and round distances, so that ties are the rule."""
    draw = np.random.default_rng(seed)
    periods, categories, sets = 3, 3, 2
    places = draw.integers(0, 4, (communities * 2, 2)) * 100.0
    community = draw.integers(0, communities, needs)
    windows = np.array([[1, 0, 0], [0, 1, 1], [1, 1, 1], [0, 0, 1]], dtype=bool)
    areas = np.ones((communities + 1, len(places)), dtype=bool)
    for row in range(communities):
        areas[row] = np.arange(len(places)) // 2 == row
    need_rows = Needs(
        community=community,
        place=community * 2 + draw.integers(0, 2, needs),
        category=draw.integers(0, categories, needs),
        quantity=draw.integers(1, largest + 1, needs),
        urgency=draw.choice((1, 2, 5), needs),
        window=draw.integers(0, len(windows), needs),
        asks=(draw.random(needs) < 0.2).astype(np.int64),
        gives=(draw.random(needs) < 0.5).astype(np.int64),
        whole=draw.random(needs) < whole,
    )
    skills = draw.random((offers, categories)) < 0.5
    skills[np.arange(offers), draw.integers(0, categories, offers)] = True
    there = draw.random((offers, periods)) < 0.5
    there[np.arange(offers), draw.integers(0, periods, offers)] = True
    offer_rows = Offers(
        place=draw.integers(0, len(places), offers),
        skills=skills,
        per_period=np.where(there, draw.integers(1, largest + 2, (offers, periods)), 0),
        total=draw.integers(1, 2 * largest + 1, offers),
        area=np.where(
            draw.random(offers) < 0.5, communities, draw.integers(0, communities, offers)
        ),
        reach=np.where(draw.random(offers) < 0.3, 200, NO_LIMIT),
        asks=(draw.random(offers) < 0.2).astype(np.int64),
        gives=(draw.random(offers) < 0.7).astype(np.int64),
    )
    return Pool(
        communities=communities, places=places, areas=areas, windows=windows,
        condition_sets=np.array([[0] * sets, [1] * sets], dtype=bool),
        needs=need_rows, offers=offer_rows, decisions=decisions or Decisions(),
    )  # fmt: skip
