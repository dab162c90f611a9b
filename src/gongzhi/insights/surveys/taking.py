"""From stored answers to columns, weights and a design that the engines take."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from gongzhi.engines.measurement.designs import Design, read_design
from gongzhi.engines.measurement.inputs import CannotMeasure, Floats
from gongzhi.engines.measurement.recoding import Recoded, Scale, recode
from gongzhi.engines.measurement.weighting import Margin, adjust_for_nonresponse, rake
from gongzhi.insights.surveys.choices import Outcome
from gongzhi.insights.surveys.instruments.answering import range_of
from gongzhi.insights.surveys.instruments.shapes import NUMBERS, Choice, Form, Item, Kind, walk
from gongzhi.insights.surveys.models import Response, SampleUnit, Survey
from gongzhi.insights.surveys.registering import prepared_version

_LEFT = (Outcome.INELIGIBLE,)


@dataclass(frozen=True, slots=True)
class Unmet:
    """A known margin that the answers can't meet, which leaves all weights as they were.

    "nobody": nobody answered with these; "unlisted": these were answered and have no share;
    "together": each fits by itself, all of them don't.
    """

    question: str
    reason: Literal["nobody", "unlisted", "together"]
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """The responses of one survey, with their design; `notes` say what was done to the weights."""

    form: Form
    answers: Sequence[Mapping[str, Any]]
    places: Sequence[int | None]  # the community of each
    design: Design
    from_sample: bool
    notes: tuple[str, ...]
    unmet: tuple[Unmet, ...] = ()

    @property
    def respondents(self) -> int:
        return len(self.answers)


@dataclass(frozen=True, slots=True)
class _Row:
    answers: Mapping[str, Any]
    place: int | None
    stratum: int | None
    cluster: int | None
    weight: float


def take_responses(survey: Survey) -> Taken | None:
    """The answers to a survey, None where there are none.

    With a sample only what came from it counts; others who answered stand for themselves alone.
    """
    found = Response.objects.filter(survey=survey).order_by("id")
    rows = [
        _Row(*values)
        for values in found.values_list("answers", "place_id", "stratum_id", "cluster_id", "weight")
    ]
    sampled = [row for row in rows if row.stratum is not None]
    from_sample = bool(sampled) or SampleUnit.objects.filter(survey=survey).exists()
    chosen = sampled if from_sample else rows
    if not chosen:
        return None
    form = prepared_version(survey.version_id).form
    notes: list[str] = []
    weights = np.array([row.weight for row in chosen], dtype=np.float64)
    if from_sample:
        weights = weights * _for_the_silent(survey, chosen, notes)
    weights, raked, unmet = _raked(survey, form, chosen, weights)
    if raked or unmet:
        notes.append("raked" if raked else "not_raked")
    return Taken(
        form=form,
        answers=[row.answers for row in chosen],
        places=[row.place for row in chosen],
        design=_design(chosen, weights, raked, from_sample=from_sample),
        from_sample=from_sample,
        notes=tuple(notes),
        unmet=tuple(unmet),
    )


def _for_the_silent(survey: Survey, rows: Sequence[_Row], notes: list[str]) -> Floats:
    """By how much the weights of a stratum grow for those in it who did not answer."""
    units = SampleUnit.objects.filter(survey=survey).exclude(outcome__in=_LEFT)
    listed = list(units.values_list("stratum_id", "weight", "outcome"))
    answered = np.array([outcome == Outcome.ANSWERED for _s, _w, outcome in listed])
    there = {row.stratum for row in rows}
    cells: list[int | str | None] = [
        stratum if stratum in there else None for stratum, _w, _o in listed
    ]
    if None in cells:
        notes.append("silent_strata")
    weights = [weight for _s, weight, _o in listed]
    kept = [at for at, cell in enumerate(cells) if cell is not None]
    adjusted = adjust_for_nonresponse(
        [weights[at] for at in kept], answered[kept], [cells[at] for at in kept]
    )
    factors: dict[object, float] = {}
    for at, weight in zip(kept, adjusted, strict=True):
        if weight > 0:
            factors[cells[at]] = float(weight) / weights[at]
    if any(factor > 1.0 + 1e-9 for factor in factors.values()):
        notes.append("nonresponse")
    return np.array([factors.get(row.stratum, 1.0) for row in rows])


def _raked(
    survey: Survey, form: Form, rows: Sequence[_Row], weights: Floats
) -> tuple[Floats, list[list[str]], list[Unmet]]:
    """Weights that agree with known shares of the population, where every margin can be met.

    Who gave no answer to a question keeps the weight they had: the shares are of those who did.
    """
    margins, unmet = [], []
    for question, shares in survey.margins.items():
        values = _said(form, question, rows)
        given = set(values) - {""}
        if strange := sorted(given - set(shares)):
            unmet.append(Unmet(question, "unlisted", tuple(strange)))
        elif missing := [name for name in shares if name not in given]:
            unmet.append(Unmet(question, "nobody", tuple(missing)))
        else:
            margins.append(Margin(question, values, _targets(values, weights, shares)))
    if unmet or not margins:
        return weights, [], unmet
    try:
        raked = rake(weights, margins)
    except CannotMeasure:
        return weights, [], [Unmet(margin.name, "together") for margin in margins]
    labels = [[f"={value}" for value in margin.values] for margin in margins]
    return raked.weights, labels, []


def _said(form: Form, question: str, rows: Sequence[_Row]) -> list[str]:
    """What each answered, "" for who left it open or said a choice that is no answer."""
    item = next(item for item in walk(form.items) if item.name == question)
    absent = {choice.name for choice in form.lists[item.choices] if choice.is_missing}
    said = [str(row.answers.get(question, "")) for row in rows]
    return ["" if value in absent else value for value in said]


def _targets(
    values: Sequence[str], weights: Floats, shares: Mapping[str, float]
) -> dict[Hashable, float]:
    silent = float(weights[[value == "" for value in values]].sum())
    part = (float(weights.sum()) - silent) / sum(shares.values())
    targets: dict[Hashable, float] = {name: share * part for name, share in shares.items()}
    return targets | ({"": silent} if silent else {})


def _design(
    rows: Sequence[_Row], weights: Floats, margins: list[list[str]], *, from_sample: bool
) -> Design:
    strata = [row.stratum for row in rows] if from_sample else None
    clusters = [row.cluster or f"one {at}" for at, row in enumerate(rows)] if from_sample else None
    return read_design(weights, strata=strata, clusters=clusters, lone="centre", margins=margins)


# Items as numbers


def is_scale(form: Form, item: Item) -> bool:
    """Whether the choices of an item are numbers in an order, so that a mean says something."""
    listed = _valid(form, item)
    return item.kind is Kind.SELECT_ONE and len(listed) > 2 and all(map(_is_number, listed))


def scale_of(form: Form, item: Item) -> list[float]:
    """The numbers of a scale."""
    return [float(choice.name) for choice in _valid(form, item)]


def _valid(form: Form, item: Item) -> list[Choice]:
    return [choice for choice in form.lists.get(item.choices, ()) if not choice.is_missing]


def _is_number(choice: Choice) -> bool:
    return choice.name.lstrip("-").replace(".", "", 1).isdigit()


def numbers(taken: Taken, item: Item) -> Recoded:
    """A scale or a number as an array, what is no answer masked and counted by its reason."""
    said = [taken.answers[at].get(item.name) for at in range(taken.respondents)]
    if item.kind in NUMBERS:
        low, high = (-1e12, 1e12) if item.kind is not Kind.RANGE else range_of(item)[:2]
        return recode([_plain(each) for each in said], valid=Scale(low, high), unknown="mask")
    missing = {
        choice.name: choice.name
        for choice in taken.form.lists.get(item.choices, ())
        if choice.is_missing
    }
    return recode(
        [_plain(each) for each in said],
        valid=scale_of(taken.form, item),
        missing=missing,  # type: ignore[arg-type]
        unknown="mask",
    )


def categories(taken: Taken, item: Item) -> tuple[list[Choice], Recoded]:
    """The choices of an item with 1, 2, 3 … for each."""
    listed = _valid(taken.form, item)
    book = {choice.name: float(at) for at, choice in enumerate(listed, start=1)}
    said = [_plain(answers.get(item.name)) for answers in taken.answers]
    absent = {c.name: c.name for c in taken.form.lists.get(item.choices, ()) if c.is_missing}
    return listed, recode(said, valid=book, missing=absent, unknown="mask")  # type: ignore[arg-type]


def chosen(taken: Taken, item: Item, choice: Choice) -> Recoded:
    """Whether each respondent who answered chose this one of several: 1 or 0."""
    said = [taken.answers[at].get(item.name) for at in range(taken.respondents)]
    answers = [None if each is None else float(choice.name in each) for each in said]
    return recode(answers, valid=(0.0, 1.0), unknown="mask")


def _plain(value: Any) -> str | float | None:
    return value if isinstance(value, str | int | float) else None
