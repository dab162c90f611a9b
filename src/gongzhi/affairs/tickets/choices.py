"""The words a ticket's fields may hold."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a ticket stands; the moves between states are in lifecycle.py."""

    RECEIVED = "received", _("已收到")
    ACCEPTED = "accepted", _("已受理")
    DISPATCHED = "dispatched", _("已派单")
    IN_PROGRESS = "in_progress", _("办理中")
    ANSWERED = "answered", _("已答复")
    CLOSED = "closed", _("已办结")
    RETURNED = "returned", _("已退单")
    PARKED = "parked", _("挂账中")
    EXCLUDED = "excluded", _("不予派单")
    REOPENED = "reopened", _("重新办理")
    WITHDRAWN = "withdrawn", _("已撤回")


class Channel(models.TextChoices):
    PAGE = "page", _("网页")
    OPEN311 = "open311", _("开放接口")
    IMPORT = "import", _("导入")
    PHONE = "phone", _("电话")
    PAPER = "paper", _("书面")
    VOICE = "voice", _("当面口述")
    GRID = "grid", _("网格发现")


class RequestKind(models.TextChoices):
    ENQUIRY = "enquiry", _("咨询")
    HELP = "help", _("求助")
    COMPLAINT = "complaint", _("投诉")
    REPORT = "report", _("举报")
    SUGGESTION = "suggestion", _("建议")


class Urgency(models.TextChoices):
    NORMAL = "normal", _("一般")
    ATTENTION = "attention", _("关注")
    URGENT = "urgent", _("紧急")
    EMERGENCY = "emergency", _("特急")


class ExclusionReason(models.TextChoices):
    """The outcomes other than dispatch that the ordinance knows (BJR, article 11)."""

    EMERGENCY_NUMBER = "emergency_number", _("属于紧急求助电话受理范围")
    STATUTORY_CHANNEL = "statutory_channel", _("应当通过法定渠道解决")
    NOTHING_NEW = "nothing_new", _("同一事项已办理且无新情况")
    SECRET_OR_PRIVATE = "secret_or_private", _("涉及国家秘密、商业秘密或个人隐私")
    OUTSIDE_DUTIES = "outside_duties", _("不属于公共管理和服务职责")
    UNLAWFUL = "unlawful", _("违反法律或者公序良俗")


class Solved(models.TextChoices):
    YES = "yes", _("已解决")
    PARTLY = "partly", _("部分解决")
    NO = "no", _("未解决")


class Satisfied(models.TextChoices):
    YES = "yes", _("满意")
    BASICALLY = "basically", _("基本满意")
    NO = "no", _("不满意")


OPEN_STATES = (
    State.RECEIVED,
    State.ACCEPTED,
    State.DISPATCHED,
    State.IN_PROGRESS,
    State.ANSWERED,
    State.RETURNED,
    State.PARKED,
    State.REOPENED,
)


class RemarkKind(models.TextChoices):
    """What a piece of text on a ticket is for."""

    CONTACT = "contact", _("联系记录")
    INTERIM = "interim", _("阶段答复")
    QUESTION = "question", _("向诉求人询问")
    REPLY = "reply", _("诉求人回复")
    ANSWER = "answer", _("办理答复")
    EVIDENCE = "evidence", _("办结依据")
    NOTE = "note", _("内部备注")
    REASON = "reason", _("理由")
    SUPERVISION = "supervision", _("督办意见")


class Review(models.TextChoices):
    """How far something that needs a second person's yes has come."""

    PENDING = "pending", _("待审核")
    APPROVED = "approved", _("同意")
    REFUSED = "refused", _("不同意")
    LAPSED = "lapsed", _("已失效")  # the ticket ended or changed hands before anybody decided


class CallbackState(models.TextChoices):
    ASKED = "asked", _("等待回复")
    ANSWERED = "answered", _("已回复")
    NO_ANSWER = "no_answer", _("未能联系")


class WhistleKind(models.TextChoices):
    """Routine work pressed forward, or a hard problem that only leaders may whistle for."""

    ADVANCE = "advance", _("工作推进哨")
    HARD_PROBLEM = "hard_problem", _("攻坚克难哨")


class Occasion(models.TextChoices):
    """The statutory occasions (BJS, article 5)."""

    REQUESTS = "requests", _("居民诉求")
    KEY_WORK = "key_work", _("重点工作")
    JOINT_ENFORCEMENT = "joint_enforcement", _("综合执法")
    EMERGENCY = "emergency", _("应急处置")


class WhistleState(models.TextChoices):
    DRAFTED = "drafted", _("待批准")
    BLOWN = "blown", _("已吹哨")
    CLOSED = "closed", _("已销哨")
    REFUSED = "refused", _("未批准")
