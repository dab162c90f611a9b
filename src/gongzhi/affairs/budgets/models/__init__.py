"""Rounds of the community fund: proposals, secret ballots, what was allocated, and the fund."""

from gongzhi.affairs.budgets.models.funds import Fund, FundEntry
from gongzhi.affairs.budgets.models.rounds import Proposal, Round, Tally
from gongzhi.affairs.budgets.models.votes import Ballot, PaperSheet, RosterEntry

__all__ = [
    "Ballot",
    "Fund",
    "FundEntry",
    "PaperSheet",
    "Proposal",
    "RosterEntry",
    "Round",
    "Tally",
]
