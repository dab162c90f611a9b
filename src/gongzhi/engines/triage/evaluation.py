"""How good a classifier is: the usual measures, per class, calibrated and not, from predictions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gongzhi.engines.triage.calibration import ReliabilityBin, calibration_error, reliability


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One class: how many there are, and how precisely and completely they were found."""

    label: str
    messages: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Abstention:
    """What is left when the classifier answers only above a probability: share and accuracy."""

    least_probability: float
    answered: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All figures of one evaluation; `confusion[i][j]` counts label i called label j."""

    messages: int
    accuracy: float
    top_three: float
    macro_f1: float
    calibration_error: float
    classes: tuple[ClassFigures, ...]
    reliability: tuple[ReliabilityBin, ...]
    abstention: tuple[Abstention, ...]
    labels: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]


def evaluate(
    probabilities: NDArray[np.float64], *, labels: Sequence[str], truth: Sequence[str]
) -> Evaluation:
    """Compare probabilities (messages, labels) with the true labels.

    A true label that the classifier doesn't know counts as a miss and has a class of its own with
    recall 0. Macro-F1 is the mean over the true labels (F1 = 0 where nothing was found). Raises
    ValueError for an empty list or one of the wrong length.
    """
    if len(truth) != len(probabilities) or not len(truth):
        raise ValueError(f"{len(probabilities)} predictions for {len(truth)} true labels")
    names = [*labels, *sorted(set(truth) - set(labels))]
    place = {name: at for at, name in enumerate(names)}
    actual = np.array([place[name] for name in truth])
    order = np.argsort(-probabilities, axis=1, kind="stable")
    called, best = order[:, 0], probabilities.max(axis=1)
    right = called == actual
    confusion = np.zeros((len(names), len(names)), dtype=np.int64)
    np.add.at(confusion, (actual, called), 1)
    classes = _class_figures(confusion, names)
    return Evaluation(
        messages=len(truth),
        accuracy=float(right.mean()),
        top_three=float((order[:, :3] == actual[:, None]).any(axis=1).mean()),
        macro_f1=float(np.mean([figures.f1 for figures in classes if figures.messages])),
        calibration_error=calibration_error(best, right),
        classes=classes,
        reliability=tuple(reliability(best, right)),
        abstention=tuple(_abstention(best, right)),
        labels=tuple(names),
        confusion=tuple(tuple(int(cell) for cell in row) for row in confusion),
    )


def _class_figures(confusion: NDArray[np.int64], names: Sequence[str]) -> tuple[ClassFigures, ...]:
    figures = []
    for at, name in enumerate(names):
        hits = int(confusion[at, at])
        actual, called = int(confusion[at].sum()), int(confusion[:, at].sum())
        figures.append(
            ClassFigures(
                label=name,
                messages=actual,
                precision=hits / called if called else 0.0,
                recall=hits / actual if actual else 0.0,
                f1=2 * hits / (actual + called) if actual + called else 0.0,
            )
        )
    return tuple(figures)


def _abstention(best: NDArray[np.float64], right: NDArray[np.bool_]) -> list[Abstention]:
    table = []
    for least in (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95):
        answered = best >= least
        table.append(
            Abstention(
                least_probability=least,
                answered=float(answered.mean()),
                accuracy=float(right[answered].mean()) if answered.any() else 0.0,
            )
        )
    return table
