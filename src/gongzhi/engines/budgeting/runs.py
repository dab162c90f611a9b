"""What a run of a rule reports: purchases in order, and the exact ties it met."""

from dataclasses import dataclass
from fractions import Fraction

from .ties import UnresolvedTie


@dataclass(frozen=True, slots=True)
class Tie:
    """Before purchase number `turn` (from 0) these projects were exactly equal."""

    turn: int
    projects: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SharesRun:
    """What one endowment buys: projects in order of purchase, and the ties met on the way.

    `refused` is set when the tie rule refused to choose; the run ends there. Up to `reach`
    (excluded) may be added to the endowment with the same purchases in the same order, by proof.
    """

    endowment: Fraction
    bought: tuple[int, ...]
    ties: tuple[Tie, ...]
    refused: UnresolvedTie | None = None
    reach: float = 0.0
