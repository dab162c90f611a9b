"""The words that the records of this affair may hold."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RoundState(models.TextChoices):
    """Where a round stands; the moves are in lifecycle.py."""

    DRAFTED = "drafted", _("筹备中")
    COLLECTING = "collecting", _("征集提案")
    CHECKING = "checking", _("可行性核查")
    VOTING = "voting", _("居民投票")
    COUNTED = "counted", _("已计票，实施中")
    CARRIED_OUT = "carried_out", pgettext_lazy("round", "已完成")
    WITHDRAWN = "withdrawn", pgettext_lazy("round", "已撤销")
    ARCHIVED = "archived", _("存档（只读）")  # came as a file: numbers, no persons


class ProposalState(models.TextChoices):
    PROPOSED = "proposed", _("待核查")
    FEASIBLE = "feasible", _("可行，进入投票")
    INFEASIBLE = "infeasible", _("核查未通过")
    WITHDRAWN = "withdrawn", _("提案人撤回")
    FUNDED = "funded", _("入选")
    UNFUNDED = "unfunded", _("未入选")
    ACCEPTED = "accepted", pgettext_lazy("proposal", "已验收")
    ABANDONED = "abandoned", _("未能实施")


class ProposerKind(models.TextChoices):
    """Who proposes; a resident stays unnamed."""

    RESIDENT = "resident", _("居民")
    UNIT = "unit", _("单位")
    STAFF = "staff", _("社区")


class BallotKind(models.TextChoices):
    """How people vote; the values are those of the engine and of the Pabulib format."""

    APPROVAL = "approval", _("勾选：支持哪些就勾哪些")
    RANKED = "ordinal", _("排序：按喜欢的先后排名次")
    POINTS = "cumulative", _("打分：把若干分分给各项目")


class AllocationRule(models.TextChoices):
    EQUAL_SHARES = "equal-shares", _("平等份额法")
    PHRAGMEN = "phragmen", _("Phragmén 顺序法")
    GREEDY = "greedy", _("按票数从多到少")


class Gain(models.TextChoices):
    """What a supporter gains from a funded project."""

    COST = "cost", _("按造价（每元钱一样重）")
    CARDINALITY = "cardinality", _("按项数（每个项目一样重）")
    POINTS = "points", _("按所打的分（只用于打分）")
    BORDA = "borda", _("按名次（只用于排序）")


class Growth(models.TextChoices):
    """How equal shares uses what is left over."""

    NONE = "none", _("不追加")
    ADD1 = "add1", _("每人逐元追加，到首次超支为止")
    ADD1E = "add1e", _("每人逐元追加，到余款买不下任何项目为止")


class Beginning(models.TextChoices):
    """What every voter holds at first."""

    EXACT = "exact", _("预算除以投票人数")
    INTEGRAL = "integral", _("预算除以投票人数，取整元")


class TieOrder(models.TextChoices):
    """What decides between projects that are exactly equal."""

    CHEAPER = "min-cost,max-votes,lot", _("造价低的先，再看票数，最后抽签")
    MORE_VOTES = "max-votes,min-cost,lot", _("票数多的先，再看造价，最后抽签")
    LOT = "lot", _("抽签")


class Channel(models.TextChoices):
    """How a code was used."""

    ELECTRONIC = "electronic", _("网上投票")
    PAPER = "paper", _("交纸质票")


class EntryKind(models.TextChoices):
    INCOME = "income", _("收入")
    SPENDING = "spending", _("支出")


class EntryState(models.TextChoices):
    """Nothing counts before a second person approved it."""

    ENTERED = "entered", _("待复核")
    APPROVED = "approved", _("已入账")
    REFUSED = "refused", pgettext_lazy("fund entry", "复核未通过")
