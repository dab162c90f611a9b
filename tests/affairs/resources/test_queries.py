"""Reading the pool: the right rows, a fixed number of queries, the gap by its definition."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongzhi.affairs.resources.claims import agree_claim, claim_need
from gongzhi.affairs.resources.lifecycle import NotInPool
from gongzhi.affairs.resources.matching import compute_plan
from gongzhi.affairs.resources.queries.claims import claims_within_reach, need_story
from gongzhi.affairs.resources.queries.gaps import gap_matrix, idle_offers, isolated_partners
from gongzhi.affairs.resources.queries.plans import plan_story
from gongzhi.affairs.resources.queries.pool import (
    Filters,
    needs_within_reach,
    offers_page,
    open_needs,
)
from gongzhi.affairs.resources.results import confirm_claim, report_done
from gongzhi.commons.permissions.actors import RESIDENT
from tests.affairs.resources.pools import DAY, MONDAY, SmallPool, moment

pytestmark = [pytest.mark.django_db, pytest.mark.database]
THEN = moment("2026-03-10", "18:00")


def queries_of(read: Callable[[], object]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        read()
    return len(seen)


def test_lists_take_as_many_queries_for_many_rows_as_for_one(pool: SmallPool) -> None:
    pool.need()
    pool.offer()
    bank, community = pool.bank, pool.community
    reads: list[Callable[[], object]] = [
        lambda: open_needs(filters=Filters()),
        lambda: needs_within_reach(by=bank, filters=Filters()),
        lambda: offers_page(filters=Filters()),
        lambda: gap_matrix(at=MONDAY),
        lambda: claims_within_reach(by=community),
    ]
    before = [queries_of(read) for read in reads]
    for number in range(12):
        pool.need(title=f"需求 {number}")
        pool.offer(title=f"资源 {number}", categories=("people.elderly", "skill.legal"))
    need = pool.need(quantity=10)
    for _ in range(3):
        claim_need(
            need_id=need, unit_id=pool.unit("bank"), quantity=1, day=DAY, offer_id=None,
            by=pool.bank, at=MONDAY,
        )  # fmt: skip
    assert [queries_of(read) for read in reads] == before
    assert max(before) <= 4


def test_pages_follow_each_other_without_gap_or_repetition(pool: SmallPool) -> None:
    made = [pool.need(title=f"需求 {number}") for number in range(7)]
    seen: list[int] = []
    cursor = ""
    while True:
        page = open_needs(filters=Filters(), cursor=cursor, most=3)
        seen += [row.id for row in page.rows]
        cursor = page.next_cursor
        if not cursor:
            break
    assert seen == made[::-1]


def test_offers_are_found_by_the_place_they_serve(pool: SmallPool) -> None:
    places = pool.district.places
    everywhere = pool.offer(title="全区")
    north = pool.offer(title="北桥", area_id=places["north"].pk)
    found = offers_page(filters=Filters(place_id=places["plum"].pk)).rows
    assert {row.id for row in found} == {everywhere, north}
    found = offers_page(filters=Filters(place_id=places["pine"].pk)).rows
    assert {row.id for row in found} == {everywhere}


def test_a_need_for_partners_is_not_shown_to_everyone(pool: SmallPool) -> None:
    need = pool.need(visibility="partners")
    assert not open_needs(filters=Filters()).rows
    with pytest.raises(NotInPool):
        need_story(by=RESIDENT, need_id=need)
    assert need_story(by=pool.bank, need_id=need).row.id == need


def test_the_public_sees_no_claims(pool: SmallPool) -> None:
    need = pool.need()
    claim_need(
        need_id=need, unit_id=pool.unit("bank"), quantity=1, day=DAY, offer_id=None,
        by=pool.bank, at=MONDAY,
    )  # fmt: skip
    assert need_story(by=RESIDENT, need_id=need).claims == ()
    (claim,) = need_story(by=pool.community, need_id=need).claims
    assert set(claim.steps) == {"agree", "decline", "withdraw"}


def test_the_gap_is_half_the_sum_of_the_differences_of_shares(pool: SmallPool) -> None:
    for category in ("people.elderly", "people.elderly", "people.elderly", "skill.legal"):
        pool.need(category=category)
    for category in ("people.elderly", "space.meeting"):
        pool.offer(categories=(category,))
    matrix = gap_matrix(at=MONDAY)
    willow = next(row for row in matrix.rows if row.community.name == "柳岸社区")
    # needs 3/4, 1/4, 0; offers 1/2, 0, 1/2
    assert willow.gap == pytest.approx((0.25 + 0.25 + 0.5) / 2)
    cells = dict(zip([view.code for view in matrix.categories], willow.cells, strict=True))
    assert cells["skill.legal"].is_short
    assert cells["people.elderly"].unclaimed == 30
    plum = next(row for row in matrix.rows if row.community.name == "梅溪社区")
    assert plum.gap is None


def test_idle_offers_and_isolated_partners_are_those_of_which_nothing_came(
    pool: SmallPool,
) -> None:
    long_ago = MONDAY - timedelta(days=200)
    used = pool.offer(at=long_ago, title="用过")
    pool.offer(at=long_ago, title="闲置")
    pool.offer(at=MONDAY, title="新的")
    made = claim_need(
        need_id=pool.need(quantity=4), unit_id=pool.unit("bank"), quantity=4, day=DAY,
        offer_id=used, by=pool.bank, at=MONDAY,
    )  # fmt: skip
    agree_claim(claim_id=made, by=pool.community, at=MONDAY)
    report_done(claim_id=made, report="完成", by=pool.bank, at=THEN)
    confirm_claim(claim_id=made, by=pool.community, at=THEN)
    rows, idle, active = idle_offers(at=THEN)
    assert ([row.title for row in rows], idle, active) == (["闲置"], 1, 2)
    isolated, partners = isolated_partners(at=THEN)
    assert ([partner.unit.name for partner in isolated], partners) == (["梅溪卫生站"], 2)


def test_a_plan_is_told_with_names_reasons_and_what_changed(pool: SmallPool) -> None:
    pool.need(quantity=20)
    pool.offer(total=12)
    made = compute_plan(aims="fair-first", by=pool.district.officer, at=MONDAY)
    pool.need(title="后来的", at=MONDAY + timedelta(minutes=1))
    story = plan_story(plan_id=made)
    assert sum(match.quantity for match in story.matches) == 12
    assert story.matches[0].unit_name == "柳岸银行网点"
    assert [gap.units for gap in story.gaps] == [8]
    assert [change.title for change in story.changes] == ["后来的"]
    assert story.shares[0].percent == 100
