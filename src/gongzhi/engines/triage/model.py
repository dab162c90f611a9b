"""A trained category model: plain arrays, calibrated probabilities, ranks and evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gongzhi.engines.triage.calibration import Calibration
from gongzhi.engines.triage.evidence import find_evidence
from gongzhi.engines.triage.features import WHOLE, Tokens, extract, field_of
from gongzhi.engines.triage.suggestions import MOST_RANKS, Rank, Suggestion
from gongzhi.engines.triage.texts import Message
from gongzhi.engines.triage.vocabulary import Vocabulary
from gongzhi.engines.triage.weighting import count_matrix, weighted_rows

FORMAT = "gongzhi-triage-model"
VERSION = 1
LEAST_PROBABILITY = 0.6
# A message most of whose characters and pairs the model has never met is not its subject.
LEAST_KNOWN = 0.25
_BATCH = 512


class CannotLoadModel(ValueError):
    """The parts of a saved model are missing or don't fit together; names the part."""


@dataclass(frozen=True, eq=False)
class Model:
    """A linear model over weighted characters and pairs, calibrated.

    `labels` (classes,); `keys` (features,) ascending; `weights` (features,), feature weights;
    `coefficients` (features, classes); `intercept` (classes,). `record` says how it was trained.
    """

    labels: tuple[str, ...]
    keys: NDArray[np.uint64]
    weights: NDArray[np.float32]
    coefficients: NDArray[np.float32]
    intercept: NDArray[np.float64]
    calibration: Calibration
    record: Mapping[str, Any]
    least_probability: float = LEAST_PROBABILITY

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The features the model knows."""
        return Vocabulary(self.keys)

    @cached_property
    def field(self) -> NDArray[np.int64]:
        """The field of each feature."""
        return field_of(self.keys)

    def rows(self, messages: Sequence[Message]) -> sparse.csr_matrix:
        """Return the weighted rows (messages, features) of messages."""
        parts = []
        for batch in _batches(messages):
            tokens = extract(batch)
            parts.append(self._rows(tokens, self.vocabulary.numbers(tokens.key), len(batch)))
        return sparse.vstack(parts).tocsr()

    def scores(self, messages: Sequence[Message]) -> NDArray[np.float64]:
        """Return the uncalibrated scores (messages, classes). Cost: below 0.1 ms a message."""
        parts = [self._score(self.rows(batch)) for batch in _batches(messages)]
        return np.vstack(parts) if parts else np.zeros((0, len(self.labels)))

    def probabilities(self, messages: Sequence[Message]) -> NDArray[np.float64]:
        """Return calibrated probabilities (messages, classes), in batches of bounded memory."""
        return self.calibration.probabilities(self.scores(messages))

    def suggest(self, messages: Sequence[Message]) -> list[Suggestion]:
        """Suggest up to three categories a message, with the words that spoke for the first.

        Sure means: its probability reaches `least_probability`, at least a quarter of the message's
        characters and pairs is known, and the model knows more than one label. Ties go to the label
        that sorts first.
        """
        return [
            suggestion for batch in _batches(messages) for suggestion in self._suggest_batch(batch)
        ]

    def _rows(self, tokens: Tokens, number: NDArray[np.int32], messages: int) -> sparse.csr_matrix:
        counts = count_matrix(tokens, number, rows=messages, features=len(self.keys))
        return weighted_rows(counts, self.weights, self.field)

    def _score(self, rows: sparse.csr_matrix) -> NDArray[np.float64]:
        return np.asarray(rows @ self.coefficients, dtype=np.float64) + self.intercept

    def _suggest_batch(self, messages: Sequence[Message]) -> list[Suggestion]:
        tokens = extract(messages)
        number = self.vocabulary.numbers(tokens.key)
        rows = self._rows(tokens, number, len(messages))
        given = self.calibration.probabilities(self._score(rows))
        order = np.argsort(-given, axis=1, kind="stable")[:, :MOST_RANKS]
        known = _known_share(tokens, number, messages=len(messages))
        evidence = find_evidence(
            messages,
            tokens=tokens,
            number=number,
            rows=rows,
            advantage=self.coefficients - self.coefficients.mean(axis=1, keepdims=True),
            chosen=order[:, 0],
        )
        best = given[np.arange(len(messages)), order[:, 0]]
        sure = (best >= self.least_probability) & (known >= LEAST_KNOWN) & (len(self.labels) > 1)
        return [
            Suggestion(
                ranks=tuple(Rank(self.labels[at], float(given[row, at])) for at in order[row]),
                evidence=evidence[row],
                sure=bool(sure[row]),
                basis="model",
            )
            for row in range(len(messages))
        ]

    def parts(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Return the model as plain arrays and a JSON-ready dictionary, for saving."""
        arrays: dict[str, NDArray[Any]] = {
            "keys": self.keys,
            "weights": self.weights,
            "coefficients": self.coefficients,
            "intercept": self.intercept,
            "calibration_offset": self.calibration.offset,
        }
        plain = {
            "format": FORMAT,
            "version": VERSION,
            "labels": list(self.labels),
            "calibration_slope": self.calibration.slope,
            "least_probability": self.least_probability,
            "record": dict(self.record),
        }
        return arrays, plain

    @staticmethod
    def from_parts(arrays: Mapping[str, NDArray[Any]], plain: Mapping[str, Any]) -> "Model":
        """Rebuild a model from its parts; raises CannotLoadModel when they don't fit."""
        if plain.get("format") != FORMAT or plain.get("version") != VERSION:
            raise CannotLoadModel(
                f"not a {FORMAT} of version {VERSION}: "
                f"{plain.get('format')!r}, version {plain.get('version')!r}"
            )
        try:
            labels = tuple(str(label) for label in plain["labels"])
            shapes = {
                "keys": (len(arrays["keys"]),),
                "weights": (len(arrays["keys"]),),
                "coefficients": (len(arrays["keys"]), len(labels)),
                "intercept": (len(labels),),
                "calibration_offset": (len(labels),),
            }
            _check_arrays(arrays, shapes)
            return Model(
                labels=labels,
                keys=arrays["keys"].astype(np.uint64),
                weights=arrays["weights"].astype(np.float32),
                coefficients=arrays["coefficients"].astype(np.float32),
                intercept=arrays["intercept"].astype(np.float64),
                calibration=Calibration(
                    slope=float(plain["calibration_slope"]),
                    offset=arrays["calibration_offset"].astype(np.float64),
                ),
                record=dict(plain["record"]),
                least_probability=float(plain["least_probability"]),
            )
        except KeyError as error:
            raise CannotLoadModel(f"part {error.args[0]!r} of the model is missing") from error


def _known_share(
    tokens: Tokens, number: NDArray[np.int32], *, messages: int
) -> NDArray[np.float64]:
    """Share of each message's own features that the model knows (the whole text, and facts)."""
    own = (field_of(tokens.key) == WHOLE) | (tokens.start < 0)
    total = np.bincount(tokens.message[own], minlength=messages)
    met = np.bincount(tokens.message[own & (number >= 0)], minlength=messages)
    return np.asarray(met / np.maximum(total, 1))


def _check_arrays(
    arrays: Mapping[str, NDArray[Any]], shapes: Mapping[str, tuple[int, ...]]
) -> None:
    for name, shape in shapes.items():
        array = arrays[name]
        if array.shape != shape:
            raise CannotLoadModel(f"{name} has shape {array.shape}, expected {shape}")
        if array.dtype.kind == "f" and not np.all(np.isfinite(array)):
            raise CannotLoadModel(f"{name} holds values that aren't numbers")


def _batches(messages: Sequence[Message]) -> list[Sequence[Message]]:
    return [messages[at : at + _BATCH] for at in range(0, len(messages), _BATCH)]
