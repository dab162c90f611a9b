"""Matters, whose duty they are, and what a community may be asked to do."""

from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongzhi.commons.calendar.limits import Limit, LimitUnit
from gongzhi.commons.categories.editing import NewCategory, import_categories
from gongzhi.commons.categories.models import Category
from gongzhi.commons.organisations.duties import (
    NewDuty,
    end_duty,
    import_duties,
)
from gongzhi.commons.organisations.models import Duty, Unit
from gongzhi.interfaces.admin.reading import ActingForm, Reading
from gongzhi.interfaces.admin.units import PlaceChoice

_UNITS = [
    (LimitUnit.HOUR.value, _("小时")),
    (LimitUnit.WORK_HOUR.value, _("工作时")),
    (LimitUnit.WORK_DAY.value, _("工作日")),
    (LimitUnit.NATURAL_DAY.value, _("自然日")),
]


def _day(label: Any, *, required: bool = True) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=required, widget=widget)


class MatterForm(ActingForm):
    name_zh = forms.CharField(label=_("中文名称"), max_length=60)
    name_en = forms.CharField(label=_("英文名称"), max_length=80)
    description_zh = forms.CharField(
        label=_("说明"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
    description_en = forms.CharField(
        label=_("英文说明"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    keywords = forms.JSONField(
        label=_("词和分量"), required=False, help_text=_("例如 {“垃圾”: 2}，用英文引号。")
    )
    residents_may_choose = forms.BooleanField(label=_("居民可以选"), required=False)
    may_be_public = forms.BooleanField(
        label=_("可以公开"), required=False, help_text=_("涉及家庭和个人的事项不要公开。")
    )
    valid_from = _day(_("生效日期"))
    valid_to = _day(_("终止日期"), required=False)

    class Meta:
        model = Category
        fields = (
            "name_zh",
            "name_en",
            "description_zh",
            "description_en",
            "keywords",
            "residents_may_choose",
            "may_be_public",
            "valid_from",
            "valid_to",
        )

    def perform(self, asked: dict[str, Any], *, at: datetime) -> int | None:
        code = asked.pop("code", None) or self.instance.code
        facts = asked | {"keywords": asked["keywords"] or {}}
        new = NewCategory(code=code, attributes=self.instance.attributes or (), **facts)
        import_categories(rows=[new], by=self.by, at=at)
        return Category.objects.values_list("pk", flat=True).get(code=code)


class NewMatterForm(MatterForm):
    code = forms.RegexField(
        r"^[a-z0-9_]+(\.[a-z0-9_]+)*$",
        label=_("代码"),
        max_length=80,
        help_text=_("小写字母、数字，用点分级，例如 environment.waste。"),
    )
    field_order = ("code",)

    class Meta(MatterForm.Meta):
        fields = ("code", *MatterForm.Meta.fields)  # type: ignore[assignment]


class Matters(Reading):
    called = _("事项")
    adding, changing = NewMatterForm, MatterForm
    list_display = ("coded", "named", "public", "until")
    search_fields = ("code", "name_zh", "name_en")
    ordering = ("code",)

    @admin.display(description=_("代码"), ordering="code")
    def coded(self, matter: Category) -> str:
        return matter.code

    @admin.display(description=_("名称"), ordering="name_zh")
    def named(self, matter: Category) -> str:
        return matter.name_zh

    @admin.display(description=_("可以公开"), boolean=True)
    def public(self, matter: Category) -> bool:
        return matter.may_be_public

    @admin.display(description=_("终止日期"), ordering="valid_to")
    def until(self, matter: Category) -> Any:
        return matter.valid_to


class NewDutyForm(ActingForm):
    category_code = forms.ModelChoiceField(
        label=_("事项"),
        queryset=Category.objects.order_by("code"),
        to_field_name="code",
        required=False,
        help_text=_("不选表示所有事项。"),
    )
    place = PlaceChoice()
    unit = forms.ModelChoiceField(
        label=_("由谁办"), queryset=Unit.objects.filter(ends=None).order_by("place__path", "name")
    )
    contact_amount = forms.IntegerField(label=_("联系时限"), min_value=1)
    contact_unit = forms.ChoiceField(label=_("联系时限单位"), choices=_UNITS)
    limit_amount = forms.IntegerField(label=_("办理时限"), min_value=1)
    limit_unit = forms.ChoiceField(label=_("办理时限单位"), choices=_UNITS)
    valid_from = _day(_("生效日期"))

    class Meta:
        model = Duty
        fields = (
            "place",
            "unit",
            "contact_amount",
            "contact_unit",
            "limit_amount",
            "limit_unit",
            "valid_from",
        )

    def perform(self, asked: dict[str, Any], *, at: datetime) -> int | None:
        matter = asked["category_code"]
        new = NewDuty(
            category_code=matter.code if matter else "",
            place_id=asked["place"].pk,
            unit_id=asked["unit"].pk,
            contact=Limit(asked["contact_amount"], LimitUnit(asked["contact_unit"])),
            handling=Limit(asked["limit_amount"], LimitUnit(asked["limit_unit"])),
            valid_from=asked["valid_from"],
        )
        import_duties(rows=[new], by=self.by, at=at)
        held = Duty.objects.filter(category_code=new.category_code, place_id=new.place_id)
        return held.order_by("-valid_from").values_list("pk", flat=True).first()


class Duties(Reading):
    called = _("派单目录")
    adding = NewDutyForm
    list_display = ("matter", "at", "whose", "contact", "handling", "valid_from", "until")
    search_fields = ("category_code", "unit__name", "place__name")
    list_select_related = ("unit", "place")
    ordering = ("category_code", "place__path", "-valid_from")
    actions = ("end",)

    @admin.display(description=_("事项"), ordering="category_code")
    def matter(self, duty: Duty) -> Any:
        return duty.category_code or _("所有事项")

    @admin.display(description=_("地点"), ordering="place__path")
    def at(self, duty: Duty) -> str:
        return duty.place.name

    @admin.display(description=_("由谁办"), ordering="unit__name")
    def whose(self, duty: Duty) -> str:
        return duty.unit.name

    @admin.display(description=_("联系时限"))
    def contact(self, duty: Duty) -> str:
        return f"{duty.contact_amount} {dict(_UNITS)[duty.contact_unit]}"

    @admin.display(description=_("办理时限"))
    def handling(self, duty: Duty) -> str:
        return f"{duty.limit_amount} {dict(_UNITS)[duty.limit_unit]}"

    @admin.display(description=_("终止日期"), ordering="valid_to")
    def until(self, duty: Duty) -> Any:
        return duty.valid_to

    @admin.action(description=_("今天终止"), permissions=["add"])
    def end(self, request: HttpRequest, duties: "QuerySet[Duty]") -> None:
        for duty in duties:
            end = partial(end_duty, duty_id=duty.pk, ends=timezone.localdate())
            self.do(request, end, what=f"{self.matter(duty)} · {duty.unit.name}")


class WorkList(Reading):
    called = _("社区工作事项清单")
    list_display = ("category_code", "title", "valid_from", "valid_to")
    search_fields = ("category_code", "title")
    ordering = ("category_code",)
