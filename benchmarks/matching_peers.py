"""The plain linear model: every offer, need and period a variable, solved by HiGHS."""

import time
from dataclasses import dataclass

import highspy
import numpy as np
from scipy.sparse import csr_array, vstack

from gongzhi.engines.matching.candidates import Candidates
from gongzhi.engines.matching.pool import IntArray, Pool


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: str
    objective: float
    seconds: float
    """CPU of one thread."""


class PlainModel:
    """Rows for needs, for offers in a period, for offers, and for communities."""

    def __init__(self, pool: Pool, candidates: Candidates) -> None:
        self.pool = pool
        pair, period = np.nonzero(candidates.group_periods[candidates.group])
        self.need, self.offer = candidates.need[pair], candidates.offer[pair]
        self.distance = candidates.distance[pair]
        cell, cell_row = np.unique(self.offer * pool.periods + period, return_inverse=True)
        self.columns = len(pair)
        column = np.arange(self.columns)
        parts, limits = [], []
        for rows, limit in (
            (self.need, pool.needs.quantity),
            (cell_row, pool.offers.per_period.ravel()[cell]),
            (self.offer, pool.offers.total),
            (pool.needs.community[self.need], None),
        ):
            count = pool.communities if limit is None else len(limit)
            ones = np.ones(self.columns)
            parts.append(csr_array((ones, (rows, column)), shape=(count, self.columns)))
            limits.append(np.full(count, np.inf) if limit is None else limit.astype(float))
        self.matrix = csr_array(vstack(parts))
        self.upper = np.concatenate(limits)
        self.lower = np.full(len(self.upper), -np.inf)

    @property
    def weight(self) -> int:
        """A factor for urgency at which one unit outweighs a few longest distances."""
        return 4 * (int(self.distance.max()) + 1)

    def cost(self) -> np.ndarray:
        """Urgency first, then distance, as one cost per variable."""
        urgency = self.pool.needs.urgency[self.need]
        return (self.distance - self.weight * urgency).astype(float)

    def cost_of(self, *, value: int, distance: int) -> int:
        return distance - self.weight * value

    def cheapest(self, received: IntArray, *, limit: float) -> Answer:
        """Least cost with these units for each community: fairness is given to HiGHS for free."""
        lower, upper = self.lower.copy(), self.upper.copy()
        lower[-self.pool.communities :] = received
        upper[-self.pool.communities :] = received
        return _solve(self.matrix, self.cost(), lower, upper, limit=limit)

    def highest_lowest_share(self, attainable: IntArray, *, limit: float) -> Answer:
        """The first level of fairness: the largest share that every community can have."""
        communities = self.pool.communities
        share = np.zeros((self.matrix.shape[0], 1))
        share[-communities:, 0] = -attainable
        matrix = _with_column(self.matrix, share)
        cost = np.zeros(self.columns + 1)
        cost[-1] = -1.0
        lower = self.lower.copy()
        lower[-communities:] = 0.0
        return _solve(matrix, cost, lower, self.upper, limit=limit)


def _with_column(matrix: csr_array, column: np.ndarray) -> csr_array:
    rows, columns = matrix.shape
    table = matrix.tocoo()
    extra = np.flatnonzero(column[:, 0])
    return csr_array(
        (
            np.concatenate([table.data, column[extra, 0]]),
            (
                np.concatenate([table.row, extra]),
                np.concatenate([table.col, np.full(len(extra), columns)]),
            ),
        ),
        shape=(rows, columns + 1),
    )


def _solve(
    matrix: csr_array, cost: np.ndarray, lower: np.ndarray, upper: np.ndarray, *, limit: float
) -> Answer:
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = matrix.shape
    model.col_cost_ = cost
    model.col_lower_ = np.zeros(matrix.shape[1])
    model.col_upper_ = np.full(matrix.shape[1], highspy.kHighsInf)
    model.row_lower_ = np.where(np.isfinite(lower), lower, -highspy.kHighsInf)
    model.row_upper_ = np.where(np.isfinite(upper), upper, highspy.kHighsInf)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = matrix.indptr
    model.a_matrix_.index_ = matrix.indices
    model.a_matrix_.value_ = matrix.data
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("time_limit", limit)
    highs.passModel(model)
    begun = time.process_time()
    highs.run()
    seconds = time.process_time() - begun
    status = highs.modelStatusToString(highs.getModelStatus())
    return Answer(status=status, objective=highs.getObjectiveValue(), seconds=seconds)
