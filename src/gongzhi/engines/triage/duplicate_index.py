"""An index of what was said before: added to and asked in milliseconds, made of plain arrays.

It holds one sketch (48 numbers) a text, in segments: sorted posting lists for most of them, and a
short tail that is compared one by one. Whoever keeps the index saves `segment.parts()` once per
segment and maps it into memory in every process; the tail is read again from the texts themselves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gongzhi.engines.triage.shingles import (
    NOTHING,
    SKETCH,
    shingle,
    sketch,
    sketch_similarity,
)

LONGEST_TAIL = 4_096
LEAST_SHARED = 2
# Posting lists are read from the shortest on, until so many entries: bounds the time of a query.
_MOST_ENTRIES = 30_000
_FEWEST_LISTS = 4
_MOST_COMPARED = 200
_GROWTH = 4


class CannotUseIndex(ValueError):
    """Parts of an index that don't fit together, or ids that aren't whole numbers in a row."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that may say the same: its id and the estimated Jaccard similarity of the texts."""

    id: int
    similarity: float


@dataclass(frozen=True, eq=False)
class Segment:
    """Sketches with posting lists.

    `ids` (texts,), `sketches` (texts, SKETCH), `keys` (hashes,) ascending, `starts` (hashes + 1,),
    `rows` (entries,): hash i stands in the sketches of rows[starts[i]:starts[i+1]].
    """

    ids: NDArray[np.int64]
    sketches: NDArray[np.uint32]
    keys: NDArray[np.uint32]
    starts: NDArray[np.int64]
    rows: NDArray[np.uint32]

    @staticmethod
    def build(ids: NDArray[np.int64], sketches: NDArray[np.uint32]) -> "Segment":
        """Sort the sketches into posting lists. Cost: one sort of texts · SKETCH numbers."""
        row = np.repeat(np.arange(len(ids), dtype=np.uint64), SKETCH)
        cells = (sketches.ravel().astype(np.uint64) << np.uint64(32)) | row
        cells = np.sort(cells[sketches.ravel() != NOTHING])
        hashes = (cells >> np.uint64(32)).astype(np.uint32)
        begin = np.flatnonzero(np.diff(hashes.astype(np.int64), prepend=-1))
        return Segment(
            ids=ids,
            sketches=sketches,
            keys=hashes[begin],
            starts=np.append(begin, len(hashes)).astype(np.int64),
            rows=(cells & np.uint64(0xFFFFFFFF)).astype(np.uint32),
        )

    def parts(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name, for saving."""
        return {
            "ids": self.ids,
            "sketches": self.sketches,
            "keys": self.keys,
            "starts": self.starts,
            "rows": self.rows,
        }

    @staticmethod
    def from_parts(parts: Mapping[str, NDArray[Any]]) -> "Segment":
        """Take saved arrays, mapped or in memory; raises CannotUseIndex when they don't fit."""
        try:
            segment = Segment(**{name: parts[name] for name in Segment.__dataclass_fields__})
        except KeyError as error:
            raise CannotUseIndex(f"array {error.args[0]!r} of the index is missing") from error
        fits = (
            segment.sketches.shape == (len(segment.ids), SKETCH)
            and len(segment.starts) == len(segment.keys) + 1
            and (int(segment.starts[-1]) == len(segment.rows))
        )
        if not fits:
            raise CannotUseIndex("the arrays of the index don't fit together")
        return segment

    def candidates(self, asked: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return the rows that share most hashes with a sketch, at most _MOST_COMPARED of them."""
        hashes = asked[asked != NOTHING]
        at = np.minimum(np.searchsorted(self.keys, hashes), max(len(self.keys) - 1, 0))
        if not len(self.keys):
            return np.zeros(0, dtype=np.int64)
        at = at[self.keys[at] == hashes]
        begin, end = self.starts[at], self.starts[at + 1]
        order = np.argsort(end - begin, kind="stable")
        total = np.cumsum((end - begin)[order])
        order = order[(total <= _MOST_ENTRIES) | (np.arange(len(order)) < _FEWEST_LISTS)]
        if not len(order):
            return np.zeros(0, dtype=np.int64)
        lists = [self.rows[begin[i] : end[i]] for i in order]
        entries = np.sort(np.concatenate(lists))
        first = np.flatnonzero(np.diff(entries.astype(np.int64), prepend=-1))
        shared = np.diff(first, append=len(entries))
        enough = shared >= min(LEAST_SHARED, len(hashes))
        rows, shared = entries[first[enough]].astype(np.int64), shared[enough]
        if len(rows) > _MOST_COMPARED:
            best = np.argsort(-shared, kind="stable")[:_MOST_COMPARED]
            rows = np.sort(rows[best])
        return rows


class DuplicateIndex:
    """Texts said before, by id; grows by adding, and is asked for the texts most alike."""

    def __init__(self, segments: Sequence[Segment] = ()) -> None:
        """Begin empty, or with saved segments."""
        self.segments: list[Segment] = list(segments)
        self._tail_ids: list[NDArray[np.int64]] = []
        self._tail: list[NDArray[np.uint32]] = []
        self._removed: set[int] = set()

    def __len__(self) -> int:
        tail = sum(len(ids) for ids in self._tail_ids)
        return sum(len(segment.ids) for segment in self.segments) + tail - len(self._removed)

    def add(self, ids: Sequence[int], texts: Sequence[str]) -> None:
        """Add texts under ids that are new. Cost: some 30 µs a text, and now and then a merge."""
        if len(ids) != len(texts):
            raise CannotUseIndex(f"{len(ids)} ids for {len(texts)} texts")
        if not len(ids):
            return
        self._tail_ids.append(np.asarray(ids, dtype=np.int64))
        self._tail.append(sketch(shingle(texts)))
        if sum(len(part) for part in self._tail_ids) > LONGEST_TAIL:
            self.settle()

    def remove(self, ids: Sequence[int]) -> None:
        """Never show these ids again (their sketches go when segments are merged)."""
        self._removed.update(int(number) for number in ids)

    def settle(self) -> None:
        """Turn the tail into a segment, joined with earlier segments not much larger than it."""
        if not self._tail_ids:
            return
        ids, sketches = np.concatenate(self._tail_ids), np.vstack(self._tail)
        self._tail_ids, self._tail = [], []
        while self.segments and len(self.segments[-1].ids) < _GROWTH * len(ids):
            last = self.segments.pop()
            ids, sketches = np.append(last.ids, ids), np.vstack([last.sketches, sketches])
        if self._removed:
            gone = np.isin(ids, np.fromiter(self._removed, dtype=np.int64))
            self._removed.difference_update(ids[gone].tolist())
            ids, sketches = ids[~gone], sketches[~gone]
        self.segments.append(Segment.build(ids, sketches))

    def find(self, text: str, *, limit: int = 20, least: float = 0.08) -> list[Candidate]:
        """Return the texts most alike, best first, at least `least` by estimate; ties by id.

        A text without any letter or digit is like none. Cost: a millisecond or two among a million.
        """
        asked = sketch(shingle([text]))[0]
        if asked[0] == NOTHING:
            return []
        found: list[tuple[NDArray[np.int64], NDArray[np.float64]]] = []
        for segment in self.segments:
            rows = segment.candidates(asked)
            if len(rows):
                estimate = sketch_similarity(asked, np.asarray(segment.sketches[rows]))
                found.append((np.asarray(segment.ids[rows]), estimate))
        if self._tail:
            tail = np.vstack(self._tail)
            ids = np.concatenate(self._tail_ids)
            shared = np.isin(tail, asked[asked != NOTHING]).sum(axis=1)
            near = np.flatnonzero(shared >= min(LEAST_SHARED, int((asked != NOTHING).sum())))
            found.append((ids[near], sketch_similarity(asked, tail[near])))
        return self._best(found, limit=limit, least=least)

    def _best(
        self,
        found: list[tuple[NDArray[np.int64], NDArray[np.float64]]],
        *,
        limit: int,
        least: float,
    ) -> list[Candidate]:
        if not found:
            return []
        ids = np.concatenate([part[0] for part in found])
        similarity = np.concatenate([part[1] for part in found])
        order = np.lexsort((ids, -similarity))
        best: list[Candidate] = []
        for at in order:
            if len(best) == limit or similarity[at] < least:
                break
            if int(ids[at]) not in self._removed:
                best.append(Candidate(id=int(ids[at]), similarity=float(similarity[at])))
        return best
