"""Needs, offers and the kinds of help, as the administrator looks them up; pages change them."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from gongzhi.affairs.resources.models import HelpCategory, Need, Offer
from gongzhi.interfaces.admin.reading import Reading


class Needs(Reading):
    called = _("需求")
    list_display = ("title", "kind", "where", "standing", "amount", "until")
    list_filter = ("state", "urgency")
    search_fields = ("title", "place__name", "publisher__name")
    list_select_related = ("category", "place")
    ordering = ("-id",)

    @admin.display(description=_("类别"), ordering="category__code")
    def kind(self, need: Need) -> str:
        return need.category.name_zh

    @admin.display(description=_("地点"), ordering="place__path")
    def where(self, need: Need) -> str:
        return need.place.name

    @admin.display(description=_("状态"), ordering="state")
    def standing(self, need: Need) -> Any:
        return need.get_state_display()

    @admin.display(description=_("已认领 / 数量"))
    def amount(self, need: Need) -> str:
        return f"{need.claimed} / {need.quantity}"

    @admin.display(description=_("终止日期"), ordering="ends")
    def until(self, need: Need) -> Any:
        return need.ends


class Offers(Reading):
    called = _("资源")
    list_display = ("title", "whose", "serves", "standing", "amount", "until")
    list_filter = ("state",)
    search_fields = ("title", "unit__name")
    list_select_related = ("unit", "area")
    ordering = ("-id",)

    @admin.display(description=_("提供单位"), ordering="unit__name")
    def whose(self, offer: Offer) -> str:
        return offer.unit.name

    @admin.display(description=_("服务范围"), ordering="area__path")
    def serves(self, offer: Offer) -> str:
        return offer.area.name

    @admin.display(description=_("状态"), ordering="state")
    def standing(self, offer: Offer) -> Any:
        return offer.get_state_display()

    @admin.display(description=_("已用 / 数量"))
    def amount(self, offer: Offer) -> str:
        return f"{offer.used} / {offer.total}"

    @admin.display(description=_("终止日期"), ordering="ends")
    def until(self, offer: Offer) -> Any:
        return offer.ends


class KindsOfHelp(Reading):
    called = _("帮助类别")
    list_display = ("code", "name_zh", "name_en", "measure_zh", "measure_en")
    ordering = ("sort", "code")


POOL: tuple[tuple[Any, type[Reading]], ...] = (
    (Need, Needs),
    (Offer, Offers),
    (HelpCategory, KindsOfHelp),
)
