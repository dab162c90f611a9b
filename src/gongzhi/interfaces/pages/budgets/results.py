"""The result of a count in words and in bars."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongzhi.affairs.budgets.amounts import yuan
from gongzhi.affairs.budgets.choices import AllocationRule, BallotKind, Gain
from gongzhi.affairs.budgets.queries.rounds import ProposalRow, RoundStory, TallyView
from gongzhi.affairs.budgets.rules import command_of
from gongzhi.interfaces.pages.budgets.rows import Bar, proposal_badge
from gongzhi.interfaces.pages.components import Badge

WIDE = 640
_REASONS: dict[str, str | Promise] = {
    "no-support": gettext_lazy("没有人投它。"),
    "dearer-than-budget": gettext_lazy("造价超过总预算。"),
    "supporters-short": gettext_lazy("支持它的人合起来的份额还不够付它的造价。"),
    "stopped-before": gettext_lazy("还没轮到它，预算就用完了。"),
    "no-longer-fits": gettext_lazy("轮到它时，余款不够。"),
    "other-outcome-preferred": gettext_lazy("多数投票人更满意另一种结果。"),
}
_SOURCES: dict[str, str | Promise] = {
    "greedy-completion": gettext_lazy("用余款按票数补足时入选。"),
    "comparison": gettext_lazy("多数投票人更满意“按票数”的结果，按那个结果入选。"),
    "greedy": gettext_lazy("按票数从多到少轮到它时，预算够用。"),
    "phragmen": gettext_lazy("支持它的人攒够了它的造价。"),
}
_RULES: dict[str, str | Promise] = {
    "equal-shares": gettext_lazy("平等份额法，不追加"),
    "equal-shares-add1": gettext_lazy("平等份额法，逐元追加"),
    "equal-shares-add1-greedy": gettext_lazy("平等份额法，逐元追加，余款按票数"),
    "phragmen": gettext_lazy("Phragmén 顺序法"),
    "greedy": gettext_lazy("按票数从多到少"),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One project in the table of results."""

    row: ProposalRow
    badge: Badge
    cost: str
    votes: str
    bar: float  # of WIDE
    why: str


@dataclass(frozen=True, slots=True)
class OtherRule:
    """What another rule would have funded."""

    label: str
    spent: str
    same: bool
    adds: str
    drops: str


@dataclass(frozen=True, slots=True)
class PlaceShare:
    """How one place fared."""

    name: str
    voters: str
    share: str
    paid: str
    represented: str


def outcomes(story: RoundStory, tally: TallyView) -> list[Outcome]:
    """Every project on the ballot, funded ones in order first, then by votes."""
    told = [row for row in story.proposals if row.account]
    told.sort(
        key=lambda row: (
            row.account["order"] is None, row.account["order"] or 0,
            -(row.account["votes"] or 0), row.number,
        )
    )  # fmt: skip
    most = max([row.account["votes"] or 0 for row in told] or [1]) or 1
    return [
        Outcome(
            row=row,
            badge=proposal_badge(row.state),
            cost=yuan(row.account["cost"]),
            votes=_votes(row.account["votes"]),
            bar=round(WIDE * (row.account["votes"] or 0) / most, 1),
            why=why(row.account),
        )
        for row in told
    ]


def _votes(count: int | None) -> str:
    return _("少于 5") if count is None else str(count)


def why(account: dict[str, Any]) -> str:
    """Why a project stands where it stands, in a sentence or two."""
    if account["order"] is not None:
        return _why_funded(account)
    said = str(_REASONS.get(account["reason"], ""))
    if account.get("lacking"):
        said += _("他们最后还有 %(held)s 元，差 %(lacking)s 元。") % {
            "held": yuan(account["held"]), "lacking": yuan(account["lacking"]),
        }  # fmt: skip
    if account.get("needed_budget"):
        said += _("别的都不变，预算有 %(amount)s 元时它会入选。") % {
            "amount": yuan(account["needed_budget"])
        }
    return said


