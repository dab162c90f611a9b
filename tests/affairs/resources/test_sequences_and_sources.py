"""Needs that wait for others, where needs come from, corrections, and words noted for others."""

from datetime import date, timedelta

import pytest

from gongzhi.affairs.resources.choices import NeedState, SignupChannel, SourceKind, Urgency
from gongzhi.affairs.resources.claims import (
    CannotClaim,
    agree_claim,
    claim_need,
    expire_claims,
)
from gongzhi.affairs.resources.matching import CannotPlan, apply_plan, compute_plan
from gongzhi.affairs.resources.models import Claim, Need, Offer, Plan, PlanMatch
from gongzhi.affairs.resources.needs import (
    CannotPublish,
    NewNeed,
    correct_need,
    expire_needs,
    withdraw_need,
)
from gongzhi.affairs.resources.offers import CannotOffer, correct_offer
from gongzhi.affairs.resources.queries.facts import need_of_source, needs_of_source
from gongzhi.affairs.resources.results import (
    confirm_claim,
    note_answer_of_served,
    report_done,
)
from gongzhi.affairs.resources.wishes import Identity, make_wish, review_wish
from gongzhi.commons.ledger.reading import events_of_many
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.ratings.rating import CannotRate, Satisfied, Solved
from tests.affairs.resources.pools import DAY, FIRST, LAST, MONDAY, SmallPool

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def claimed(pool: SmallPool, need_id: int, *, day: date = DAY, quantity: int = 10) -> int:
    return claim_need(
        need_id=need_id, unit_id=pool.unit("bank"), quantity=quantity, day=day, offer_id=None,
        by=pool.bank, at=MONDAY,
    )  # fmt: skip


def test_a_need_comes_after_the_one_it_waits_for(pool: SmallPool) -> None:
    first = pool.need(title="先清空楼道")
    second = pool.need(title="再刷墙", after_id=first)
    with pytest.raises(CannotClaim, match="先有人认领"):
        claimed(pool, second)
    claimed(pool, first)
    with pytest.raises(CannotClaim, match="最早 2026-03-11"):
        claimed(pool, second)
    assert claimed(pool, second, day=DAY + timedelta(days=1))


def test_a_need_that_was_given_up_keeps_nobody_waiting(pool: SmallPool) -> None:
    first = pool.need()
    second = pool.need(after_id=first)
    withdraw_need(need_id=first, by=pool.community, at=MONDAY)
    assert claimed(pool, second)


def test_a_need_waits_for_one_of_its_own_community_that_is_there(pool: SmallPool) -> None:
    elsewhere = pool.need(place="plum")
    for after in (elsewhere, 999_999):
        with pytest.raises(CannotPublish) as refused:
            pool.need(after_id=after)
        assert refused.value.field == "after"


def test_the_plan_keeps_the_sequence_and_can_be_applied(pool: SmallPool) -> None:
    first = pool.need(quantity=6)
    second = pool.need(quantity=6, after_id=first)
    pool.offer(total=12, per_day=6)
    plan_id = compute_plan(aims="fair-first", by=pool.district.officer, at=MONDAY)
    days = dict(PlanMatch.objects.values_list("need_id", "day"))
    assert days[first] < days[second]
    assert apply_plan(plan_id=plan_id, by=pool.district.officer, at=MONDAY) == 2


def test_the_plan_starts_after_what_is_claimed_already_of_the_earlier(pool: SmallPool) -> None:
    first = pool.need(quantity=10)
    second = pool.need(quantity=6, after_id=first)
    claimed(pool, first, day=DAY)
    pool.offer(total=12, per_day=6)
    compute_plan(aims="fair-first", by=pool.district.officer, at=MONDAY)
    assert PlanMatch.objects.get(need_id=second).day > DAY


def test_a_need_that_waits_for_one_that_can_not_be_planned_is_not_planned(pool: SmallPool) -> None:
    far = {"begins": FIRST + timedelta(days=60), "ends": FIRST + timedelta(days=70)}
    first = pool.need(quantity=6, **far)
    second = pool.need(quantity=6, after_id=first)
    free = pool.need(quantity=6)
    pool.offer(total=12, per_day=6)
    compute_plan(aims="fair-first", by=pool.district.officer, at=MONDAY)
    assert list(PlanMatch.objects.values_list("need_id", flat=True)) == [free]
    assert Need.objects.filter(pk=second).exists()


def test_a_plan_with_days_that_are_past_is_refused_whole(pool: SmallPool) -> None:
    pool.need(quantity=4, begins=FIRST)
    pool.offer()
    plan_id = compute_plan(aims="fair-first", by=pool.district.officer, at=MONDAY)
    with pytest.raises(CannotPlan, match="已经过去"):
        apply_plan(plan_id=plan_id, by=pool.district.officer, at=MONDAY + timedelta(days=25))
    assert not Claim.objects.exists()
    assert Plan.objects.get().state == "proposed"


@pytest.mark.parametrize("kind", list(SourceKind))
def test_a_need_names_where_it_comes_from_until_it_is_confirmed(
    pool: SmallPool, kind: SourceKind
) -> None:
    made = pool.need(source=Subject(kind, 7))
    assert need_of_source(kind, 7) == made
    claim = claimed(pool, made)
    agree_claim(claim_id=claim, by=pool.community, at=MONDAY)
    on_day = MONDAY.replace(day=10)
    report_done(claim_id=claim, report="办完", by=pool.bank, at=on_day)
    confirm_claim(claim_id=claim, by=pool.community, at=on_day)
    fact = needs_of_source(kind, 7)[0]
    assert (fact.id, fact.state, fact.confirmed_at) == (made, NeedState.CONFIRMED, on_day)
    told = [e for e in events_of_many("need", [made])[made] if e.kind == "need.confirmed"]
    assert (told[0].data["source_kind"], told[0].data["source"]) == (kind, 7)


