"""Which projects does the budget buy so that each group gets its share, and why?"""

from .accounts import PublicPayers, publish_payers
from .allocations import (
    Allocation,
    Rule,
    Settings,
    Source,
    Start,
    allocate,
    compare_rules,
    starting_endowment,
)
from .comparisons import ComparisonBy, Preference, compare_outcomes
from .completions import Completion, Stop
from .elections import (
    BallotKind,
    Ballots,
    Election,
    InvalidElection,
    Places,
    make_election,
)
from .explanations import Explanation, ProjectExplanation, Reason, explain
from .greedy import GreedyOrder
from .pabulib import PabulibFile, UnreadableElection, read_pabulib, write_pabulib
from .representation import (
    PlaceRepresentation,
    Underserved,
    check_prices,
    find_underserved,
    represent_places,
    suppress_small,
)
from .support import Support, Utility, measure_support
from .ties import DEFAULT_TIE_RULES, TieBreaker, TieRule, UnresolvedTie, break_ties

__all__ = [
    "DEFAULT_TIE_RULES",
    "Allocation",
    "BallotKind",
    "Ballots",
    "ComparisonBy",
    "Completion",
    "Election",
    "Explanation",
    "GreedyOrder",
    "InvalidElection",
    "PabulibFile",
    "PlaceRepresentation",
    "Places",
    "Preference",
    "ProjectExplanation",
    "PublicPayers",
    "Reason",
    "Rule",
    "Settings",
    "Source",
    "Start",
    "Stop",
    "Support",
    "TieBreaker",
    "TieRule",
    "Underserved",
    "UnreadableElection",
    "UnresolvedTie",
    "Utility",
    "allocate",
    "break_ties",
    "check_prices",
    "compare_outcomes",
    "compare_rules",
    "explain",
    "find_underserved",
    "make_election",
    "measure_support",
    "publish_payers",
    "read_pabulib",
    "represent_places",
    "starting_endowment",
    "suppress_small",
    "write_pabulib",
]
