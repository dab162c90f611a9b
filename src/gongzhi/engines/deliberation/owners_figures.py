"""The count of an owners' vote as plain values: what files, pages and records say alike."""

from fractions import Fraction
from math import ceil
from typing import Any

from gongzhi.engines.deliberation.owners_ballots import Cast, Refused
from gongzhi.engines.deliberation.owners_count import OwnersCount, Quantity

FORMAT = "gongzhi-owners-vote/1"
_PARTS = 10_000  # of a square metre


def figures_of(count: OwnersCount, cast: Cast, *, item: int, matter: str) -> dict[str, Any]:
    """Every figure of a count, ready for JSON; fractions are exact texts such as 8953/50.

    `item`: number of the matter in article 278; `matter`: what it is called.
    """
    return {
        "format": FORMAT,
        "item": item,
        "matter": matter,
        "scope": count.scope,
        "verdict": count.verdict,
        "entitled": _quantity(count.entitled),
        "taking_part": _quantity(count.taking_part),
        "undelivered": _quantity(count.undelivered),
        "silent": _quantity(count.silent),
        "unlisted_area": str(count.unlisted_area),
        "by_choice": {choice: _quantity(one) for choice, one in count.by_choice.items()},
        "divided_heads": count.divided_heads,
        "flats_by_channel": count.by_channel,
        "conditions": [
            {
                "name": one.name,
                "share": [str(one.low), str(one.high)],
                "threshold": str(one.threshold.share),
                "inclusive": one.threshold.inclusive,
                "met": one.met,
                "missing": None if one.missing is None else str(one.missing),
            }
            for one in count.tests
        ],
        "not_counted": [_refused(one) for one in cast.refused],
    }


def rounded_up(missing: Fraction) -> Fraction:
    """What is missing in parts that areas are given in, so that it never looks like nothing."""
    return Fraction(ceil(missing * _PARTS), _PARTS)


def _quantity(one: Quantity) -> dict[str, Any]:
    return {"area": str(one.area), "heads": one.heads, "flats_of_unknown_area": one.unmeasured}


def _refused(one: Refused) -> dict[str, Any]:
    return {"row": one.ballot.row, "flat": one.flat, "reason": one.reason}
