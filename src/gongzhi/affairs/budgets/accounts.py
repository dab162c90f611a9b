"""What may be said of an allocation: plain values in fen, small numbers of people left out.

It is reckoned once, at the count, and kept; pages only read it.
"""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from gongzhi.engines.budgeting import (
    Allocation,
    Completion,
    Election,
    Explanation,
    ProjectExplanation,
    Rule,
    Settings,
    UnresolvedTie,
    allocate,
    explain,
    publish_payers,
    represent_places,
)

Account = dict[str, Any]


def account_for(election: Election, allocation: Allocation) -> Account:
    """Everything that is published about a count.

    Cost: one replay, further runs to find what budget would have done, and one run per other rule.
    """
    explanation = explain(election, allocation)
    order = {project: turn for turn, project in enumerate(allocation.funded, 1)}
    found: Account = {
        "voters": election.voters,
        "spent": _fen(election, allocation.spent),
        "funded": [election.project_ids[each] for each in allocation.funded],
        "ties": [[election.project_ids[each] for each in tie.projects] for tie in allocation.ties],
        "projects": {
            election.project_ids[entry.project]: _project(election, entry, order)
            for entry in explanation.projects
        },
        "rules": {
            name: {
                "funded": [election.project_ids[each] for each in other.funded],
                "spent": _fen(election, other.spent),
            }
            for name, other in _variants(election, allocation.settings).items()
        },
        "places": _places(election, allocation, explanation),
    }
    if allocation.shares is not None:
        found["endowment"] = _fen(election, allocation.shares.run.endowment)
        found["start"] = _fen(election, Fraction(election.budget, election.voters))
        found["steps"] = allocation.shares.steps
    if allocation.preference is not None:
        preference = allocation.preference
        found["preference"] = [preference.first, preference.second, preference.neither]
    return found


def _project(election: Election, entry: ProjectExplanation, order: Mapping[int, int]) -> Account:
    found: Account = {
        "cost": _fen(election, election.costs[entry.project]),
        "votes": entry.votes if entry.votes == 0 or entry.votes >= 5 else None,
        "order": order.get(entry.project),
        "by": None if entry.source is None else entry.source.value,
        "reason": entry.reason.value,
    }
    if entry.purchase is not None:
        payers = publish_payers(entry.purchase)
        found |= {
            "payers": payers.payers,
            "full_payers": payers.full_payers,
            "share": _fen(election, entry.purchase.share),
            "effective_cost": float(f"{float(entry.purchase.effective_cost):.9g}"),
        }
    if entry.shortfall is not None:
        found["held"] = _fen(election, entry.shortfall.money)
        found["lacking"] = _fen(election, entry.shortfall.missing)
    if entry.needed_budget is not None:
        found["needed_budget"] = _fen(election, entry.needed_budget)
    return found


def _variants(election: Election, stated: Settings) -> dict[str, Allocation]:
    """What other rules would have funded, with the stated gain, ties and beginning."""
    shares = replace(
        stated, rule=Rule.EQUAL_SHARES, completion=Completion.NONE, then_greedy=False,
        comparison=None,
    )  # fmt: skip
    grown = replace(shares, completion=Completion.ADD1)
    named = {
        "equal-shares": shares,
        "equal-shares-add1": grown,
        "equal-shares-add1-greedy": replace(grown, then_greedy=True),
        "phragmen": replace(shares, rule=Rule.PHRAGMEN),
        "greedy": replace(shares, rule=Rule.GREEDY),
    }
    found = {}
    for name, settings in named.items():
        try:
            found[name] = allocate(election, settings)
        except (UnresolvedTie, ValueError):
            continue  # a rule that these ballots don't fit has nothing to show
    return found


def _places(election: Election, allocation: Allocation, explanation: Explanation) -> list[Account]:
    """How each place fared; places of few voters say nothing."""
    if election.places is None:
        return []
    paid = None if explanation.books is None else explanation.books.paid
    return [
        {
            "place": place.place,
            "voters": place.voters,
            "share": _part(place.share),
            "paid": _part(place.paid),
            "represented": place.represented,
            "each": _part(place.funded_per_voter),
        }
        for place in represent_places(election, allocation.funded, payments=paid)
    ]


def _part(value: Fraction | float | None) -> float | None:
    return None if value is None else round(float(value), 4)


def _fen(election: Election, amount: int | Fraction) -> int:
    """Minor units of an election as whole fen, halves up."""
    return int(election.money(amount) * 100 + Fraction(1, 2))
