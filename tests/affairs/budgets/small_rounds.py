"""A round small enough to keep in mind, on the small district."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from gongzhi.affairs.budgets.ballots import cast_ballot
from gongzhi.affairs.budgets.codes import NewEntry, issue_codes, print_slips
from gongzhi.affairs.budgets.counting import count_round
from gongzhi.affairs.budgets.models import Proposal, Round
from gongzhi.affairs.budgets.proposals import NewProposal, check_proposal, make_proposal
from gongzhi.affairs.budgets.rounds import (
    Calendar,
    NewRound,
    begin_checking,
    draft_round,
    open_collecting,
    open_voting,
)
from gongzhi.affairs.budgets.rules import RuleChoice
from gongzhi.commons.permissions.actors import RESIDENT, Actor
from gongzhi.commons.permissions.roles import RoleKind
from tests.affairs.small_district import SmallDistrict, moment

MARCH_2, MARCH_12 = moment("2026-03-02"), moment("2026-03-12")
VOTING_DAY, AFTER = moment("2026-03-16", "10:30"), moment("2026-03-23")
CALENDAR = Calendar(
    proposals_until=date(2026, 3, 10),
    check_until=date(2026, 3, 14),
    ballots_from=date(2026, 3, 15),
    ballots_until=date(2026, 3, 22),
)
LINE, BAD_LINE = "公共部位小修小补", "营利性活动"
PROJECTS = (("楼道加装扶手", 60_000), ("活动室添置桌椅", 30_000), ("门口装两盏路灯", 20_000))


@dataclass
class SmallRound:
    """The small district, and short ways through a round."""

    district: SmallDistrict
    ids: dict[str, int] = field(default_factory=dict)

    @property
    def runs(self) -> Actor:
        return self.district.coordinator

    @property
    def worker(self) -> Actor:
        return self.district.worker

    @property
    def other_worker(self) -> Actor:
        return self.district.actor(RoleKind.COMMUNITY_WORKER, "party", "willow")

    def new(self, **more: Any) -> NewRound:
        told: dict[str, Any] = {
            "title": "2026 年共建资金", "place_id": self.district.places["willow"].pk,
            "budget": 80_000_00, "year": 2026, "calendar": CALENDAR,
        }  # fmt: skip
        return NewRound(**(told | more))

    def proposal(self, title: str = "楼道加装扶手", yuan: int = 60_000, **more: Any) -> NewProposal:
        told: dict[str, Any] = {
            "title": title, "text": "老人上下楼方便", "cost": yuan * 100, "basis": "两家报价",
            "place_id": self.district.places["garden"].pk,
        }  # fmt: skip
        return NewProposal(**(told | more))

    def drafted(self, **more: Any) -> int:
        return draft_round(new=self.new(**more), by=self.runs, at=MARCH_2)

    def collecting(self, **more: Any) -> int:
        made = self.drafted(**more)
        open_collecting(round_id=made, by=self.runs, at=MARCH_2)
        return made

    def checking(self, projects: Sequence[tuple[str, int]] = PROJECTS, **more: Any) -> int:
        """Collected and found feasible."""
        made = self.collecting(**more)
        for title, yuan in projects:
            new = self.proposal(title, yuan)
            receipt = make_proposal(round_id=made, new=new, by=RESIDENT, at=MARCH_2)
            self.ids[title] = receipt.proposal_id
            self.check(receipt.proposal_id)
        begin_checking(round_id=made, by=self.runs, at=MARCH_12)
        return made

    def check(self, proposal_id: int, *, feasible: bool = True, **more: Any) -> None:
        told: dict[str, Any] = {
            "cost": Proposal.objects.get(pk=proposal_id).asked, "reason": "",
            "listed_as": LINE if feasible else BAD_LINE,
        }  # fmt: skip
        check_proposal(
            proposal_id=proposal_id, feasible=feasible, by=self.worker, at=MARCH_12,
            **(told | more),
        )  # fmt: skip

    def voting(
        self, voters: int = 12, rule: RuleChoice | None = None, **more: Any
    ) -> tuple[int, list[str]]:
        """A round in which people vote, and the codes given out at the estate."""
        made = self.checking(rule=rule or RuleChoice(), **more)
        codes = self.codes(made, voters)
        open_voting(round_id=made, by=self.runs, at=MARCH_12)
        return made, codes

    def codes(self, round_id: int, count: int, place: str = "garden") -> list[str]:
        home = self.district.places[place].pk
        entries = [NewEntry(home, f"{n + 1} 号") for n in range(count)]
        issue_codes(round_id=round_id, entries=entries, by=self.worker, at=MARCH_2)
        found: list[str] = []
        while slips := print_slips(round_id=round_id, by=self.worker, at=MARCH_2):
            found += [slip.code for slip in slips]
        return found

    def cast(self, code: str, choices: Sequence[object], at: datetime = VOTING_DAY) -> None:
        cast_ballot(code=code, choices=choices, by=RESIDENT, at=at)

    def counted(self, voters: int = 12, **more: Any) -> int:
        """Two thirds want rails and lamps, the others tables."""
        made, codes = self.voting(voters, **more)
        for number, code in enumerate(codes):
            self.cast(code, [1, 3] if number % 3 else [2])
        count_round(round_id=made, by=self.runs, at=AFTER)
        return made

    def row(self, round_id: int) -> Round:
        return Round.objects.get(pk=round_id)


def days(count: int) -> timedelta:
    return timedelta(days=count)
