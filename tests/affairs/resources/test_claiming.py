"""Two-way claims: reserved at once, agreed by both sides, counted once, given back when ended."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from gongzhi.affairs.resources.choices import ClaimState, NeedState, OfferState
from gongzhi.affairs.resources.claims import (
    CannotClaim,
    agree_claim,
    claim_need,
    claim_offer,
    decline_claim,
    expire_claims,
    withdraw_claim,
)
from gongzhi.affairs.resources.lifecycle import CannotMove
from gongzhi.affairs.resources.models import Claim, Need, Offer, OfferDay
from gongzhi.affairs.resources.needs import CannotPublish, settle_need, withdraw_need
from gongzhi.affairs.resources.offers import pause_offer
from gongzhi.affairs.resources.results import (
    confirm_claim,
    report_done,
    report_no_show,
    return_claim,
)
from gongzhi.commons.ledger.reading import events_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.table import NotPermitted
from tests.affairs.resources.pools import DAY, MONDAY, SmallPool, build_pool, moment
from tests.affairs.small_district import build

pytestmark = [pytest.mark.django_db, pytest.mark.database]
ON_THE_DAY = moment("2026-03-10", "18:00")


def claim(pool: SmallPool, need: int, offer: int | None = None, quantity: int = 4) -> int:
    return claim_need(
        need_id=need, unit_id=pool.unit("bank"), quantity=quantity, day=DAY, offer_id=offer,
        by=pool.bank, at=MONDAY,
    )  # fmt: skip


def agreed(pool: SmallPool, need: int, offer: int | None = None, quantity: int = 4) -> int:
    made = claim(pool, need, offer, quantity)
    agree_claim(claim_id=made, by=pool.community, at=MONDAY)
    return made


def kinds(subject: str, id: int) -> list[str]:
    return [event.kind for event in events_of(Subject(subject, id))]


def test_a_partners_claim_waits_for_the_community_and_is_reserved_at_once(pool: SmallPool) -> None:
    need, offer = pool.need(), pool.offer()
    made = claim(pool, need, offer)
    assert Claim.objects.get(pk=made).state == ClaimState.PROPOSED
    assert Need.objects.get(pk=need).claimed == 4
    assert Offer.objects.get(pk=offer).used == 4
    agree_claim(claim_id=made, by=pool.community, at=MONDAY)
    assert Claim.objects.get(pk=made).state == ClaimState.AGREED
    assert kinds("claim", made) == ["claim.made", "claim.agreed"]


def test_a_communitys_claim_of_an_offer_waits_for_the_unit(pool: SmallPool) -> None:
    need, offer = pool.need(), pool.offer()
    made = claim_offer(
        offer_id=offer, need_id=need, quantity=2, day=DAY, by=pool.community, at=MONDAY
    )
    with pytest.raises(CannotClaim, match="等对方确认"):
        agree_claim(claim_id=made, by=pool.community, at=MONDAY)
    agree_claim(claim_id=made, by=pool.bank, at=MONDAY)
    assert Claim.objects.get(pk=made).state == ClaimState.AGREED


def test_the_whole_line_ends_in_a_confirmed_need(pool: SmallPool) -> None:
    need, offer = pool.need(quantity=4), pool.offer()
    made = agreed(pool, need, offer)
    assert Need.objects.get(pk=need).state == NeedState.CLAIMED
    report_done(claim_id=made, report="去了四位同事", by=pool.bank, at=ON_THE_DAY)
    assert Need.objects.get(pk=need).state == NeedState.DONE
    confirm_claim(claim_id=made, by=pool.community, at=ON_THE_DAY)
    assert Need.objects.get(pk=need).state == NeedState.CONFIRMED
    assert kinds("need", need) == [
        "need.published", "need.claimed", "need.done", "need.confirmed"
    ]  # fmt: skip


def test_a_result_that_is_not_done_goes_back(pool: SmallPool) -> None:
    need = pool.need(quantity=4)
    made = agreed(pool, need)
    report_done(claim_id=made, report="做完了", by=pool.bank, at=ON_THE_DAY)
    return_claim(claim_id=made, reason="只来了一位", by=pool.community, at=ON_THE_DAY)
    row = Need.objects.get(pk=need)
    assert (row.state, row.met) == (NeedState.CLAIMED, 0)
    assert Claim.objects.get(pk=made).state == ClaimState.AGREED


def test_nobody_claims_more_than_is_left_and_is_told_how_much_that_is(pool: SmallPool) -> None:
    need = pool.need(quantity=10)
    claim(pool, need, quantity=7)
    with pytest.raises(CannotClaim, match="只剩 3"):
        claim(pool, need, quantity=4)


def test_an_offer_gives_no_more_in_a_day_or_in_all_than_it_has(pool: SmallPool) -> None:
    need, offer = pool.need(quantity=100), pool.offer(total=9, per_day=6)
    claim(pool, need, offer, quantity=4)
    with pytest.raises(CannotClaim, match="当天只剩 2"):
        claim(pool, need, offer, quantity=3)
    assert Need.objects.get(pk=need).claimed == 4
    with pytest.raises(CannotClaim, match="只剩 5 可用"):
        claim(pool, need, offer, quantity=6)


@pytest.mark.parametrize("way", ["decline", "withdraw", "expire", "no_show"])
def test_what_a_claim_reserved_comes_back_when_it_ends(pool: SmallPool, way: str) -> None:
    need, offer = pool.need(quantity=4), pool.offer()
    made = claim(pool, need, offer)
    if way == "decline":
        decline_claim(claim_id=made, reason="那天不在", by=pool.community, at=MONDAY)
    elif way == "withdraw":
        withdraw_claim(claim_id=made, reason="人手不够", by=pool.bank, at=MONDAY)
    elif way == "expire":
        assert expire_claims(at=MONDAY + timedelta(days=20)) == 1
    else:
        agree_claim(claim_id=made, by=pool.community, at=MONDAY)
        report_no_show(claim_id=made, reason="没有来", by=pool.community, at=ON_THE_DAY)
    row = Need.objects.get(pk=need)
    assert (row.state, row.claimed) == (NeedState.PUBLISHED, 0)
    assert Offer.objects.get(pk=offer).used == 0
    assert OfferDay.objects.get(offer=offer).used == 0
    with pytest.raises(CannotMove):
        withdraw_claim(claim_id=made, reason="再退一次", by=pool.bank, at=ON_THE_DAY)
    assert Need.objects.get(pk=need).claimed == 0


def test_a_need_that_must_stay_whole_is_claimed_whole(pool: SmallPool) -> None:
    need = pool.need(quantity=5, whole=True)
    with pytest.raises(CannotClaim, match="整份认领：5"):
        claim(pool, need, quantity=2)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"categories": ("skill.legal",)}, "不提供这一类别"),
        ({"asks": ("venue",)}, "需求不满足资源的条件"),
        ({"begins": DAY + timedelta(days=1)}, "这一天不可用"),
    ],
)
def test_an_offer_that_does_not_fit_says_why(
    pool: SmallPool, change: dict[str, object], why: str
) -> None:
    need, offer = pool.need(), pool.offer(**change)
    with pytest.raises(CannotClaim, match=why):
        claim(pool, need, offer)


def test_an_offer_serves_its_area_only(pool: SmallPool) -> None:
    need = pool.need(place="pine")
    offer = pool.offer(area_id=pool.district.places["north"].pk)
    with pytest.raises(CannotClaim, match="服务范围"):
        claim(pool, need, offer)


def test_a_paused_offer_is_not_claimed(pool: SmallPool) -> None:
    need, offer = pool.need(), pool.offer()
    pause_offer(offer_id=offer, by=pool.bank, at=MONDAY)
    assert Offer.objects.get(pk=offer).state == OfferState.PAUSED
    with pytest.raises(CannotClaim, match="暂停"):
        claim(pool, need, offer)


def test_only_who_speaks_for_a_side_acts_for_it(pool: SmallPool) -> None:
    need = pool.need()
    made = claim(pool, need)
    with pytest.raises(NotPermitted):
        claim_need(
            need_id=need, unit_id=pool.unit("bank"), quantity=1, day=DAY, offer_id=None,
            by=pool.clinic, at=MONDAY,
        )  # fmt: skip
    with pytest.raises(NotPermitted):
        agree_claim(claim_id=made, by=pool.clinic, at=MONDAY)
    agree_claim(claim_id=made, by=pool.community, at=MONDAY)
    with pytest.raises(NotPermitted):
        report_done(claim_id=made, report="做了", by=pool.clinic, at=ON_THE_DAY)
    report_done(claim_id=made, report="做了", by=pool.bank, at=ON_THE_DAY)
    with pytest.raises(NotPermitted):
        confirm_claim(claim_id=made, by=pool.bank, at=ON_THE_DAY)


def test_nothing_is_done_before_its_day(pool: SmallPool) -> None:
    made = agreed(pool, pool.need())
    with pytest.raises(CannotClaim, match="2026-03-10"):
        report_done(claim_id=made, report="做了", by=pool.bank, at=MONDAY)


def test_a_community_settles_for_what_is_claimed(pool: SmallPool) -> None:
    need = pool.need(quantity=10)
    agreed(pool, need, quantity=4)
    with pytest.raises(CannotPublish, match="已有单位认领"):
        withdraw_need(need_id=need, by=pool.community, at=MONDAY)
    settle_need(need_id=need, by=pool.community, at=MONDAY)
    row = Need.objects.get(pk=need)
    assert (row.state, row.quantity) == (NeedState.CLAIMED, 4)


@pytest.mark.django_db(transaction=True)
def test_of_many_claims_at_once_only_as_many_succeed_as_there_is() -> None:
    pool = build_pool(build())
    need, offer = pool.need(quantity=5), pool.offer(total=20, per_day=20)
    bank = pool.bank

    def one(_number: int) -> str:
        try:
            claim_need(
                need_id=need, unit_id=pool.unit("bank"), quantity=2, day=DAY, offer_id=offer,
                by=bank, at=MONDAY,
            )  # fmt: skip
        except CannotClaim:
            return "refused"
        finally:
            connections.close_all()
        return "claimed"

    with ThreadPoolExecutor(6) as threads:
        outcomes = list(threads.map(one, range(6)))
    assert outcomes.count("claimed") == 2
    assert Need.objects.get(pk=need).claimed == 4
    assert Offer.objects.get(pk=offer).used == 4
    assert Claim.objects.filter(need=need).count() == 2
