"""What did not go as it should: follow-ups with errors, and notices that were given up."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from gongzhi.commons.ledger.models import OutboxEntry
from gongzhi.commons.ledger.outbox import try_again
from gongzhi.commons.notices.delivering import send_again
from gongzhi.commons.notices.models import Delivery, DeliveryState
from gongzhi.interfaces.admin.reading import Reading


class FollowUps(Reading):
    """Events whose consequences are still due; those that failed come first."""

    called = _("等待处理的事件")
    list_display = ("kind", "subject", "when", "attempts", "next_at", "error")
    list_select_related = ("event",)
    ordering = ("-attempts", "id")
    actions = ("again",)

    @admin.action(description=_("立即再处理一次"), permissions=["view"])
    def again(self, request: HttpRequest, entries: "QuerySet[OutboxEntry]") -> None:
        for entry in entries:
            self.do(request, partial(try_again, entry_id=entry.pk), what=entry.event.kind)

    @admin.display(description=_("事件"))
    def kind(self, entry: OutboxEntry) -> str:
        return entry.event.kind

    @admin.display(description=_("关于"))
    def subject(self, entry: OutboxEntry) -> str:
        return f"{entry.event.subject_kind} {entry.event.subject_id}"

    @admin.display(description=_("时间"))
    def when(self, entry: OutboxEntry) -> Any:
        return entry.event.at


class Deliveries(Reading):
    """Messages that reached nobody in spite of all tries; whom they were for stays hidden."""

    called = _("未送达的消息")
    list_display = ("template", "subject", "channel", "attempts", "error", "when")
    list_select_related = ("notice",)
    ordering = ("-id",)
    actions = ("again",)

    @admin.action(description=_("重新发送"), permissions=["view"])
    def again(self, request: HttpRequest, deliveries: "QuerySet[Delivery]") -> None:
        for delivery in deliveries:
            self.do(
                request,
                partial(send_again, delivery_id=delivery.pk),
                what=delivery.notice.template,
            )

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Delivery]":
        return super().get_queryset(request).filter(state=DeliveryState.GIVEN_UP)

    @admin.display(description=_("消息"))
    def template(self, delivery: Delivery) -> str:
        return delivery.notice.template

    @admin.display(description=_("关于"))
    def subject(self, delivery: Delivery) -> str:
        return f"{delivery.notice.subject_kind} {delivery.notice.subject_id}"

    @admin.display(description=_("时间"))
    def when(self, delivery: Delivery) -> Any:
        return delivery.notice.at
