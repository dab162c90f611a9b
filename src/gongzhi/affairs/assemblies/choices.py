"""The words that topics, statements, votes and decisions may hold."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TopicSource(models.TextChoices):
    """Where a topic comes from."""

    HOT_ISSUE = "hot_issue", _("高频问题")
    MEETING = "meeting", _("会议提出")
    RESIDENT = "resident", _("居民提议")
    PARTNER = "partner", _("共建单位提议")
    STAFF = "staff", _("社区提出")


class TopicState(models.TextChoices):
    """Where a topic stands; the moves are in lifecycle.py."""

    PROPOSED = "proposed", pgettext_lazy("topic", "待审议")
    OPEN = "open", pgettext_lazy("topic", "正在征集意见")
    NOTICED = "noticed", pgettext_lazy("topic", "公示中")
    DECIDED = "decided", pgettext_lazy("topic", "已形成决议")
    CARRIED_OUT = "carried_out", pgettext_lazy("topic", "已落实")
    WITHDRAWN = "withdrawn", pgettext_lazy("topic", "已撤回")


class Capacity(models.TextChoices):
    """In what capacity somebody takes part; never who they are."""

    OWNER = "owner", _("业主")
    TENANT = "tenant", _("租住居民")
    UNIT = "unit", _("单位代表")
    PARTY = "party", _("相关当事方")
    EXPERT = "expert", _("专业人士")


class EntryState(models.TextChoices):
    """Where a seat on the roster stands."""

    INVITED = "invited", pgettext_lazy("seat", "已邀请")
    DECLARED = "declared", pgettext_lazy("seat", "待确认")
    CONFIRMED = "confirmed", pgettext_lazy("seat", "已确认")
    REFUSED = "refused", pgettext_lazy("seat", "未确认")


class StatementState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("statement", "待审核")
    ACCEPTED = "accepted", pgettext_lazy("statement", "已采用")
    REJECTED = "rejected", pgettext_lazy("statement", "未采用")


class RejectionReason(models.TextChoices):
    """Why a statement is not shown; the author reads this."""

    OFF_TOPIC = "off_topic", _("与本议题无关")
    REPEATED = "repeated", _("与已有的说法意思相同")
    PERSONAL = "personal", _("写到了具体的个人或住户")
    INSULTING = "insulting", _("有辱骂或攻击的话")
    UNCLEAR = "unclear", _("一句话里有几个意思，或看不明白")
    UNLAWFUL = "unlawful", _("违反法律法规")


class VoteValue(models.IntegerChoices):
    """The values of Polis: 1 agree, 0 pass, -1 disagree."""

    AGREE = 1, pgettext_lazy("vote", "赞成")
    PASS = 0, pgettext_lazy("vote", "说不好")
    DISAGREE = -1, pgettext_lazy("vote", "不赞成")


class DecisionState(models.TextChoices):
    """Where a decision stands; "late" is no state but a date that has passed."""

    TAKEN = "taken", pgettext_lazy("decision", "落实中")
    DONE = "done", pgettext_lazy("decision", "已落实")
    REVOKED = "revoked", pgettext_lazy("decision", "已撤销")
