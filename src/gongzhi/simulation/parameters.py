"""What the model assumes, each figure with where it comes from; docs/simulation.md explains it.

"Field" marks figures published for Beijing-like hotlines, "derived" what follows from them for a
district of 187,000 residents, "assumed" what nobody publishes and a district should replace.
"""

from dataclasses import dataclass, field


def _hours() -> tuple[float, ...]:
    """Share of a day's requests by hour: two humps, a quiet night (assumed)."""
    by_hour = [
        "1",
        "1",
        "0.5",
        "0.5",
        "0.5",
        "1",
        "2",
        "5",
        "9",
        "11",
        "11",
        "9",
        "6",
        "6",
        "8",
        "9",
        "9",
        "8",
        "7",
        "7",
        "7",
        "6",
        "4",
        "2",
    ]
    weights = [float(weight) for weight in by_hour]
    return tuple(weight / sum(weights) for weight in weights)


@dataclass(frozen=True)
class Residents:
    """How many ask, when, and how they can be reached."""

    tickets_per_household_year: float = 1.04  # derived: 75,000 tickets, 72,000 households
    by_hour: tuple[float, ...] = field(default_factory=_hours)
    weekend: float = 0.8  # assumed
    holiday: float = 0.6  # assumed
    peak_days_per_year: float = 6.0  # assumed: storms, frost, outages
    peak_factor: float = 3.0  # field: the highest published peaks are about threefold
    hot_issues_per_community_year: float = 1.5  # assumed
    hot_issue_requests: float = 9.0  # assumed: mean size of a burst over two weeks
    leave_contact: float = 0.85  # assumed
    repeat: float = 0.06  # assumed: the same matter again within 90 days
    channels: tuple[tuple[str, float], ...] = (
        ("phone", 0.62),  # field: nine in ten calls elsewhere; here the page takes its share
        ("page", 0.22),
        ("grid", 0.08),
        ("voice", 0.05),
        ("paper", 0.03),
    )
    kinds: tuple[tuple[str, float], ...] = (
        ("help", 0.42),
        ("complaint", 0.33),
        ("enquiry", 0.12),
        ("report", 0.07),
        ("suggestion", 0.06),
    )


@dataclass(frozen=True)
class Units:
    """How units work: shares of tickets, and times as shares of the limit."""

    objection: float = 0.04  # assumed
    objection_upheld: float = 0.4  # assumed
    contact_at: float = 0.35  # median share of the contact limit that passes first (assumed)
    contact_spread: float = 0.55  # sigma of its logarithm: about 3 % come late
    finish_at: float = 0.45  # the same for the result
    finish_spread: float = 0.5
    question: float = 0.05
    interim: float = 0.15
    extension: float = 0.04
    parking: float = 0.008
    exclusion: float = 0.02
    whistle: float = 0.006  # assumed: neither unused nor ordinary
    assistance: float = 0.06
    merge: float = 0.5  # of hot-issue requests that follow the first
    works_at_night: float = 0.1  # otherwise a step waits for office hours


@dataclass(frozen=True)
class Answers:
    """What requesters say when they are asked back."""

    respond: float = 0.55  # assumed: the rest stays silent, which is no answer
    solved: float = 0.92  # field: published rates lie between 0.90 and 0.97
    partly: float = 0.04
    late_penalty: float = 0.15  # solved less often when the limit was missed (assumed)
    satisfied_if_solved: float = 0.9
    satisfied_otherwise: float = 0.25


@dataclass(frozen=True)
class Parameters:
    """One run of the model: where, how long, how much, from which seed."""

    communities: int = 36
    days: int = 365
    seed: int = 1
    scale: float = 1.0  # 10 for a district ten times as large, 0.01 for a hundredth
    residents: Residents = field(default_factory=Residents)
    units: Units = field(default_factory=Units)
    answers: Answers = field(default_factory=Answers)

    def __post_init__(self) -> None:
        if not self.communities >= 1 or not self.days >= 1 or not 0 < self.scale <= 1_000:
            raise ValueError("communities and days start at 1, scale lies above 0, up to 1000")
