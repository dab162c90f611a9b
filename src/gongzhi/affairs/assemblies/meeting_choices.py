"""What can be chosen about meetings."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class MeetingKind(models.TextChoices):
    JOINT = "joint", _("联席会议")
    REPRESENTATIVES = "representatives", _("居民代表会议")
    WHISTLE = "whistle", _("吹哨会商")


class MeetingState(models.TextChoices):
    DRAFTED = "drafted", pgettext_lazy("meeting", "筹备中")
    CALLED = "called", pgettext_lazy("meeting", "已通知")
    HELD = "held", pgettext_lazy("meeting", "已召开")
    PUBLISHED = "published", pgettext_lazy("meeting", "纪要已发布")
    CANCELLED = "cancelled", pgettext_lazy("meeting", "已取消")


class Presence(models.TextChoices):
    INVITED = "invited", pgettext_lazy("meeting", "已邀请")
    CAME = "came", pgettext_lazy("meeting", "到会")
    EXCUSED = "excused", pgettext_lazy("meeting", "请假")
    ABSENT = "absent", pgettext_lazy("meeting", "缺席")


class ApprovalOf(models.TextChoices):
    """What the share of those in favour is taken of."""

    PRESENT = "present", _("到会的")
    ENTITLED = "entitled", _("全体")


class Reason(models.TextChoices):
    """Why a matter is put forward for the agenda."""

    OVERDUE = "overdue", _("超期未办结的工单")
    PARKED = "parked", _("挂账到期要复查的工单")
    WHISTLE_LATE = "whistle_late", _("有单位没有按时到场的吹哨")
    NEED_UNMET = "need_unmet", _("还没有人认领的需求")
    TASK_LATE = "task_late", _("上次议定、逾期未完成的任务")
    OWN = "own", _("会议召集单位提出")
