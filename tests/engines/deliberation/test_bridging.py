"""The bridging score is liking that one side alone does not explain."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import minimize

from gongzhi.engines.deliberation.bridging import score_bridging
from gongzhi.engines.deliberation.votes import Votes, gather_votes
from tests.engines.deliberation.oracles import make_votes


def two_sides() -> tuple[Votes, "np.ndarray"]:
    """Statement 0: all agree; 1: the left alone; 2: the right alone; the left is larger."""
    side = np.repeat([-1.0, 1.0], [70, 30])
    rng = np.random.default_rng(1)
    voter, statement = np.indices((100, 12)).reshape(2, -1)
    leaning = np.array([1, -1, 1] + [-1, 1] * 4 + [0])
    values = np.where(leaning[statement] * side[voter] > 0, 1, -1)
    values[statement == 0] = 1
    values[statement == 11] = rng.choice([-1, 1], (statement == 11).sum())
    return gather_votes(voters=voter, statements=statement, values=values), side


def test_what_both_sides_like_scores_above_what_the_larger_side_likes() -> None:
    votes, side = two_sides()
    found = score_bridging(votes, side=side)
    assert np.argmax(found.score) == 0
    assert found.score[0] > found.score[1] + 0.3
    assert found.divide[2] > 0.2
    assert found.divide[1] < -0.2


def test_every_round_lowers_the_loss_until_it_stands_still() -> None:
    votes, _ = make_votes(voters=80, statements=25, seed=3)
    losses = score_bridging(votes, side=np.random.default_rng(1).normal(size=80)).losses
    assert len(losses) < 500
    assert all(after <= before * (1 + 1e-12) for before, after in pairwise(losses))


def test_no_descent_finds_a_lower_loss_nearby() -> None:
    votes, _ = make_votes(voters=12, statements=8, seed=2, answered=0.7)
    side = np.random.default_rng(1).normal(size=votes.voter_count)
    found = score_bridging(votes, side=side)
    values = votes.values - votes.values.mean()
    n, s = votes.voter_count, votes.statement_count

    def loss(flat: "np.ndarray") -> float:
        b, f = flat[:n], flat[n : 2 * n]
        c, h = flat[2 * n : 2 * n + s], flat[2 * n + s :]
        v, j = votes.voters, votes.statements
        rest = values - b[v] - c[j] - f[v] * h[j]
        return float(rest @ rest + 5 * (b @ b + c @ c) + f @ f + h @ h)

    start = np.concatenate((np.zeros(n), side, found.score, found.divide))
    peer = minimize(loss, start, method="L-BFGS-B", options={"maxiter": 5000, "ftol": 1e-14})
    assert found.losses[-1] == pytest.approx(peer.fun, rel=1e-4)
    assert found.score == pytest.approx(peer.x[2 * n : 2 * n + s], abs=1e-2)


def test_a_statement_with_one_vote_stays_near_zero() -> None:
    votes, side = two_sides()
    more = gather_votes(
        voters=np.append(votes.voters, 0),
        statements=np.append(votes.statements, 12),
        values=np.append(votes.values, 1),
    )
    assert abs(score_bridging(more, side=side).score[12]) < 0.2
