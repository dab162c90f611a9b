"""Routing compared in a made conversation: what is learnt from the same number of votes."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gongzhi.engines.deliberation.choosing import rand_agreement
from gongzhi.engines.deliberation.opinion_map import OpinionMap, draw_map
from gongzhi.engines.deliberation.routing import (
    choose_statement,
    polis_priorities,
    weigh_statements,
)
from gongzhi.engines.deliberation.votes import gather_votes

VOTERS, STATEMENTS, MINORITY, VISITS, LATE = 600, 80, 0.12, 20, 20

Rule = Callable[[OpinionMap, int, NDArray[np.bool_]], NDArray[np.float64]]


def compare_routing() -> None:
    """Print, for each rule, how well the minority is known and how new statements fare."""
    for name, rule in (("uniform", _uniform), ("polis", _polis), ("ours", _ours)):
        runs = np.array([_simulate(rule, seed=seed) for seed in range(8)])
        error_small, error_large, recovered, late = runs.mean(axis=0)
        print(
            f"  {name}: mean error of a group's share, minority {error_small:.4f}, majority "
            f"{error_large:.4f}; camps recovered (adjusted Rand) {recovered:.3f}; fewest votes on "
            f"a late statement {late:.1f}"
        )


def _simulate(rule: Rule, *, seed: int) -> tuple[float, float, float, float]:
    """Everyone votes on 20 of 80 statements; the last 20 arrive half-way."""
    rng = np.random.default_rng(seed)
    camp = (rng.random(VOTERS) < MINORITY).astype(int)
    mood = rng.normal(0.2, 1.6, (2, STATEMENTS))
    chance = 1 / (1 + np.exp(-mood))
    answers = np.where(rng.random((VOTERS, STATEMENTS)) < chance[camp], 1, -1)
    cast = np.full((VOTERS, STATEMENTS), 9)
    drawn: OpinionMap | None = None
    order = np.concatenate([rng.permutation(VOTERS) for _ in range(VISITS)])
    for turn, voter in enumerate(order):
        open_to = cast[voter] == 9
        if turn < len(order) // 2:
            open_to[STATEMENTS - LATE :] = False
        if (turn > VOTERS and turn % 300 == 0) or turn == VOTERS:
            drawn = _map_of(cast)
        chances = open_to / open_to.sum() if drawn is None else rule(drawn, int(voter), open_to)
        statement = choose_statement(chances, draw=rng.random())
        if statement is not None:
            cast[voter, statement] = answers[voter, statement]
    seen = cast != 9
    errors = []
    for g in (1, 0):
        agree = (cast[camp == g] == 1).sum(axis=0)
        estimate = (agree + 1) / (seen[camp == g].sum(axis=0) + 2)
        errors.append(float(np.abs(estimate - chance[g]).mean()))
    final = _map_of(cast)
    recovered = rand_agreement(camp[final.placed], final.labels[final.placed])
    return errors[0], errors[1], recovered, float(seen[:, STATEMENTS - LATE :].sum(axis=0).min())


def _map_of(cast: NDArray[np.int64]) -> OpinionMap:
    voter, statement = np.nonzero(cast != 9)
    # Everyone has a place in the arrays, whether or not they have voted yet.
    missing = np.setdiff1d(np.arange(VOTERS), voter)
    voter = np.concatenate((voter, missing))
    statement = np.concatenate((statement, np.zeros(len(missing), dtype=np.int64)))
    values = np.where(cast == 9, 0, cast)[voter, statement]
    return draw_map(
        gather_votes(
            voters=voter, statements=statement, values=values, known_statements=range(STATEMENTS)
        )
    )


def _uniform(_: OpinionMap, __: int, open_to: NDArray[np.bool_]) -> NDArray[np.float64]:
    return open_to / open_to.sum()


def _polis(drawn: OpinionMap, _: int, open_to: NDArray[np.bool_]) -> NDArray[np.float64]:
    extremity = np.linalg.norm(drawn.projection.statement_positions, axis=1)
    weights = polis_priorities(drawn.everyone, extremity=extremity) * open_to
    return weights / weights.sum()


def _ours(drawn: OpinionMap, voter: int, open_to: NDArray[np.bool_]) -> NDArray[np.float64]:
    group = int(drawn.labels[voter])
    return weigh_statements(
        drawn.tally, shown=drawn.shown, unseen=open_to, group=None if group < 0 else group
    )
