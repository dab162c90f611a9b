"""Which words of a message spoke for its category, as stretches of its own text."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gongzhi.engines.triage.features import Tokens
from gongzhi.engines.triage.texts import MOST_CHARACTERS, Message, Span

MOST_SPANS = 5
LONGEST_SPAN = 12
# A character speaks if it gives at least this share of what the message's strongest gives.
_LEAST_SHARE = 0.2
_CONSIDERED = 12


def find_evidence(
    messages: Sequence[Message],
    *,
    tokens: Tokens,
    number: NDArray[np.int32],
    rows: sparse.csr_matrix,
    advantage: NDArray[np.float32],
    chosen: NDArray[np.int64],
) -> list[tuple[Span, ...]]:
    """Find up to five stretches of each message that spoke most for its chosen class.

    `number` (tokens,), feature of each occurrence or -1; `rows` (messages, features), as scored;
    `advantage` (features, classes), coefficient above the mean of the classes; `chosen`
    (messages,). What a feature that speaks for the class gives is split evenly over its occurrences
    and their first and last characters; neighbouring characters that speak become one stretch,
    whose weight is their sum. Facts are no text and show nothing. Strongest first; ties in order of
    the text.
    """
    given = _per_occurrence(
        tokens=tokens, number=number, rows=rows, advantage=advantage, chosen=chosen
    )
    lengths = np.array(
        [
            min(len(m.subject), MOST_CHARACTERS) + min(len(m.body), MOST_CHARACTERS) + 2
            for m in messages
        ],
        dtype=np.int64,
    )
    base = np.cumsum(lengths) - lengths
    text = tokens.start >= 0
    first = base[tokens.message[text]] + tokens.start[text]
    last = base[tokens.message[text]] + tokens.end[text] - 1
    half = given[text] / 2
    size = int(lengths.sum())
    speaking = np.bincount(first, half, minlength=size) + np.bincount(last, half, minlength=size)
    row = np.repeat(np.arange(len(messages)), lengths)
    peak = np.maximum.reduceat(speaking, base) if len(messages) else speaking
    mask = (speaking > _LEAST_SHARE * np.maximum(peak, 0)[row]) & (speaking > 0)
    mask &= ~_pause(messages)
    return _strongest(messages, speaking=speaking, mask=mask, row=row, base=base)


def _per_occurrence(
    *,
    tokens: Tokens,
    number: NDArray[np.int32],
    rows: sparse.csr_matrix,
    advantage: NDArray[np.float32],
    chosen: NDArray[np.int64],
) -> NDArray[np.float64]:
    features = max(rows.shape[1], 1)
    cell_row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    cell = cell_row * features + rows.indices
    share = rows.data * advantage[rows.indices, chosen[cell_row]]
    known = np.flatnonzero(number >= 0)
    known = known[advantage[number[known], chosen[tokens.message[known]]] > 0]
    at = np.searchsorted(cell, tokens.message[known] * features + number[known])
    occurrences = np.bincount(at, minlength=len(cell))
    given = np.zeros(len(number))
    given[known] = share[at] / occurrences[at]
    return given


def _pause(messages: Sequence[Message]) -> NDArray[np.bool_]:
    """Mark characters that are no letters or digits: a stretch doesn't reach over them."""
    joined = "".join(
        m.subject[:MOST_CHARACTERS] + "\x1f" + m.body[:MOST_CHARACTERS] + "\x1f" for m in messages
    )
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return _PAUSES[codes]


def _pauses() -> NDArray[np.bool_]:
    table = np.zeros(0x110000, dtype=bool)
    for low, high in ((0, 0x30), (0x3A, 0x41), (0x5B, 0x61), (0x7B, 0xC0), (0x2000, 0x2070)):
        table[low:high] = True
    for low, high in ((0x3000, 0x3005), (0x3008, 0x3020), (0xFE30, 0xFE50), (0xFF00, 0xFF10)):
        table[low:high] = True
    for low, high in ((0xFF1A, 0xFF21), (0xFF3B, 0xFF41), (0xFF5B, 0xFF66)):
        table[low:high] = True
    return table


_PAUSES = _pauses()


def _strongest(
    messages: Sequence[Message],
    *,
    speaking: NDArray[Any],
    mask: NDArray[np.bool_],
    row: NDArray[np.int64],
    base: NDArray[np.int64],
) -> list[tuple[Span, ...]]:
    edge = np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8))
    begin, finish = np.flatnonzero(edge == 1), np.flatnonzero(edge == -1)
    finish = np.minimum(finish, begin + LONGEST_SPAN)
    total = np.concatenate([[0.0], np.cumsum(speaking)])
    weight = total[finish] - total[begin]
    order = np.lexsort((begin, -weight, row[begin]))
    owner = row[begin[order]]
    rank = np.arange(len(order)) - np.searchsorted(owner, owner)
    order = order[rank < _CONSIDERED]
    owner = row[begin[order]]
    start, end = begin[order] - base[owner], finish[order] - base[owner]
    spans: list[list[Span]] = [[] for _ in messages]
    for message, first, last, strength in zip(
        owner.tolist(), start.tolist(), end.tolist(), weight[order].tolist(), strict=True
    ):
        spans[message].append(_span(messages[message], first, last, weight=strength))
    return [_distinct(found) for found in spans]


def _distinct(spans: list[Span]) -> tuple[Span, ...]:
    """Drop stretches whose words were shown already, and lone characters beside whole words."""
    shown: list[Span] = []
    for span in spans:
        if len(shown) < MOST_SPANS and not any(span.text in other.text for other in shown):
            shown.append(span)
    words = [span for span in shown if len(span.text) > 1]
    return tuple(words or shown)


def _span(message: Message, start: int, end: int, *, weight: float) -> Span:
    subject = min(len(message.subject), MOST_CHARACTERS)
    if end <= subject:
        return Span("subject", start, end, message.subject[start:end], weight)
    start, end = start - subject - 1, end - subject - 1
    return Span("body", start, end, message.body[start:end], weight)
