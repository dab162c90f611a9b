"""Who works with whom: organisations that shared an item, and who stands between others."""

from dataclasses import dataclass

import ibis
import numpy as np

from gongzhi.engines.measurement.networks import describe_network
from gongzhi.insights.indicators.definitions import indicator
from gongzhi.insights.indicators.measuring import Measuring
from gongzhi.insights.indicators.shapes import Level

_MOST_BRIDGES = 5


@dataclass(frozen=True, slots=True)
class Tie:
    """Two kinds of organisation and the items that organisations of both worked on."""

    one: str
    other: str
    items: int


@dataclass(frozen=True, slots=True)
class CoWork:
    """The network of one community or of the district in a time. Organisations, never persons."""

    units: int
    pairs: int
    density: float | None
    isolated: tuple[int, ...]  # at work, but never with another
    bridges: tuple[tuple[int, float], ...]  # units between others, and the share of ways
    ties: tuple[Tie, ...]  # between kinds
    kinds: tuple[tuple[str, int], ...]  # and how many units of each were at work


def co_work_of(measuring: Measuring, *, community: int | None = None) -> CoWork:
    """The network of the organisations at work in a community, or in the whole district."""
    level = Level.COMMUNITY if community else Level.DISTRICT
    found = measuring.grouped(indicator("co_work_density"), level)
    mine = found.filter(found.group == ibis.literal(community or 0))
    units = measuring.source.units.select("unit_id", "unit_kind")
    table = mine.select("key", "unit_id").distinct().inner_join(units, "unit_id").to_pyarrow()
    if not table.num_rows:
        return CoWork(0, 0, None, (), (), (), ())
    unit_ids = table["unit_id"].to_numpy(zero_copy_only=False)
    kind_of = dict(zip(table["unit_id"].to_pylist(), table["unit_kind"].to_pylist(), strict=True))
    ids, column = np.unique(unit_ids, return_inverse=True)
    _keys, row = np.unique(
        table["key"].to_numpy(zero_copy_only=False).astype(str), return_inverse=True
    )
    ties = _joint(row, column, len(ids))
    shape = describe_network(ties)
    order = np.argsort(-shape.betweenness, kind="stable")[:_MOST_BRIDGES]
    kinds = [kind_of[int(unit)] for unit in ids]
    return CoWork(
        units=len(ids),
        pairs=int((ties > 0).sum() // 2),
        density=shape.density,
        isolated=tuple(int(ids[i]) for i in np.flatnonzero(shape.isolated)),
        bridges=tuple(
            (int(ids[i]), float(shape.betweenness[i])) for i in order if shape.betweenness[i] > 0
        ),
        ties=_between_kinds(ties, kinds),
        kinds=tuple((kind, kinds.count(kind)) for kind in sorted(set(kinds))),
    )


def _joint(row: np.ndarray, column: np.ndarray, size: int) -> np.ndarray:
    """Joint items for each pair; items of one unit alone, which are most, cost nothing."""
    ties = np.zeros((size, size))
    order = np.argsort(row, kind="stable")
    starts = np.flatnonzero(np.diff(row[order], prepend=-1))
    ends = [*starts[1:].tolist(), len(order)]
    for start, end in zip(starts.tolist(), ends, strict=True):
        if end - start > 1:
            together = column[order[start:end]]
            ties[np.ix_(together, together)] += 1
    np.fill_diagonal(ties, 0)
    return ties


def _between_kinds(ties: np.ndarray, kinds: list[str]) -> tuple[Tie, ...]:
    names = sorted(set(kinds))
    found = []
    for position, one in enumerate(names):
        mine = [i for i, kind in enumerate(kinds) if kind == one]
        for other in names[position:]:
            theirs = [i for i, kind in enumerate(kinds) if kind == other]
            items = ties[np.ix_(mine, theirs)].sum()
            items = items / 2 if one == other else items
            if items:
                found.append(Tie(one, other, int(items)))
    return tuple(found)
