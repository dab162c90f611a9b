"""Lists of agreements, projects and slips: bounded queries, and nobody reads what isn't theirs."""

from datetime import timedelta

import pytest

from gongzhi.affairs.resources.agreements import (
    CannotAgree,
    expire_agreements,
    propose_agreement,
    sign_agreement,
)
from gongzhi.affairs.resources.claims import agree_claim, claim_need
from gongzhi.affairs.resources.lifecycle import NotInPool
from gongzhi.affairs.resources.models import Agreement, Milestone
from gongzhi.affairs.resources.projects import CannotRun, plan_project, rate_project
from gongzhi.affairs.resources.queries.slips import drafted_slips, released_slips
from gongzhi.affairs.resources.queries.undertakings import (
    agreement_story,
    agreements_within_reach,
    claims_for_projects,
    project_story,
    projects,
)
from gongzhi.affairs.resources.slips import CannotReport, answer_slip, draft_slip, slip_link
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.ratings.rating import Satisfied
from tests.affairs.resources.pools import DAY, FIRST, LAST, MONDAY, SmallPool

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def agreement(pool: SmallPool, *, host: str = "party", **more: object) -> int:
    told = {
        "partner_id": pool.unit("bank"), "host_id": pool.unit(host), "title": "共建",
        "text": "各半", "begins": FIRST, "ends": LAST, "by": pool.bank, "at": MONDAY,
    }  # fmt: skip
    return propose_agreement(**(told | more))  # type: ignore[arg-type]


def agreed(pool: SmallPool, **more: object) -> int:
    claim = claim_need(
        need_id=pool.need(**more), unit_id=pool.unit("bank"), quantity=10, day=DAY, offer_id=None,
        by=pool.bank, at=MONDAY,
    )  # fmt: skip
    agree_claim(claim_id=claim, by=pool.district.officer, at=MONDAY)
    return claim


def project(pool: SmallPool, claim: int, **more: object) -> int:
    told = {
        "title": "陪伴月", "lead_id": pool.unit("bank"), "claim_ids": [claim], "budget": 0,
        "milestones": [("走访", LAST)], "agreement_id": None, "by": pool.community, "at": MONDAY,
    }  # fmt: skip
    return plan_project(**(told | more))  # type: ignore[arg-type]


def slip(pool: SmallPool, **more: object) -> int:
    told = {
        "employer_id": pool.unit("bank"), "place_id": pool.district.places["willow"].pk,
        "name": "刘同志", "quarter": "2026-Q1", "minutes": 60, "deeds": "清扫",
        "by": pool.community, "at": MONDAY,
    }  # fmt: skip
    return draft_slip(**(told | more))  # type: ignore[arg-type]


def test_lists_ask_as_often_for_twenty_as_for_one(
    pool: SmallPool, django_assert_max_num_queries: object
) -> None:
    for _ in range(20):
        agreement(pool)
        project(pool, agreed(pool))
        answer_slip(token=slip_link(slip(pool)), release=True, remark="", by=RESIDENT, at=MONDAY)
        slip(pool)
        agreed(pool)
    for ask, count in (
        (lambda: agreements_within_reach(by=pool.community), 20),
        (lambda: projects(by=pool.bank), 20),
        (lambda: drafted_slips(by=pool.community), 40),
        (lambda: released_slips(by=pool.bank), 20),
        (lambda: claims_for_projects(by=pool.community), 20),
    ):
        with django_assert_max_num_queries(4):  # type: ignore[operator]
            assert len(ask()) == count
    assert released_slips(by=pool.clinic) == []
    assert agreements_within_reach(by=pool.clinic) == []


def test_an_agreement_is_for_its_parties_and_ends_by_itself(pool: SmallPool) -> None:
    made = agreement(pool)
    with pytest.raises(NotInPool):
        agreement_story(by=pool.clinic, agreement_id=made)
    assert agreement_story(by=pool.community, agreement_id=made).steps == ("sign", "end")
    assert agreement_story(by=pool.bank, agreement_id=made).steps == ("end",)
    assert expire_agreements(at=MONDAY) == 0
    assert expire_agreements(at=MONDAY + timedelta(days=40)) == 1
    assert Agreement.objects.get().state == "ended"
    for wrong in ({"ends": FIRST - timedelta(days=3)}, {"text": " "}, {"title": "长" * 81}):
        with pytest.raises(CannotAgree):
            agreement(pool, **wrong)


def test_a_project_rests_on_an_agreement_of_its_own_community(pool: SmallPool) -> None:
    mine, other = agreement(pool), agreement(pool, host="plum_party")
    claim = agreed(pool)
    for wrong in (mine, other, 999_999):  # not signed, elsewhere, none
        with pytest.raises(CannotRun, match="协议"):
            project(pool, claim, agreement_id=wrong)
    sign_agreement(agreement_id=mine, by=pool.community, at=MONDAY)
    for wrong_steps in ([("", LAST)], [("长" * 81, LAST)], [("走", LAST)] * 21):
        with pytest.raises(CannotRun, match="节点"):
            project(pool, claim, milestones=wrong_steps)
    assert not Milestone.objects.exists()
    made = project(pool, claim, agreement_id=mine)
    with pytest.raises(CannotRun):
        project(pool, claim)  # a claim belongs to one project
    assert project_story(by=pool.bank, project_id=made).agreement_title == "共建"
    with pytest.raises(NotPermitted):  # nothing is done yet
        rate_project(
            project_id=made, satisfied=Satisfied.YES, remark="", by=pool.community, at=MONDAY
        )
    with pytest.raises(NotInPool):
        project_story(by=RESIDENT, project_id=made)


@pytest.mark.parametrize(
    "wrong", [{"quarter": "2026-Q5"}, {"minutes": -1}, {"minutes": 10**7}, {"deeds": ""}]
)
def test_a_slip_that_makes_no_sense_is_not_written(
    pool: SmallPool, wrong: dict[str, object]
) -> None:
    with pytest.raises(CannotReport):
        slip(pool, **wrong)
