"""From feature occurrences to weighted, length-normalised rows."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gongzhi.engines.triage.features import FIELDS, Tokens

# What a field counts beside the others, after each was brought to length 1.
FIELD_SCALES = np.array([1.0, 0.5, 0.5, 1.0])

_PRIOR_STRENGTH = 5.0
_FLOOR = 0.03
_CHUNK = 1_000  # messages weighted at a time, which bounds what is held besides the result


def count_matrix(
    tokens: Tokens, number: NDArray[np.int32], *, rows: int, features: int
) -> sparse.csr_matrix:
    """Count features: (messages, features), float32; `number` (tokens,) is -1 for unknown ones."""
    known = number >= 0
    combined = tokens.message[known] * max(features, 1) + number[known]
    combined.sort()
    first = np.flatnonzero(np.diff(combined, prepend=-1))
    counts = np.diff(first, append=len(combined)).astype(np.float32)
    row, column = np.divmod(combined[first], max(features, 1))
    pointer = np.zeros(rows + 1, dtype=np.int64)
    np.cumsum(np.bincount(row, minlength=rows), out=pointer[1:])
    return sparse.csr_matrix((counts, column.astype(np.int32), pointer), shape=(rows, features))


def feature_weights(
    counts: sparse.csr_matrix, labels: NDArray[np.int64], *, classes: int
) -> NDArray[np.float64]:
    """Weigh features (features,) by rarity and by how much they tell about the class.

    weight = idf · sqrt(KL(class given feature ‖ class) + 0.03): idf = ln((1+n)/(1+df)) + 1, and the
    class distribution of a feature is smoothed by 5 messages of the overall one. Supervised term
    weighting after Debole and Sebastiani (2003); the class-conditional odds of Wang and Manning
    (2012) were tried too and did a little worse.
    """
    membership = sparse.csr_matrix(
        (np.ones(len(labels)), (labels, np.arange(len(labels)))), shape=(classes, len(labels))
    )
    present = counts.copy()
    present.data = np.ones_like(present.data)
    per_class = np.asarray((membership @ present).todense(), dtype=np.float64)
    frequency = per_class.sum(axis=0)
    prior = (np.bincount(labels, minlength=classes) + 0.5) / (len(labels) + 0.5 * classes)
    posterior = (per_class + _PRIOR_STRENGTH * prior[:, None]) / (frequency + _PRIOR_STRENGTH)
    told = (posterior * np.log(posterior / prior[:, None])).sum(axis=0)
    rarity = np.log((1 + len(labels)) / (1 + frequency)) + 1
    return np.asarray(rarity * np.sqrt(np.maximum(told, 0) + _FLOOR))


def weighted_rows(
    counts: sparse.csr_matrix, weights: NDArray[np.floating], field: NDArray[np.int64]
) -> sparse.csr_matrix:
    """Turn counts into rows: (1 + ln count) · weight, each field brought to its scale's length."""
    values = np.empty(counts.nnz, dtype=np.float32)
    for at in range(0, counts.shape[0], _CHUNK):
        pointer = counts.indptr[at : at + _CHUNK + 1]
        cells = slice(pointer[0], pointer[-1])
        row = np.repeat(np.arange(len(pointer) - 1), np.diff(pointer))
        chosen = field[counts.indices[cells]]
        value = (1 + np.log(counts.data[cells])) * weights[counts.indices[cells]]
        part = row * len(FIELDS) + chosen
        squares = np.bincount(part, weights=value * value, minlength=_CHUNK * len(FIELDS))
        length = np.sqrt(np.where(squares > 0, squares, 1.0))
        values[cells] = value * FIELD_SCALES[chosen] / length[part]
    return sparse.csr_matrix((values, counts.indices, counts.indptr), shape=counts.shape)


def message_frequencies(tokens: Tokens) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the distinct keys, ascending, and in how many messages each occurs."""
    order = np.argsort(tokens.key, kind="stable")
    key, message = tokens.key[order], tokens.message[order]
    new_key = np.ones(len(key), dtype=bool)
    new_key[1:] = key[1:] != key[:-1]
    number = np.cumsum(new_key) - 1
    messages = int(message.max(initial=0)) + 1
    cell = np.sort(number * messages + message)
    fresh = np.ones(len(cell), dtype=bool)
    fresh[1:] = cell[1:] != cell[:-1]
    distinct = key[new_key]
    frequency = np.bincount(cell[fresh] // messages, minlength=len(distinct))
    return distinct, frequency
