"""Survey estimates as rows of a table, with small cells hidden."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from gongzhi.engines.measurement.inputs import MaskedFloats, Truths
from gongzhi.engines.measurement.recoding import Recoded
from gongzhi.engines.measurement.suppression import suppress_small_cells
from gongzhi.engines.measurement.survey_estimates import (
    Estimates,
    estimate_means,
    estimate_shares,
)
from gongzhi.engines.measurement.waves import Changes
from gongzhi.insights.surveys.answer_files import SurveyFile

EVERYONE = "全体 all"


@dataclass(frozen=True, slots=True)
class Row:
    """One estimate; numbers are None where the note says why."""

    item: str
    domain: str
    answer: float | None
    estimate: float | None
    standard_error: float | None
    lower: float | None
    upper: float | None
    respondents: int | None
    design_effect: float | None
    note: str


def mean_rows(survey: SurveyFile, *, level: float, least: int) -> list[Row]:
    """Estimate the mean of every item in every domain."""
    rows = []
    for name, item in survey.items.items():
        found = estimate_means(survey.design, item.values, domains=survey.domains, level=level)
        domains = [str(d) for d in found.names] if survey.domains is not None else [EVERYONE]
        hidden = hidden_cells(found.respondents[:, None], least)[:, 0]
        for at, domain in enumerate(domains):
            rows.append(_row(name, domain, None, found, at, hidden=bool(hidden[at])))
    return rows


def share_rows(
    survey: SurveyFile, categories: Sequence[float], *, level: float, least: int
) -> list[Row]:
    """Estimate what share gave each answer to every item, in every domain."""
    rows = []
    for name, item in survey.items.items():
        parts = _by_domain(survey, item)
        tallies = [[int((part == kind).sum()) for kind in categories] for part in parts.values()]
        hidden = hidden_cells(np.array(tallies), least)
        for line, (domain, values) in enumerate(parts.items()):
            found = estimate_shares(survey.design, values, categories, level=level)
            for at, kind in enumerate(categories):
                rows.append(_row(name, domain, kind, found, at, hidden=bool(hidden[line, at])))
    return rows


def change_rows(changes: Changes) -> list[dict[str, Any]]:
    """Write the comparison of two waves, one row for each item."""
    columns = {
        "earlier": changes.earlier,
        "later": changes.later,
        "change": changes.change.estimate,
        "lower": changes.change.lower,
        "upper": changes.change.upper,
        "p_value": changes.p_value,
        "adjusted_p_value": changes.adjusted_p_value,
    }
    listed = {name: values.tolist() for name, values in columns.items()}
    return [
        {"item": str(item)}
        | {name: values[at] for name, values in listed.items()}
        | {"beyond_chance": changes.different[at]}
        for at, item in enumerate(changes.items)
    ]


def describe_reading(survey: SurveyFile, *, least: int) -> dict[str, Any]:
    """Say what was read: the design, and for each item who did not answer and why."""
    weights = survey.design.weights
    return {
        "respondents": survey.respondents,
        "strata": len(survey.design.taken),
        "clusters": len(survey.design.stratum_of_cluster),
        "degrees_of_freedom": survey.design.degrees_of_freedom,
        "weighting_efficiency": float(weights.sum() ** 2 / (len(weights) * (weights**2).sum())),
        "items": {
            name: {
                "missing": {why: _shown(many, least) for why, many in item.missing.items()},
                "in_no_list": _shown(len(item.refused), least),
            }
            for name, item in survey.items.items()
        },
    }


def as_records(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Rows as plain dictionaries, for JSON and delimited files."""
    return [asdict(row) for row in rows]


def _row(
    item: str, domain: str, answer: float | None, found: Estimates, at: int, *, hidden: bool
) -> Row:
    if hidden:
        note = "人数过少，已隐藏 hidden: small cell"
        return Row(item, domain, answer, None, None, None, None, None, None, note)
    parts = found.intervals, found.standard_error, found.design_effect
    interval, error, effect = parts
    note = ""
    if found.respondents[at] == 0:
        note = "无人作答 nobody answered"
    elif np.ma.getmaskarray(error)[at]:
        note = "只在一个群里，误差不明 one cluster: error unknown"
    return Row(
        item=item,
        domain=domain,
        answer=answer,
        estimate=interval.estimate.tolist()[at],
        standard_error=error.tolist()[at],
        lower=interval.lower.tolist()[at],
        upper=interval.upper.tolist()[at],
        respondents=int(found.respondents[at]),
        design_effect=effect.tolist()[at],
        note=note,
    )


def _by_domain(survey: SurveyFile, item: Recoded) -> dict[str, MaskedFloats]:
    """The answers of each domain, with everyone else's masked so that the design stays whole."""
    if survey.domains is None:
        return {EVERYONE: item.values}
    names, labels = dict.fromkeys(survey.domains), np.array(survey.domains, dtype=object)
    return {
        name: np.ma.MaskedArray(
            np.ma.getdata(item.values), mask=np.ma.getmaskarray(item.values) | (labels != name)
        )
        for name in names
    }


def hidden_cells(tallies: np.ndarray, least: int) -> Truths:
    """Which cells to hide, those that protect small ones included."""
    if least < 2:
        return np.zeros(tallies.shape, dtype=np.bool_)
    columns = [-1] if tallies.shape[1] == 1 else None
    table = suppress_small_cells(tallies, column_parents=columns, threshold=least)
    mask = np.ma.getmaskarray(table.values)[1:]
    return np.asarray(mask if columns else mask[:, 1:])


def _shown(many: int, least: int) -> int | None:
    return None if 0 < many < least else many
