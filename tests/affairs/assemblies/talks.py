"""A topic small enough to keep in mind: a lift for a building, with four seeds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gongzhi.affairs.assemblies.choices import Capacity, VoteValue
from gongzhi.affairs.assemblies.decisions import NewTask
from gongzhi.affairs.assemblies.models import Statement, Topic
from gongzhi.affairs.assemblies.rosters import invite_seats
from gongzhi.affairs.assemblies.statements import seed_statement
from gongzhi.affairs.assemblies.topics import (
    NewTopic,
    decide_topic,
    notice_topic,
    open_topic,
    propose_topic,
)
from gongzhi.affairs.assemblies.votes import cast_vote
from gongzhi.commons.permissions.actors import RESIDENT
from tests.affairs.small_district import MONDAY, SmallDistrict

LATER = MONDAY + timedelta(hours=2)
CLOSES = MONDAY + timedelta(days=14)
AFTER = CLOSES + timedelta(days=1)
OBJECTIONS = AFTER + timedelta(days=5)
DECIDED = OBJECTIONS + timedelta(hours=1)
DUE = DECIDED + timedelta(days=30)
SEEDS = (
    "加装电梯后低楼层的费用应当减免",
    "电梯井不能挡住一楼的采光",
    "施工应当避开考试季节",
    "运行电费应当按楼层分摊",
)
AGREE, PASS, DISAGREE = VoteValue.AGREE, VoteValue.PASS, VoteValue.DISAGREE


@dataclass
class Talk:
    """One topic of the small district, and the tokens of the seats that were handed out."""

    district: SmallDistrict
    topic_id: int
    tokens: list[str] = field(default_factory=list)

    @property
    def topic(self) -> Topic:
        return Topic.objects.get(pk=self.topic_id)

    @property
    def statements(self) -> list[Statement]:
        return list(Statement.objects.filter(topic_id=self.topic_id).order_by("number"))

    def open(self, *, by_invitation: bool = False) -> None:
        open_topic(
            topic_id=self.topic_id, closes_at=CLOSES,
            capacities=[Capacity.OWNER, Capacity.TENANT], by_invitation=by_invitation,
            by=self.district.worker, at=MONDAY,
        )  # fmt: skip

    def invite(self, count: int, *, paper: bool = False) -> list[int]:
        slips = invite_seats(
            topic_id=self.topic_id, capacity=Capacity.OWNER, count=count, paper=paper,
            by=self.district.worker, at=MONDAY,
        )  # fmt: skip
        if not paper:
            self.tokens += [slip.token for slip in slips]
        return [slip.number for slip in slips]

    def vote(self, seat: int, values: Sequence[int | None], *, at: datetime = LATER) -> None:
        """One vote for each statement by number; None leaves one out."""
        for statement, value in zip(self.statements, values, strict=False):
            if value is not None:
                cast_vote(
                    token=self.tokens[seat], statement_id=statement.pk, value=VoteValue(value),
                    by=RESIDENT, at=at,
                )  # fmt: skip

    def two_camps(self, each: int) -> None:
        """Two groups of so many seats that agree on the last statement only."""
        self.invite(2 * each)
        for seat in range(2 * each):
            first = 1 if seat < each else -1
            self.vote(seat, [first, -first, first if seat % 5 else 0, 1])

    def notice(self) -> int:
        return notice_topic(
            topic_id=self.topic_id, text="拟按共识方案报批", objections_until=OBJECTIONS,
            by=self.district.worker, at=AFTER,
        )  # fmt: skip

    def decide(self, *tasks: NewTask) -> int:
        return decide_topic(
            topic_id=self.topic_id, text="同意加装电梯", rule="公示无异议", tasks=tasks,
            by=self.district.coordinator, at=DECIDED,
        )  # fmt: skip

    def task(self, unit: str = "committee", title: str = "报批") -> NewTask:
        return NewTask(title, self.district.units[unit].pk, DUE)


def propose(district: SmallDistrict, *, seeds: Sequence[str] = SEEDS) -> Talk:
    """A topic that is proposed, with its seeds."""
    topic_id = propose_topic(
        new=NewTopic(
            title="三号楼加装电梯", question="三号楼要不要加装电梯，费用怎么分？",
            place_id=district.places["garden"].pk,
        ),
        by=district.worker, at=MONDAY,
    )  # fmt: skip
    for words in seeds:
        seed_statement(topic_id=topic_id, text=words, by=district.worker, at=MONDAY)
    return Talk(district, topic_id)
