"""The field for a contact that is asked for one purpose only."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gongzhi.commons.notices.contacts import (
    LONGEST_CONTACT,
    CannotReach,
    Ways,
    checked_contact,
    ways_to_residents,
)

_LABELS: dict[Ways, Any] = {
    Ways(email=True, phone=False): _("邮箱"),
    Ways(email=False, phone=True): _("手机号"),
    Ways(email=True, phone=True): _("手机号或邮箱"),
}


class ContactField(forms.CharField):
    """Where somebody may be told what became of it; may always be left out."""

    def __init__(self) -> None:
        super().__init__(
            label=_("手机号或邮箱"),
            help_text=_("只用来告诉您结果，不作他用；加密保存，到期删除，您也可以随时删除。"),
            max_length=LONGEST_CONTACT,
            required=False,
        )

    def clean(self, value: Any) -> str:
        try:
            contact = checked_contact(super().clean(value))
        except CannotReach as wrong:
            raise forms.ValidationError(str(wrong)) from wrong
        ways = ways_to_residents()
        if contact and not ways.reach(contact):
            raise forms.ValidationError(_("这里只能填：%(way)s"), params={"way": _LABELS[ways]})
        return contact


def ask_only_what_can_be_used(form: forms.Form) -> None:
    """Name the ways that this installation has, and ask for nothing where it has none."""
    label = _LABELS.get(ways_to_residents())
    if label is None:
        del form.fields["contact"]
    else:
        form.fields["contact"].label = label
