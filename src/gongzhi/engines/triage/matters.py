"""Gathering messages that speak of one matter at one place, in the order of time."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gongzhi.engines.triage.features import lead_start
from gongzhi.engines.triage.linkage import Linkage, NearPairs, near_pairs
from gongzhi.engines.triage.shingles import shingle
from gongzhi.engines.triage.texts import Message

THRESHOLD = 0.07
# Where the names of places link nothing, what is left of two texts on one matter is more alike.
THRESHOLD_BESIDE_NAMES = 0.095
QUIET_DAYS = 60.0
LEAD = 150
_SUBJECT = 30
_CHUNK = 5_000
_LEAST_CHUNK = 250
_MOST_PAIRS = 250_000  # of a part at once: some seconds, and a few hundred megabytes
_MOST_COMMON = 0.25

# How people ask says nothing about what they ask for.
ASKING = re.compile(
    "请问|咨询|投诉|反映|建议|希望|关于|强烈|要求|请求|举报|求助|何时|为什么|为何|怎么|如何|有何|具体行动|"
    "问题|尽快|加快|加强|加大|推进|力度|步伐|严重|领导|政府|部门|解决|处理|是否|什么时候|能否|可否"
)


@dataclass(frozen=True, eq=False)
class _Vectors:
    subjects: sparse.csr_matrix
    texts: sparse.csr_matrix
    said: tuple[tuple[str, str], ...]  # what the rows were made from


def subject_of(message: Message) -> str:
    """Return the subject, or the first words of the body after the greeting if there is none."""
    if message.subject.strip():
        return message.subject
    start = lead_start(message.body)
    return message.body[start : start + _SUBJECT]


def gather(
    messages: Sequence[Message],
    days: NDArray[np.float64],
    *,
    places: Sequence[str] | None = None,
    names: Sequence[Sequence[str]] | None = None,
    known: Sequence[int | None] | None = None,
    threshold: float = THRESHOLD,
    quiet_days: float = QUIET_DAYS,
    progress: Callable[[float], None] = lambda _: None,
) -> NDArray[np.int64]:
    """Gather messages into matters; returns (messages,), the number of each message's matter.

    `days` (messages,) are times in days. Messages are taken in order of time, some thousands at
    once; a matter ends when nobody mentions it for `quiet_days`. Average linkage (see Linkage) of
    character pairs weighted by rarity, in the subject and in subject with lead. `known` gives
    matters found before (None: new message): they stay together, so that what was one matter
    yesterday is one today. Messages with different stated `places` ("": none stated) are never one
    matter: state them at the level at which a matter should be one. `names` of each message are
    words that say only where; they link nothing, or all that happens in one small place would be
    one matter (take THRESHOLD_BESIDE_NAMES with them). A matter's number is the
    position of one of its messages; messages without words stand alone. Deterministic.
    Raises ValueError when lengths differ. Cost: nearly linear in messages for a steady stream;
    copies of one text count once, and where very many are alike fewer are taken at once.
    """
    if any(len(given) != len(messages) for given in (days, known, names) if given is not None):
        raise ValueError(f"{len(messages)} messages, {len(days)} times: lengths differ")
    place = _numbered_places(places, size=len(messages))
    vectors = _vectors(messages, names or [()] * len(messages))
    matter = _starting_matters(known, size=len(messages))
    order = np.lexsort((np.arange(len(messages)), days))
    fresh = order if known is None else order[[known[at] is None for at in order]]
    waiting = [fresh[at : at + _CHUNK] for at in range(0, len(fresh), _CHUNK)][::-1]
    while waiting:
        new = waiting.pop()
        took = _take_in(
            new,
            matter,
            days=days,
            place=place,
            vectors=vectors,
            threshold=threshold,
            quiet=quiet_days,
        )
        if not took:
            waiting += [new[len(new) // 2 :], new[: len(new) // 2]]
        progress(1.0 - sum(map(len, waiting)) / len(fresh))
    return np.where(matter >= 0, matter, np.arange(len(messages)))


def _starting_matters(known: Sequence[int | None] | None, *, size: int) -> NDArray[np.int64]:
    matter = np.full(size, -1, dtype=np.int64)
    first: dict[int, int] = {}
    for at, number in enumerate(known or ()):
        if number is not None:
            matter[at] = first.setdefault(number, at)
    return matter


def _numbered_places(places: Sequence[str] | None, *, size: int) -> NDArray[np.int64]:
    if places is None:
        return np.full(size, -1, dtype=np.int64)
    number: dict[str, int] = {}
    return np.array(
        [number.setdefault(place, len(number)) if place else -1 for place in places], dtype=np.int64
    )


def _take_in(
    new: NDArray[np.int64],
    matter: NDArray[np.int64],
    *,
    days: NDArray[np.float64],
    place: NDArray[np.int64],
    vectors: _Vectors,
    threshold: float,
    quiet: float,
) -> bool:
    """Link new messages with each other and with the matters still alive; changes `matter`.

    Changes nothing and returns False when too many are alike to be taken at once.
    """
    begin, end = days[new].min() - quiet, days[new].max() + quiet
    matter[new] = _first_copies(new, days=days, place=place, vectors=vectors, quiet=quiet)
    within = matter >= 0
    alive = np.unique(matter[within & (days >= begin) & (days <= end)])
    members = np.flatnonzero(within & np.isin(matter, alive))
    node = np.searchsorted(alive, matter[members])
    joining = sparse.csr_matrix(
        (np.ones(len(members)), (node, members)), shape=(len(alive), len(matter))
    )
    sizes = np.bincount(node, minlength=len(alive))
    first, last = np.full(len(alive), np.inf), np.full(len(alive), -np.inf)
    np.minimum.at(first, node, days[members])
    np.maximum.at(last, node, days[members])
    subjects, texts = (joining @ vectors.subjects).tocsr(), (joining @ vectors.texts).tocsr()
    asked = np.searchsorted(alive, np.unique(matter[new]))
    pairs = _pairs_around(subjects, texts, sizes=sizes, asked=asked)
    if len(pairs.one) > _MOST_PAIRS and len(new) > _LEAST_CHUNK:
        matter[new] = -1
        return False
    close = np.maximum(first[pairs.one] - last[pairs.other], first[pairs.other] - last[pairs.one])
    node_place = np.full(len(alive), -1, dtype=np.int64)
    np.maximum.at(node_place, node, place[members])
    linkage = Linkage(sizes.tolist(), threshold=threshold, places=node_place.tolist())
    for at in np.flatnonzero(close <= quiet):
        linkage.connect(
            int(pairs.one[at]),
            int(pairs.other[at]),
            subjects=float(pairs.subject_sums[at]),
            texts=float(pairs.text_sums[at]),
        )
    root = np.array(linkage.run(), dtype=np.int64)
    matter[members] = alive[root[node]]
    return True


def _first_copies(
    new: NDArray[np.int64],
    *,
    days: NDArray[np.float64],
    place: NDArray[np.int64],
    vectors: _Vectors,
    quiet: float,
) -> NDArray[np.int64]:
    """Of each new message (in order of time) the first that says the same at the same place.

    Copies are as alike as can be, so that linkage would join them first anyway. A text without
    telling words has no copies, and a matter that was quiet for too long begins anew.
    """
    telling = (vectors.subjects.getnnz(axis=1) > 0) & (vectors.texts.getnnz(axis=1) > 0)
    first = new.copy()
    latest: dict[tuple[tuple[str, str], int], tuple[int, float]] = {}
    for turn, at in enumerate(new.tolist()):
        if not telling[at]:
            continue
        key = (vectors.said[at], int(place[at]))
        copy, heard = latest.get(key, (at, days[at]))
        if days[at] - heard <= quiet:
            first[turn] = copy
        latest[key] = (int(first[turn]), days[at])
    return first


def _pairs_around(
    subjects: sparse.csr_matrix,
    texts: sparse.csr_matrix,
    *,
    sizes: NDArray[np.int64],
    asked: NDArray[np.int64],
) -> NearPairs:
    """Pair new nodes with all, and the older ones they touch with each other."""
    pairs = near_pairs(subjects, texts, sizes=sizes, rows=asked)
    touched = np.setdiff1d(np.concatenate([pairs.one, pairs.other]), asked)
    if not len(touched):
        return pairs
    old = near_pairs(
        subjects[touched], texts[touched], sizes=sizes[touched], rows=np.arange(len(touched))
    )
    return NearPairs(
        one=np.concatenate([pairs.one, touched[old.one]]),
        other=np.concatenate([pairs.other, touched[old.other]]),
        subject_sums=np.concatenate([pairs.subject_sums, old.subject_sums]),
        text_sums=np.concatenate([pairs.text_sums, old.text_sums]),
    )


def _vectors(messages: Sequence[Message], names: Sequence[Sequence[str]]) -> _Vectors:
    subjects, texts = [], []
    for message, of_places in zip(messages, names, strict=True):
        without = leaving_out(tuple(of_places))
        subject, start = subject_of(message), lead_start(message.body)
        subjects.append(without(subject))
        texts.append(without(f"{subject}，{message.body[start : start + LEAD]}"))
    return _Vectors(
        subjects=_unit_rows(subjects),
        texts=_unit_rows(texts),
        said=tuple(zip(subjects, texts, strict=True)),
    )


@lru_cache(maxsize=1_000)
def leaving_out(names: tuple[str, ...]) -> Callable[[str], str]:
    """Put a blank in the place of names in a text, the longest first: one may hold another."""
    wanted = [re.escape(name) for name in sorted(names, key=len, reverse=True) if len(name) > 1]
    if not wanted:
        return lambda text: text
    pattern = re.compile("|".join(wanted), re.IGNORECASE)
    return lambda text: pattern.sub(" ", text)


def _unit_rows(texts: Sequence[str]) -> sparse.csr_matrix:
    """Weigh the character pairs of texts by rarity, 1 + ln((n + 1)/df), and bring rows to length 1.

    Pairs of a single text count in the length but can't link; those in more than a quarter of the
    texts tell too little and are left out.
    """
    shingles = shingle([ASKING.sub("", text) for text in texts])
    distinct, number = _numbered(shingles.hashes)
    frequency = np.bincount(number, minlength=distinct)
    telling = frequency <= max(_MOST_COMMON * len(texts), 40)
    weight = np.where(telling, 1 + np.log((len(texts) + 1) / np.maximum(frequency, 1)), 0.0)
    row = np.repeat(np.arange(len(texts)), shingles.sizes)
    value = weight[number]
    length = np.sqrt(np.bincount(row, weights=value * value, minlength=len(texts)))
    value = np.where(frequency[number] >= 2, value / np.where(length > 0, length, 1.0)[row], 0.0)
    rows = sparse.csr_matrix((value, number, shingles.pointer), shape=(len(texts), distinct))
    rows.eliminate_zeros()
    return rows


def _numbered(hashes: NDArray[np.uint32]) -> tuple[int, NDArray[np.int32]]:
    order = np.argsort(hashes, kind="stable")
    step = np.zeros(len(hashes), dtype=np.int32)
    step[1:] = hashes[order[1:]] != hashes[order[:-1]]
    number = np.empty(len(hashes), dtype=np.int32)
    number[order] = np.cumsum(step)
    return int(step.sum()) + (1 if len(hashes) else 0), number
