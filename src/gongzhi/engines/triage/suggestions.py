"""What triage suggests, whoever suggests it: rules or a trained model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from gongzhi.engines.triage.texts import Message, Span

MOST_RANKS = 3


@dataclass(frozen=True, slots=True)
class Rank:
    """A category and the probability that it is the right one (of a rule: its confidence)."""

    category: str
    probability: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Up to three categories, best first, with the words that spoke for the first.

    `sure` is False when the suggester abstains: the ranks then are hints, and a person looks.
    `basis` says what the probabilities are: calibrated shares (model) or keyword shares (rules).
    """

    ranks: tuple[Rank, ...]
    evidence: tuple[Span, ...]
    sure: bool
    basis: Literal["rules", "model"]

    @property
    def category(self) -> str | None:
        """The category to fill in, or None when the suggester isn't sure."""
        return self.ranks[0].category if self.sure and self.ranks else None

    @property
    def probability(self) -> float:
        """The probability of the first rank (0 when there is none)."""
        return self.ranks[0].probability if self.ranks else 0.0


class Suggester(Protocol):
    """Anything that suggests categories for messages."""

    def suggest(self, messages: Sequence[Message]) -> list[Suggestion]:
        """Return one suggestion for each message, in order."""
        ...
