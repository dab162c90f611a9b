"""The forms of rounds, proposals and the fund; what a field means is decided by the actions."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gongzhi.affairs.budgets.amounts import fen, yuan
from gongzhi.affairs.budgets.choices import (
    AllocationRule,
    BallotKind,
    Beginning,
    EntryKind,
    Gain,
    Growth,
    TieOrder,
)
from gongzhi.affairs.budgets.proposals import NewProposal
from gongzhi.affairs.budgets.queries.funds import running_projects
from gongzhi.affairs.budgets.queries.rounds import ProposalRow, RoundStory
from gongzhi.affairs.budgets.rounds import Calendar, NewRound
from gongzhi.affairs.budgets.rules import MAY_FUND, MAY_NOT_FUND, MOST_POINTS, RuleChoice
from gongzhi.commons.organisations.queries import unit
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import reach
from gongzhi.commons.territory.queries import communities, find_place, place, subtree_ids
from gongzhi.interfaces.pages.framing.contacts import ContactField, ask_only_what_can_be_used
from gongzhi.interfaces.pages.framing.files import FilesField
from gongzhi.interfaces.pages.guarding.forms import Guard, GuardedForm
from gongzhi.interfaces.pages.tickets.fields import day, words


def community_choices(by: Actor, action: str) -> list[tuple[str, str]]:
    """The communities for which `by` may do `action`."""
    granted = reach(by, action)
    held = [view.path for i in granted.place_ids if (view := find_place(i))]
    return [
        (str(view.id), view.full_name)
        for view in communities()
        if granted.everywhere or any(view.path.startswith(path) for path in held)
    ]


def place_choices(community_id: int) -> list[tuple[str, str]]:
    """The community itself and its estates."""
    home = place(community_id)
    found = [view for i in subtree_ids(community_id) if (view := find_place(i))]
    below = [view for view in found if view.kind in {"estate", "phase"}]
    return [(str(home.id), home.name), *((str(view.id), view.name) for view in below)]


def money(label: Any, *, hint: Any = "") -> forms.DecimalField:
    """An amount in yuan, to the fen."""
    widget = forms.TextInput(attrs={"inputmode": "decimal"})
    return forms.DecimalField(
        label=label, help_text=hint, max_digits=12, decimal_places=2, min_value=Decimal("0.01"),
        widget=widget,
    )  # fmt: skip


def plain_yuan(amount: int) -> str:
    """Fen as a field shows yuan."""
    return yuan(amount).replace(",", "")


class RuleFields(forms.Form):
    """How people vote and how the money follows."""

    ballot_kind = forms.ChoiceField(label=_("怎样投票"), choices=BallotKind.choices)
    most_listed = forms.IntegerField(
        label=_("最多选几项"), min_value=1, max_value=500, required=False
    )
    points_each = forms.IntegerField(
        label=_("每人的总分（只用于打分）"), min_value=1, max_value=MOST_POINTS, required=False
    )
    rule = forms.ChoiceField(
        label=_("怎样分配"),
        help_text=_("平等份额法：预算平分给每个投票人，支持的人合起来出钱，各群体都有份。"),
        choices=AllocationRule.choices,
    )
    gain = forms.ChoiceField(label=_("项目对支持者的分量"), choices=Gain.choices)
    growth = forms.ChoiceField(
        label=_("余款怎样追加（只用于平等份额法）"), choices=Growth.choices, initial=Growth.ADD1
    )
    step = forms.IntegerField(
        label=_("每次追加几元"), min_value=1, max_value=10_000, initial=1, required=False
    )
    then_greedy = forms.BooleanField(label=_("最后的余款按票数补足"), required=False)
    comparison = forms.BooleanField(
        label=_("与“按票数”的结果比较，多数人更满意哪个就用哪个"), required=False
    )
    beginning = forms.ChoiceField(label=_("起始份额"), choices=Beginning.choices)
    tie_order = forms.ChoiceField(label=_("完全相等时"), choices=TieOrder.choices)
    seed = forms.IntegerField(
        label=_("抽签种子"),
        help_text=_("当众抽出的一个数，投票前公布；任何人都能重抽一遍。"),
        min_value=0, max_value=10**12, initial=0,
    )  # fmt: skip

    def rule_choice(self) -> RuleChoice:
        asked = self.cleaned_data
        return RuleChoice(
            ballot_kind=BallotKind(asked.get("ballot_kind") or BallotKind.APPROVAL),
            most_listed=asked.get("most_listed"),
            points_each=asked.get("points_each"),
            rule=AllocationRule(asked["rule"]),
            gain=Gain(asked["gain"]),
            growth=Growth(asked["growth"]),
            step=asked.get("step") or 1,
            then_greedy=asked["then_greedy"],
            comparison=asked["comparison"],
            beginning=Beginning(asked["beginning"]),
            tie_order=TieOrder(asked["tie_order"]),
            seed=asked["seed"],
        )


class RoundForm(RuleFields):
    """A round with its lists, its calendar and its rule."""

    title = forms.CharField(label=_("名称"), max_length=80)
    text = words(_("说明"), required=False)
    place = forms.ChoiceField(label=_("社区"))
    year = forms.IntegerField(label=_("年份"), min_value=2000, max_value=2200)
    budget = money(_("预算（元）"))
    may_fund = words(_("可以做的（正面清单，每行一条）"), required=False, rows=6)
    may_not_fund = words(_("不能做的（负面清单，每行一条）"), required=False, rows=6)
    proposals_until = day(_("提案截止"))
    check_until = day(_("核查截止"))
    ballots_from = day(_("投票从哪天开始"))
    ballots_until = day(_("投票到哪天为止"))
    field_order = (
        "title", "place", "year", "budget", "text", "proposals_until", "check_until",
        "ballots_from", "ballots_until", "may_fund", "may_not_fund",
    )  # fmt: skip

    def __init__(self, *args: Any, by: Actor, story: RoundStory | None = None, **more: Any) -> None:
        more.setdefault("initial", _initial(story))
        super().__init__(*args, **more)
        field = self.fields["place"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = community_choices(by, "rounds.run")

    def new_round(self) -> NewRound:
        asked = self.cleaned_data
        return NewRound(
            title=asked["title"],
            text=asked["text"],
            place_id=int(asked["place"]),
            year=asked["year"],
            budget=fen(asked["budget"]),
            may_fund=asked["may_fund"].splitlines(),
            may_not_fund=asked["may_not_fund"].splitlines(),
            calendar=Calendar(
                asked["proposals_until"], asked["check_until"],
                asked["ballots_from"], asked["ballots_until"],
            ),
            rule=self.rule_choice(),
        )  # fmt: skip


def _initial(story: RoundStory | None) -> dict[str, Any]:
    if story is None:
        return {
            "year": timezone.localdate().year,
            "may_fund": "\n".join(MAY_FUND),
            "may_not_fund": "\n".join(MAY_NOT_FUND),
        }
    return {
        "title": story.row.title,
        "text": story.text,
        "place": str(story.row.place_id),
        "year": story.row.year,
        "budget": plain_yuan(story.row.budget),
        "may_fund": "\n".join(story.may_fund),
        "may_not_fund": "\n".join(story.may_not_fund),
        "proposals_until": story.row.proposals_until,
        "check_until": story.check_until,
        "ballots_from": story.row.ballots_from,
        "ballots_until": story.row.ballots_until,
        **story.rule.columns(),
    }


class ArchiveForm(RuleFields):
    """A Pabulib file, the community under which it is shown, and a rule to compute it by."""

    file = forms.FileField(
        label=_("Pabulib 文件（.pb）"), help_text=_("最大 5 MB；只留数字，不留个人信息。")
    )
    title = forms.CharField(label=_("名称"), max_length=80, required=False)
    place = forms.ChoiceField(label=_("归在哪个社区下面"))
    field_order = ("file", "title", "place")

    def __init__(self, *args: Any, by: Actor, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in ("ballot_kind", "most_listed", "points_each", "step"):
            del self.fields[name]
        field = self.fields["place"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = community_choices(by, "rounds.import")


class ProposalFields(forms.Form):
    """What somebody wants done."""

    title = forms.CharField(
        label=_("想做什么"), help_text=_("一句话，例如：活动室门口装一段扶手。"), max_length=60
    )
    text = words(_("为什么要做、怎样做"), hint=_("请不要写别人的姓名和电话。"))
    place = forms.ChoiceField(label=_("在哪里"))
    cost = money(_("大约要多少钱（元）"))
    basis = words(_("这个数是怎么估的"), hint=_("例如：问了两家店、参照去年的价格。"), rows=2)
    once = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(self, *args: Any, community_id: int, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["place"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = place_choices(community_id)

    def new_proposal(self) -> NewProposal:
        asked = self.cleaned_data
        return NewProposal(
            title=asked["title"],
            text=asked["text"],
            cost=fen(asked["cost"]),
            basis=asked["basis"],
            place_id=int(asked["place"]),
            unit_id=int(asked["unit"]) if asked.get("unit") else None,
            contact=asked.get("contact", ""),
            language=get_language() or "",
            once=f"page:{asked['once']}" if asked["once"] else "",
        )


class ResidentProposalForm(ProposalFields, GuardedForm):
    """The public form: guarded, no account and no name; a contact is optional."""

    guard = Guard("proposal", free=5, most=60)
    contact = ContactField()

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        ask_only_what_can_be_used(self)


class StaffProposalForm(ProposalFields):
    """The form of units and of the community's staff."""

    unit = forms.ChoiceField(label=_("以哪个单位的名义"), required=False)

    def __init__(self, *args: Any, by: Actor, **more: Any) -> None:
        super().__init__(*args, **more)
        units = sorted(reach(by, "proposals.make_for_unit").unit_ids)
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("社区")), *((str(each), unit(each).name) for each in units)]
        if not units:
            del self.fields["unit"]


