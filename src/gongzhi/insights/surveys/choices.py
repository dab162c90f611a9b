"""What can be said of surveys, samples and responses."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SurveyState(TextChoices):
    """Where a survey stands."""

    DRAFTED = "drafted", _("准备中")
    OPEN = "open", _("正在调查")
    CLOSED = "closed", _("已结束")


class Outcome(TextChoices):
    """What became of one unit of the sample."""

    WAITING = "waiting", _("还没有联系上")
    NOT_REACHED = "not_reached", _("多次没有人")
    REFUSED = "refused", _("不愿意参加")
    INELIGIBLE = "ineligible", _("空置或不是住户")
    ANSWERED = "answered", _("已经答卷")


class Channel(TextChoices):
    """How a response came in."""

    CODE = "code", _("凭码自填")
    OPEN = "open", _("公开链接")
    PAPER = "paper", _("纸质录入")
    INTERVIEW = "interview", _("访问员")
    IMPORT = "import", _("表格导入")


class Allocation(TextChoices):
    """How the size of a sample is divided between its strata."""

    PROPORTIONAL = "proportional", _("按户数")
    EQUAL = "equal", _("各社区相同")


class NoteKind(TextChoices):
    """What a note was taken of."""

    INTERVIEW = "interview", _("访谈")
    FOCUS = "focus", _("座谈")
    OBSERVATION = "observation", _("走访观察")
