"""Units, and the places where they are."""

from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongzhi.commons.organisations.editing import (
    NewUnit,
    change_unit,
    close_unit,
    open_unit,
)
from gongzhi.commons.organisations.kinds import UnitKind
from gongzhi.commons.organisations.models import Unit
from gongzhi.commons.territory.models import Place
from gongzhi.interfaces.admin.reading import ActingForm, Reading

LEVELS = ("district", "subdistrict", "community")


def places_to_choose() -> "QuerySet[Place]":
    """The places at which units and people hold office."""
    return Place.objects.filter(kind__in=LEVELS).order_by("path")


class PlaceChoice(forms.ModelChoiceField):
    """A district, street or community, indented by level."""

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=places_to_choose(), label=_("地点"), **options)

    def label_from_instance(self, obj: Any) -> str:
        return f"{'　' * LEVELS.index(obj.kind)}{obj.name}"


class UnitForm(ActingForm):
    """What of a unit may be corrected later."""

    name = forms.CharField(label=_("名称"), max_length=80)
    phone = forms.CharField(label=_("办公电话"), max_length=32, required=False)
    email = forms.EmailField(label=_("电子邮件"), required=False)
    webhook_url = forms.URLField(
        label=_("推送地址"), required=False, assume_scheme="https", help_text=_("短信网关等接口。")
    )
    parent = forms.ModelChoiceField(
        label=_("上级单位"),
        queryset=Unit.objects.filter(ends=None).order_by("name"),
        required=False,
    )

    class Meta:
        model = Unit
        fields = ("name", "phone", "email", "webhook_url", "parent")

    def perform(self, asked: dict[str, Any], *, at: datetime) -> int | None:
        parent = asked.pop("parent")
        facts = asked | {"parent_id": parent.pk if parent else None}
        change_unit(unit_id=self.instance.pk, by=self.by, at=at, **facts)
        return None


class NewUnitForm(UnitForm):
    kind = forms.ChoiceField(label=_("种类"), choices=UnitKind.choices)
    place = PlaceChoice()
    field_order = ("kind", "name", "place", "parent")

    class Meta(UnitForm.Meta):
        fields = ("kind", "place", *UnitForm.Meta.fields)  # type: ignore[assignment]

    def perform(self, asked: dict[str, Any], *, at: datetime) -> int | None:
        new = NewUnit(
            kind=asked["kind"],
            name=asked["name"],
            place_id=asked["place"].pk,
            parent_id=asked["parent"].pk if asked["parent"] else None,
            phone=asked["phone"],
            email=asked["email"],
            webhook_url=asked["webhook_url"],
        )
        return open_unit(new=new, by=self.by, at=at)


class Units(Reading):
    called = _("单位")
    adding, changing = NewUnitForm, UnitForm
    list_display = ("named", "kind_named", "at", "until")
    list_filter = ("kind",)
    search_fields = ("name",)
    list_select_related = ("place",)
    ordering = ("place__path", "name")
    actions = ("close",)

    @admin.display(description=_("名称"), ordering="name")
    def named(self, unit: Unit) -> str:
        return unit.name

    @admin.display(description=_("种类"), ordering="kind")
    def kind_named(self, unit: Unit) -> str:
        return str(UnitKind(unit.kind).label)

    @admin.display(description=_("地点"), ordering="place__path")
    def at(self, unit: Unit) -> str:
        return unit.place.name

    @admin.display(description=_("撤销日期"), ordering="ends")
    def until(self, unit: Unit) -> Any:
        return unit.ends

    @admin.action(description=_("撤销单位（连同职责和任职）"), permissions=["change"])
    def close(self, request: HttpRequest, units: "QuerySet[Unit]") -> None:
        for unit in units:
            end = partial(close_unit, unit_id=unit.pk, ends=timezone.localdate())
            self.do(request, end, what=unit.name)


class Places(Reading):
    called = _("地点")
    list_display = ("named", "kind", "path")
    list_filter = ("kind",)
    search_fields = ("name",)
    ordering = ("path",)

    @admin.display(description=_("名称"), ordering="name")
    def named(self, place: Place) -> str:
        return place.name
