"""Counting an owners' vote by article 278 of the Civil Code, in exact arithmetic."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Literal

from gongzhi.engines.deliberation.owners_ballots import Cast, Choice
from gongzhi.engines.deliberation.owners_roll import Flat, Roll

Verdict = Literal["passed", "failed", "undecided"]
HeadChoice = Literal["for", "against", "abstain", "spoiled", "divided"]


@dataclass(frozen=True)
class Threshold:
    """A share that has to be reached, or with `inclusive` False exceeded.

    In the Civil Code 以上 includes the number and 超过 and 过半 do not (article 1259).
    """

    share: Fraction
    inclusive: bool

    def is_met(self, share: Fraction) -> bool:
        return share >= self.share if self.inclusive else share > self.share

    def least(self, of: int) -> int:
        """The smallest whole number that meets the threshold."""
        exact = self.share * of
        return ceil(exact) if self.inclusive else floor(exact) + 1


@dataclass(frozen=True)
class DecisionRule:
    """What a decision needs: who must take part, and how many of those must agree.

    The same thresholds go for area and heads. `spoiled_takes_part`: whether a spoiled ballot
    counts as taking part, which the law leaves to the rules of procedure.
    """

    quorum: Threshold
    majority: Threshold
    spoiled_takes_part: bool = False


_QUORUM = Threshold(Fraction(2, 3), inclusive=True)
HALF = DecisionRule(_QUORUM, Threshold(Fraction(1, 2), inclusive=False))
THREE_QUARTERS = DecisionRule(_QUORUM, Threshold(Fraction(3, 4), inclusive=True))

# The nine matters of article 278, paragraph 1, and what each needs by its paragraph 2.
ARTICLE_278: dict[int, tuple[str, DecisionRule]] = {
    1: ("rules of procedure of the owners' assembly", HALF),
    2: ("management covenant", HALF),
    3: ("electing or replacing members of the owners' committee", HALF),
    4: ("hiring or dismissing the property manager", HALF),
    5: ("using the repair fund", HALF),
    6: ("raising the repair fund", THREE_QUARTERS),
    7: ("altering or rebuilding the building or its facilities", THREE_QUARTERS),
    8: ("changing the use of common parts or doing business with them", THREE_QUARTERS),
    9: ("other major matters of common ownership and management", HALF),
}


@dataclass(frozen=True)
class Quantity:
    """Area and heads of some owners; `unmeasured` flats among them have no known area."""

    area: Fraction
    heads: int
    unmeasured: int = 0


@dataclass(frozen=True)
class Condition:
    """One condition: a share of area or heads against a threshold.

    `low` and `high` bound the share; they differ only where areas are unknown. `met` is None
    while the unknown areas could decide either way. `missing`: how much more area, or how many
    more heads, would at least have to be won; 0 when met, for a threshold to exceed the least whole
    head or any area beyond `missing`, and None when `met` is None.
    """

    name: Literal["quorum_area", "quorum_heads", "majority_area", "majority_heads"]
    low: Fraction
    high: Fraction
    threshold: Threshold
    met: bool | None
    missing: Fraction | None


@dataclass(frozen=True)
class OwnersCount:
    """The whole count. Area and heads of each kind add up to `entitled`.

    `divided_heads`: owners of several flats who voted differently for them; their areas count
    as voted, their head takes part and is not in favour.
    """

    scope: str
    entitled: Quantity
    undelivered: Quantity
    silent: Quantity
    taking_part: Quantity
    by_choice: dict[Choice, Quantity]
    divided_heads: int
    by_channel: dict[str, int]
    unlisted_area: Fraction
    tests: tuple[Condition, Condition, Condition, Condition]
    verdict: Verdict


def count_owners_vote(roll: Roll, cast: Cast, *, rule: DecisionRule) -> OwnersCount:
    """Count one item by area and by heads, and say what is missing.

    Those who were not reached or kept silent stay in what two thirds are taken of: article 278
    knows no consent by silence. Unknown areas are bounded by what the total leaves for them, or
    not at all; a condition is decided only when every possible value decides it alike. If the
    total exceeds all listed flats and none is unmeasured, the rest is area that took no part.
    Exact: integers and fractions throughout. Cost: linear in the flats.
    """
    part: set[Choice] = {"for", "against", "abstain"}
    if rule.spoiled_takes_part:
        part.add("spoiled")
    heads = {owner: _head_choice(flats, cast, part) for owner, flats in roll.by_owner.items()}
    by_choice: dict[Choice, Quantity] = {}
    for choice in ("for", "against", "abstain", "spoiled"):
        flats = [flat for flat in roll.flats if cast.choices.get(flat.key) == choice]
        by_choice[choice] = _quantity(flats, sum(head == choice for head in heads.values()))
    divided = sum(head == "divided" for head in heads.values())
    taking_flats = [flat for flat in roll.flats if cast.choices.get(flat.key) in part]
    taking_heads = sum(head is not None and head in {*part, "divided"} for head in heads.values())
    taking = _quantity(taking_flats, taking_heads)
    entitled = _quantity(roll.flats, roll.heads)
    quiet = [flat for flat in roll.flats if flat.key not in cast.choices]
    quiet_owners = {
        owner
        for owner, flats in roll.by_owner.items()
        if all(flat.key not in cast.choices for flat in flats)
    }
    unreached = {
        owner for owner in quiet_owners if not any(f.delivered for f in roll.by_owner[owner])
    }
    unlisted = Fraction(0)
    if not roll.unmeasured:
        unlisted = roll.unassigned_area or Fraction(0)
    tests = _run_tests(
        roll, rule, entitled=entitled, taking=taking, agreeing=by_choice["for"], unlisted=unlisted
    )
    return OwnersCount(
        scope=roll.scope,
        entitled=entitled,
        undelivered=_quantity([f for f in quiet if not f.delivered], len(unreached)),
        silent=_quantity([f for f in quiet if f.delivered], len(quiet_owners - unreached)),
        taking_part=taking,
        by_choice=by_choice,
        divided_heads=divided,
        by_channel={
            channel: sum(one == channel for one in cast.channels.values())
            for channel in ("paper", "electronic")
        },
        unlisted_area=unlisted,
        tests=tests,
        verdict=_verdict(tests),
    )


def _head_choice(flats: tuple[Flat, ...], cast: Cast, part: set[Choice]) -> HeadChoice | None:
    """An owner's one voice by head, from the ballots for all their flats."""
    made = {cast.choices[flat.key] for flat in flats if flat.key in cast.choices}
    # A spoiled ballot for one flat doesn't silence the valid one for another.
    said = made & part or made
    if not said:
        return None
    return next(iter(said)) if len(said) == 1 else "divided"


