"""One survey against another, and communities beside each other: never more than chance allows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.territory.queries import place
from gongzhi.engines.measurement.inputs import CannotMeasure
from gongzhi.engines.measurement.intervals import Interval
from gongzhi.engines.measurement.small_areas import estimate_small_areas
from gongzhi.engines.measurement.survey_estimates import estimate_means
from gongzhi.engines.measurement.waves import Wave, compare_waves
from gongzhi.insights.surveys.estimating import LEAST, clipped, questions_once
from gongzhi.insights.surveys.fieldwork import survey_for
from gongzhi.insights.surveys.instruments.shapes import NUMBERS, SELECTS, Item, words
from gongzhi.insights.surveys.models import Survey
from gongzhi.insights.surveys.taking import Taken, is_scale, numbers, scale_of, take_responses


@dataclass(frozen=True, slots=True)
class AreaLine:
    """One community: its own answers, and what the whole district lends it."""

    place_id: int
    name: str
    direct: Interval | None
    shrunk: Interval | None
    answers: int | None


def areas_of(*, survey_id: int, question: str, by: Actor) -> tuple[AreaLine, ...]:
    """One scale or number by community, small communities leaning on the whole (Fay–Herriot).

    In the order of the register, never by rank; those with fewer than five answers are hidden.
    """
    taken = take_responses(survey_for(by, "surveys.read", survey_id))
    if taken is None:
        return ()
    item = next((i for i, _b in questions_once(taken.form.items) if i.name == question), None)
    if item is None or not (item.kind in NUMBERS or is_scale(taken.form, item)):
        return ()
    coded = numbers(taken, item)
    domains = [home or 0 for home in taken.places]
    found = estimate_means(taken.design, coded.values, domains=domains)
    lines: dict[int, tuple[Interval, float, int]] = {}
    errors = found.standard_error.tolist()
    for at, domain in enumerate(found.names):
        interval, many = found.intervals.at(at), int(found.respondents[at])
        if domain and interval is not None and many >= LEAST and errors[at]:
            lines[int(str(domain))] = (interval, errors[at], many)
    shrunk = _lent(lines)
    return tuple(
        _area(taken, item, home, lines.get(home), shrunk.get(home))
        for home in sorted(set(domains) - {0})
    )


def _area(
    taken: Taken,
    item: Item,
    home: int,
    own: tuple[Interval, float, int] | None,
    lent: Interval | None,
) -> AreaLine:
    return AreaLine(
        place_id=home,
        name=place(home).name,
        direct=clipped(taken, item, own[0]) if own else None,
        shrunk=clipped(taken, item, lent) if lent else None,
        answers=own[2] if own else None,
    )


def _lent(lines: dict[int, tuple[Interval, float, int]]) -> dict[int, Interval]:
    if len(lines) < 4:
        return {}
    direct = [interval.estimate for interval, _e, _n in lines.values()]
    variances = [error**2 for _i, error, _n in lines.values()]
    try:
        model = estimate_small_areas(direct, variances, np.ones((len(lines), 1)))
    except CannotMeasure:
        return {}
    found = {home: model.intervals.at(at) for at, home in enumerate(lines)}
    return {home: interval for home, interval in found.items() if interval is not None}


@dataclass(frozen=True, slots=True)
class Change:
    """One question in two waves, and whether the difference is beyond chance."""

    label: str
    earlier: float
    later: float
    change: Interval
    beyond_chance: bool


def changes_of(*, survey_id: int, by: Actor, language: str = "") -> tuple[Change, ...]:
    """What changed since the wave before, all common scales and numbers tested together."""
    survey = survey_for(by, "surveys.read", survey_id)
    if survey.earlier_id is None:
        return ()
    before = take_responses(Survey.objects.select_related("version").get(pk=survey.earlier_id))
    after = take_responses(survey)
    if before is None or after is None:
        return ()
    shared = _shared(before, after)
    if not shared:
        return ()
    try:
        found = compare_waves(
            Wave(before.design, _table(before, shared)),
            Wave(after.design, _table(after, shared)),
            [item.name for item in shared],
        )
    except CannotMeasure:
        return ()
    return tuple(
        Change(
            words(item.label, language), float(found.earlier[at]), float(found.later[at]), interval,
            found.different[at],
        )
        for at, item in enumerate(shared)
        if (interval := found.change.at(at)) is not None
    )  # fmt: skip


def _shared(before: Taken, after: Taken) -> list[Item]:
    """Scales and numbers asked in both waves the same way, with enough answers in each."""
    old = {item.name: item for item, _battery in questions_once(before.form.items)}
    shared = []
    for item, _battery in questions_once(after.form.items):
        same = old.get(item.name)
        if same is None or same.kind is not item.kind:
            continue
        if item.kind in SELECTS and not (
            is_scale(after.form, item)
            and is_scale(before.form, same)
            and scale_of(after.form, item) == scale_of(before.form, same)
        ):
            continue
        if item.kind not in NUMBERS | SELECTS:
            continue
        counts = [int(numbers(wave, item).values.count()) for wave in (before, after)]
        if min(counts) >= LEAST:
            shared.append(item)
    return shared


def _table(taken: Taken, items: Sequence[Item]) -> np.ma.MaskedArray:
    return np.ma.stack([numbers(taken, item).values for item in items], axis=1)
