"""The Method of Equal Shares at given endowments, or at ever larger ones step by step."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from .lanes import LaneRun
from .runs import SharesRun
from .support import Support
from .ties import TieBreaker

# Lanes computed side by side: few where a project has many supporters, since those fill the
# processor by themselves, and many where the cost of calling NumPy would dominate.
MOST_LANES, LANE_ENTRIES, FIRST_LANES = 64, 24_000, 8
# A run is never taken to hold for more steps than this.
MOST_ALIKE = 10**6


def run_equal_shares(
    support: Support,
    costs: Sequence[int],
    endowments: Sequence[Fraction],
    *,
    ties: TieBreaker,
) -> list[SharesRun]:
    """What the Method of Equal Shares buys at each endowment per voter, with no completion.

    At every turn the project with the smallest effective cost (price per gain) that its
    supporters can still pay is bought; all its supporters pay that price times their gain, or all
    they have. Endowments and costs are in the same whole units. Exact: equal effective costs are
    recognised as equal and go to `ties`.

    Cost: about three passes over the supporters of each project that is bought or comes close.
    Source: Peters, Pierczyński and Skowron, "Proportional Participatory Budgeting with Additive
    Utilities", NeurIPS 2021.
    """
    return LaneRun(support, costs, endowments, ties).finish()


def runs_by_step(
    support: Support, costs: Sequence[int], start: Fraction, step: Fraction, *, ties: TieBreaker
) -> Iterator[SharesRun]:
    """One run per step, without end: at `start`, `start + step`, and so on.

    Steps within the reach of a run have its purchases by proof and are not computed again.
    Others are computed in batches, spaced by the usual reach, and gaps are filled as they show;
    so a few more are made than are asked for.
    """
    sizes = [len(row.groups) for row in support.projects if row.total]
    usual = max(1, sum(sizes) // max(1, len(sizes)))
    most = max(FIRST_LANES, min(MOST_LANES, LANE_ENTRIES // usual))
    known: dict[int, SharesRun] = {}
    number, lanes, spacing = 0, FIRST_LANES, 1
    while True:
        if number not in known:
            room = min(known, default=number + spacing * lanes) - number
            count = min(lanes if spacing == 1 else FIRST_LANES, room)
            planned = [number + room // count * lane for lane in range(count)]
            endowments = [start + step * at for at in planned]
            runs = run_equal_shares(support, costs, endowments, ties=ties)
            spacing = 1 + sorted(_steps_alike(run, step) for run in runs)[count // 2]
            lanes = min(most, 2 * lanes)
            known |= zip(planned, runs, strict=True)
        run = known.pop(number)
        end = min(number + 1 + _steps_alike(run, step), min(known, default=number + MOST_ALIKE))
        yield run
        for more in range(1, end - number):
            yield replace(run, endowment=run.endowment + step * more)
        number = end


def _steps_alike(run: SharesRun, step: Fraction) -> int:
    """How many further steps surely have the same purchases."""
    if run.refused is not None:
        return 0
    return max(0, int(min(run.reach / float(step) * (1 - 1e-12) - 1e-9, MOST_ALIKE)))
