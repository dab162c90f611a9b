"""From answers as they were written down to numbers that mean something, refusing the rest."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gongzhi.engines.measurement.inputs import CannotMeasure, MaskedFloats

Answer = str | float | None


@dataclass(frozen=True, slots=True)
class Scale:
    """Every number from `lowest` to `highest` is valid and stands for itself."""

    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer that is neither a valid code nor a known kind of missing."""

    row: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class Recoded:
    """Numbers with the missing masked, why each is missing, and what was refused."""

    values: MaskedFloats
    missing: Mapping[str, int]
    refused: tuple[Refused, ...]


def recode(
    answers: Sequence[Answer],
    *,
    valid: Mapping[Answer, float] | Collection[float] | Scale,
    missing: Mapping[Answer, str] | None = None,
    unknown: Literal["refuse", "mask"] = "refuse",
) -> Recoded:
    """Turn (respondents,) answers into numbers by a code book.

    `valid` maps codes to numbers, lists codes that stand for themselves, or is a scale; `missing`
    names the codes that are no answer, such as {9: "don't know"}. Blank answers are missing as
    "blank". Codes match as numbers where they are numbers ("4", " 4.0 " and 4 are one), else as
    trimmed text.
    An answer in neither list raises with its row, or with `unknown="mask"` is masked and listed.

    Raises CannotMeasure ("no_codes", "code_twice", "unknown_code"). Cost: O(answers).
    """
    scale = valid if isinstance(valid, Scale) else None
    numbers = {} if isinstance(valid, Scale) else _book(valid)
    reasons = {_key(code): reason for code, reason in (missing or {}).items()}
    if not (numbers or (scale and scale.lowest < scale.highest)):
        raise CannotMeasure("no_codes", "the code book names no valid answer")
    both = numbers.keys() & reasons.keys()
    if both:
        raise CannotMeasure("code_twice", f"the code {min(map(str, both))} is valid and missing")
    values, absent = np.zeros(len(answers)), np.zeros(len(answers), dtype=np.bool_)
    why: Counter[str] = Counter()
    refused = []
    for row, answer in enumerate(answers):
        key = _key(answer)
        number = None if key in reasons else _number(key, numbers, scale)
        if number is not None:
            values[row] = number
            continue
        absent[row] = True
        if key in reasons:
            why[reasons[key]] += 1
        elif key == "":
            why["blank"] += 1
        elif unknown == "mask":
            refused.append(Refused(row, answer))
        else:
            raise CannotMeasure("unknown_code", f"answers[{row}] = {answer!r} is in no list")
    return Recoded(np.ma.MaskedArray(values, mask=absent), dict(why), tuple(refused))


def reverse(values: MaskedFloats, *, lowest: float, highest: float) -> MaskedFloats:
    """Turn a scale round, so that its best answer becomes its worst (masked stays masked)."""
    inside = (values >= lowest) & (values <= highest)
    if not np.ma.filled(inside, True).all():
        raise CannotMeasure("unknown_code", f"a value lies outside {lowest:g}…{highest:g}")
    turned: MaskedFloats = lowest + highest - values
    return turned


def _book(valid: Mapping[Answer, float] | Collection[float]) -> dict[str | float, float]:
    listed = dict(valid) if isinstance(valid, Mapping) else {code: code for code in valid}
    return {_key(code): float(number) for code, number in listed.items()}


def _number(
    key: str | float, numbers: Mapping[str | float, float], scale: Scale | None
) -> float | None:
    """The number that a key stands for, or None if it stands for none."""
    if scale is None or isinstance(key, str):
        return numbers.get(key)
    return key if scale.lowest <= key <= scale.highest else None


def _key(answer: Answer) -> str | float:
    """One key for one meaning: a number if it is one, else trimmed text, else the empty text."""
    if answer is None:
        return ""
    text = str(answer).strip()
    try:
        number = float(text)
    except ValueError:
        return text
    return number if np.isfinite(number) else ""
