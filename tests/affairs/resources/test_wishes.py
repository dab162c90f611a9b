"""Micro-wishes: approved before they are public; who made one is told by the community alone."""

from datetime import timedelta
from typing import Any

import pytest

from gongzhi.affairs.resources.choices import NeedState
from gongzhi.affairs.resources.claims import agree_claim, claim_need, withdraw_claim
from gongzhi.affairs.resources.holdings import forget_wishers
from gongzhi.affairs.resources.models import Need, Wish
from gongzhi.affairs.resources.needs import CannotPublish, NewNeed
from gongzhi.affairs.resources.wishes import (
    CannotWish,
    Identity,
    make_wish,
    read_identity,
    reveal_identity,
    review_wish,
)
from gongzhi.commons.ledger.reading import events_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.table import NotPermitted
from tests.affairs.resources.pools import DAY, FIRST, LAST, MONDAY, SmallPool

pytestmark = [pytest.mark.django_db, pytest.mark.database]
WHO = Identity("何奶奶", "13800000000")


def wish(pool: SmallPool, **more: Any) -> int:
    told: dict[str, Any] = {"cap": 200, "identity": WHO, "consents": True}
    new = NewNeed(
        title=more.pop("title", "一口不粘锅"), category="goods.wish", quantity=1, whole=True,
        place_id=pool.district.places["garden"].pk, begins=FIRST, ends=LAST,
    )  # fmt: skip
    return make_wish(new=new, by=pool.district.worker, at=MONDAY, **(told | more))


def claimed(pool: SmallPool) -> tuple[int, int]:
    need = wish(pool)
    review_wish(need_id=need, approved=True, by=pool.community, at=MONDAY)
    made = claim_need(
        need_id=need, unit_id=pool.unit("bank"), quantity=1, day=DAY, offer_id=None,
        by=pool.bank, at=MONDAY,
    )  # fmt: skip
    return need, made


def test_a_wish_waits_for_the_community(pool: SmallPool) -> None:
    need = wish(pool)
    assert Need.objects.get(pk=need).state == NeedState.DRAFTED
    with pytest.raises(NotPermitted):
        review_wish(need_id=need, approved=True, by=pool.district.worker, at=MONDAY)
    review_wish(need_id=need, approved=True, by=pool.community, at=MONDAY)
    assert Need.objects.get(pk=need).state == NeedState.PUBLISHED


def test_who_made_it_stands_encrypted_and_nowhere_in_the_record(pool: SmallPool) -> None:
    need, _ = claimed(pool)
    assert "何奶奶" not in Wish.objects.get(need_id=need).name_sealed
    assert "何奶奶" not in str([event.data for event in events_of(Subject("need", need))])


def test_the_claimant_learns_who_only_after_the_community_says_so(pool: SmallPool) -> None:
    need, made = claimed(pool)
    assert read_identity(need_id=need, by=pool.bank) is None
    with pytest.raises(CannotWish, match="双方确认"):
        reveal_identity(claim_id=made, by=pool.community, at=MONDAY)
    agree_claim(claim_id=made, by=pool.community, at=MONDAY)
    assert read_identity(need_id=need, by=pool.bank) is None
    with pytest.raises(NotPermitted):
        reveal_identity(claim_id=made, by=pool.bank, at=MONDAY)
    reveal_identity(claim_id=made, by=pool.community, at=MONDAY)
    assert read_identity(need_id=need, by=pool.bank) == WHO
    assert read_identity(need_id=need, by=pool.clinic) is None


def test_a_claimant_who_steps_back_can_read_it_no_longer(pool: SmallPool) -> None:
    need, made = claimed(pool)
    agree_claim(claim_id=made, by=pool.community, at=MONDAY)
    reveal_identity(claim_id=made, by=pool.community, at=MONDAY)
    withdraw_claim(claim_id=made, reason="买不到", by=pool.bank, at=MONDAY)
    assert read_identity(need_id=need, by=pool.bank) is None


@pytest.mark.parametrize(
    ("change", "error", "why"),
    [
        ({"consents": False}, CannotWish, "同意"),
        ({"cap": 5000}, CannotWish, "上限"),
        ({"identity": Identity("", "")}, CannotWish, "称呼"),
        ({"title": "给何奶奶买口锅"}, CannotPublish, "不要写姓名"),
    ],
)
def test_what_is_no_small_wish_is_refused(
    pool: SmallPool, change: dict[str, Any], error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=why):
        wish(pool, **change)
    assert not Need.objects.exists()


def test_who_made_it_is_forgotten_in_time(pool: SmallPool) -> None:
    need = wish(pool)
    review_wish(need_id=need, approved=False, by=pool.community, at=MONDAY)
    later = MONDAY + timedelta(days=100)
    assert forget_wishers(cutoff=later - timedelta(days=90), limit=10, at=later) == 1
    assert read_identity(need_id=need, by=pool.community) is None
    assert Wish.objects.get(need_id=need).name_sealed == ""
