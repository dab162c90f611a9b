"""What the answers say about everyone: shares and means with intervals, small cells hidden."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gongzhi.commons.permissions.actors import Actor
from gongzhi.engines.measurement.batteries import measure_reliability
from gongzhi.engines.measurement.inputs import CannotMeasure
from gongzhi.engines.measurement.intervals import Interval
from gongzhi.engines.measurement.kano import Kano, classify_service
from gongzhi.engines.measurement.recoding import Recoded
from gongzhi.engines.measurement.survey_estimates import estimate_means, estimate_shares
from gongzhi.insights.surveys.fieldwork import survey_for
from gongzhi.insights.surveys.instruments.shapes import (
    NUMBERS,
    Choice,
    Item,
    Kind,
    walk,
    words,
)
from gongzhi.insights.surveys.taking import (
    Taken,
    Unmet,
    categories,
    chosen,
    is_scale,
    numbers,
    scale_of,
    take_responses,
)

LEAST = 5  # answers; fewer are hidden
_MANY = 100
KANO_WITH, KANO_WITHOUT = "__kano_with", "__kano_without"


@dataclass(frozen=True, slots=True)
class Line:
    """One share or mean; hidden where too few answered."""

    name: str
    label: str
    found: Interval | None
    answers: int | None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One question: the share of each answer, and for scales and numbers the mean."""

    name: str
    label: str
    battery: str
    lines: tuple[Line, ...]
    mean: Line | None
    low: float
    high: float
    answered: int | None
    several: bool = False


@dataclass(frozen=True, slots=True)
class BatteryResult:
    """Whether the items of a battery measure one thing."""

    label: str
    items: int
    alpha: Interval | None
    omega: float | None
    respondents: int


@dataclass(frozen=True, slots=True)
class KanoResult:
    """How respondents see one service."""

    label: str
    found: Kano


@dataclass(frozen=True, slots=True)
class Results:
    """Everything a survey says; `respondents` is None where too few answered to say how many."""

    items: tuple[ItemResult, ...]
    batteries: tuple[BatteryResult, ...]
    services: tuple[KanoResult, ...]
    respondents: int
    from_sample: bool
    notes: tuple[str, ...]
    efficiency: float
    unmet: tuple[Unmet, ...] = ()


def results_of(*, survey_id: int, by: Actor, language: str = "") -> Results | None:
    """The estimates of a survey; None while fewer than five have answered."""
    survey = survey_for(by, "surveys.read", survey_id)
    taken = take_responses(survey)
    if taken is None or taken.respondents < LEAST:
        return None
    weights = taken.design.weights
    return Results(
        items=tuple(_items(taken, language)),
        batteries=tuple(_batteries(taken, language)),
        services=tuple(_services(taken, language)),
        respondents=taken.respondents,
        from_sample=taken.from_sample,
        notes=taken.notes,
        efficiency=float(weights.sum() ** 2 / (len(weights) * (weights**2).sum())),
        unmet=taken.unmet,
    )


def questions_once(items: Sequence[Item], battery: str = "") -> list[tuple[Item, str]]:
    """The questions asked once of each respondent, with the battery they lie in."""
    found = []
    for item in items:
        if item.kind is Kind.REPEAT:
            continue
        inside = item.name if item.is_battery else battery
        found += questions_once(item.children, inside) if item.children else [(item, battery)]
    return found


def _items(taken: Taken, language: str) -> list[ItemResult]:
    found = []
    for item, battery in questions_once(taken.form.items):
        if item.name.endswith((KANO_WITH, KANO_WITHOUT)):
            continue
        if item.kind is Kind.SELECT_MULTIPLE:
            found.append(_several(taken, item, language))
        elif item.kind is Kind.SELECT_ONE:
            found.append(_one(taken, item, battery, language))
        elif item.kind in NUMBERS:
            found.append(_number(taken, item, language))
    return found


def _one(taken: Taken, item: Item, battery: str, language: str) -> ItemResult:
    listed, coded = categories(taken, item)
    kinds = [float(at) for at in range(1, len(listed) + 1)]
    counts = [int((coded.values.compressed() == kind).sum()) for kind in kinds]
    hidden = hidden_answers(counts)
    shares = estimate_shares(taken.design, coded.values, kinds) if sum(counts) else None
    lines = [
        Line(
            choice.name, words(choice.label, language),
            None if shares is None or hidden[at] else shares.intervals.at(at),
            None if hidden[at] else counts[at], hidden=hidden[at],
        )
        for at, choice in enumerate(listed)
    ]  # fmt: skip
    scale = is_scale(taken.form, item)
    # A mean of few answers would give away what the hidden shares are.
    telling = any(hidden) and sum(counts) < _MANY
    mean = _mean(taken, item, numbers(taken, item)) if scale and not telling else None
    mean = _within(taken, item, mean) if mean else None
    numbers_of = scale_of(taken.form, item) if scale else [0.0, 1.0]
    return ItemResult(
        name=item.name, label=words(item.label, language), battery=battery, lines=tuple(lines),
        mean=mean, low=min(numbers_of),
        high=max(numbers_of), answered=_shown(sum(counts)),
    )  # fmt: skip


