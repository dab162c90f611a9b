"""The forms of studies, editions and complaints; what a field means is decided by the actions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.territory.queries import communities, places_of_kind
from gongzhi.insights.indicators.definitions import INDICATORS
from gongzhi.insights.indicators.shapes import Difficulty
from gongzhi.insights.reports.editing import LONGEST, NewStudy
from gongzhi.insights.reports.library import licences
from gongzhi.insights.reports.publishing import Terms
from gongzhi.insights.reports.violations import LONGEST as LONGEST_COMPLAINT
from gongzhi.insights.surveys.queries import titles_of_surveys
from gongzhi.interfaces.pages.guarding.forms import Guard, GuardedForm

_LANGUAGES = [("zh-hans", "中文"), ("en", "English")]


def _text(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class StudyForm(forms.Form):
    """What a study says of itself."""

    title = forms.CharField(label=_("标题"), max_length=200)
    period = forms.CharField(
        label=_("时间"),
        max_length=40,
        help_text=_("如 2026、2026Q3、2026-07 或 2026-07-01/2026-09-15"),
    )
    subtitle = forms.CharField(label=_("副标题"), max_length=200, required=False)
    author = forms.CharField(label=_("署名"), max_length=200, required=False)
    dated = forms.DateField(
        label=_("成文日期"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    language = forms.ChoiceField(label=_("语言"), choices=_LANGUAGES)
    places = forms.MultipleChoiceField(
        label=_("研究的街道、社区"),
        required=False,
        help_text=_("不选就是全区。"),
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )
    indicators = forms.MultipleChoiceField(
        label=_("附件里分地方列出的指标"),
        required=False,
        help_text=_("最多 6 个。"),
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )
    method = forms.CharField(
        label=_("研究方法"),
        required=False,
        max_length=LONGEST,
        widget=_text(4),
        help_text=_("调查的对象、方法、时间、成员，如何抽样。"),
    )
    questionnaire = forms.CharField(
        label=_("问卷"),
        required=False,
        max_length=LONGEST,
        widget=_text(4),
        help_text=_("题目一行一题，放进附件。"),
    )
    surveys = forms.MultipleChoiceField(
        label=_("用到的调查"),
        required=False,
        help_text=_("题目放进附件，回收情况写进研究方法，访谈的原话可以引用。"),
        widget=forms.SelectMultiple(attrs={"size": 4}),
    )

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        titles = [(title, title) for title in titles_of_surveys(by=by)]
        self.fields["surveys"].choices = titles  # type: ignore[attr-defined]
        found = [*places_of_kind("subdistrict"), *communities()]
        names = [(view.full_name, view.full_name) for view in found]
        self.fields["places"].choices = sorted(names)  # type: ignore[attr-defined]
        told = [(each.code, each.name) for each in INDICATORS]
        self.fields["indicators"].choices = told  # type: ignore[attr-defined]

    def new_study(self) -> NewStudy:
        asked = self.cleaned_data
        return NewStudy(
            title=asked["title"],
            period=asked["period"],
            subtitle=asked["subtitle"],
            author=asked["author"],
            dated=asked["dated"],
            language=asked["language"],
            places=tuple(asked["places"]),
            indicators=tuple(asked["indicators"]),
            method=asked["method"],
            questionnaire=asked["questionnaire"],
            surveys=tuple(asked["surveys"]),
        )


class RevisionForm(forms.Form):
    """What a form was shown from; a form that came from an older state is told so."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class SectionForm(RevisionForm):
    """A chapter or part."""

    heading = forms.CharField(label=_("小标题"), max_length=200, required=False)
    text = forms.CharField(
        label=_("正文"),
        required=False,
        max_length=LONGEST,
        widget=_text(7),
        help_text=_(
            "一段一行。写 {response_rate} 就填入全区的数，写 {response_rate@社区名} "
            "就填入那里的数。"
        ),
    )


class PartForm(forms.Form):
    """A new part of a chapter."""

    heading = forms.CharField(label=_("小标题"), max_length=200)
    difficulty = forms.ChoiceField(
        label=_("写的是哪个难题"),
        required=False,
        choices=[("", _("不针对某个难题")), *Difficulty.choices],
        help_text=_("在“难题”一章里写它的原因，在“建议”一章里写怎样回应。"),
    )
    text = forms.CharField(label=_("正文"), required=False, max_length=LONGEST, widget=_text(7))


class PublishForm(RevisionForm):
    """The terms under which a report is published."""

    summary = forms.CharField(label=_("内容提要"), max_length=600, widget=_text(4))
    licence = forms.ChoiceField(label=_("许可"), choices=licences)
    conditions = forms.CharField(
        label=_("使用条件"), max_length=600, required=False, widget=_text(3)
    )

    def terms(self) -> Terms:
        asked = self.cleaned_data
        return Terms(
            summary=asked["summary"], licence=asked["licence"], conditions=asked["conditions"]
        )


class WithdrawForm(forms.Form):
    """Why an edition is withdrawn."""

    reason = forms.CharField(label=_("撤回的理由"), max_length=300, widget=_text(3))


class ViolationForm(GuardedForm):
    """What somebody says is wrong with a published report or its use."""

    guard = Guard("violation", free=3, most=20)
    text = forms.CharField(
        label=_("哪里不对"),
        max_length=LONGEST_COMPLAINT,
        widget=_text(6),
        help_text=_("例如数字有误、泄露了个人信息、有人不按许可使用。不用留名，请不要写电话。"),
    )


class AnswerForm(forms.Form):
    """The publisher's answer."""

    answer = forms.CharField(label=_("答复"), max_length=LONGEST_COMPLAINT, widget=_text(5))
