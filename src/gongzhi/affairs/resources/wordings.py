"""What units are told about needs and claims."""

from collections.abc import Sequence

from django.utils.timezone import localtime

from gongzhi.affairs.resources.models import Booking, Claim, Need
from gongzhi.commons.notices.addresses import Facts, declare_wording
from gongzhi.commons.notices.templates import Template, declare_template
from gongzhi.commons.organisations.queries import find_unit
from gongzhi.commons.territory.queries import public_name

_CLAIMS = (
    (
        "unit.claim_made",
        "请确认认领：{need}",
        "{giver}与{place}就“{need}”（数量 {quantity}，{day}）待贵单位确认，{expires}前有效。",
        "Please answer a claim: {need}",
        "{giver}, {place}: {quantity} of “{need}” on {day} waits for your yes until {expires}.",
    ),
    (
        "unit.claim_agreed",
        "双方已确认：{need}",
        "{giver}将于 {day} 为{place}办理“{need}”（数量 {quantity}）。",
        "Agreed: {need}",
        "{giver} gives {quantity} of “{need}” at {place} on {day}.",
    ),
    (
        "unit.claim_ended",
        "认领没有成：{need}",
        "{giver}与{place}就“{need}”（{day}）的认领已结束，需求重新开放。",
        "A claim came to nothing: {need}",
        "{giver}, {place}: the claim of “{need}” on {day} has ended; the need is open again.",
    ),
    (
        "unit.claim_done",
        "请确认结果：{need}",
        "{giver}报告已在{place}办完“{need}”，请核实后确认。",
        "Please confirm the result: {need}",
        "{giver} says “{need}” at {place} is done. Please look and confirm.",
    ),
    (
        "unit.claim_returned",
        "结果被退回：{need}",
        "{place}的“{need}”还没有办到，请继续。",
        "Not done yet: {need}",
        "“{need}” at {place} is not done yet. Please go on.",
    ),
    (
        "unit.claim_confirmed",
        "结果已确认：{need}",
        "{place}已确认“{need}”的结果，谢谢贵单位。",
        "Confirmed: {need}",
        "{place} has confirmed the result of “{need}”. Thank you.",
    ),
)
_NEEDS = (
    (
        "unit.wish_drafted",
        "微心愿等待审核：{need}",
        "{place}有一个微心愿等待审核发布。",
        "A micro-wish waits for review: {need}",
        "A micro-wish at {place} waits to be published.",
    ),
    (
        "unit.need_confirmed",
        "需求已办到：{need}",
        "{place}的“{need}”已全部确认。",
        "A need is met: {need}",
        "All of “{need}” at {place} is confirmed.",
    ),
)


_BOOKINGS = (
    (
        "unit.booking_asked",
        "居民想用场地：{room}",
        "有居民想在 {when} 使用“{room}”，请在 {until} 前答复，过时自动作废。",
        "A resident asks for a room: {room}",
        "A resident would like “{room}” on {when}. Please answer by {until}, or it lapses.",
    ),
    (
        "unit.booking_made",
        "居民预约了场地：{room}",
        "有居民约定在 {when} 使用“{room}”。",
        "A resident booked a room: {room}",
        "A resident will use “{room}” on {when}.",
    ),
    (
        "unit.booking_cancelled",
        "居民取消了场地预约：{room}",
        "{when} 使用“{room}”的居民取消了预约，这段时间又空出来了。",
        "A resident cancelled: {room}",
        "The resident who was to use “{room}” on {when} cancelled; the time is free again.",
    ),
)


def _of_bookings(booking_ids: Sequence[int]) -> dict[int, Facts]:
    found = Booking.objects.select_related("room").filter(pk__in=booking_ids)
    return {
        row.pk: {
            "room": row.room.title,
            "when": f"{localtime(row.begins):%m-%d %H:%M}–{localtime(row.ends):%H:%M}",
            "until": f"{localtime(row.answer_by or row.begins):%m-%d %H:%M}",
        }
        for row in found
    }


def _of_needs(need_ids: Sequence[int]) -> dict[int, Facts]:
    return {
        need.pk: {"need": need.title, "place": public_name(need.place_id)}
        for need in Need.objects.filter(pk__in=need_ids)
    }


def _of_claims(claim_ids: Sequence[int]) -> dict[int, Facts]:
    found = Claim.objects.select_related("need").filter(pk__in=claim_ids)
    return {claim.pk: _claim_facts(claim) for claim in found}


def _claim_facts(claim: Claim) -> Facts:
    giver = find_unit(claim.giver_id)
    return {
        "need": claim.need.title,
        "place": public_name(claim.need.place_id),
        "giver": giver.name if giver else "—",
        "quantity": str(claim.quantity),
        "day": claim.day.isoformat(),
        "expires": f"{claim.expires_at:%Y-%m-%d}",
    }


def declare_wordings() -> None:
    """Register wordings; called once when the app is ready."""
    for words in (*_CLAIMS, *_NEEDS, *_BOOKINGS):
        declare_template(Template(*words))
    declare_wording("unit", "claim", _of_claims)
    declare_wording("unit", "need", _of_needs)
    declare_wording("unit", "booking", _of_bookings)
