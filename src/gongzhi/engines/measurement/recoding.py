"""From answers as they were written down to numbers that mean something, refusing the rest."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gongzhi.engines.measurement.inputs import CannotMeasure, MaskedFloats

Answer = str | float | None


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
    valid: Mapping[Answer, float] | Collection[float],
    missing: Mapping[Answer, str] | None = None,
    unknown: Literal["refuse", "mask"] = "refuse",
) -> Recoded:
    """Turn (respondents,) answers into numbers by a code book.

    `valid` maps codes to numbers, or lists codes that stand for themselves; `missing` names the
    codes that are no answer, such as {9: "don't know"}. Blank answers are missing as "blank". Codes
    match as numbers where they are numbers ("4", " 4.0 " and 4 are one), else as trimmed text.
    An answer in neither list raises with its row, or with `unknown="mask"` is masked and listed.

    Raises CannotMeasure ("no_codes", "code_twice", "unknown_code"). Cost: O(answers).
    """
    book = dict(valid) if isinstance(valid, Mapping) else {code: code for code in valid}
    numbers = {_key(code): float(number) for code, number in book.items()}
    reasons = {_key(code): reason for code, reason in (missing or {}).items()}
    if not numbers:
        raise CannotMeasure("no_codes", "the code book names no valid answer")
    both = numbers.keys() & reasons.keys()
    if both:
        raise CannotMeasure("code_twice", f"the code {min(map(str, both))} is valid and missing")
    values, absent = np.zeros(len(answers)), np.zeros(len(answers), dtype=np.bool_)
    why: Counter[str] = Counter()
    refused = []
    for row, answer in enumerate(answers):
        key = _key(answer)
        if key in numbers:
            values[row] = numbers[key]
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
