"""The words that the records of this affair may hold."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Sort(models.TextChoices):
    """What a kind of help consists of."""

    PEOPLE = "people", _("人力")
    SPACE = "space", _("场地")
    MONEY = "money", _("资金")
    GOODS = "goods", _("物资")
    SKILL = "skill", _("专业服务")


class NeedState(models.TextChoices):
    """Where a need stands; the moves are in lifecycle.py."""

    DRAFTED = "drafted", _("待审核")
    PUBLISHED = "published", _("待认领")
    CLAIMED = "claimed", _("已认领")
    DONE = "done", _("待确认")
    CONFIRMED = "confirmed", _("已确认")
    REFUSED = "refused", _("未发布")
    WITHDRAWN = "withdrawn", _("已撤回")
    EXPIRED = "expired", _("已过期")


class OfferState(models.TextChoices):
    OPEN = "open", _("可用")
    PAUSED = "paused", _("暂停")
    ENDED = "ended", _("已结束")


class ClaimState(models.TextChoices):
    """Where a claim stands. Both sides agree before anything is done."""

    PROPOSED = "proposed", _("等对方确认")
    AGREED = "agreed", _("双方已确认")
    DONE = "done", _("已办，待确认")
    CONFIRMED = "confirmed", _("已确认")
    DECLINED = "declined", _("已谢绝")
    WITHDRAWN = "withdrawn", _("已退出")
    EXPIRED = "expired", _("逾期未确认")
    NO_SHOW = "no_show", _("未履约")


class ClaimSide(models.TextChoices):
    """Who began a claim."""

    GIVER = "giver", _("提供方认领需求")
    RECEIVER = "receiver", _("社区认领资源")
    PLAN = "plan", _("匹配方案建议")


class Urgency(models.IntegerChoices):
    """How much one unit met weighs: the weights are the district's policy, 1, 2 and 4."""

    NORMAL = 1, _("一般")
    SOON = 2, _("较急")
    URGENT = 4, _("紧急")


class Visibility(models.TextChoices):
    """Who may read a published need."""

    PUBLIC = "public", _("公开")
    PARTNERS = "partners", _("仅共建单位")


class SourceKind(models.TextChoices):
    """Where a need was heard; with an id where there is a record of it."""

    TICKET = "ticket", _("居民诉求工单")
    DECISION = "decision", _("议事决定")
    MEETING = "meeting", _("会议")
    SURVEY = "survey", _("调查走访")


class Condition(models.TextChoices):
    """What one side asks of the other and the other fulfils."""

    ACCESSIBLE = "accessible", _("无障碍")
    CERTIFIED = "certified", _("持证上岗")
    CHILD_SAFE = "child_safe", _("可与未成年人工作")
    HOME_VISIT = "home_visit", _("可上门")
    VENUE = "venue", _("社区提供场地")
    POWER = "power", _("现场有电源")
    HOST = "host", _("社区有人在场")


class PlanState(models.TextChoices):
    PROPOSED = "proposed", _("待采用")
    APPLIED = "applied", _("已采用")


class BookingRule(models.TextChoices):
    """Who may book a room, and whether somebody looks at it first."""

    ASK = "ask", _("居民可约，由场地方确认")
    AT_ONCE = "at_once", _("居民可约，约上即定")
    UNITS = "units", _("只由单位预约")


class BookingState(models.TextChoices):
    ASKED = "asked", pgettext_lazy("booking", "等场地方确认")
    BOOKED = "booked", _("已预约")
    DECLINED = "declined", pgettext_lazy("booking", "未同意")
    LAPSED = "lapsed", pgettext_lazy("booking", "逾期未答复")
    CANCELLED = "cancelled", _("已取消")
    USED = "used", _("已使用")
    NO_SHOW = "no_show", _("未到")


class ProjectState(models.TextChoices):
    PLANNED = "planned", _("筹备中")
    RUNNING = "running", _("实施中")
    DONE = "done", _("待验收")
    CONFIRMED = "confirmed", _("已验收")
    STOPPED = "stopped", _("已终止")


class AgreementState(models.TextChoices):
    PROPOSED = "proposed", _("待对方签署")
    SIGNED = "signed", _("已签署")
    ENDED = "ended", pgettext_lazy("agreement", "已结束")


class StintState(models.TextChoices):
    """Hours a volunteer gave, written down by who organised them."""

    CERTIFIED = "certified", _("已证明")
    DISPUTED = "disputed", _("本人申请更正")
    CORRECTED = "corrected", _("已更正")
    UPHELD = "upheld", _("维持原记录")


class SignupState(models.TextChoices):
    STANDS = "stands", _("已报名")
    LEFT = "left", _("已退出")


class SignupChannel(models.TextChoices):
    """How a sign-up, or the word of people served, reached us."""

    PAGE = "page", _("本人在网上")
    PHONE = "phone", _("电话")
    PERSON = "person", _("当面")


class PostState(models.TextChoices):
    OPEN = "open", _("招募中")
    CLOSED = "closed", pgettext_lazy("post", "已结束")


class SlipState(models.TextChoices):
    """A working member's report: the member sees it first, and nothing goes out without them."""

    DRAFTED = "drafted", _("待本人查看")
    RELEASED = "released", _("本人同意寄出")
    WITHHELD = "withheld", _("本人不同意寄出")
