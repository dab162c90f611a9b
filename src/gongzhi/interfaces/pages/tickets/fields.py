"""Fields that forms of staff share."""

from typing import Any

from django import forms

from gongzhi.interfaces.pages.framing.files import FilesField

__all__ = ["FilesField", "day", "moment", "words"]

LONGEST = 5_000


def words(label: Any, *, hint: Any = "", required: bool = True, rows: int = 4) -> forms.CharField:
    """A field for some sentences."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def day(label: Any, *, hint: Any = "", required: bool = True) -> forms.DateField:
    """A day. Browsers show their own calendar for it and want the day as 2026-01-31."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, help_text=hint, required=required, widget=widget)


def moment(label: Any, *, hint: Any = "", required: bool = True) -> forms.DateTimeField:
    """A day with its time."""
    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    return forms.DateTimeField(label=label, help_text=hint, required=required, widget=widget)
