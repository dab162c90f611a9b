"""Learning from overrulings without training anew."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gongzhi.engines.triage.calibration import Calibration
from gongzhi.engines.triage.model import Model
from gongzhi.engines.triage.texts import Message
from gongzhi.engines.triage.training import CannotTrain

PENALTY = 1.0
_PASSES = 50


def teach(model: Model, messages: Sequence[Message], labels: Sequence[str]) -> Model:
    """Return a model moved as little as possible so that it agrees with what people decided.

    Give it all messages decided since the last training, agreed and overruled alike: overruled ones
    alone are a biased sample and make the model worse (measured in docs/engines/triage.md).

    For each class: minimise ½‖w − w₀‖² + C Σ max(0, 1 − y(w·x + b))², the squared-hinge machine
    with the old model w₀ in place of zero, by dual coordinate ascent (Hsieh et al. 2008, algorithm
    1; the proximal reading is that of passive-aggressive learning, Crammer et al. 2006). The old
    examples aren't needed. A new label becomes a new class; new words are learned only by training
    anew, and so is a new calibration (a new class takes the mean offset). Deterministic; order of
    the messages matters little. Raises CannotTrain for a blank label or differing lengths. Cost:
    a few milliseconds a message.
    """
    if len(messages) != len(labels):
        raise CannotTrain(f"{len(messages)} messages but {len(labels)} labels")
    for position, label in enumerate(labels):
        if not label.strip():
            raise CannotTrain("the label is blank", position=position)
    if not messages:
        return model
    model = _with_labels(model, sorted(set(labels) - set(model.labels)))
    rows = model.rows(messages)
    place = {label: at for at, label in enumerate(model.labels)}
    target = np.array([place[label] for label in labels])
    coefficients = model.coefficients.astype(np.float64)
    intercept = model.intercept.copy()
    for number in range(len(model.labels)):
        sign = np.where(target == number, 1.0, -1.0)
        _approach(rows, sign, coefficients[:, number], intercept, number)
    return replace(
        model,
        coefficients=coefficients.astype(np.float32),
        intercept=intercept,
        record={**model.record, "taught": model.record.get("taught", 0) + len(messages)},
    )


def _approach(
    rows: sparse.csr_matrix,
    sign: NDArray[np.float64],
    coefficients: NDArray[np.float64],
    intercept: NDArray[np.float64],
    number: int,
) -> None:
    """Move one class's coefficients and intercept in place by dual coordinate ascent."""
    dual = np.zeros(rows.shape[0])
    ridge = 1 / (2 * PENALTY)
    squares = np.asarray(rows.multiply(rows).sum(axis=1)).ravel() + 1 + ridge
    for _ in range(_PASSES):
        largest = 0.0
        for row in range(rows.shape[0]):
            cells = slice(rows.indptr[row], rows.indptr[row + 1])
            columns, values = rows.indices[cells], rows.data[cells]
            score = coefficients[columns] @ values + intercept[number]
            gradient = sign[row] * score - 1 + ridge * dual[row]
            moved = max(dual[row] - gradient / squares[row], 0.0)
            change = (moved - dual[row]) * sign[row]
            if change:
                dual[row] = moved
                coefficients[columns] += change * values
                intercept[number] += change
                largest = max(largest, abs(change))
        if largest < 1e-4:
            return


def _with_labels(model: Model, new: Sequence[str]) -> Model:
    """Add classes that know nothing yet, keeping the labels in ascending order."""
    if not new:
        return model
    labels = [*model.labels, *new]
    order = sorted(range(len(labels)), key=lambda at: labels[at])
    nothing = np.zeros((len(model.keys), len(new)), dtype=np.float32)
    offset = model.calibration.offset
    return replace(
        model,
        labels=tuple(labels[at] for at in order),
        coefficients=np.hstack([model.coefficients, nothing])[:, order],
        intercept=np.concatenate([model.intercept, np.full(len(new), -1.0)])[order],
        calibration=Calibration(
            slope=model.calibration.slope,
            offset=np.concatenate([offset, np.full(len(new), offset.mean())])[order],
        ),
    )
