"""Bringing an invented pool to life: the real actions, each with the time at which it happens."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta

from django.utils.timezone import localdate

from gongzhi.affairs.resources.choices import Urgency
from gongzhi.affairs.resources.claims import agree_claim, claim_need
from gongzhi.affairs.resources.needs import NewNeed, publish_need
from gongzhi.affairs.resources.offers import NewOffer, Opening, open_offer
from gongzhi.affairs.resources.results import confirm_claim, rate_other_side, report_done
from gongzhi.affairs.resources.wishes import Identity, make_wish, review_wish
from gongzhi.commons.organisations.queries import UnitView, unit_named
from gongzhi.commons.ratings.rating import Satisfied
from gongzhi.commons.territory.queries import PlaceView, place_named
from gongzhi.simulation.staff import Staff

Row = Mapping[str, str | None]
_YEAR = timedelta(days=365)
_STAGES = ("proposed", "agreed", "done", "confirmed")


class CannotFill(ValueError):
    """A line of the pool that names a place or unit that isn't there."""


def fill_pool(*, offers: Sequence[Row], needs: Sequence[Row], at: datetime) -> tuple[int, int]:
    """Offers and needs as they came about before `at`, in order of time; how many of each.

    Days are counted back from `at`. A need with a stage is claimed by its giver and taken so far.
    """
    staff = Staff(on=localdate(at))
    for row in sorted(offers, key=lambda row: -_whole(row, "opened_days_ago")):
        _open(row, staff=staff, at=at)
    for row in sorted(needs, key=lambda row: -_whole(row, "published_days_ago")):
        _publish(row, staff=staff, at=at)
    return len(offers), len(needs)


def _open(row: Row, *, staff: Staff, at: datetime) -> None:
    then = at - timedelta(days=_whole(row, "opened_days_ago"))
    giver = _unit(row, "unit")
    hours = [time.fromisoformat(part) for part in _text(row, "hours").split("-") if part]
    days = [int(day) - 1 for day in _items(row, "weekdays")]
    seats = _text(row, "seats")
    new = NewOffer(
        title=_text(row, "title"),
        unit_id=giver.id,
        categories=(_text(row, "category"),),
        place_id=giver.place_id,
        area_id=_place(_text(row, "area")).id,
        total=_whole(row, "total"),
        per_day=_whole(row, "per_day"),
        begins=localdate(then),
        ends=localdate(at + _YEAR // 2),
        gives=tuple(_items(row, "gives")),
        openings=tuple(Opening(day, hours[0], hours[1]) for day in days),
        seats=int(seats) if seats else None,
    )
    by = staff.partner(giver.id)
    if giver.kind == "community_party_org":
        by = staff.coordinator(giver.place_id)
    open_offer(new=new, by=by, at=then)


def _publish(row: Row, *, staff: Staff, at: datetime) -> None:
    then = at - timedelta(days=_whole(row, "published_days_ago"))
    home, stage = _place(_text(row, "community")), _text(row, "stage")
    new = NewNeed(
        title=_text(row, "title"),
        category=_text(row, "category"),
        place_id=home.id,
        quantity=_whole(row, "quantity"),
        urgency=Urgency(_whole(row, "urgency")),
        asks=tuple(_items(row, "asks")),
        begins=localdate(then),
        ends=localdate(at + timedelta(days=_whole(row, "ends_in_days"))),
        whole=bool(_text(row, "wish_of")),
    )
    who = _text(row, "wish_of")
    if who:
        need_id = make_wish(
            new=new, cap=200, identity=Identity(who, ""), consents=True,
            by=staff.worker(home.id), at=then,
        )  # fmt: skip
        if stage == "drafted":
            return
        review_wish(need_id=need_id, approved=True, by=staff.coordinator(home.id), at=then)
    else:
        need_id = publish_need(new=new, by=staff.worker(home.id), at=then)
    if stage in _STAGES:
        _claim(row, need_id, new.quantity, home=home, staff=staff, then=then, at=at)


def _claim(
    row: Row,
    need_id: int,
    quantity: int,
    *,
    home: PlaceView,
    staff: Staff,
    then: datetime,
    at: datetime,
) -> None:
    """Claimed some days later, done between then and now, as far as the stage says."""
    giver, stage = _unit(row, "giver"), _text(row, "stage")
    by, host = staff.partner(giver.id), staff.coordinator(home.id)
    last = stage == "proposed"
    claimed_at = at - timedelta(hours=20) if last else then + timedelta(days=2)
    day = at + timedelta(days=3) if stage in {"proposed", "agreed"} else then + timedelta(days=6)
    claim = claim_need(
        need_id=need_id, unit_id=giver.id, quantity=quantity, day=localdate(day), offer_id=None,
        by=by, at=claimed_at,
    )  # fmt: skip
    if last:
        return
    agree_claim(claim_id=claim, by=host, at=claimed_at + timedelta(hours=5))
    if stage == "agreed":
        return
    report_done(claim_id=claim, report="已按约定办完。", by=by, at=day + timedelta(hours=1))
    if stage == "confirmed":
        confirmed_at = day + timedelta(days=1)
        confirm_claim(claim_id=claim, by=host, at=confirmed_at)
        rate_other_side(
            claim_id=claim, satisfied=Satisfied.YES, remark="", by=host, at=confirmed_at
        )


def _text(row: Row, column: str) -> str:
    return (row.get(column) or "").strip()


def _whole(row: Row, column: str) -> int:
    return int(_text(row, column))


def _items(row: Row, column: str) -> list[str]:
    return [part for part in _text(row, column).split(";") if part]


def _place(names: str) -> PlaceView:
    found = place_named(names)
    if found is None:
        raise CannotFill(f"没有这个地点：{names}")
    return found


def _unit(row: Row, column: str) -> UnitView:
    found = unit_named(_text(row, column))
    if found is None:
        raise CannotFill(f"没有这个单位：{_text(row, column)}")
    return found
