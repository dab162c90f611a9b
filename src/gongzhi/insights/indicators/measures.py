"""What others did about each difficulty, and with what effect: suggestions for people to weigh.

Nothing here is ever chosen or set in motion by the program. Each entry says where it is known
from and how strong that is, and what speaks against it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import get_language

from gongzhi.insights.indicators.shapes import Difficulty, Words

LIBRARY = Path(__file__).with_name("measures.json")


class Evidence(StrEnum):
    """How well it is known that a measure helps."""

    RULE = "rule"  # law or regulation asks for it
    PRACTICE = "practice"  # reported by places that do it; no comparison
    STUDY = "study"  # a study compared


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that can be done."""

    code: str
    difficulty: Difficulty
    name: Words
    how: Words
    evidence: Evidence
    source: Words
    beware: Words


def _in_language_of_now(texts: Mapping[str, str]) -> str:
    return texts["zh" if (get_language() or "zh").startswith("zh") else "en"]


_said: Any = lazy(_in_language_of_now, str)


def read_measures(file: Path = LIBRARY) -> tuple[Measure, ...]:
    """The measures of a JSON list, each text in Chinese ("zh") and English ("en")."""
    return tuple(
        Measure(
            code=row["code"],
            difficulty=Difficulty(row["difficulty"]),
            name=_said(row["name"]),
            how=_said(row["how"]),
            evidence=Evidence(row["evidence"]),
            source=_said(row["source"]),
            beware=_said(row["beware"]),
        )
        for row in json.loads(file.read_text("utf-8"))
    )


MEASURES = read_measures()


def measures_for(difficulty: Difficulty) -> tuple[Measure, ...]:
    """What is known to have been done about a difficulty."""
    return tuple(each for each in MEASURES if each.difficulty is difficulty)


def measure_named(code: str) -> Measure | None:
    """The measure with this code."""
    return next((each for each in MEASURES if each.code == code), None)
