"""Training a category model from messages that people have labelled."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gongzhi.engines.triage.calibration import Calibration, calibration_error, fit_calibration
from gongzhi.engines.triage.features import extract, field_of
from gongzhi.engines.triage.linear_machine import TOLERANCE, fit_machine
from gongzhi.engines.triage.model import LEAST_PROBABILITY, VERSION, Model
from gongzhi.engines.triage.texts import Message
from gongzhi.engines.triage.vocabulary import Vocabulary
from gongzhi.engines.triage.weighting import (
    count_matrix,
    feature_weights,
    message_frequencies,
    weighted_rows,
)

PENALTY = 1.0
LEAST_MESSAGES = 3
CALIBRATION_FOLDS = 5
_CALIBRATION_TOLERANCE = 1e-4  # its scores are only read through a slope and offsets
_CHUNK = 400


class CannotTrain(ValueError):
    """The labelled messages can't train a model; says which (by position from 0) and why."""

    def __init__(self, reason: str, *, position: int | None = None) -> None:
        super().__init__(reason if position is None else f"message {position}: {reason}")
        self.reason = reason
        self.position = position


def train(
    messages: Sequence[Message],
    labels: Sequence[str],
    *,
    least_probability: float = LEAST_PROBABILITY,
    progress: Callable[[float], None] = lambda _: None,
) -> Model:
    """Train a linear model and calibrate it on messages each fold hasn't seen.

    One-against-rest linear support vector machine (squared hinge) on weighted characters and pairs
    in four fields. A label seen once is learned, though hardly calibrated; a single label gives a
    model that is never sure. Raises CannotTrain for lists of different length, an empty list, a
    blank label or a message without text or facts. Deterministic. Cost: about 2 ms a message; its
    counts and rows are held in memory (about 8 kB a message). `progress` gets shares from 0 to 1.
    """
    _check(messages, labels)
    names, label_array = np.unique(np.asarray(labels, dtype=str), return_inverse=True)
    target = label_array.astype(np.int64)
    vocabulary = _vocabulary(messages)
    counts = _counts(messages, vocabulary)
    progress(0.2)
    step = 0.8 / (CALIBRATION_FOLDS + 1)
    scores = np.zeros((len(messages), len(names)))
    fold = _folds(target)
    if len(names) > 1:
        for number in range(CALIBRATION_FOLDS):
            learn, test = fold != number, fold == number
            if test.any():
                fitted = _Fit(
                    counts,
                    np.flatnonzero(learn),
                    target,
                    len(names),
                    vocabulary,
                    tolerance=_CALIBRATION_TOLERANCE,
                )
                scores[test] = fitted.scores(counts[test])
            progress(0.2 + step * (number + 1))
    final = _Fit(counts, np.arange(len(target)), target, len(names), vocabulary)
    calibration = _calibrate(scores, target)
    progress(1.0)
    return Model(
        labels=tuple(str(name) for name in names),
        keys=vocabulary.keys,
        weights=final.weights.astype(np.float32),
        coefficients=final.coefficients,
        intercept=final.intercept,
        calibration=calibration,
        record=_record(labels, scores, target, calibration, vocabulary),
        least_probability=least_probability,
    )


class _Fit:
    """Feature weights and one-against-rest coefficients from counts."""

    def __init__(
        self,
        counts: sparse.csr_matrix,
        learn: NDArray[np.int64],
        target: NDArray[np.int64],
        classes: int,
        vocabulary: Vocabulary,
        *,
        tolerance: float = TOLERANCE,
    ) -> None:
        self.field = field_of(vocabulary.keys)
        chosen = counts[learn]
        self.weights = feature_weights(chosen, target[learn], classes=classes)
        self.coefficients = np.zeros((len(vocabulary), classes), dtype=np.float32)
        # A class this part of the data lacks scores as low as a certain "no".
        self.intercept = np.full(classes, -1.0)
        present = np.unique(target[learn])
        if len(present) < 2 or not len(vocabulary):
            self.intercept[present] = 1.0
            return
        rows = weighted_rows(chosen, self.weights, self.field)
        del chosen  # only the rows are needed from here on
        place = np.searchsorted(present, target[learn])
        machine = fit_machine(
            rows, place, classes=len(present), penalty=PENALTY, tolerance=tolerance
        )
        self.coefficients[:, present] = machine.coefficients
        self.intercept[present] = machine.intercept

    def scores(self, counts: sparse.csr_matrix) -> NDArray[np.float64]:
        rows = weighted_rows(counts, self.weights, self.field)
        return np.asarray(rows @ self.coefficients) + self.intercept


def _check(messages: Sequence[Message], labels: Sequence[str]) -> None:
    if len(messages) != len(labels):
        raise CannotTrain(f"{len(messages)} messages but {len(labels)} labels")
    if not messages:
        raise CannotTrain("no messages to learn from")
    for position, (message, label) in enumerate(zip(messages, labels, strict=True)):
        if not label.strip():
            raise CannotTrain("the label is blank", position=position)
        if not (message.subject.strip() or message.body.strip() or message.facts):
            raise CannotTrain("neither text nor facts to learn from", position=position)


def _vocabulary(messages: Sequence[Message]) -> Vocabulary:
    """Collect the features of at least LEAST_MESSAGES messages (of 1 when there are few)."""
    least = LEAST_MESSAGES if len(messages) >= 50 else 1
    keys = np.zeros(0, dtype=np.uint64)
    frequency = np.zeros(0, dtype=np.int64)
    for at in range(0, len(messages), _CHUNK):
        chunk = messages[at : at + _CHUNK]
        new, times = message_frequencies(extract(chunk))
        keys, inverse = np.unique(np.concatenate([keys, new]), return_inverse=True)
        summed = np.concatenate([frequency, times])
        frequency = np.bincount(inverse, weights=summed, minlength=len(keys)).astype(np.int64)
    return Vocabulary(keys[frequency >= least])


def _counts(messages: Sequence[Message], vocabulary: Vocabulary) -> sparse.csr_matrix:
    parts = []
    for at in range(0, len(messages), _CHUNK):
        tokens = extract(messages[at : at + _CHUNK])
        number = vocabulary.numbers(tokens.key)
        rows = min(_CHUNK, len(messages) - at)
        parts.append(count_matrix(tokens, number, rows=rows, features=len(vocabulary)))
    return sparse.vstack(parts).tocsr()


def _folds(target: NDArray[np.int64]) -> NDArray[np.int64]:
    """Deal the messages of each class to the folds in turn, so that each fold has its share."""
    fold = np.empty(len(target), dtype=np.int64)
    order = np.argsort(target, kind="stable")
    fold[order] = np.arange(len(target)) % CALIBRATION_FOLDS
    return fold


def _calibrate(scores: NDArray[np.float64], target: NDArray[np.int64]) -> Calibration:
    if scores.shape[1] < 2:
        return Calibration(slope=1.0, offset=np.zeros(scores.shape[1]))
    return fit_calibration(scores, target)


def _record(
    labels: Sequence[str],
    scores: NDArray[np.float64],
    target: NDArray[np.int64],
    calibration: Calibration,
    vocabulary: Vocabulary,
) -> dict[str, Any]:
    given = calibration.probabilities(scores)
    right = given.argmax(axis=1) == target
    return {
        "version": VERSION,
        "messages": len(labels),
        "messages_per_label": dict(sorted(Counter(map(str, labels)).items())),
        "features": len(vocabulary),
        "penalty": PENALTY,
        "accuracy_on_unseen": round(float(right.mean()), 4),
        "calibration_error_on_unseen": round(calibration_error(given.max(axis=1), right), 4),
        "taught": 0,
    }