class CheckForm(forms.Form):
    """Whether a proposal can be done."""

    feasible = forms.ChoiceField(
        label=_("能不能做"), choices=[("yes", _("可行")), ("no", _("不可行"))],
        widget=forms.RadioSelect,
    )  # fmt: skip
    cost = money(_("核定费用（元）"))
    listed_as = forms.ChoiceField(label=_("属于清单的哪一条"), required=False)
    reason = words(
        _("理由"), hint=_("不可行或费用有变化时必填；提案人和大家都会看到。"), required=False
    )

    def __init__(self, *args: Any, story: RoundStory, proposal: ProposalRow, **more: Any) -> None:
        initial = {
            "cost": plain_yuan(proposal.cost), "reason": proposal.reason,
            "listed_as": proposal.listed_as,
            "feasible": {"feasible": "yes", "infeasible": "no"}.get(proposal.state.value),
        }  # fmt: skip
        more.setdefault("initial", initial)
        super().__init__(*args, **more)
        field = self.fields["listed_as"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("（不属于任何一条）")),
            (_("可以做的"), [(line, line) for line in story.may_fund]),
            (_("不能做的"), [(line, line) for line in story.may_not_fund]),
        ]


class WhyForm(forms.Form):
    """A reason, or what came of something."""

    reason = words(_("理由"))


