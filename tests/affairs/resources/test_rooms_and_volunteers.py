"""Rooms are never booked twice; hours can be put right; slips go nowhere unseen."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, time

import pytest
from django.db import connections

from gongzhi.affairs.resources.agreements import (
    CannotAgree,
    end_agreement,
    propose_agreement,
    sign_agreement,
)
from gongzhi.affairs.resources.bookings import CannotBook, book_room, cancel_booking, report_use
from gongzhi.affairs.resources.choices import BookingState, SlipState, StintState
from gongzhi.affairs.resources.claims import agree_claim, claim_need
from gongzhi.affairs.resources.lifecycle import CannotMove
from gongzhi.affairs.resources.models import (
    Agreement,
    Booking,
    Milestone,
    Project,
    ReportSlip,
    Stint,
)
from gongzhi.affairs.resources.offers import Opening
from gongzhi.affairs.resources.projects import (
    CannotRun,
    confirm_project,
    hand_in_result,
    plan_project,
    reach_milestone,
    start_project,
)
from gongzhi.affairs.resources.results import confirm_claim, report_done
from gongzhi.affairs.resources.slips import answer_slip, draft_slip, slip_link
from gongzhi.affairs.resources.volunteers import (
    CannotVolunteer,
    answer_dispute,
    certify_hours,
    dispute_hours,
    open_post,
    stint_link,
)
from gongzhi.commons.permissions.actors import RESIDENT, Actor
from gongzhi.commons.permissions.table import NotPermitted
from tests.affairs.resources.pools import DAY, FIRST, LAST, MONDAY, SmallPool, build_pool, moment
from tests.affairs.small_district import build

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def room(pool: SmallPool) -> int:
    return pool.offer(
        title="二楼活动室", categories=("space.activity",), total=200, per_day=8, seats=30,
        openings=(Opening(1, time(9), time(12)), Opening(1, time(14), time(18))),
    )  # fmt: skip


def book(pool: SmallPool, room_id: int, begins: str, ends: str, by: Actor | None = None) -> int:
    return book_room(
        room_id=room_id, host_id=pool.unit("party"), purpose="议事会", headcount=20,
        begins=moment("2026-03-10", begins), ends=moment("2026-03-10", ends),
        by=by or pool.community, at=MONDAY,
    )  # fmt: skip


def test_a_room_is_booked_within_its_hours_and_once(pool: SmallPool) -> None:
    hall = room(pool)
    first = book(pool, hall, "09:00", "11:00")
    with pytest.raises(CannotBook, match="03-10 09:00–11:00"):
        book(pool, hall, "10:30", "12:00")
    book(pool, hall, "11:00", "12:00")
    with pytest.raises(CannotBook, match="14:00–18:00"):
        book(pool, hall, "12:00", "14:30")
    cancel_booking(booking_id=first, by=pool.community, at=MONDAY)
    book(pool, hall, "10:00", "11:00")


def test_no_show_is_kept_apart_from_use(pool: SmallPool) -> None:
    hall = room(pool)
    booking = book(pool, hall, "09:00", "11:00")
    with pytest.raises(NotPermitted):
        report_use(booking_id=booking, came=True, by=pool.clinic, at=moment("2026-03-10", "11:00"))
    report_use(booking_id=booking, came=False, by=pool.bank, at=moment("2026-03-10", "11:00"))
    assert Booking.objects.get(pk=booking).state == BookingState.NO_SHOW


@pytest.mark.django_db(transaction=True)
def test_of_many_who_book_at_once_one_gets_the_room() -> None:
    pool = build_pool(build())
    hall, by = room(pool), pool.community

    def one(_number: int) -> str:
        try:
            book(pool, hall, "09:00", "11:00", by)
        except CannotBook:
            return "refused"
        finally:
            connections.close_all()
        return "booked"

    with ThreadPoolExecutor(5) as threads:
        assert list(threads.map(one, range(5))).count("booked") == 1
    assert Booking.objects.count() == 1


def stint(pool: SmallPool) -> int:
    post = open_post(
        title="周末楼道清扫", text="", organiser_id=pool.unit("party"), wanted=5,
        place_id=pool.district.places["willow"].pk, begins=FIRST, ends=LAST, by=pool.community,
        at=MONDAY,
    )  # fmt: skip
    return certify_hours(
        post_id=post, name="小林", day=FIRST, minutes=120, by=pool.community, at=MONDAY
    )


def test_a_volunteer_has_the_hours_put_right(pool: SmallPool) -> None:
    made = stint(pool)
    assert "小林" not in Stint.objects.get(pk=made).name_sealed
    dispute_hours(token=stint_link(made), minutes=150, reason="五点半才走", by=RESIDENT, at=MONDAY)
    with pytest.raises(NotPermitted):
        answer_dispute(stint_id=made, agreed=True, by=pool.bank, at=MONDAY)
    answer_dispute(stint_id=made, agreed=True, by=pool.community, at=MONDAY)
    row = Stint.objects.get(pk=made)
    assert (row.state, row.minutes) == (StintState.CORRECTED, 150)
    with pytest.raises(CannotMove):
        dispute_hours(token=stint_link(made), minutes=90, reason="再改", by=RESIDENT, at=MONDAY)


def test_hours_lie_within_the_post_and_a_day(pool: SmallPool) -> None:
    made = Stint.objects.get(pk=stint(pool))
    for day, minutes in ((FIRST, 0), (FIRST, 1441), (date(2026, 2, 1), 60), (LAST, 60)):
        with pytest.raises(CannotVolunteer):
            certify_hours(
                post_id=made.post_id, name="小林", day=day, minutes=minutes, by=pool.community,
                at=MONDAY,
            )  # fmt: skip


@pytest.mark.parametrize(
    ("release", "state"), [(True, SlipState.RELEASED), (False, SlipState.WITHHELD)]
)
def test_the_member_decides_whether_the_slip_goes_out(
    pool: SmallPool, release: bool, state: SlipState
) -> None:
    slip = draft_slip(
        employer_id=pool.unit("bank"), place_id=pool.district.places["willow"].pk, name="老赵",
        quarter="2026-Q1", minutes=240, deeds="两次楼道清扫", by=pool.community, at=MONDAY,
    )  # fmt: skip
    assert ReportSlip.objects.get(pk=slip).state == SlipState.DRAFTED
    answer_slip(token=slip_link(slip), release=release, remark="", by=RESIDENT, at=MONDAY)
    assert ReportSlip.objects.get(pk=slip).state == state


def test_an_agreement_needs_the_other_side(pool: SmallPool) -> None:
    made = propose_agreement(
        partner_id=pool.unit("bank"), host_id=pool.unit("party"), title="共建协议",
        text="每月一次金融知识课", begins=FIRST, ends=LAST, by=pool.bank, at=MONDAY,
    )  # fmt: skip
    with pytest.raises(NotPermitted):
        sign_agreement(agreement_id=made, by=pool.bank, at=MONDAY)
    sign_agreement(agreement_id=made, by=pool.community, at=MONDAY)
    assert Agreement.objects.get(pk=made).state == "signed"
    end_agreement(agreement_id=made, by=pool.bank, at=MONDAY)
    with pytest.raises(CannotAgree):
        propose_agreement(
            partner_id=pool.unit("bank"), host_id=pool.unit("bank"), title="自己", text="…",
            begins=FIRST, ends=LAST, by=pool.bank, at=MONDAY,
        )  # fmt: skip


def test_a_project_runs_from_agreed_claims_to_the_accepted_result(pool: SmallPool) -> None:
    then = moment("2026-03-10", "18:00")
    made = claim_need(
        need_id=pool.need(), unit_id=pool.unit("bank"), quantity=4, day=DAY, offer_id=None,
        by=pool.bank, at=MONDAY,
    )  # fmt: skip
    told = {
        "title": "银龄陪伴", "lead_id": pool.unit("bank"), "claim_ids": [made],
        "milestones": [("摸底", DAY)], "budget": 0, "agreement_id": None,
    }  # fmt: skip
    with pytest.raises(CannotRun):
        plan_project(**told, by=pool.community, at=MONDAY)
    agree_claim(claim_id=made, by=pool.community, at=MONDAY)
    project = plan_project(**told, by=pool.community, at=MONDAY)
    start_project(project_id=project, by=pool.bank, at=MONDAY)
    with pytest.raises(CannotRun, match="节点"):
        hand_in_result(project_id=project, result="完成", by=pool.bank, at=then)
    reach_milestone(milestone_id=Milestone.objects.get().pk, by=pool.bank, at=then)
    hand_in_result(project_id=project, result="陪伴了四位老人", by=pool.bank, at=then)
    with pytest.raises(CannotRun, match="逐项确认"):
        confirm_project(project_id=project, by=pool.community, at=then)
    report_done(claim_id=made, report="完成", by=pool.bank, at=then)
    confirm_claim(claim_id=made, by=pool.community, at=then)
    confirm_project(project_id=project, by=pool.community, at=then)
    assert Project.objects.get().state == "confirmed"