def hidden_answers(counts: Sequence[int]) -> list[bool]:
    """Which answers to one question to hide: those of few, and the next one, or the total tells.

    The smallest of the others is hidden with them until those hidden are at least two and ten.
    """
    hidden = [0 < many < LEAST for many in counts]
    for at in sorted(range(len(counts)), key=lambda at: (counts[at], at)):
        gone = [many for many, out in zip(counts, hidden, strict=True) if out]
        if not gone or (len(gone) > 1 and sum(gone) >= 2 * LEAST):
            break
        if counts[at] >= LEAST:
            hidden[at] = True
    return hidden


def _several(taken: Taken, item: Item, language: str) -> ItemResult:
    lines = []
    answered = sum(item.name in answers for answers in taken.answers)
    for choice in taken.form.lists.get(item.choices, ()):
        coded = chosen(taken, item, choice)
        lines.append(_ticked(taken, choice, coded, answered, language))
    return ItemResult(
        name=item.name, label=words(item.label, language), battery="", lines=tuple(lines),
        mean=None, low=0, high=1, answered=_shown(answered), several=True,
    )  # fmt: skip


def _ticked(taken: Taken, choice: Choice, coded: Recoded, answered: int, language: str) -> Line:
    many = int((coded.values.compressed() == 1).sum())
    hidden = 0 < many < LEAST or 0 < answered - many < LEAST
    interval = None
    if not hidden and answered:
        interval = estimate_shares(taken.design, coded.values, [0.0, 1.0]).intervals.at(1)
    label = words(choice.label, language)
    return Line(choice.name, label, interval, None if hidden else many, hidden=hidden)


def _number(taken: Taken, item: Item, language: str) -> ItemResult:
    coded = numbers(taken, item)
    mean = _mean(taken, item, coded)
    top = float(np.ma.filled(coded.values, 0).max()) if mean.found else 1.0
    return ItemResult(
        name=item.name, label=words(item.label, language), battery="", lines=(), mean=mean,
        low=0, high=max(top, 1.0), answered=_shown(int(coded.values.count())),
    )  # fmt: skip


def _mean(taken: Taken, item: Item, coded: Recoded) -> Line:
    many = int(coded.values.count())
    if many < LEAST:
        return Line(item.name, "", None, None if many else 0, hidden=many > 0)
    return Line(item.name, "", estimate_means(taken.design, coded.values).intervals.at(0), many)


def _within(taken: Taken, item: Item, line: Line) -> Line:
    return replace(line, found=clipped(taken, item, line.found)) if line.found else line


def clipped(taken: Taken, item: Item, found: Interval) -> Interval:
    """The mean of a scale with limits that the scale can have."""
    if not is_scale(taken.form, item):
        return found
    low, high = min(scale_of(taken.form, item)), max(scale_of(taken.form, item))
    return Interval(found.estimate, max(found.lower, low), min(found.upper, high))


def _shown(many: int) -> int | None:
    return None if 0 < many < LEAST else many


def _batteries(taken: Taken, language: str) -> list[BatteryResult]:
    found = []
    for group in walk(taken.form.items):
        scales = [item for item in group.children if is_scale(taken.form, item)]
        if not group.is_battery or len(scales) < 2:
            continue
        table = np.ma.stack([numbers(taken, item).values for item in scales], axis=1)
        alpha, omega, many = None, None, int((~np.ma.getmaskarray(table)).all(axis=1).sum())
        try:
            if many >= LEAST:
                reliability = measure_reliability(table)
                alpha, omega = reliability.alpha, reliability.omega
        except CannotMeasure:
            pass  # everybody answered alike: nothing to tell apart
        label = words(group.label, language) or group.name
        found.append(BatteryResult(label, len(scales), alpha, omega, many))
    return found


def _services(taken: Taken, language: str) -> list[KanoResult]:
    items = {item.name: item for item in walk(taken.form.items)}
    found = []
    for name, item in items.items():
        other = items.get(name.removesuffix(KANO_WITH) + KANO_WITHOUT)
        if not name.endswith(KANO_WITH) or other is None:
            continue
        there, without = numbers(taken, item).values, numbers(taken, other).values
        both = ~(np.ma.getmaskarray(there) | np.ma.getmaskarray(without))
        if both.sum() < LEAST:
            continue
        try:
            kano = classify_service(
                np.ma.getdata(there)[both], np.ma.getdata(without)[both],
                weights=taken.design.weights[both],
            )  # fmt: skip
        except CannotMeasure:
            continue
        found.append(KanoResult(_service_name(taken, item, language), kano))
    return found


def _service_name(taken: Taken, item: Item, language: str) -> str:
    """What the group around a pair of questions is called, else the first question."""
    around = next((g for g in walk(taken.form.items) if item in g.children), None)
    return (words(around.label, language) if around else "") or words(item.label, language)
