"""The forms of tasks."""

from django import forms
from django.utils.translation import gettext_lazy as _

from gongzhi.interfaces.pages.tickets.fields import FilesField, words


class FinishForm(forms.Form):
    proof = words(
        _("完成情况"), hint=_("做了什么、结果如何；有照片或文件就不必写长。"), required=False
    )
    attached = FilesField(label=_("照片或文件"), required=False)


class RefuseForm(forms.Form):
    reason = words(_("理由"), rows=3)