class IssueForm(forms.Form):
    """New rights to vote: a number of them, or one for each line."""

    place = forms.ChoiceField(label=_("住在哪里"))
    count = forms.IntegerField(label=_("发几个投票码"), min_value=1, max_value=2000, required=False)
    labels = words(
        _("或每行写一个收件人"), hint=_("例如：3号楼2单元501。加密保存，只用来发选票。"),
        required=False, rows=6,
    )  # fmt: skip

    def __init__(self, *args: Any, community_id: int, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["place"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = place_choices(community_id)

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or self.cleaned_data
        if not asked.get("count") and not (asked.get("labels") or "").strip():
            self.add_error("count", _("请写明发几个，或逐行写收件人"))
        return asked


class EntryForm(forms.Form):
    """An amount that came in or went out, with its vouchers."""

    kind = forms.ChoiceField(
        label=_("收入还是支出"), choices=EntryKind.choices, widget=forms.RadioSelect
    )
    amount = money(_("金额（元）"))
    day = day(_("哪一天"))
    title = forms.CharField(label=_("事由"), max_length=80)
    counterparty = forms.CharField(label=_("付款或收款单位"), max_length=80, required=False)
    project = forms.ChoiceField(label=_("支出用于哪个入选项目"), required=False)
    vouchers = FilesField(label=_("凭证"), help_text=_("发票、收据、拨款通知，最多 5 个。"))

    def __init__(self, *args: Any, community_id: int, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["project"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("（收入不选）"))] + [
            (str(each), f"{title}（{yuan(left)}）")
            for each, title, left in running_projects(community_id)
        ]
