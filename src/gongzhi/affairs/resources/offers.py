"""Step 2: a unit says what it can give, when, where and on which conditions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.resources import events
from gongzhi.affairs.resources.categories import HelpView, category_named
from gongzhi.affairs.resources.choices import Condition, OfferState
from gongzhi.affairs.resources.lifecycle import OFFER, NotInPool, Step, grow_pool, move, tell
from gongzhi.affairs.resources.models import Offer, Slot
from gongzhi.affairs.resources.needs import LONGEST_DAYS, MOST
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.queries import UnitView, find_unit
from gongzhi.commons.permissions.actors import SYSTEM, Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.territory.queries import PlaceView, find_place


class CannotOffer(ValueError):
    """An offer that makes no sense, with the field at fault and why."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True, slots=True)
class Opening:
    """A stretch of a weekday (0 is Monday) when an offer is there."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOffer:
    """What a unit can give."""

    title: str
    unit_id: int
    categories: tuple[str, ...]  # codes or names
    place_id: int  # where it starts from
    area_id: int  # the place with all below it that it serves
    total: int
    begins: date
    ends: date
    per_day: int | None = None
    text: str = ""
    reach: int | None = None
    asks: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    openings: tuple[Opening, ...] = ()
    seats: int | None = None
    import_key: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """An offer whose parts are known to make sense."""

    new: NewOffer
    unit: UnitView
    categories: tuple[HelpView, ...]
    place: PlaceView
    area: PlaceView


def check_offer(new: NewOffer, *, on: date) -> Checked:
    """Refuse an offer that makes no sense, naming the first field at fault (`CannotOffer`)."""
    if not 0 < len(new.title.strip()) <= 80:
        raise CannotOffer("title", _("请用 1 到 80 个字写明能提供什么"))
    if len(new.text) > 4000:
        raise CannotOffer("text", _("说明最多 4000 字，请精简"))
    unit = find_unit(new.unit_id)
    if unit is None or not unit.exists_on(on):
        raise CannotOffer("unit", _("没有这个单位，请重新选择"))
    if not new.categories:
        raise CannotOffer("categories", _("请至少选一个类别"))
    found = []
    for name in dict.fromkeys(new.categories):
        category = category_named(name)
        if category is None:
            raise CannotOffer("categories", _("没有“%(name)s”这个类别") % {"name": name})
        found.append(category)
    place, area = find_place(new.place_id), find_place(new.area_id)
    if place is None:
        raise CannotOffer("place", _("没有这个地点，请重新选择"))
    if area is None:
        raise CannotOffer("area", _("请选择服务范围"))
    if not 1 <= new.total <= MOST:
        raise CannotOffer("total", _("数量应在 1 到 1000000 之间"))
    if new.per_day is not None and not 1 <= new.per_day <= new.total:
        raise CannotOffer("per_day", _("每天的数量应在 1 和总数量之间"))
    if new.reach is not None and not 0 <= new.reach <= 200_000:
        raise CannotOffer("reach", _("最远距离应在 0 到 200000 米之间"))
    if new.seats is not None and not 1 <= new.seats <= 100_000:
        raise CannotOffer("seats", _("可容纳人数应在 1 到 100000 之间"))
    _check_times(new, on=on)
    return Checked(new, unit, tuple(found), place, area)


def _check_times(new: NewOffer, *, on: date) -> None:
    if new.ends < new.begins:
        raise CannotOffer("ends", _("结束日期早于开始日期，请核对"))
    if new.ends < on:
        raise CannotOffer("ends", _("结束日期已经过去，请核对"))
    if (new.ends - new.begins).days > 2 * LONGEST_DAYS:
        raise CannotOffer("ends", _("时间最长两年，请到期再续"))
    for name in ("asks", "gives"):
        if unknown := set(getattr(new, name)) - set(Condition.values):
            raise CannotOffer(name, _("没有“%(name)s”这个条件") % {"name": sorted(unknown)[0]})
    check_openings(new.openings)


def check_openings(openings: Sequence[Opening]) -> None:
    """Refuse stretches that end before they begin, overlap, or are on no weekday."""
    for each in openings:
        if not 0 <= each.weekday <= 6 or each.closes <= each.opens:
            raise CannotOffer("openings", _("开放时间的结束应晚于开始"))
    ordered = sorted(openings, key=lambda each: (each.weekday, each.opens))
    for one, other in pairwise(ordered):
        if one.weekday == other.weekday and other.opens < one.closes:
            raise CannotOffer("openings", _("同一天的开放时间有重叠，请合并"))


@transaction.atomic
def open_offer(*, new: NewOffer, by: Actor, at: datetime) -> int:
    """Put an offer into the pool; communities may claim it from now on. Returns its id."""
    checked = check_offer(new, on=localdate(at))
    unit_place = find_place(checked.unit.place_id)
    path = unit_place.path if unit_place else ""
    require(by, "offers.open", place_path=path, unit_ids=[checked.unit.id])
    row = Offer(
        title=new.title.strip(),
        text=new.text.strip(),
        unit_id=checked.unit.id,
        place_id=checked.place.id,
        place_path=checked.place.path,
        area_id=checked.area.id,
        reach=new.reach,
        total=new.total,
        per_day=new.per_day or new.total,
        asks=sorted(set(new.asks)),
        gives=sorted(set(new.gives)),
        seats=new.seats,
        begins=new.begins,
        ends=new.ends,
        opened_at=at,
        touched_at=at,
        changed_in=grow_pool(),
        import_key=new.import_key,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise CannotOffer("title", _("已经登记过同样的资源")) from error
    row.categories.set([each.id for each in checked.categories])
    _write_slots(row, new.openings)
    tell(
        Subject("offer", row.pk),
        events.OFFER_OPENED,
        by=by,
        at=at,
        place_id=row.place_id,
        opens=True,
        categories=[each.code for each in checked.categories],
        total=row.total,
        area=row.area_id,
        begins=row.begins.isoformat(),
        until=row.ends.isoformat(),
        seats=row.seats,
        weekly=weekly_minutes(new.openings),
    )
    return row.pk


def weekly_minutes(openings: Sequence[Opening]) -> list[int]:
    """Minutes for each day from Monday on; empty where no hours are set, which means any time."""
    minutes = [0] * 7
    for each in openings:
        opens, closes = (part.hour * 60 + part.minute for part in (each.opens, each.closes))
        minutes[each.weekday] += closes - opens
    return minutes if openings else []


def _write_slots(row: Offer, openings: Sequence[Opening]) -> None:
    Slot.objects.bulk_create(
        [
            Slot(offer=row, weekday=each.weekday, opens=each.opens, closes=each.closes)
            for each in openings
        ]
    )


def offer_for(by: Actor, action: str, offer_id: int) -> Offer:
    """The offer, once `by` is known to be allowed `action` for its unit."""
    offer = Offer.objects.filter(pk=offer_id).first()
    if offer is None:
        raise NotInPool
    require(by, action, place_path=offer.place_path, unit_ids=[offer.unit_id])
    return offer


@transaction.atomic
def set_openings(*, offer_id: int, openings: Sequence[Opening], by: Actor, at: datetime) -> None:
    """Say anew when an offer is there each week; what is booked or claimed already stays."""
    offer = offer_for(by, "offers.open", offer_id)
    check_openings(openings)
    number = grow_pool()
    Slot.objects.filter(offer=offer).delete()
    _write_slots(offer, openings)
    Offer.objects.filter(pk=offer.pk).update(touched_at=at, changed_in=number)
    tell(
        Subject("offer", offer.pk), events.HOURS_SET, by=by, at=at, place_id=offer.place_id,
        slots=len(openings), weekly=weekly_minutes(openings),
    )  # fmt: skip


@transaction.atomic
def correct_offer(
    *, offer_id: int, title: str, text: str, total: int, ends: date, by: Actor, at: datetime
) -> None:
    """Change what an offer says; never to less than is used already."""
    offer = offer_for(by, "offers.open", offer_id)
    if not 0 < len(title.strip()) <= 80:
        raise CannotOffer("title", _("请用 1 到 80 个字写明能提供什么"))
    if not 1 <= total <= MOST:
        raise CannotOffer("total", _("数量应在 1 到 1000000 之间"))
    if ends < max(offer.begins, localdate(at)):
        raise CannotOffer("ends", _("结束日期已经过去，请核对"))
    changes: dict[str, object] = {
        "title": title.strip(), "text": text.strip(), "total": total, "ends": ends,
        "per_day": min(offer.per_day, total),
    }  # fmt: skip
    changed = sorted(name for name, value in changes.items() if getattr(offer, name) != value)
    if not changed:
        return
    number = grow_pool()
    standing = Offer.objects.filter(pk=offer_id, used__lte=total).exclude(state=OfferState.ENDED)
    if not standing.update(**changes, touched_at=at, changed_in=number):
        raise CannotOffer("total", _("已约定的比这个数量多，或资源已结束"))
    tell(
        Subject("offer", offer.pk), events.OFFER_CORRECTED, by=by, at=at,
        place_id=offer.place_id, fields=changed,
    )  # fmt: skip


@transaction.atomic
def pause_offer(*, offer_id: int, by: Actor, at: datetime) -> None:
    """Keep an offer from being claimed for now; what is agreed stays."""
    _turn(offer_id, Step.PAUSE, events.OFFER_PAUSED, by=by, at=at)


@transaction.atomic
def resume_offer(*, offer_id: int, by: Actor, at: datetime) -> None:
    """Let an offer be claimed again."""
    _turn(offer_id, Step.RESUME, events.OFFER_RESUMED, by=by, at=at)


@transaction.atomic
def end_offer(*, offer_id: int, by: Actor, at: datetime) -> None:
    """Take an offer back; what is agreed stays."""
    _turn(offer_id, Step.END, events.OFFER_ENDED, by=by, at=at)


def _turn(offer_id: int, step: Step, kind: str, *, by: Actor, at: datetime) -> None:
    offer = offer_for(by, "offers.open", offer_id)
    number = grow_pool()
    move(offer, OFFER, step, touched_at=at, changed_in=number)
    more: dict[str, Any] = {"used": offer.used} if step is Step.END else {}
    tell(Subject("offer", offer.pk), kind, by=by, at=at, place_id=offer.place_id, **more)


def expire_offers(*, at: datetime, most: int = 200) -> int:
    """End offers whose time has passed; returns how many."""
    late = Offer.objects.filter(
        state__in=[OfferState.OPEN, OfferState.PAUSED], ends__lt=localdate(at)
    )
    ids = list(late.order_by("ends", "id").values_list("id", flat=True)[:most])
    for offer_id in ids:
        end_offer(offer_id=offer_id, by=SYSTEM, at=at)
    return len(ids)
