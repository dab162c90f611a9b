"""How it went: both sides and the people served say so, each once a turn."""

import pytest

from gongzhi.affairs.resources.choices import ClaimState
from gongzhi.affairs.resources.claims import agree_claim, claim_need
from gongzhi.affairs.resources.lifecycle import NotInPool
from gongzhi.affairs.resources.models import Claim
from gongzhi.affairs.resources.results import (
    answer_as_served,
    claim_of_link,
    confirm_claim,
    rate_other_side,
    report_done,
    served_link,
)
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.ratings.queries import ratings_of
from gongzhi.commons.ratings.rating import CannotRate, Satisfied, Side, Solved
from tests.affairs.resources.pools import DAY, MONDAY, SmallPool, moment

pytestmark = [pytest.mark.django_db, pytest.mark.database]
THEN = moment("2026-03-10", "18:00")


@pytest.fixture
def done(pool: SmallPool) -> int:
    made = claim_need(
        need_id=pool.need(quantity=4), unit_id=pool.unit("bank"), quantity=4, day=DAY,
        offer_id=None, by=pool.bank, at=MONDAY,
    )  # fmt: skip
    agree_claim(claim_id=made, by=pool.community, at=MONDAY)
    report_done(claim_id=made, report="去了四位同事", by=pool.bank, at=THEN)
    return made


def served(claim: int, solved: Solved) -> None:
    answer_as_served(
        token=served_link(claim), solved=solved, satisfied=Satisfied.YES, remark="", by=RESIDENT,
        at=THEN,
    )  # fmt: skip


def test_both_sides_and_the_people_served_rate_units_not_persons(
    pool: SmallPool, done: int
) -> None:
    confirm_claim(claim_id=done, by=pool.community, at=THEN)
    rate_other_side(
        claim_id=done, satisfied=Satisfied.YES, remark="准时", by=pool.community, at=THEN
    )
    rate_other_side(claim_id=done, satisfied=Satisfied.BASICALLY, remark="", by=pool.bank, at=THEN)
    served(done, Solved.YES)
    said = {rating.by_side: rating.about_unit for rating in ratings_of(Subject("claim", done))}
    assert said == {
        Side.RECEIVER: pool.unit("bank"),
        Side.GIVER: Claim.objects.get(pk=done).need.publisher_id,
        Side.RESIDENT: pool.unit("bank"),
    }


def test_nobody_answers_twice(pool: SmallPool, done: int) -> None:
    served(done, Solved.YES)
    with pytest.raises(CannotRate, match="已经评价过"):
        served(done, Solved.YES)


def test_not_done_says_who_was_served_and_it_goes_back(pool: SmallPool, done: int) -> None:
    served(done, Solved.NO)
    assert Claim.objects.get(pk=done).state == ClaimState.AGREED
    report_done(claim_id=done, report="又去了一次", by=pool.bank, at=THEN)
    served(done, Solved.YES)
    assert [rating.turn for rating in ratings_of(Subject("claim", done))] == [1, 2]


def test_a_damaged_link_opens_nothing(done: int) -> None:
    token = served_link(done)
    assert claim_of_link(token) == done
    with pytest.raises(NotInPool):
        claim_of_link(token[:-1] + ("A" if token[-1] != "A" else "B"))


def test_nothing_is_rated_before_it_is_done(pool: SmallPool) -> None:
    made = claim_need(
        need_id=pool.need(), unit_id=pool.unit("bank"), quantity=4, day=DAY, offer_id=None,
        by=pool.bank, at=MONDAY,
    )  # fmt: skip
    with pytest.raises(NotPermitted):
        rate_other_side(
            claim_id=made, satisfied=Satisfied.NO, remark="", by=pool.community, at=MONDAY
        )
