"""The statements that tell one group from the others."""

from dataclasses import dataclass

import numpy as np

from gongzhi.engines.deliberation.tallies import CERTAIN, Contrast, Tally, contrast_groups
from gongzhi.engines.deliberation.votes import Bools, Floats, Ints


@dataclass(frozen=True)
class Representative:
    """One statement that stands for a group, with the figures that say so."""

    statement: int
    agree: bool  # the direction in which the group differs more
    yes: int
    seen: int
    share: float
    share_test: float
    ratio: float
    ratio_test: float
    best_agree: bool  # of all it agrees with, the strongest


def pick_representative(
    tally: Tally, *, shown: Bools, most: int = 5
) -> tuple[tuple[Representative, ...], ...]:
    """For each group, the statements that represent it, as Polis picks them.

    First the best statement the group agrees with, then those whose share and difference are
    both certain at 90 %, by ratio x its z x share x its z; if none is certain and nothing is
    agreed with, the one that differs most. At most `most`; agreed ones come first. Ties: the
    earlier statement.
    """
    agree, disagree = contrast_groups(tally, agree=True), contrast_groups(tally, agree=False)
    if tally.group_count < 2:
        return ((),) * tally.group_count
    fit = np.flatnonzero(shown)
    return tuple(
        _pick_for(g, fit, tally=tally, agree=agree, disagree=disagree, most=most)
        for g in range(tally.group_count)
    )


def _pick_for(
    g: int, fit: Ints, *, tally: Tally, agree: Contrast, disagree: Contrast, most: int
) -> tuple[Representative, ...]:
    def stands(s: int, *, best: bool = False) -> Representative:
        side = agree.ratio_test[g, s] > disagree.ratio_test[g, s]
        of, counts = (agree, tally.agree) if side else (disagree, tally.disagree)
        return Representative(
            statement=int(s),
            agree=bool(side),
            yes=int(counts[g, s]),
            seen=int(tally.seen[g, s]),
            share=float(of.p[g, s]),
            share_test=float(of.p_test[g, s]),
            ratio=float(of.ratio[g, s]),
            ratio_test=float(of.ratio_test[g, s]),
            best_agree=best,
        )

    best = _best_agreed(g, fit, tally, agree)
    certain = fit[(agree.certain | disagree.certain)[g, fit]]
    sided = agree.ratio_test[g, certain] > disagree.ratio_test[g, certain]
    weight = np.where(sided, agree.weight[g, certain], disagree.weight[g, certain])
    ordered = [int(s) for s in certain[np.argsort(-weight, kind="stable")] if s != best]
    if best is not None:
        picked = [stands(best, best=True), *map(stands, ordered)]
    elif ordered:
        picked = [stands(s) for s in ordered]
    elif len(fit):
        picked = [stands(fit[np.argmax(np.maximum(agree.ratio_test, disagree.ratio_test)[g, fit])])]
    else:
        picked = []
    return tuple(sorted(picked[:most], key=lambda one: not one.agree))


def _best_agreed(g: int, fit: Ints, tally: Tally, agree: Contrast) -> int | None:
    """Polis walks through the statements and keeps a champion; the rule changes on the way."""
    best: int | None = None
    together: Floats = (agree.p * agree.p_test)[g]
    weight: Floats = agree.weight[g]
    for s in fit:
        if not (tally.agree[g, s] or tally.disagree[g, s]):
            continue
        if best is None:
            alone = agree.p_test[g, s] > CERTAIN
            beats = alone or (agree.ratio[g, s] > 1 and agree.p[g, s] > 0.5)
        elif agree.ratio[g, best] > 1:
            beats = weight[s] > weight[best]
        else:
            beats = together[s] > together[best]
        if beats:
            best = int(s)
    return best
