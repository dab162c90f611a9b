"""Probabilities that mean what they say, and the measures that show whether they do."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

_RIDGE = 1e-3


@dataclass(frozen=True, slots=True)
class Calibration:
    """probability = softmax(slope · score + offset), offset (classes,)."""

    slope: float
    offset: NDArray[np.float64]

    def probabilities(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn scores (messages, classes) into probabilities of the same shape."""
        return softmax(self.slope * scores + self.offset)


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return exp(logits) normalised over the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


def fit_calibration(scores: NDArray[np.float64], labels: NDArray[np.int64]) -> Calibration:
    """Fit slope and offsets by maximum likelihood on scores of messages the scorer hasn't seen.

    Temperature scaling (Guo et al. 2017, section 4.2) with one offset a class and a slight ridge on
    the offsets. Cost: some fifty passes over the scores.
    """
    rows, classes = scores.shape
    hit = np.zeros_like(scores)
    hit[np.arange(rows), labels] = 1.0

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        slope, offset = parameters[0], parameters[1:]
        given = softmax(slope * scores + offset)
        excess = (given - hit) / rows
        value = -np.log(np.maximum(given[np.arange(rows), labels], 1e-300)).mean()
        gradient = np.concatenate([[np.sum(excess * scores)], excess.sum(axis=0)])
        gradient[1:] += 2 * _RIDGE * offset
        return float(value + _RIDGE * offset @ offset), gradient

    start = np.zeros(classes + 1)
    start[0] = 1.0
    bounds = [(1e-3, 100.0)] + [(None, None)] * classes
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return Calibration(slope=float(found[0]), offset=np.asarray(found[1:]))


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Messages whose first probability lay in [low, high): how many, and how often it was right."""

    low: float
    high: float
    messages: int
    mean_probability: float
    right: float


def reliability(
    probability: NDArray[np.float64], right: NDArray[np.bool_], *, bins: int = 10
) -> list[ReliabilityBin]:
    """Compare stated probabilities of the first rank with how often it was right, in even bins."""
    which = np.minimum((probability * bins).astype(int), bins - 1)
    table = []
    for number in range(bins):
        inside = which == number
        if inside.any():
            table.append(
                ReliabilityBin(
                    low=number / bins,
                    high=(number + 1) / bins,
                    messages=int(inside.sum()),
                    mean_probability=float(probability[inside].mean()),
                    right=float(right[inside].mean()),
                )
            )
    return table


def calibration_error(probability: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Return the expected calibration error over ten even bins (Guo et al. 2017, equation 3)."""
    table = reliability(probability, right)
    total = sum(part.messages for part in table)
    if not total:
        return 0.0
    gaps = (part.messages * abs(part.mean_probability - part.right) for part in table)
    return sum(gaps) / total