def test_a_need_may_say_where_it_was_heard_without_a_record(pool: SmallPool) -> None:
    for _ in range(2):
        made = pool.need(heard_in=SourceKind.SURVEY)
        assert Need.objects.get(pk=made).source_kind == "survey"
    with pytest.raises(CannotPublish, match="不能来自"):
        pool.need(source=Subject("person", 7))


def correct(pool: SmallPool, need_id: int, **more: object) -> None:
    told = {
        "title": "周末陪老人聊天", "text": "", "quantity": 10, "urgency": Urgency.NORMAL,
        "ends": LAST, "by": pool.community, "at": MONDAY,
    }  # fmt: skip
    correct_need(need_id=need_id, **(told | more))  # type: ignore[arg-type]


def test_a_need_is_corrected_but_never_below_what_is_claimed(pool: SmallPool) -> None:
    made = pool.need()
    claimed(pool, made, quantity=6)
    with pytest.raises(CannotPublish):
        correct(pool, made, quantity=5)
    correct(pool, made, quantity=6)
    assert Need.objects.get(pk=made).state == NeedState.CLAIMED


def test_an_offer_is_corrected_but_never_below_what_is_used(pool: SmallPool) -> None:
    need, offer = pool.need(quantity=6), pool.offer(total=12, per_day=6)
    claim_need(
        need_id=need, unit_id=pool.unit("bank"), quantity=6, day=DAY, offer_id=offer, by=pool.bank,
        at=MONDAY,
    )  # fmt: skip
    told = {"offer_id": offer, "title": "志愿队", "text": "新", "ends": LAST, "at": MONDAY}
    with pytest.raises(CannotOffer, match="已约定"):
        correct_offer(**told, total=5, by=pool.bank)
    with pytest.raises(CannotOffer, match="过去"):
        correct_offer(**(told | {"ends": FIRST - timedelta(days=9)}), total=9, by=pool.bank)
    with pytest.raises(NotPermitted):
        correct_offer(**told, total=9, by=pool.clinic)
    correct_offer(**told, total=8, by=pool.bank)
    row = Offer.objects.get()
    assert (row.title, row.text, row.total, row.per_day, row.used) == ("志愿队", "新", 8, 6, 6)


def test_a_published_wish_can_not_be_made_to_tell_who_wished(pool: SmallPool) -> None:
    new = NewNeed(
        title="一副老花镜", category="goods.wish", place_id=pool.district.places["willow"].pk,
        quantity=1, begins=FIRST, ends=LAST, whole=True,
    )  # fmt: skip
    made = make_wish(
        new=new, cap=100, identity=Identity("周奶奶", "13900000000"), consents=True,
        by=pool.district.worker, at=MONDAY,
    )  # fmt: skip
    review_wish(need_id=made, approved=True, by=pool.community, at=MONDAY)
    for words in ("给周奶奶", "打13900000000"):
        with pytest.raises(CannotPublish, match="不要写姓名"):
            correct(pool, made, text=words, title="一副老花镜")
    with pytest.raises(NotPermitted):
        correct(pool, made, title="两副老花镜", by=pool.district.worker)
    correct(pool, made, title="一副度数合适的老花镜", quantity=9)
    row = Need.objects.get()
    assert (row.title, row.quantity) == ("一副度数合适的老花镜", 1)


def test_staff_note_what_people_served_said_who_are_not_online(pool: SmallPool) -> None:
    claim = claimed(pool, pool.need())
    agree_claim(claim_id=claim, by=pool.community, at=MONDAY)
    said = {
        "claim_id": claim, "solved": Solved.YES, "satisfied": Satisfied.YES, "remark": "谢谢",
        "at": MONDAY.replace(day=11),
    }  # fmt: skip
    with pytest.raises(NotPermitted):  # nothing is done yet
        note_answer_of_served(**said, channel=SignupChannel.PHONE, by=pool.community)
    report_done(claim_id=claim, report="办完", by=pool.bank, at=MONDAY.replace(day=10))
    with pytest.raises(NotPermitted):
        note_answer_of_served(**said, channel=SignupChannel.PHONE, by=pool.bank)
    with pytest.raises(CannotClaim, match="电话"):
        note_answer_of_served(**said, channel=SignupChannel.PAGE, by=pool.community)
    note_answer_of_served(**said, channel=SignupChannel.PHONE, by=pool.community)
    told = events_of_many("claim", [claim])[claim][-1]
    assert (told.kind, told.data["channel"]) == ("claim.served_answered", "phone")
    assert told.person_id == pool.community.person_id
    with pytest.raises(CannotRate):
        note_answer_of_served(**said, channel=SignupChannel.PERSON, by=pool.community)


def test_a_claim_or_need_that_moved_meanwhile_does_not_stop_the_rest(
    pool: SmallPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking and ending, somebody withdrew one: the others still end."""
    from gongzhi.affairs.resources import needs as step  # noqa: PLC0415

    first, second = pool.need(), pool.need()
    told = step.grow_pool

    def meanwhile() -> int:
        Need.objects.filter(pk=first).update(state=NeedState.WITHDRAWN)
        return told()

    monkeypatch.setattr(step, "grow_pool", meanwhile)
    late = MONDAY + timedelta(days=60)
    assert expire_needs(at=late) == 1
    assert Need.objects.get(pk=second).state == NeedState.EXPIRED
    assert expire_claims(at=late) == 0
