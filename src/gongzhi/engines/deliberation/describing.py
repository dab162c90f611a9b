"""An account of each group by its statements, as facts from which sentences can be made."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gongzhi.engines.deliberation.opinion_map import OpinionMap
from gongzhi.engines.deliberation.tallies import share_interval

Amount = Literal["nearly_all", "most", "over_half", "half", "under_half", "few"]
Kind = Literal["distinct", "shared", "split"]

# Lower ends of the shares that these words stand for.
_WORDS: tuple[tuple[float, Amount], ...] = (
    (0.9, "nearly_all"),
    (2 / 3, "most"),
    (0.55, "over_half"),
    (0.45, "half"),
    (1 / 3, "under_half"),
    (0.0, "few"),
)


@dataclass(frozen=True)
class Claim:
    """One thing that can be said of a group.

    `kind`: "distinct" sets it apart, "shared" it has in common with all groups, on "split" it
    is itself divided. `yes` of `seen` members who voted on the statement agreed (or rejected it,
    when not `agree`), as `other_yes` of `other_seen` did elsewhere. `sure`, at 90 % confidence:
    more than half of the group holds so, or on a split that each camp is at least a quarter.
    """

    kind: Kind
    statement: int
    agree: bool
    yes: int
    seen: int
    other_yes: int
    other_seen: int
    amount: Amount
    sure: bool


@dataclass(frozen=True)
class GroupAccount:
    """What is known of one group; `heard` is the share of statements enough of them voted on."""

    group: int
    size: int
    share: float
    heard: float
    claims: tuple[Claim, ...]


def describe_groups(
    drawn: OpinionMap, *, most: int = 3, least_seen: int = 5
) -> tuple[GroupAccount, ...]:
    """Say what each group holds: what sets it apart, what it shares, where it is split.

    At most `most` claims of each kind, none that rests on fewer than `least_seen` voters here
    or, for "distinct", elsewhere. A group is called split where the smaller camp is at least a
    third of those who voted and each camp counts `least_seen`.
    """
    placed = int(drawn.sizes.sum())
    return tuple(
        GroupAccount(
            group=g,
            size=int(drawn.sizes[g]),
            share=float(drawn.sizes[g] / max(placed, 1)),
            heard=float((drawn.tally.seen[g] >= least_seen)[drawn.shown].mean()),
            claims=(
                *_distinct(drawn, g, most, least_seen),
                *_shared(drawn, g, most, least_seen),
                *_split(drawn, g, most, least_seen),
            ),
        )
        for g in range(drawn.k)
    )


def name_amount(yes: int, seen: int) -> Amount:
    """The word for a share: nearly all from 90 %, most from two thirds, half from 45 to 55 %."""
    share = yes / max(seen, 1)
    return next(word for least, word in _WORDS if share >= least)


def _distinct(drawn: OpinionMap, g: int, most: int, least: int) -> list[Claim]:
    claims = [
        _claim(drawn, g, "distinct", one.statement, agree=one.agree)
        for one in drawn.representative[g]
    ]
    return [one for one in claims if min(one.seen, one.other_seen) >= least][:most]


def _shared(drawn: OpinionMap, g: int, most: int, least: int) -> list[Claim]:
    firm = np.maximum(drawn.agree.floor, drawn.reject.floor)
    fit = np.flatnonzero(drawn.shown & (firm > 0.5) & (drawn.tally.seen.min(axis=0) >= least))
    ordered = fit[np.argsort(-firm[fit], kind="stable")][:most]
    agreed = drawn.agree.floor >= drawn.reject.floor
    return [_claim(drawn, g, "shared", int(s), agree=bool(agreed[s])) for s in ordered]


def _split(drawn: OpinionMap, g: int, most: int, least: int) -> list[Claim]:
    yes, no, seen = drawn.tally.agree[g], drawn.tally.disagree[g], drawn.tally.seen[g]
    smaller = np.minimum(yes, no)
    fit = np.flatnonzero(drawn.shown & (smaller >= least) & (3 * smaller >= seen))
    share = smaller[fit] / seen[fit]
    ordered = fit[np.lexsort((-seen[fit], -share))][:most]
    return [_claim(drawn, g, "split", int(s), agree=bool(yes[s] >= no[s])) for s in ordered]


def _claim(drawn: OpinionMap, g: int, kind: Kind, s: int, *, agree: bool) -> Claim:
    counts = drawn.tally.agree if agree else drawn.tally.disagree
    yes, seen = int(counts[g, s]), int(drawn.tally.seen[g, s])
    camp, least = yes, 0.5
    if kind == "split":
        camp, least = int(min(drawn.tally.agree[g, s], drawn.tally.disagree[g, s])), 0.25
    low, _ = share_interval(np.array(camp), np.array(seen))
    return Claim(
        kind=kind,
        statement=s,
        agree=agree,
        yes=yes,
        seen=seen,
        other_yes=int(counts[:, s].sum()) - yes,
        other_seen=int(drawn.tally.seen[:, s].sum()) - seen,
        amount=name_amount(yes, seen),
        sure=bool(low > least),
    )