def _why_funded(account: dict[str, Any]) -> str:
    source = account["by"]
    if source != "equal-shares":
        return str(_SOURCES.get(source, ""))
    if account.get("payers") is None:
        return _("支持它的人合起来付了它的造价；各付多少涉及不足 5 人，不显示。")
    said = _("%(count)d 位支持者合起来付了它的造价。") % {"count": account["payers"]}
    if account.get("full_payers"):
        said += _("其中 %(full)d 位各付 %(share)s 元，其余付到份额用完。") % {
            "full": account["full_payers"], "share": yuan(account["share"]),
        } if account["full_payers"] < account["payers"] else _("每位付 %(share)s 元。") % {
            "share": yuan(account["share"])
        }  # fmt: skip
    return said


def budget_bar(story: RoundStory, tally: TallyView) -> list[Bar]:
    """The budget as one bar: a part for each funded project, and what is left."""
    funded = {name: at for at, name in enumerate(tally.result["funded"])}
    rows = {str(row.number): row for row in story.proposals}
    found, x = [], 0.0
    for name, at in funded.items():
        width = WIDE * tally.result["projects"][name]["cost"] / story.row.budget
        title = rows[name].title if name in rows else name
        words = f"{title} {yuan(tally.result['projects'][name]['cost'])}"
        found.append(Bar(round(x, 1), round(width, 1), "odd" if at % 2 else "even", words))
        x += width
    left = story.row.budget - tally.result["spent"]
    if left > 0:
        words = _("余款 %(amount)s 元") % {"amount": yuan(left)}
        found.append(Bar(round(x, 1), round(WIDE - x, 1), "left", words))
    return found


def other_rules(story: RoundStory, tally: TallyView) -> list[OtherRule]:
    """What each rule would have funded with the same ballots."""
    ours = set(tally.result["funded"])
    return [
        OtherRule(
            label=str(_RULES.get(name, name)),
            spent=yuan(other["spent"]),
            same=set(other["funded"]) == ours,
            adds=_named(story, set(other["funded"]) - ours),
            drops=_named(story, ours - set(other["funded"])),
        )
        for name, other in tally.result["rules"].items()
    ]


def _named(story: RoundStory, numbers: set[str]) -> str:
    return "、".join(row.title for row in story.proposals if str(row.number) in numbers)


def place_shares(tally: TallyView) -> list[PlaceShare]:
    """How each place fared; places where few voted say nothing."""
    return [
        PlaceShare(
            name=each["place"] or _("其他"),
            voters=_count(each["voters"]),
            share=_percent(each["share"]),
            paid=_percent(each["paid"]),
            represented=_count(each["represented"]),
        )
        for each in tally.result["places"]
    ]


def _count(number: int | None) -> str:
    return "—" if number is None else str(number)


def _percent(part: float | None) -> str:
    return "—" if part is None else f"{part:.0%}"


def rule_words(story: RoundStory) -> list[tuple[str, str]]:
    """The rule as label and value, for everyone to read before the vote."""
    rule = story.rule
    kind = str(BallotKind(rule.ballot_kind).label)
    if rule.most_listed:
        kind += _("（最多 %(count)d 项）") % {"count": rule.most_listed}
    if rule.points_each:
        kind += _("（每人 %(count)d 分）") % {"count": rule.points_each}
    found = [
        (_("怎样投票"), kind),
        (_("怎样分配"), str(AllocationRule(rule.rule).label)),
        (_("项目对支持者的分量"), str(Gain(rule.gain).label)),
    ]
    if rule.rule is AllocationRule.EQUAL_SHARES:
        found += [(_("起始份额"), str(rule.beginning.label)), (_("余款"), str(rule.growth.label))]
    if rule.then_greedy:
        found.append((_("最后的余款"), _("按票数补足")))
    if rule.comparison:
        found.append((_("比较"), _("与“按票数”的结果比较，多数人更满意哪个就用哪个")))
    ties = f"{rule.tie_order.label}（{_('抽签种子')} {rule.seed}）"
    return [*found, (_("完全相等时"), ties)]


def reproduced_by(story: RoundStory) -> str:
    """The command that computes the result again from the exported file."""
    return command_of(story.rule)
