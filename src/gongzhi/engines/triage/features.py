"""Messages as characters and pairs of characters, extracted in whole-array steps.

A message has four fields: everything written (subject and body), the subject alone, the lead (the
first words of the body after the greeting), and the facts known besides the text. A character or
pair in one field is another feature than in the next, so that a word in the subject can weigh more.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from gongzhi.engines.triage.texts import FOLDING, MOST_CHARACTERS, Message

WHOLE, SUBJECT, LEAD, FACTS = range(4)
FIELDS = ("whole", "subject", "lead", "facts")
LEAD_CHARACTERS = 100

_FIELD_SHIFT = np.uint64(58)
_PAIR = np.uint64(1 << 42)
_CHARACTER_BITS = np.uint64(21)
_SEPARATOR = "\x1f"
_BREAK = 0x1F

# "尊敬的李市长：您好！": who is addressed says nothing about the matter.
_GREETING = re.compile(
    r"\s*(?:尊敬的|敬爱的)?[^,。:!?，：！？]{0,14}(?:领导|书记|市长|县长|省长|厅长|局长|区长|主任|部门)"
    r"[^,。:!?，：！？]{0,6}[,:!。，：！]?\s*(?:(?:您|你)们?好)?[,:!。，：！]?\s*"
)


def _folding_table() -> NDArray[np.uint32]:
    table = np.arange(0x110000, dtype=np.uint32)
    table[list(FOLDING)] = list(FOLDING.values())
    table[ord("0") : ord("9") + 1] = ord("0")
    table[0xFF10:0xFF1A] = ord("0")
    table[:0x20] = 0x20
    table[_BREAK] = _BREAK
    return table


_FOLD = _folding_table()


@dataclass(frozen=True, slots=True)
class Tokens:
    """Every feature occurrence of a batch, in no particular order.

    `message` (tokens,), row of the message; `key` (tokens,), the feature; `start` (tokens,), where
    it begins in subject + separator + body, or -1 for a fact; `width` (tokens,), 1 or 2 characters
    kept (blanks between them don't count, so a pair may span more); `end` is exclusive.
    """

    message: NDArray[np.int64]
    key: NDArray[np.uint64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]


def extract(messages: Sequence[Message]) -> Tokens:
    """Extract the features of messages.

    Text is folded (width, case, script; all digits are one), blanks are dropped, and only the first
    MOST_CHARACTERS of the body are read. Keys are exact for characters and pairs, 58-bit digests
    for facts and pairs of facts. Cost: linear, about ten array passes.
    """
    texts = [
        message.subject[:MOST_CHARACTERS] + _SEPARATOR + message.body[:MOST_CHARACTERS] + _SEPARATOR
        for message in messages
    ]
    codes, row, place = _kept_characters(texts)
    subject_end = np.array(
        [min(len(message.subject), MOST_CHARACTERS) for message in messages], dtype=np.int64
    )
    lead_at = subject_end + 1 + np.array([lead_start(m.body) for m in messages], dtype=np.int64)
    single = codes != _BREAK
    pair = single[:-1] & single[1:]  # the separator at a message's end keeps pairs inside it
    wide = codes.astype(np.uint64)
    key = np.concatenate([wide[single], (_PAIR | (wide[:-1] << _CHARACTER_BITS) | wide[1:])[pair]])
    message = np.concatenate([row[single], row[:-1][pair]])
    start = np.concatenate([place[single], place[:-1][pair]])
    end = np.concatenate([place[single], place[1:][pair]]) + 1
    in_subject = start < subject_end[message]
    offset = start - lead_at[message]
    in_lead = (offset >= 0) & (offset < LEAD_CHARACTERS)
    facts = _facts(messages)
    chosen = [slice(None), in_subject, in_lead]
    tagged = [key[part] | _tag(field) for field, part in enumerate(chosen)]
    return Tokens(
        message=np.concatenate([*(message[part] for part in chosen), facts[0]]),
        key=np.concatenate([*tagged, facts[1]]),
        start=np.concatenate([*(start[part] for part in chosen), np.full(len(facts[0]), -1)]),
        end=np.concatenate([*(end[part] for part in chosen), np.full(len(facts[0]), -1)]),
    )


def field_of(key: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the field (WHOLE … FACTS) of each feature key."""
    return (key >> _FIELD_SHIFT).astype(np.int64)


def _tag(field: int) -> np.uint64:
    return np.uint64(field) << _FIELD_SHIFT


def _kept_characters(
    texts: Sequence[str],
) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.int64]]:
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    joined = "".join(texts).encode("utf-32-le", "surrogatepass")
    codes = _FOLD[np.frombuffer(joined, dtype=np.uint32)]
    row = np.repeat(np.arange(len(texts), dtype=np.int64), lengths)
    place = np.arange(len(codes), dtype=np.int64) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    kept = codes != 0x20
    return codes[kept], row[kept], place[kept]


def lead_start(body: str) -> int:
    """Return where a body begins to speak of its matter, after the greeting."""
    greeting = _GREETING.match(body, 0, 60)
    return greeting.end() if greeting else 0


@lru_cache(maxsize=200_000)
def _fact_key(fact: str) -> int:
    digest = blake2b(fact.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return (FACTS << int(_FIELD_SHIFT)) | (int.from_bytes(digest, "little") >> 6)


def _facts(messages: Sequence[Message]) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    rows: list[int] = []
    keys: list[int] = []
    for row, message in enumerate(messages):
        for size in (1, 2):
            for facts in combinations(sorted(set(message.facts)), size):
                rows.append(row)
                keys.append(_fact_key(_SEPARATOR.join(facts)))
    return np.array(rows, dtype=np.int64), np.array(keys, dtype=np.uint64)
