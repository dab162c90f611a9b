"""Which messages of a list say the same: all pairs, and groups around the first of each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gongzhi.engines.triage.nearness import Nearness, Whereabouts, nearness, pair_similarities
from gongzhi.engines.triage.shingles import NOTHING, SKETCH, Shingles, shingle, sketch

LEAST_SIMILARITY = 0.4
# Hashes that stand in more sketches tell little and cost much; a text keeps most of its 48.
LONGEST_LIST = 200
# A candidate shares this part of the geometric mean of two sketches' lengths, or four hashes.
_SHARED_SHARE = 0.15
_MOST_NEEDED = 4
_BLOCK = 2_000
_CELL_DEGREES = 0.003


@dataclass(frozen=True, slots=True)
class Pair:
    """Two messages, by position (first < second), and how near they are."""

    first: int
    second: int
    nearness: Nearness


@dataclass(frozen=True, slots=True)
class Membership:
    """A message's group, named by the position of its first message, and the nearness to that."""

    group: int
    nearness: Nearness


def find_pairs(
    texts: Sequence[str],
    *,
    where: Sequence[Whereabouts] | None = None,
    least: float = LEAST_SIMILARITY,
    progress: Callable[[float], None] = lambda _: None,
) -> list[Pair]:
    """Find the pairs of messages whose combined nearness reaches `least`, ascending.

    Without `where` the text alone decides. Candidates share four hashes of their sketches (fewer
    when the texts are short), hashes in more than LONGEST_LIST sketches left out; each candidate is
    then compared whole. Copies of a text at one place are paired with the first of them and with
    what comes before it, but not with each other: that keeps the number of pairs linear.
    Raises ValueError for lists of different length. Cost: nearly linear, some 50 µs a message.
    """
    if where is not None and len(where) != len(texts):
        raise ValueError(f"{len(where)} whereabouts for {len(texts)} texts")
    shingles = shingle(texts)
    pairs: list[Pair] = []
    for left, right, done in _candidates(shingles, _place_keys(where, size=len(texts))):
        similarity = pair_similarities(shingles, left, right)
        near = similarity >= least
        for first, second, alike in zip(
            left[near].tolist(), right[near].tolist(), similarity[near].tolist(), strict=True
        ):
            found = (
                Nearness(text=alike, place=None, time=None)
                if where is None
                else nearness(alike, where[first], where[second])
            )
            if where is None or found.combined >= least:
                pairs.append(Pair(first, second, found))
        progress(done)
    pairs.sort(key=lambda pair: (pair.first, pair.second))
    return pairs


def group_pairs(pairs: Sequence[Pair]) -> dict[int, Membership]:
    """Gather pairs into groups around their first message; alone-standing messages aren't in it.

    In order of position, a message that is in no group yet opens one and takes in every later
    message near to itself. So each member is near the group's first message, and chains of small
    steps don't grow into one great group.
    """
    near: dict[int, list[Pair]] = {}
    for pair in pairs:
        near.setdefault(pair.first, []).append(pair)
    member: dict[int, Membership] = {}
    for first in sorted(near):
        if first in member:
            continue
        joining = [pair for pair in near[first] if pair.second not in member]
        if joining:
            member[first] = Membership(first, Nearness(text=1.0, place=1.0, time=1.0))
        for pair in joining:
            member[pair.second] = Membership(first, pair.nearness)
    return member


def _candidates(
    shingles: Shingles, keys: NDArray[np.uint32]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], float]]:
    """Yield candidate pairs (left < right) block by block, with the share done."""
    table = sketch(shingles)
    filled = np.flatnonzero(shingles.sizes > 0)
    first = _first_alike(table, shingles.sizes, keys)
    copies = filled[first[filled] != filled]
    yield first[copies], copies, 0.05
    lone = filled[first[filled] == filled]
    incidence = _incidence(table[lone], keys[lone])
    flipped = incidence.T.tocsr()
    needed = np.sqrt(_SHARED_SHARE * np.minimum(shingles.sizes[lone], SKETCH))
    pointer, members = _members(first[copies], copies, size=len(shingles))
    for at in range(0, len(lone), _BLOCK):
        shared = (incidence[at : at + _BLOCK] @ flipped).tocoo()
        left, right = shared.row.astype(np.int64) + at, shared.col.astype(np.int64)
        enough = np.minimum(np.floor(needed[left] * needed[right]), _MOST_NEEDED)
        kept = (left < right) & (shared.data >= enough)
        left, right = lone[left[kept]], lone[right[kept]]
        yield *_with_copies(left, right, pointer, members), min(1.0, (at + _BLOCK) / len(lone))


