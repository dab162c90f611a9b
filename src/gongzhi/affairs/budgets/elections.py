"""A round's ballots as the engine takes them, and the one way of writing them down."""

import hashlib
import secrets
from collections.abc import Sequence
from fractions import Fraction

from gongzhi.affairs.budgets.choices import BallotKind, ProposalState
from gongzhi.affairs.budgets.models import Ballot, Proposal, Round
from gongzhi.affairs.budgets.rules import RuleChoice, choice_of, stated
from gongzhi.commons.territory.queries import places
from gongzhi.engines.budgeting import BallotKind as EngineKind
from gongzhi.engines.budgeting import Election, make_election, write_pabulib

ON_BALLOT = (
    ProposalState.FEASIBLE, ProposalState.FUNDED, ProposalState.UNFUNDED,
    ProposalState.ACCEPTED, ProposalState.ABANDONED,
)  # fmt: skip


def projects_of(row: Round) -> list[Proposal]:
    """The proposals on the ballot, by number."""
    return list(Proposal.objects.filter(round=row, state__in=ON_BALLOT).order_by("number"))


def election_of(row: Round, projects: Sequence[Proposal], ballots: Sequence[Ballot]) -> Election:
    """The election of a round; its project ids are the numbers of the proposals.

    Raises the engine's `InvalidElection` where there is nothing to count.
    """
    scored = row.ballot_kind == BallotKind.POINTS
    named = places({each.place_id for each in ballots if each.place_id is not None})
    return make_election(
        costs={str(each.number): Fraction(each.cost, 100) for each in projects},
        budget=Fraction(row.budget, 100),
        kind=EngineKind(row.ballot_kind),
        votes=[[str(each[0] if scored else each) for each in ballot.choices] for ballot in ballots],
        points=[[each[1] for each in ballot.choices] for ballot in ballots] if scored else None,
        places=[named[b.place_id].name if b.place_id in named else "" for b in ballots]
        if named
        else None,
    )


def written(row: Round, election: Election, projects: Sequence[Proposal]) -> str:
    """The election as a `.pb` text with fresh random voter ids and without where voters live."""
    return write_pabulib(
        election,
        meta=_meta(row, choice_of(row)),
        project_columns={
            "name": [each.title for each in projects],
            "selected": [
                "1" if each.state in {"funded", "accepted", "abandoned"} else "0"
                for each in projects
            ],
        },
        voter_ids=_random_ids(election.voters),
    )


def _random_ids(count: int) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < count:
        found[secrets.token_hex(6)] = None
    return list(found)


def digest_of(row: Round, election: Election) -> str:
    """SHA-256 over ballots, costs, budget and rule in their one written form."""
    text = write_pabulib(election, meta={"rule_stated": _rule_words(choice_of(row))})
    return hashlib.sha256(text.encode()).hexdigest()


def _rule_words(chosen: RuleChoice) -> str:
    return ", ".join(f"{name}={value}" for name, value in stated(chosen).items())


def _meta(row: Round, chosen: RuleChoice) -> dict[str, str]:
    meta = {
        "description": row.title,
        "country": "China",
        "unit": row.place.name,
        "instance": str(row.year),
        "currency": "CNY",
        "rule": chosen.rule.value,
        "rule_stated": _rule_words(chosen),
    }
    if chosen.ballot_kind is BallotKind.POINTS:
        meta["max_sum_points"] = str(chosen.points_each)
    if chosen.most_listed is not None:
        meta["max_length"] = str(chosen.most_listed)
    return meta
