"""The words that forms are written in: their states, and what a field may hold."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FormState(models.TextChoices):
    WAITING = "waiting", _("待批准")  # outside the communities' work list
    OPEN = "open", _("填报中")
    REFUSED = "refused", _("未批准")
    CLOSED = "closed", _("已结束")


class FieldKind(models.TextChoices):
    TEXT = "text", _("文字")
    NUMBER = "number", _("数")
    DAY = "day", _("日期")


# Before it was approved a form is a draft: whom it names doesn't see it.
NOT_APPROVED = frozenset({FormState.WAITING, FormState.REFUSED})
