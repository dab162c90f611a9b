"""The forms of surveys; what a field means is decided by the actions."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import reach
from gongzhi.commons.territory.queries import communities, district, find_place, places_of_kind
from gongzhi.insights.surveys.choices import Allocation, NoteKind, Outcome
from gongzhi.insights.surveys.fieldwork import CLUSTER_KINDS, STRATUM_KINDS, SampleDesign
from gongzhi.insights.surveys.queries import InstrumentRow, SurveyRow
from gongzhi.interfaces.pages.tickets.fields import words

_KINDS = {
    "community": _("社区"),
    "subdistrict": _("街道"),
    "building": _("楼栋"),
    "estate": _("小区"),
    "grid": _("网格"),
}


def _day(label: Any, *, after: int = 0) -> forms.DateField:
    return forms.DateField(
        label=label,
        initial=lambda: timezone.localdate() + timedelta(days=after),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("XLSForm 文件"),
        help_text=_("有 survey、choices、settings 三个工作表的 XLSX、XLS 或 ODS。"),
    )
    leave_out = forms.BooleanField(
        label=_("去掉这里不能问的题（位置、照片、电话），导入其余的题"), required=False
    )


class SurveyForm(forms.Form):
    version = forms.ChoiceField(label=_("用哪份问卷"))
    title = forms.CharField(label=_("调查名称"), max_length=120)
    purpose = forms.CharField(
        label=_("为什么调查"), max_length=2_000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("居民在第一页看到：用途、怎样保管、保存多久、可以不答。"),
    )  # fmt: skip
    place = forms.ChoiceField(label=_("在哪里调查"))
    begins = _day(_("从哪天起"))
    ends = _day(_("到哪天止"), after=30)
    open_to_all = forms.BooleanField(
        label=_("同时公开填写（自愿填写的不能推断全体，单独计算）"), required=False
    )
    earlier = forms.ChoiceField(label=_("与哪一轮比较"), required=False)

    def __init__(
        self,
        *args: Any,
        instruments: list[InstrumentRow],
        surveys: list[SurveyRow],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        places = [district(), *places_of_kind("subdistrict"), *communities()]
        self.fields["version"].choices = [  # type: ignore[attr-defined]
            (str(row.version_id), f"{row.title}（{row.versions}）") for row in instruments
        ]
        self.fields["place"].choices = [(str(view.id), view.full_name) for view in places]  # type: ignore[attr-defined]
        self.fields["earlier"].choices = [  # type: ignore[attr-defined]
            ("", _("不比较")), *[(str(row.id), row.title) for row in surveys]
        ]  # fmt: skip


class SampleForm(forms.Form):
    size = forms.IntegerField(label=_("一共多少户"), min_value=2, max_value=20_000, initial=720)
    strata = forms.ChoiceField(
        label=_("按什么分层"), choices=[(k, _KINDS[k]) for k in STRATUM_KINDS]
    )
    clusters = forms.ChoiceField(
        label=_("先抽什么"), choices=[(k, _KINDS[k]) for k in CLUSTER_KINDS], initial="estate"
    )
    take = forms.IntegerField(label=_("每处抽几户"), min_value=1, max_value=100, initial=5)
    allocation = forms.ChoiceField(label=_("各层分多少"), choices=Allocation.choices)
    seed = forms.IntegerField(
        label=_("种子"), min_value=0, max_value=2**31 - 1,
        help_text=_("同一个种子抽出同样的样本，请记入调查方案。"),
    )  # fmt: skip

    def design(self) -> SampleDesign:
        asked = self.cleaned_data
        return SampleDesign(
            size=asked["size"], seed=asked["seed"], strata=asked["strata"],
            clusters=asked["clusters"], take=asked["take"],
            allocation=Allocation(asked["allocation"]),
        )  # fmt: skip


class OutcomeForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("结果"),
        choices=[each for each in Outcome.choices if each[0] != Outcome.ANSWERED],
    )


class NoteForm(forms.Form):
    kind = forms.ChoiceField(label=_("形式"), choices=NoteKind.choices)
    place = forms.ChoiceField(label=_("在哪个社区"))
    held_on = _day(_("哪一天"))
    text = forms.CharField(
        label=_("谈了什么"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("不写姓名、门牌和电话。电话和证件号会自动遮住。"),
    )  # fmt: skip

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        granted = reach(by, "surveys.field")
        held = [view.path for i in granted.place_ids if (view := find_place(i))]
        self.fields["place"].choices = [  # type: ignore[attr-defined]
            (str(view.id), view.full_name)
            for view in communities()
            if granted.everywhere or any(view.path.startswith(path) for path in held)
        ]


class CheckForm(forms.Form):
    text = forms.CharField(
        label=_("去掉能认出人的内容"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 6})
    )


class QuoteForm(forms.Form):
    code = forms.CharField(label=_("编码"), max_length=40)
    passage = words(_("引语（与记录一字不差）"), rows=2)
