"""The forms of whistles."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongzhi.affairs.tickets.choices import Occasion, WhistleKind
from gongzhi.affairs.tickets.queries.whistles import WhistleStory
from gongzhi.commons.permissions.actors import Actor
from gongzhi.interfaces.pages.framing.choices import place_choices
from gongzhi.interfaces.pages.framing.unit_groups import UnitGroups, callable_units
from gongzhi.interfaces.pages.tickets.fields import day, moment, words

MOST_TASKS = 4


class DraftForm(forms.Form):
    title = forms.CharField(label=_("事由"), max_length=120)
    kind = forms.ChoiceField(
        label=_("哨的种类"),
        widget=forms.RadioSelect,
        choices=WhistleKind.choices,
        initial=WhistleKind.ADVANCE,
    )
    occasion = forms.ChoiceField(
        label=_("情形"), widget=forms.RadioSelect, choices=Occasion.choices
    )
    place = forms.ChoiceField(label=_("到哪里"))
    what = words(_("请各单位来做什么"))
    lead = forms.ChoiceField(label=_("主办单位"))
    assists = forms.MultipleChoiceField(label=_("协办单位"), required=False, widget=UnitGroups)
    meets_at = moment(_("约定到场时间"), hint=_("不填时按规定的到场时限。"), required=False)

    def __init__(self, *args: Any, by: Actor, around: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = callable_units(around)
        self.fields["place"].choices = place_choices(by, "whistles.blow")  # type: ignore[attr-defined]
        self.fields["lead"].choices = units  # type: ignore[attr-defined]
        self.fields["assists"].choices = units  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("lead") in cleaned.get("assists", []):
            self.add_error("assists", _("主办单位不用再选为协办单位"))
        return cleaned


class ReasonForm(forms.Form):
    reason = words(_("理由"), rows=3)


class ReportForm(forms.Form):
    text = words(_("办理情况"))


class RatingForm(forms.Form):
    unit = forms.ChoiceField(label=_("评价哪个单位"))
    rating = forms.TypedChoiceField(
        label=_("评价"),
        coerce=int,
        widget=forms.RadioSelect,
        choices=[
            (5, _("很好")),
            (4, _("好")),
            (3, pgettext_lazy("rating", "一般")),
            (2, _("差")),
            (1, _("很差")),
        ],
    )
    remark = words(_("说明"), required=False, rows=2)

    def __init__(self, *args: Any, story: WhistleStory, ours: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        calls = [call for call in story.calls if call.is_ours == ours]
        self.fields["unit"].choices = [(str(c.unit_id), c.unit_name) for c in calls]  # type: ignore[attr-defined]


class MinutesForm(forms.Form):
    minutes = words(_("会商纪要"), rows=6)

    def __init__(self, *args: Any, story: WhistleStory, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = [("", "—"), *((str(call.unit_id), call.unit_name) for call in story.calls)]
        for n in range(1, MOST_TASKS + 1):
            self.fields[f"task_{n}"] = forms.CharField(
                label=_("任务 %(n)s") % {"n": n}, required=False, max_length=120
            )
            self.fields[f"unit_{n}"] = forms.ChoiceField(
                label=_("由谁办"), required=False, choices=units
            )
            self.fields[f"due_{n}"] = day(_("何时完成"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for n in range(1, MOST_TASKS + 1):
            parts = [cleaned.get(f"{name}_{n}") for name in ("task", "unit", "due")]
            if any(parts) and not all(parts):
                self.add_error(f"task_{n}", _("任务要写明事情、单位和完成日期"))
        return cleaned

    def task_lines(self) -> list[list[forms.BoundField]]:
        """The fields of each task, to stand side by side."""
        return [
            [self[f"{name}_{n}"] for name in ("task", "unit", "due")]
            for n in range(1, MOST_TASKS + 1)
        ]

    def tasks(self) -> list[tuple[str, int, Any]]:
        """(title, unit, day) of every task that was filled in."""
        filled = self.cleaned_data
        return [
            (filled[f"task_{n}"], int(filled[f"unit_{n}"]), filled[f"due_{n}"])
            for n in range(1, MOST_TASKS + 1)
            if filled.get(f"task_{n}")
        ]
