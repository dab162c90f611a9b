"""Which words a text is found by: pairs of Chinese characters, and whole words of other scripts.

The words are made here, and the databases only keep them, so that a search means the same on
SQLite and on PostgreSQL: neither's own idea of a word has a say. Where a ticket is and what it is
about stand in the index as words of their own, so that words, place and matter are one question.
"""

import re
from collections.abc import Iterable, Sequence

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


def _may_go_on(word: str) -> bool:
    """A pair of characters is as long as words of that kind get."""
    return len(word) == 1 or word.isascii()


def place_word(place_id: int) -> str:
    """The word that stands for a place; no text holds one, since § is part of no word."""
    return f"§{place_id}"


def matter_word(category_code: str) -> str:
    """The word that stands for a matter, in characters that both databases leave alone."""
    return "¶" + category_code.replace(".", "·").replace("_", "¬")


def marks_of(place_path: str, category_code: str) -> list[str]:
    """The words for where a ticket is and what about: each place down to its own, each matter.

    The district is left out, since it would narrow nothing.
    """
    places = [place_word(int(each)) for each in place_path.split("/") if each][1:]
    parts = category_code.split(".") if category_code else []
    return places + [matter_word(".".join(parts[: i + 1])) for i in range(len(parts))]


def for_fts5(phrases: Iterable[list[str]], marks: Iterable[Sequence[str]] = ()) -> str:
    """The query as SQLite's FTS5 reads it: all phrases, and of each group of marks one."""
    said = [f'"{" ".join(phrase)}"' + " *" * _may_go_on(phrase[-1]) for phrase in phrases]
    return " AND ".join(said + ["(" + " OR ".join(f'"{m}"' for m in some) + ")" for some in marks])


def for_tsquery(phrases: Iterable[list[str]], marks: Iterable[Sequence[str]] = ()) -> str:
    """The query as PostgreSQL's tsquery type reads it."""
    said = [
        "(" + " <-> ".join(f"'{word}'" for word in phrase) + ":*" * _may_go_on(phrase[-1]) + ")"
        for phrase in phrases
    ]
    return " & ".join(said + ["(" + " | ".join(f"'{m}'" for m in some) + ")" for some in marks])


def as_tsvector(words: Sequence[str], marks: Sequence[str] = ()) -> str:
    """The words with their positions, as PostgreSQL's tsvector type reads them; marks have none."""
    placed = [f"'{word}':{position}" for position, word in enumerate(words[:16_000], 1)]
    return " ".join(placed + [f"'{mark}'" for mark in marks])
