"""A district drawn at random: communities, buildings, needs of a week, and partners who offer."""

import numpy as np

from gongzhi.engines.matching.pool import NO_LIMIT, IntArray, Needs, Offers, Pool

COMMUNITIES = 36
BUILDINGS = 40
CATEGORIES = 20
PERIODS = 21  # seven days of morning, afternoon and evening
SPACING = 1_200.0
WEIGHTS = (1, 2, 4, 8)


def _shares(draw: np.random.Generator, *, size: int, shape: float) -> np.ndarray:
    weights = draw.gamma(shape, 1.0, size)
    return weights / weights.sum()


def _windows() -> np.ndarray:
    """Every run of one to six days, as whole days, mornings, or afternoons and evenings."""
    rows = []
    for first in range(7):
        for last in range(first, min(7, first + 6)):
            for parts in ((0, 1, 2), (0,), (1, 2)):
                row = np.zeros((7, 3), dtype=bool)
                row[first : last + 1, parts] = True
                rows.append(row.ravel())
    return np.array(rows)


def draw_pool(*, needs: int, offers: int, seed: int, supply: float = 0.75) -> Pool:
    """A pool in which demand and supply disagree by place, category and time.

    `supply` is the capacity of all offers as a part of all units needed.
    """
    draw = np.random.default_rng(seed)
    centres = np.stack(
        [np.arange(COMMUNITIES) % 6 * SPACING, np.arange(COMMUNITIES) // 6 * SPACING], axis=1
    )
    spread = draw.uniform(-SPACING / 2, SPACING / 2, (COMMUNITIES, BUILDINGS, 2))
    places = (centres[:, None, :] + spread).reshape(-1, 2)
    home = np.repeat(np.arange(COMMUNITIES), BUILDINGS)
    windows = _windows()

    wanted = _shares(draw, size=CATEGORIES, shape=2.0)
    community = draw.choice(COMMUNITIES, needs, p=_shares(draw, size=COMMUNITIES, shape=4.0))
    zeros = np.zeros(needs, dtype=np.int64)
    need_rows = Needs(
        community=community.astype(np.int64),
        place=community * BUILDINGS + draw.integers(0, BUILDINGS, needs),
        category=draw.choice(CATEGORIES, needs, p=wanted).astype(np.int64),
        quantity=draw.integers(1, 6, needs),
        urgency=draw.choice(WEIGHTS, needs, p=(0.4, 0.3, 0.2, 0.1)).astype(np.int64),
        window=draw.integers(0, len(windows), needs),
        asks=draw.choice((0, 1, 2), needs, p=(0.8, 0.1, 0.1)).astype(np.int64),
        gives=zeros,
        whole=np.zeros(needs, dtype=bool),
    )
    offer_rows, areas = _draw_offers(
        draw,
        count=offers,
        centres=centres,
        home=home,
        wanted=wanted,
        capacity=supply * float(need_rows.quantity.sum()),
    )
    return Pool(
        communities=COMMUNITIES,
        places=places,
        areas=areas,
        windows=windows,
        condition_sets=np.array([[0, 0], [1, 0], [0, 1], [1, 1]], dtype=bool),
        needs=need_rows,
        offers=offer_rows,
    )


def _draw_offers(
    draw: np.random.Generator,
    *,
    count: int,
    centres: np.ndarray,
    home: IntArray,
    wanted: np.ndarray,
    capacity: float,
) -> tuple[Offers, np.ndarray]:
    """Most serve their own community or a few around it, some a radius, few the whole district."""
    base = draw.choice(COMMUNITIES, count, p=_shares(draw, size=COMMUNITIES, shape=1.0))
    skilled = (wanted + _shares(draw, size=CATEGORIES, shape=1.0)) / 2
    skills = np.zeros((count, CATEGORIES), dtype=bool)
    for part in (1.0, 0.5):
        rows = np.flatnonzero(draw.random(count) < part)
        skills[rows, draw.choice(CATEGORIES, len(rows), p=skilled)] = True

    apart = np.hypot(*(centres[:, None] - centres[None]).transpose(2, 0, 1))
    rings = [apart[:, home] < limit for limit in (0.1, SPACING * 1.1, SPACING * 1.5)]
    areas = np.concatenate([*rings, np.ones((1, len(home)), dtype=bool)])
    everywhere = len(areas) - 1
    kind = draw.choice(5, count, p=(0.66, 0.14, 0.02, 0.17, 0.01))
    area = np.where(kind < 3, kind * COMMUNITIES + base, everywhere)
    reach = np.where(kind == 3, draw.integers(400, 1_200, count), NO_LIMIT)

    there = draw.random((count, PERIODS)) < 0.3
    there[np.arange(count), draw.integers(0, PERIODS, count)] = True
    size = draw.gamma(1.5, 1.0, count)
    total = np.maximum(1, np.rint(size / size.sum() * capacity)).astype(np.int64)
    per_period = np.where(there, np.maximum(1, total[:, None] // 3), 0)
    gives = draw.choice(4, count, p=(0.3, 0.25, 0.25, 0.2)).astype(np.int64)
    return Offers(
        place=base * BUILDINGS + draw.integers(0, BUILDINGS, count),
        skills=skills,
        per_period=per_period,
        total=total,
        area=area.astype(np.int64),
        reach=reach.astype(np.int64),
        asks=np.zeros(count, dtype=np.int64),
        gives=gives,
    ), areas
