"""The forms about forms; what a field means is decided by the actions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gongzhi.commons.permissions.actors import Actor
from gongzhi.insights.forms.asking import NewField, NewForm
from gongzhi.insights.forms.choices import FieldKind
from gongzhi.insights.forms.filling import Given
from gongzhi.insights.forms.known import source_for
from gongzhi.insights.forms.queries import CopyView
from gongzhi.interfaces.pages.framing.choices import category_choices
from gongzhi.interfaces.pages.resources.forms import community_choices

_MARK = "|"
_KINDS = {"text": FieldKind.TEXT, "number": FieldKind.NUMBER, "day": FieldKind.DAY}


class AskForm(forms.Form):
    """A new form. Fields are lines: title, then what it is filled from, then its kind."""

    template = forms.FileField(
        label=_("从表格模板读入项目"),
        required=False,
        help_text=_("XLSX、CSV 的第一行是项目名；读入以后先看一遍再发。"),
    )
    title = forms.CharField(label=_("表名"), max_length=120, required=False)
    legal_basis = forms.CharField(
        label=_("依据"),
        max_length=300,
        required=False,
        help_text=_("要求填这张表的文件和条款。"),
    )
    category_code = forms.ChoiceField(
        label=_("属于社区工作清单的哪一项"),
        required=False,
        help_text=_("清单以外的表要先经上级批准。"),
    )
    period = forms.CharField(label=_("数据的时间"), max_length=40, help_text=_("如 2026 或 2026Q3"))
    expires = forms.DateField(
        label=_("截止日期"),
        required=False,
        help_text=_("不写就是三十天后；到期自动停用。"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    minutes = forms.IntegerField(
        label=_("一个社区手工填要几分钟"), min_value=1, max_value=600, initial=20
    )
    communities = forms.MultipleChoiceField(
        label=_("请哪些社区填"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )
    fields_text = forms.CharField(
        label=_("项目"),
        required=False,
        max_length=12_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_(
            "一行一项：名称 | 来源 | 类型。来源不写就按名称去找；没人掌握的才要社区填。"
            "类型可写 text、number、day。"
        ),
    )

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = community_choices(by, "forms.ask")
        self.fields["communities"].choices = choices  # type: ignore[attr-defined]
        matters = [("", _("清单以外")), *category_choices()]
        self.fields["category_code"].choices = matters  # type: ignore[attr-defined]

    def new_form(self) -> NewForm:
        asked = self.cleaned_data
        lines = [line for line in asked["fields_text"].splitlines() if line.strip()]
        return NewForm(
            title=asked["title"],
            legal_basis=asked["legal_basis"],
            period=asked["period"],
            minutes=asked["minutes"],
            fields=tuple(_field(line) for line in lines),
            communities=tuple(int(each) for each in asked["communities"]),
            category_code=asked["category_code"],
            expires=asked["expires"],
        )


def _field(line: str) -> NewField:
    title, source, kind = ([part.strip() for part in line.split(_MARK)] + ["", ""])[:3]
    chosen = _KINDS.get(kind, FieldKind.TEXT)
    return NewField(title, source or source_for(title), chosen.value)


def lines_of(fields: tuple[NewField, ...]) -> str:
    """Fields as the lines of the form."""
    return "\n".join(f"{each.title} {_MARK} {each.source} {_MARK} {each.kind}" for each in fields)


class FillForm(forms.Form):
    """The fields of a copy: a known value is shown with source and age, and may be overridden."""

    def __init__(self, *args: Any, copy: CopyView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.copy = copy
        for each in copy.fields:
            known = each.known
            about = ""
            if known is not None:
                about = _("来自%(source)s，%(day)s（%(age)d 天前）") % {
                    "source": known.source,
                    "day": known.as_of or "—",
                    "age": each.age_days,
                }
            self.fields[f"f{each.id}"] = forms.CharField(
                label=each.title,
                required=known is None,
                max_length=1000,
                initial=known.value if known else "",
                help_text=about,
            )
            if known is not None:
                self.fields[f"r{each.id}"] = forms.CharField(
                    label=_("“%(title)s”与已有数据不同的理由") % {"title": each.title},
                    required=False,
                    max_length=300,
                )

    @property
    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField | None, bool]]:
        """Each field with its field for a reason, and whether that one is to be open."""
        found = []
        for each in self.copy.fields:
            value = self[f"f{each.id}"]
            reason = self[f"r{each.id}"] if each.known is not None else None
            found.append((value, reason, bool(value.errors or (reason and reason.value()))))
        return found

    def given(self) -> dict[int, Given]:
        asked = self.cleaned_data
        return {
            each.id: Given(asked[f"f{each.id}"], asked.get(f"r{each.id}", ""))
            for each in self.copy.fields
        }
