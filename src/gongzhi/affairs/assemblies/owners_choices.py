"""What can be chosen about an owners' vote."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Scope(models.TextChoices):
    """Whose vote it is: the owners of which part decide. The area is counted within it."""

    ENTRANCE = "entrance", _("一个单元")
    BUILDING = "building", _("一栋楼")
    PHASE = "phase", _("一期")
    ESTATE = "estate", _("整个小区")


class VoteState(models.TextChoices):
    DRAFTED = "drafted", pgettext_lazy("owners' vote", "筹备中")
    ANNOUNCED = "announced", pgettext_lazy("owners' vote", "已公告")
    COUNTED = "counted", pgettext_lazy("owners' vote", "已计票")
    PUBLISHED = "published", pgettext_lazy("owners' vote", "结果已公布")
    CANCELLED = "cancelled", pgettext_lazy("owners' vote", "已取消")


class Phase(models.TextChoices):
    """Where a vote stands at a moment: its state, and for an announced one the days."""

    DRAFTED = "drafted", pgettext_lazy("owners' vote", "筹备中")
    NOTICE = "notice", pgettext_lazy("owners' vote", "公告期")
    OPEN = "open", pgettext_lazy("owners' vote", "正在投票")
    TO_COUNT = "to_count", pgettext_lazy("owners' vote", "待计票")
    COUNTED = "counted", pgettext_lazy("owners' vote", "已计票")
    PUBLISHED = "published", pgettext_lazy("owners' vote", "结果已公布")
    CANCELLED = "cancelled", pgettext_lazy("owners' vote", "已取消")


class Disclosure(models.TextChoices):
    """Who may see how a flat voted, once the vote is counted; before, nobody may.

    None of these is a secret ballot: a vote is weighed by the area of a flat, and whoever has the
    roll and the weights can tell the flat.
    """

    COUNTERS = "counters", _("只有计票人员能看到各户意见，公布的只有合计")
    OWNERS = "owners", _("记名：结果按房号向本范围的业主公布")


class Twice(models.TextChoices):
    """Which of several ballots of one person for one flat counts."""

    LATEST = "latest", _("以最后一次为准")
    EARLIEST = "earliest", _("以第一次为准")
    PAPER = "paper", _("以纸质票为准")
    REFUSE = "refuse", _("前后不一致的都不算")


class Channel(models.TextChoices):
    PAPER = "paper", _("纸质")
    ELECTRONIC = "electronic", _("电子")


class BallotState(models.TextChoices):
    RECEIVED = "received", pgettext_lazy("ballot", "已收到")
    LATE = "late", pgettext_lazy("ballot", "逾期，不计")
    VOID = "void", pgettext_lazy("ballot", "作废")


class Choice(models.TextChoices):
    FOR = "for", pgettext_lazy("ballot", "同意")
    AGAINST = "against", pgettext_lazy("ballot", "反对")
    ABSTAIN = "abstain", pgettext_lazy("ballot", "弃权")
    SPOILED = "spoiled", pgettext_lazy("ballot", "无效")


class Matter(models.IntegerChoices):
    """The nine matters of article 278 of the Civil Code, paragraph 1."""

    PROCEDURE = 1, _("制定、修改业主大会议事规则")
    COVENANT = 2, _("制定、修改管理规约")
    COMMITTEE = 3, _("选举或者更换业主委员会成员")
    MANAGER = 4, _("选聘、解聘物业服务企业或者其他管理人")
    USE_FUND = 5, _("使用维修资金")
    RAISE_FUND = 6, _("筹集维修资金")
    REBUILD = 7, _("改建、重建建筑物及其附属设施")
    COMMON_PARTS = 8, _("改变共有部分的用途或者利用共有部分经营")
    OTHER = 9, _("共有和共同管理权利的其他重大事项")
