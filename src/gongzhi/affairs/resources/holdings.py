"""What this affair holds about people: sealed, and forgotten in time."""

from datetime import datetime

from django.utils.timezone import localdate

from gongzhi.affairs.resources import events
from gongzhi.affairs.resources.choices import NeedState
from gongzhi.affairs.resources.lifecycle import tell
from gongzhi.affairs.resources.models import Booking, ReportSlip, Signup, Stint, Wish
from gongzhi.affairs.resources.wishes import erase_identity
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import SYSTEM
from gongzhi.commons.privacy.encryption import declare_sealed_column
from gongzhi.commons.privacy.retention import RetentionRule, declare_retention

_OVER = [NeedState.CONFIRMED, NeedState.REFUSED, NeedState.WITHDRAWN, NeedState.EXPIRED]


def forget_wishers(*, cutoff: datetime, limit: int, at: datetime) -> int:
    """Forget who made wishes that ended before `cutoff`."""
    over = Wish.objects.filter(erased_at=None, need__state__in=_OVER, need__touched_at__lt=cutoff)
    ids = list(over.order_by("need_id").values_list("need_id", flat=True)[:limit])
    for need_id in ids:
        erase_identity(need_id=need_id, by=SYSTEM, at=at)
    return len(ids)


def forget_volunteers(*, cutoff: datetime, limit: int, at: datetime) -> int:
    """Forget the names on stints certified before `cutoff`; the hours stay, as a number."""
    old = Stint.objects.filter(erased_at=None, certified_at__lt=cutoff).order_by("id")[:limit]
    rows = list(old.select_related("post"))
    for row in rows:
        Stint.objects.filter(pk=row.pk).update(name_sealed="", objection="", erased_at=at)
        tell(
            Subject("stint", row.pk), events.STINT_ERASED, by=SYSTEM, at=at,
            place_id=row.post.place_id,
        )  # fmt: skip
    return len(rows)


def forget_signups(*, cutoff: datetime, limit: int, at: datetime) -> int:
    """Forget who signed up for posts that ended before `cutoff`; certified hours are kept apart."""
    over = Signup.objects.filter(erased_at=None, post__ends__lt=localdate(cutoff))
    rows = list(over.order_by("id").select_related("post")[:limit])
    for row in rows:
        Signup.objects.filter(pk=row.pk).update(name_sealed="", contact_sealed="", erased_at=at)
        tell(
            Subject("signup", row.pk), events.SIGNUP_ERASED, by=SYSTEM, at=at,
            place_id=row.post.place_id,
        )  # fmt: skip
    return len(rows)


def forget_bookers(*, cutoff: datetime, limit: int, at: datetime) -> int:
    """Forget who booked a room, and for what, where the day lies before `cutoff`."""
    over = Booking.objects.filter(host=None, erased_at=None, ends__lt=cutoff)
    rows = list(over.order_by("id").select_related("room")[:limit])
    for row in rows:
        Booking.objects.filter(pk=row.pk).update(
            name_sealed="", contact_sealed="", purpose="", erased_at=at
        )
        tell(
            Subject("booking", row.pk), events.BOOKING_ERASED, by=SYSTEM, at=at,
            place_id=row.room.place_id,
        )  # fmt: skip
    return len(rows)


def forget_members(*, cutoff: datetime, limit: int, at: datetime) -> int:
    """Forget name and deeds of slips drafted before `cutoff`."""
    rows = list(
        ReportSlip.objects.filter(erased_at=None, drafted_at__lt=cutoff).order_by("id")[:limit]
    )
    for row in rows:
        ReportSlip.objects.filter(pk=row.pk).update(
            name_sealed="", deeds="", remark="", erased_at=at
        )
        tell(Subject("slip", row.pk), events.SLIP_ERASED, by=SYSTEM, at=at, place_id=row.place_id)
    return len(rows)


def declare_privacy() -> None:
    """Register sealed columns and retention; called once when the app is ready."""
    for column in ("name_sealed", "contact_sealed"):
        declare_sealed_column("resources.Wish", column)
        declare_sealed_column("resources.Signup", column)
        declare_sealed_column("resources.Booking", column)
    declare_sealed_column("resources.Stint", "name_sealed")
    declare_sealed_column("resources.ReportSlip", "name_sealed")
    declare_retention(
        RetentionRule("resources.wishers", "已结束微心愿的受助人信息", 90, forget_wishers)
    )
    declare_retention(
        RetentionRule("resources.volunteers", "志愿时长记录中的姓名", 3 * 365, forget_volunteers)
    )
    declare_retention(
        RetentionRule("resources.signups", "志愿者报名的称呼和联系方式", 90, forget_signups)
    )
    declare_retention(
        RetentionRule("resources.bookers", "居民预约场地的称呼和联系方式", 30, forget_bookers)
    )
    declare_retention(
        RetentionRule("resources.members", "双报到单中的姓名和事迹", 365, forget_members)
    )
