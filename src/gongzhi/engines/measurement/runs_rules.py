"""Patterns on a chart that chance seldom makes, and how often chance makes them after all.

The false alarm rates are exact for independent normal months: a Markov chain over everything
the chosen rules remember (Champ and Woodall 1987).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from gongzhi.engines.measurement.false_alarms import FalseAlarms, run_lengths, standardised
from gongzhi.engines.measurement.inputs import CannotMeasure, Truths


@dataclass(frozen=True, slots=True)
class Rule:
    """`hits` of `window` months in a row beyond `beyond` sigmas, all on the same side."""

    name: str
    hits: int
    window: int
    beyond: float


BEYOND_LIMITS = Rule("one point beyond 3 sigma", 1, 1, 3.0)
TWO_OF_THREE = Rule("two of three beyond 2 sigma on one side", 2, 3, 2.0)
FOUR_OF_FIVE = Rule("four of five beyond 1 sigma on one side", 4, 5, 1.0)
EIGHT_IN_ROW = Rule("eight in a row on one side", 8, 8, 0.0)
WESTERN_ELECTRIC = (BEYOND_LIMITS, TWO_OF_THREE, FOUR_OF_FIVE, EIGHT_IN_ROW)

# Two rules tell a single outlier and a lasting shift, and cry wolf less than all four.
USUAL = (BEYOND_LIMITS, EIGHT_IN_ROW)


@dataclass(frozen=True, slots=True)
class Signals:
    """Where each rule spoke: (rules, …, months), and the false alarms of the whole set."""

    rules: tuple[Rule, ...]
    fired: Truths
    false_alarms: FalseAlarms


def read_signals(z: ArrayLike, *, rules: Sequence[Rule] = USUAL) -> Signals:
    """Apply runs rules to (…, months) distances in sigmas; a month counts for the run it ends.

    A masked month interrupts nothing: rules look at the months that are there. A rule speaks only
    on a month that is itself a hit. Raises CannotMeasure ("rules": none given, or more hits
    than window). Cost: O(rules × cells × window). Source: Western Electric 1956.
    """
    _check(rules)
    values, absent = standardised(z)
    fired = np.zeros((len(rules), *values.shape), dtype=np.bool_)
    for at in np.ndindex(values.shape[:-1]):
        present = np.flatnonzero(~absent[at])
        line = values[at][present]
        for number, rule in enumerate(rules):
            for side in (1, -1):
                hit = side * line > rule.beyond
                recent = np.convolve(hit, np.ones(rule.window))[: len(hit)] if len(hit) else hit
                fired[(number, *at, present)] |= hit & (recent >= rule.hits)
    months = values.shape[-1]
    return Signals(
        rules=tuple(rules), fired=fired, false_alarms=rules_false_alarms(rules=rules, months=months)
    )


def rules_false_alarms(*, rules: Sequence[Rule] = USUAL, months: int = 24) -> FalseAlarms:
    """Work out how often chance alone makes at least one of the rules speak.

    Raises CannotMeasure. Cost: states of the chain cubed (15 for the usual two rules, a few
    hundred for all four).
    """
    _check(rules)
    zones = _zones(rules)
    start = tuple((0, 0) for _ in rules)
    states = {start: 0}
    moves: list[tuple[int, int, float]] = []
    queue = [start]
    while queue:
        state = queue.pop()
        for probability, value in zones:
            after = _step(rules, state, value)
            if after is None:
                continue
            if after not in states:
                states[after] = len(states)
                queue.append(after)
            moves.append((states[state], states[after], probability))
    stay = np.zeros((len(states), len(states)))
    for before, after_number, probability in moves:
        stay[before, after_number] += probability
    return run_lengths(stay, start=0, months=months)


def _zones(rules: Sequence[Rule]) -> list[tuple[float, float]]:
    """Cut the normal curve at every rule's distance: (probability, a value inside) of each zone."""
    cuts = sorted({side * rule.beyond for rule in rules for side in (1, -1)})
    edges = [-np.inf, *cuts, np.inf]
    inner = [cuts[0] - 1, *[(a + b) / 2 for a, b in pairwise(cuts)], cuts[-1] + 1]
    return [
        (float(special.ndtr(high) - special.ndtr(low)), value)
        for (low, high), value in zip(pairwise(edges), inner, strict=True)
    ]


State = tuple[tuple[int, int], ...]


def _step(rules: Sequence[Rule], state: State, value: float) -> State | None:
    """Move the memory (hits as bits, above and below) one month on; None when a rule speaks."""
    after = []
    for rule, memory in zip(rules, state, strict=True):
        sides = []
        for side, bits in zip((1, -1), memory, strict=True):
            hit = side * value > rule.beyond
            seen = (bits << 1 | hit) & ((1 << rule.window) - 1)
            if hit and seen.bit_count() >= rule.hits:
                return None
            sides.append(_forget(rule, seen))
        after.append((sides[0], sides[1]))
    return tuple(after)


def _forget(rule: Rule, bits: int) -> int:
    """Keep of a memory only what can still help to make the rule speak."""
    kept = bits & ((1 << (rule.window - 1)) - 1)
    for start in _ones_from_oldest(kept):
        room = rule.window - 1 - start
        if (kept & ((1 << (start + 1)) - 1)).bit_count() + room >= rule.hits:
            return kept & ((1 << (start + 1)) - 1)
    return 0


def _ones_from_oldest(bits: int) -> Iterator[int]:
    yield from (place for place in range(bits.bit_length() - 1, -1, -1) if bits >> place & 1)


def _check(rules: Sequence[Rule]) -> None:
    if not rules:
        raise CannotMeasure("rules", "at least one rule is needed")
    for rule in rules:
        if not (1 <= rule.hits <= rule.window and rule.beyond >= 0):
            raise CannotMeasure("rules", f"{rule.name}: hits within the window, distance from 0")
