"""The rule of a round: chosen and checked while it is prepared, fixed when the vote opens."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from gongzhi.affairs.budgets.choices import (
    AllocationRule,
    BallotKind,
    Beginning,
    Gain,
    Growth,
    TieOrder,
)
from gongzhi.affairs.budgets.models import Round
from gongzhi.engines.budgeting import (
    ComparisonBy,
    Completion,
    Rule,
    Settings,
    Start,
    TieRule,
    Utility,
)

MOST_POINTS = 1_000
LARGEST_SEED = 10**12
# What a district starts with; each round carries its own copy, which may be changed.
MAY_FUND = (
    "公共部位小修小补",
    "无障碍和适老设施",
    "楼道、绿地、休憩空间的改善",
    "便民设施",
    "居民文体和邻里活动",
    "社区安全和应急设备",
)
MAY_NOT_FUND = (
    "发给个人的现金和实物",
    "应由房屋所有人或责任单位承担的费用",
    "政府部门职责内的事项",
    "办公经费和人员工资",
    "营利性活动",
)


class CannotChoose(ValueError):
    """A rule that doesn't go together; `field` names the part at fault."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChoice:
    """How people vote and how the money follows, all of it stated before the vote."""

    ballot_kind: BallotKind = BallotKind.APPROVAL
    most_listed: int | None = None
    points_each: int | None = None
    rule: AllocationRule = AllocationRule.EQUAL_SHARES
    gain: Gain = Gain.COST
    growth: Growth = Growth.ADD1
    then_greedy: bool = False
    comparison: bool = False
    beginning: Beginning = Beginning.EXACT
    tie_order: TieOrder = TieOrder.CHEAPER
    seed: int = 0

    def columns(self) -> dict[str, Any]:
        """The values as a round keeps them."""
        return asdict(self)


def check_rule(chosen: RuleChoice) -> None:
    """Refuse a rule whose parts don't go together."""
    if chosen.gain is Gain.POINTS and chosen.ballot_kind is not BallotKind.POINTS:
        raise CannotChoose("gain", _("“按所打的分”只用于打分的选票"))
    if chosen.gain is Gain.BORDA and chosen.ballot_kind is not BallotKind.RANKED:
        raise CannotChoose("gain", _("“按名次”只用于排序的选票"))
    if chosen.rule is not AllocationRule.EQUAL_SHARES and chosen.growth is not Growth.NONE:
        raise CannotChoose("growth", _("逐元追加只属于平等份额法；请选“不追加”"))
    if chosen.most_listed is not None and not 1 <= chosen.most_listed <= 500:
        raise CannotChoose("most_listed", _("最多可选的项数应在 1 到 500 之间"))
    if chosen.ballot_kind is BallotKind.POINTS:
        if chosen.points_each is None or not 1 <= chosen.points_each <= MOST_POINTS:
            raise CannotChoose("points_each", _("每人的总分应在 1 到 1000 之间"))
    elif chosen.points_each is not None:
        raise CannotChoose("points_each", _("只有打分的选票才有总分"))
    if not 0 <= chosen.seed <= LARGEST_SEED:
        raise CannotChoose("seed", _("抽签种子应是 0 到一万亿之间的整数"))


def choice_of(row: Round) -> RuleChoice:
    """The rule that a round states."""
    return RuleChoice(
        ballot_kind=BallotKind(row.ballot_kind),
        most_listed=row.most_listed,
        points_each=row.points_each,
        rule=AllocationRule(row.rule),
        gain=Gain(row.gain),
        growth=Growth(row.growth),
        then_greedy=row.then_greedy,
        comparison=row.comparison,
        beginning=Beginning(row.beginning),
        tie_order=TieOrder(row.tie_order),
        seed=row.seed,
    )


def settings_of(chosen: RuleChoice) -> Settings:
    """The rule as the engine takes it."""
    return Settings(
        rule=Rule(chosen.rule.value),
        utility=Utility(chosen.gain.value),
        completion=Completion(chosen.growth.value),
        then_greedy=chosen.then_greedy,
        comparison=ComparisonBy.SATISFACTION if chosen.comparison else None,
        start=Start(chosen.beginning.value),
        tie_rules=tuple(TieRule(part) for part in chosen.tie_order.value.split(",")),
        seed=chosen.seed,
    )


def command_of(chosen: RuleChoice) -> str:
    """The command that allocates an exported round again, by the same rule."""
    parts = ["gongzhi allocate round.pb", f"--rule {chosen.rule.value}"]
    parts.append(f"--utility {chosen.gain.value}")
    parts.append(f"--completion {chosen.growth.value}")
    parts += ["--then-greedy"] if chosen.then_greedy else []
    parts += ["--comparison"] if chosen.comparison else []
    parts += [f"--endowment {chosen.beginning.value}", f"--ties {chosen.tie_order.value}"]
    parts.append(f"--seed {chosen.seed}")
    return " ".join(parts)


def stated(chosen: RuleChoice) -> Mapping[str, str | int | bool]:
    """The rule as plain words for the ledger and for META of an export."""
    return {
        "ballot_kind": chosen.ballot_kind.value,
        "rule": chosen.rule.value,
        "gain": chosen.gain.value,
        "growth": chosen.growth.value,
        "then_greedy": chosen.then_greedy,
        "comparison": chosen.comparison,
        "beginning": chosen.beginning.value,
        "tie_order": chosen.tie_order.value,
        "seed": chosen.seed,
    }
