"""Publishing: what makes sense is published with its event; what doesn't is refused by field."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from gongzhi.affairs.resources.choices import NeedState, OfferState
from gongzhi.affairs.resources.models import Need, Offer, PoolRevision
from gongzhi.affairs.resources.needs import (
    CannotPublish,
    NewNeed,
    correct_need,
    expire_needs,
    publish_need,
    withdraw_need,
)
from gongzhi.affairs.resources.offers import (
    CannotOffer,
    Opening,
    end_offer,
    expire_offers,
    set_openings,
)
from gongzhi.commons.ledger.reading import events_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.table import NotPermitted
from tests.affairs.resources.pools import FIRST, LAST, MONDAY, SmallPool

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_a_published_need_is_in_the_pool_with_its_event(pool: SmallPool) -> None:
    need = Need.objects.get(pk=pool.need(source=Subject("ticket", 7)))
    assert need.state == NeedState.PUBLISHED
    assert need.community_id == pool.district.places["willow"].pk
    assert need.changed_in == PoolRevision.objects.get().number
    (event,) = events_of(Subject("need", need.pk))
    assert event.kind == "need.published"
    assert event.data["source_kind"] == "ticket"
    assert event.data["source"] == 7
    assert "周末" not in str(event.data)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "长" * 81}, "title"),
        ({"category": "没有这一类"}, "category"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": -3}, "quantity"),
        ({"quantity": 10**9}, "quantity"),
        ({"begins": LAST, "ends": FIRST}, "ends"),
        ({"begins": date(2020, 1, 1), "ends": date(2020, 2, 1)}, "ends"),
        ({"ends": date(2030, 1, 1)}, "ends"),
        ({"asks": ("magic",)}, "asks"),
        ({"place_id": 10**9}, "place"),
    ],
)
def test_a_need_that_makes_no_sense_names_the_field(
    pool: SmallPool, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(CannotPublish) as refused:
        pool.need(**change)
    assert refused.value.field == field
    assert not Need.objects.exists()


def test_a_need_belongs_to_a_community(pool: SmallPool) -> None:
    with pytest.raises(CannotPublish, match="社区"):
        pool.need(place="north")


def test_one_source_makes_one_need_of_a_kind(pool: SmallPool) -> None:
    first = pool.need(source=Subject("ticket", 7))
    with pytest.raises(CannotPublish, match="同样的需求"):
        pool.need(source=Subject("ticket", 7))
    withdraw_need(need_id=first, by=pool.community, at=MONDAY)
    pool.need(source=Subject("ticket", 7))


def test_a_community_publishes_for_itself_only(pool: SmallPool) -> None:
    new = NewNeed(
        title="需要帮手", category="people.moving", place_id=pool.district.places["plum"].pk,
        quantity=2, begins=FIRST, ends=LAST,
    )  # fmt: skip
    with pytest.raises(NotPermitted):
        publish_need(new=new, by=pool.community, at=MONDAY)
    with pytest.raises(NotPermitted):
        publish_need(new=new, by=pool.bank, at=MONDAY)


def test_a_correction_says_which_fields_changed(pool: SmallPool) -> None:
    need = pool.need(quantity=4)
    correct_need(
        need_id=need, title="周末陪老人聊天", text="", quantity=6, urgency=4, ends=LAST,
        by=pool.community, at=MONDAY,
    )  # fmt: skip
    told = events_of(Subject("need", need))[-1].data
    assert told == {"fields": ["quantity", "urgency"], "until": LAST.isoformat()}


def test_a_need_nobody_claimed_ends_with_its_time(pool: SmallPool) -> None:
    need = pool.need()
    assert expire_needs(at=MONDAY) == 0
    assert expire_needs(at=MONDAY + timedelta(days=40)) == 1
    assert Need.objects.get(pk=need).state == NeedState.EXPIRED


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"categories": ()}, "categories"),
        ({"total": 0}, "total"),
        ({"per_day": 13}, "per_day"),
        ({"unit_id": 10**9}, "unit"),
        ({"area_id": 10**9}, "area"),
        ({"reach": -1}, "reach"),
        ({"begins": LAST, "ends": FIRST}, "ends"),
        ({"openings": (Opening(0, time(18), time(9)),)}, "openings"),
        ({"openings": (Opening(0, time(9), time(12)), Opening(0, time(11), time(13)))}, "openings"),
    ],
)
def test_an_offer_that_makes_no_sense_names_the_field(
    pool: SmallPool, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(CannotOffer) as refused:
        pool.offer(**change)
    assert refused.value.field == field
    assert not Offer.objects.exists()


def test_an_offers_life_is_in_the_ledger(pool: SmallPool) -> None:
    offer = pool.offer()
    set_openings(offer_id=offer, openings=[Opening(5, time(9), time(17))], by=pool.bank, at=MONDAY)
    end_offer(offer_id=offer, by=pool.bank, at=MONDAY)
    assert [event.kind for event in events_of(Subject("offer", offer))] == [
        "offer.opened", "offer.hours_set", "offer.ended"
    ]  # fmt: skip


def test_an_offer_ends_with_its_time(pool: SmallPool) -> None:
    offer = pool.offer()
    assert expire_offers(at=MONDAY + timedelta(days=60)) == 1
    assert Offer.objects.get(pk=offer).state == OfferState.ENDED


def test_a_unit_ends_only_its_own_offer(pool: SmallPool) -> None:
    offer = pool.offer()
    with pytest.raises(NotPermitted):
        end_offer(offer_id=offer, by=pool.clinic, at=MONDAY)
