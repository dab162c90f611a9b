"""Which words a text is found by: pairs of Chinese characters, and whole words of other scripts.

The words are made here, and the databases only keep them, so that a search means the same on
SQLite and on PostgreSQL: neither's own idea of a word has a say.
"""

import re
from collections.abc import Iterable

from gongzhi.engines.triage.texts import fold

_RUNS = re.compile(r"([\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+)|([a-z0-9]+)")
LONGEST_WORD = 64


def words_of(*texts: str) -> list[str]:
    """The words of the texts in their order: of "修路灯 3号楼" 修路 路灯 灯 3 号楼 楼.

    A run of Chinese characters gives its overlapping pairs and its last character; width, case
    and traditional forms are folded.
    """
    words: list[str] = []
    for text in texts:
        for chinese, other in _RUNS.findall(fold(text)):
            if chinese:
                words += [chinese[i : i + 2] for i in range(len(chinese))]
            else:
                words.append(other[:LONGEST_WORD])
    return words


def phrases_of(query: str) -> list[list[str]]:
    """What must be found for a query: each run is a phrase, and all phrases must be there.

    The last word of a phrase may go on: "路" finds 路灯, "lift" finds lifts.
    """
    phrases = []
    for chinese, other in _RUNS.findall(fold(query)):
        if chinese:
            pairs = [chinese[i : i + 2] for i in range(len(chinese) - 1)]
            phrases.append(pairs or [chinese])
        else:
            phrases.append([other[:LONGEST_WORD]])
    return phrases


def for_fts5(phrases: Iterable[list[str]]) -> str:
    """The query as SQLite's FTS5 reads it."""
    return " AND ".join(f'"{" ".join(phrase)}" *' for phrase in phrases)


def for_tsquery(phrases: Iterable[list[str]]) -> str:
    """The query as PostgreSQL's tsquery type reads it."""
    return " & ".join(
        "(" + " <-> ".join(f"'{word}'" for word in phrase) + ":*)" for phrase in phrases
    )


def as_tsvector(words: list[str]) -> str:
    """The words with their positions, as PostgreSQL's tsvector type reads them."""
    return " ".join(f"'{word}':{position}" for position, word in enumerate(words[:16_000], 1))