def _first_alike(
    table: NDArray[np.uint32], sizes: NDArray[np.int64], keys: NDArray[np.uint32]
) -> NDArray[np.int64]:
    """Return for each text the first one with the same sketch, size and place."""
    marked = np.column_stack([table, sizes.astype(np.uint32), keys])
    order = np.lexsort(marked[:, ::8].T)  # some columns order nearly all; the rest is compared
    same = np.all(marked[order[1:]] == marked[order[:-1]], axis=1)
    group = np.concatenate([[0], np.cumsum(~same)]) if len(order) else order
    earliest = np.full(len(order), len(order), dtype=np.int64)
    np.minimum.at(earliest, group, order)
    first = np.empty(len(order), dtype=np.int64)
    first[order] = earliest[group]
    return first


def _incidence(table: NDArray[np.uint32], keys: NDArray[np.uint32]) -> sparse.csr_matrix:
    """Return (texts, hashes) of hashes that at least two and at most LONGEST_LIST sketches hold.

    A hash in more sketches is first split by place, so that the common words of many messages still
    find each other at one place.
    """
    row, column = np.nonzero(table != NOTHING)
    hashes = table[row, column].astype(np.uint64) << np.uint64(32)
    long = _lengths(hashes) > LONGEST_LIST
    hashes[long] |= keys[row[long]]
    lengths = _lengths(hashes)
    useful = (lengths >= 2) & (lengths <= LONGEST_LIST)
    row, hashes = row[useful], hashes[useful]
    order = np.argsort(hashes, kind="stable")
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.cumsum(np.diff(hashes[order], prepend=hashes[order[:1]]) != 0)
    return sparse.csr_matrix(
        (np.ones(len(row), dtype=np.int16), (row, number)),
        shape=(len(table), int(number.max(initial=-1)) + 1),
    )


def _lengths(hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return for each entry how many entries are equal to it."""
    order = np.argsort(hashes, kind="stable")
    run = np.cumsum(np.diff(hashes[order], prepend=hashes[order[:1]]) != 0)
    lengths = np.empty(len(hashes), dtype=np.int64)
    lengths[order] = np.bincount(run)[run] if len(run) else run
    return lengths


def _members(
    first: NDArray[np.int64], copies: NDArray[np.int64], *, size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    order = np.argsort(first, kind="stable")
    pointer = np.concatenate([[0], np.cumsum(np.bincount(first, minlength=size))])
    return pointer, copies[order]


def _with_copies(
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    pointer: NDArray[np.int64],
    members: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Add, for each pair, the pairs of its first text with the copies of its second."""
    times = pointer[right + 1] - pointer[right]
    offset = np.arange(int(times.sum())) - np.repeat(np.cumsum(times) - times, times)
    copy = members[np.repeat(pointer[right], times) + offset]
    return np.concatenate([left, np.repeat(left, times)]), np.concatenate([right, copy])


def _place_keys(where: Sequence[Whereabouts] | None, *, size: int) -> NDArray[np.uint32]:
    """Number the places: the path, else the cell of some 300 m around the point, else 0."""
    keys = np.zeros(size, dtype=np.uint32)
    if where is None:
        return keys
    number: dict[object, int] = {}
    for at, known in enumerate(where):
        place: object = known.path
        if known.point is not None:
            place = (round(known.point[0] / _CELL_DEGREES), round(known.point[1] / _CELL_DEGREES))
        if place:
            keys[at] = number.setdefault(place, len(number) + 1)
    return keys
