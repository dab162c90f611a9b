"""Single facts that other rooms ask for."""

from dataclasses import dataclass

from gongzhi.affairs.budgets.models import Proposal, Round


@dataclass(frozen=True, slots=True)
class FundedProject:
    """A project that the money goes to, and the round and unit that it came from; cost in fen."""

    title: str
    cost: int
    place_id: int
    unit_id: int
    round_id: int
    round_title: str


def funded_project(proposal_id: int) -> FundedProject | None:
    """The facts of a funded project that is still to be carried out; None for any other."""
    row = Proposal.objects.select_related("round").filter(pk=proposal_id, state="funded").first()
    if row is None:
        return None
    unit_id, title = row.round.unit_id, row.round.title
    return FundedProject(row.title, row.cost, row.place_id, unit_id, row.round_id, title)


def place_on_ballot(proposal_id: int) -> tuple[int, int] | None:
    """The round of a proposal and its number there, which make its address, or None."""
    return Proposal.objects.filter(pk=proposal_id).values_list("round_id", "number").first()


@dataclass(frozen=True, slots=True)
class Ended:
    """How a funded project ended, in the words of who said so."""

    accepted: bool
    words: str


def how_it_ended(proposal_id: int) -> Ended:
    """Whether a project was accepted or given up, and what was said of it."""
    row = Proposal.objects.get(pk=proposal_id)
    return Ended(row.state == "accepted", row.result)


def is_empty() -> bool:
    """Whether there was never a round."""
    return not Round.objects.exists()