def _quantity(flats: Iterable[Flat], heads: int) -> Quantity:
    flats = list(flats)
    area = sum((flat.area for flat in flats if flat.area is not None), Fraction(0))
    return Quantity(area, heads, sum(flat.area is None for flat in flats))


def _run_tests(
    roll: Roll,
    rule: DecisionRule,
    *,
    entitled: Quantity,
    taking: Quantity,
    agreeing: Quantity,
    unlisted: Fraction,
) -> tuple[Condition, Condition, Condition, Condition]:
    left = roll.unassigned_area if roll.unmeasured else None
    out = Quantity(
        entitled.area - taking.area + unlisted, 0, entitled.unmeasured - taking.unmeasured
    )
    others = Quantity(taking.area - agreeing.area, 0, taking.unmeasured - agreeing.unmeasured)
    everywhere = taking.unmeasured == entitled.unmeasured
    return (
        _test_area("quorum_area", taking, out, rule.quorum, left=left, all_here=True),
        _test_heads("quorum_heads", taking.heads, entitled.heads, rule.quorum),
        _test_area(
            "majority_area", agreeing, others, rule.majority, left=left, all_here=everywhere
        ),
        _test_heads("majority_heads", agreeing.heads, taking.heads, rule.majority),
    )


def _test_heads(
    name: Literal["quorum_heads", "majority_heads"], yes: int, of: int, threshold: Threshold
) -> Condition:
    share = Fraction(yes, of) if of else Fraction(0)
    met = threshold.is_met(share) if of else False
    missing = Fraction(max(threshold.least(of) - yes, 0))
    return Condition(name, share, share, threshold, met, missing)


def _test_area(
    name: Literal["quorum_area", "majority_area"],
    yes: Quantity,
    no: Quantity,
    threshold: Threshold,
    *,
    left: Fraction | None,
    all_here: bool,
) -> Condition:
    low, high = bound_share(yes, no, left=left, all_here=all_here)
    if low == high:
        met: bool | None = threshold.is_met(low)
    else:
        met = True if threshold.is_met(low) else None if threshold.is_met(high) else False
    missing: Fraction | None = None
    if met:
        missing = Fraction(0)
    elif met is False:
        missing = _least_missing(yes, no, threshold.share, left=left, all_here=all_here)
    return Condition(name, low, high, threshold, met, missing)


def _least_missing(
    yes: Quantity, no: Quantity, share: Fraction, *, left: Fraction | None, all_here: bool
) -> Fraction:
    """The least area that `yes` can lack of its share, where flats of unknown area may help it."""
    hidden = left if left is not None and (yes.unmeasured or all_here) else Fraction(0)
    reached = yes.area + (hidden if yes.unmeasured else 0)
    return max(share * (yes.area + no.area + hidden) - reached, Fraction(0))


def bound_share(
    yes: Quantity, no: Quantity, *, left: Fraction | None, all_here: bool
) -> tuple[Fraction, Fraction]:
    """The least and greatest share of area that `yes` can have of `yes` and `no` together.

    `left`: what the total leaves for all flats of unknown area, None when there is no total;
    `all_here`: every flat of unknown area is in `yes` or `no`. Without a total an unknown flat
    may have any area, so that the bounds are 0 and 1 where it matters.
    """
    if not yes.unmeasured and not no.unmeasured:
        share = _share(yes.area, no.area)
        return share, share
    if left is None:
        known = _share(yes.area, no.area)
        low = Fraction(0) if no.unmeasured else known
        return low, Fraction(1) if yes.unmeasured else known
    if all_here and not (yes.unmeasured and no.unmeasured):
        grown = (left, 0) if yes.unmeasured else (0, left)
        share = _share(yes.area + grown[0], no.area + grown[1])
        return share, share
    low = _share(yes.area, no.area + (left if no.unmeasured else 0))
    return low, _share(yes.area + (left if yes.unmeasured else 0), no.area)


def _share(yes: Fraction, no: Fraction) -> Fraction:
    return yes / (yes + no) if yes + no else Fraction(0)


def _verdict(tests: Iterable[Condition]) -> Verdict:
    met = [test.met for test in tests]
    if False in met:
        return "failed"
    return "undecided" if None in met else "passed"
