"""Single facts that other rooms ask for."""

from dataclasses import dataclass

from gongzhi.affairs.budgets.models import Proposal, Round


@dataclass(frozen=True, slots=True)
class FundedProject:
    """A project that the money goes to, and the unit that ran its round."""

    title: str
    place_id: int
    community_id: int
    unit_id: int


def funded_project(proposal_id: int) -> FundedProject | None:
    """The facts of a funded project that is still to be carried out; None for any other."""
    row = Proposal.objects.select_related("round").filter(pk=proposal_id, state="funded").first()
    if row is None:
        return None
    return FundedProject(row.title, row.place_id, row.round.place_id, row.round.unit_id)


def is_empty() -> bool:
    """Whether there was never a round."""
    return not Round.objects.exists()
