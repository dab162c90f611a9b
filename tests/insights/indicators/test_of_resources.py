"""Needs, offers, rooms, pledges, decisions: each number from what people really did."""

import subprocess
import sys
from datetime import date, time
from typing import Any

import pytest

from gongzhi.affairs.assemblies.decisions import follow_tasks, revoke_decision
from gongzhi.affairs.resources.bookings import book_room, report_use
from gongzhi.affairs.resources.choices import Urgency
from gongzhi.affairs.resources.claims import agree_claim, claim_need, claim_offer, withdraw_claim
from gongzhi.affairs.resources.needs import correct_need, withdraw_need
from gongzhi.affairs.resources.offers import (
    Opening,
    end_offer,
    pause_offer,
    resume_offer,
    set_openings,
)
from gongzhi.affairs.resources.own_bookings import (
    Wish,
    answer_booking,
    ask_for_room,
    booking_link,
    change_own_booking,
)
from gongzhi.affairs.resources.results import confirm_claim, report_done, report_no_show
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.editing import NewUnit, open_units
from gongzhi.commons.organisations.models import Unit
from gongzhi.commons.organisations.register import revision as organisations_revision
from gongzhi.commons.permissions.actors import RESIDENT, SYSTEM
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.tasks.finishing import finish_task
from gongzhi.commons.tasks.queries import tasks_of
from gongzhi.insights.indicators.cells import Cell
from gongzhi.insights.indicators.definitions import indicator
from gongzhi.insights.indicators.measuring import Measuring
from gongzhi.insights.indicators.periods import period_named
from gongzhi.insights.indicators.shapes import Level
from tests.affairs.assemblies.talks import DECIDED, DUE, propose
from tests.affairs.resources.pools import DAY, LAST, SmallPool, build_pool, moment
from tests.affairs.small_district import BEGINS, SmallDistrict
from tests.affairs.tickets.journeys import closed
from tests.insights.conftest import Measured
from tests.insights.forms.test_forms import ask, fill, the_copy

pytestmark = [pytest.mark.django_db, pytest.mark.database]
THEN = moment("2026-03-10", "18:00")
LATE = moment("2026-04-02", "10:00")


@pytest.fixture
def pool(district: SmallDistrict) -> SmallPool:
    """The small district with partners; its places are on record."""
    return build_pool(district)


def counts(cell: Cell | None) -> tuple[float | None, float | None]:
    assert cell is not None
    return cell.numerator, cell.denominator


def claimed(pool: SmallPool, need: int, *, quantity: int = 10, offer: int | None = None) -> int:
    if offer is not None:
        claim = claim_offer(
            offer_id=offer, need_id=need, quantity=quantity, day=DAY, by=pool.community,
            at=moment("2026-03-03"),
        )  # fmt: skip
        agree_claim(claim_id=claim, by=pool.bank, at=moment("2026-03-04"))
        return claim
    claim = claim_need(
        need_id=need, unit_id=pool.unit("bank"), quantity=quantity, day=DAY, offer_id=None,
        by=pool.bank, at=moment("2026-03-03"),
    )  # fmt: skip
    agree_claim(claim_id=claim, by=pool.community, at=moment("2026-03-04"))
    return claim


def given(pool: SmallPool, claim: int, *, done: Any = THEN, confirmed: Any = THEN) -> None:
    report_done(claim_id=claim, report="办完了", by=pool.bank, at=done)
    if confirmed:
        confirm_claim(claim_id=claim, by=pool.community, at=confirmed)


def test_need_fulfilment_is_of_needs_whose_limit_is_over(
    pool: SmallPool, measured: Measured
) -> None:
    in_time, too_late, nobody, taken_back = (pool.need(quantity=10) for _ in range(4))
    pool.need(ends=date(2026, 4, 20))
    given(pool, claimed(pool, in_time))
    given(pool, claimed(pool, too_late), done=LATE, confirmed=LATE)
    withdraw_need(need_id=taken_back, by=pool.community, at=THEN)
    assert counts(measured("need_fulfilment")[None]) == (1, 3), "neither the one taken back nor due"
    assert nobody


def test_need_fulfilment_follows_a_corrected_limit(pool: SmallPool, measured: Measured) -> None:
    need = pool.need(quantity=10)
    correct_need(
        need_id=need, title="周末陪老人聊天", text="", quantity=10, urgency=Urgency.NORMAL,
        ends=date(2026, 4, 20), by=pool.community, at=moment("2026-03-05"),
    )  # fmt: skip
    given(pool, claimed(pool, need), done=LATE, confirmed=LATE)
    assert measured("need_fulfilment") == {}
    assert counts(measured("need_fulfilment", period="2026-04")[None]) == (1, 1)


def test_need_fulfilment_counts_a_limit_in_the_month_of_its_last_day(
    pool: SmallPool, tmp_path: Any
) -> None:
    from gongzhi.insights.indicators.sources import local_events  # noqa: PLC0415

    pool.need(ends=LAST)
    measuring = Measuring(local_events(tmp_path), period_named("2026H1"), by_month=True)
    (cell,) = measuring.measure(indicator("need_fulfilment"), Level.DISTRICT)
    assert cell.month == 2026 * 12 + 2


def test_offer_idle_is_of_offers_open_for_half_a_year(pool: SmallPool, measured: Measured) -> None:
    end = date(2026, 12, 31)
    used, idle, over, paused, again = (pool.offer(ends=end, per_day=12) for _ in range(5))
    pool.offer(at=moment("2026-08-02"), ends=end)
    given(pool, claimed(pool, pool.need(quantity=4), quantity=4, offer=used))
    end_offer(offer_id=over, by=pool.district.officer, at=moment("2026-08-01"))
    for offer in (paused, again):
        pause_offer(offer_id=offer, by=pool.district.officer, at=moment("2026-04-01"))
    resume_offer(offer_id=again, by=pool.district.officer, at=moment("2026-04-02"))
    assert idle
    assert counts(measured("offer_idle", period="2026-09-01/2026-09-08")[None]) == (2, 3)
    assert counts(measured("offer_idle", period="2026-12")[None]) == (3, 3), "used too long ago"


def test_offer_idle_knows_that_a_booked_room_was_used(pool: SmallPool, measured: Measured) -> None:
    hall = room(pool, ends=date(2026, 12, 31))
    sit(pool, hall, "09:00", "11:00")
    assert counts(measured("offer_idle", period="2026-09-03/2026-09-05")[None]) == (0, 1)


def test_supply_demand_gap_is_half_the_sum_of_differences(
    pool: SmallPool, measured: Measured
) -> None:
    for _ in range(3):
        pool.need(category="people.elderly")
    pool.offer(categories=("people.elderly",), ends=date(2026, 12, 31))
    pool.offer(categories=("space.activity",), ends=date(2026, 12, 31))
    gone = pool.offer(categories=("space.activity",))
    end_offer(offer_id=gone, by=pool.district.officer, at=THEN)
    found = measured("supply_demand_gap")[None]
    assert found.value == pytest.approx(0.5)
    assert counts(found) == (3, 2)


def test_supply_demand_gap_sees_last_years_offers_and_each_matter_of_them(
    pool: SmallPool, measured: Measured
) -> None:
    pool.offer(categories=("people.elderly", "space.activity"), ends=date(2026, 12, 31))
    need_in_april = moment("2026-04-03")
    pool.need(category="people.elderly", at=need_in_april, ends=date(2026, 4, 20))
    found = measured("supply_demand_gap", period="2026-04")[None]
    assert counts(found) == (1, 2)


def room(pool: SmallPool, **more: Any) -> int:
    return pool.offer(
        title="二楼活动室", categories=("space.activity",), total=200, per_day=8, seats=30,
        openings=(Opening(1, time(9), time(12)), Opening(1, time(14), time(18))), **more,
    )  # fmt: skip


def sit(pool: SmallPool, hall: int, begins: str, ends: str, *, came: bool = True) -> None:
    booking = book_room(
        room_id=hall, host_id=pool.unit("party"), purpose="议事会", headcount=20,
        begins=moment("2026-03-10", begins), ends=moment("2026-03-10", ends),
        by=pool.community, at=moment("2026-03-09"),
    )  # fmt: skip
    report_use(booking_id=booking, came=came, by=pool.bank, at=THEN)


def test_room_use_is_hours_used_of_hours_open(pool: SmallPool, measured: Measured) -> None:
    hall = room(pool)
    sit(pool, hall, "09:00", "11:00")
    sit(pool, hall, "14:00", "15:00", came=False)
    # Tuesdays from 3 to 31 March: five times seven hours.
    assert counts(measured("room_use")[None]) == (2, 35)


def test_room_use_follows_changed_hours_pauses_and_the_day_of_use(
    pool: SmallPool, measured: Measured
) -> None:
    hall = room(pool)
    sit(pool, hall, "09:00", "11:00")
    set_openings(
        offer_id=hall, openings=(Opening(2, time(9), time(10)),), by=pool.district.officer,
        at=moment("2026-03-16"),
    )  # fmt: skip
    pause_offer(offer_id=hall, by=pool.district.officer, at=moment("2026-03-20"))
    # 3 and 10 March for seven hours, and the Wednesday after the change for one.
    assert counts(measured("room_use")[None]) == (2, 15)


def test_room_use_leaves_out_rooms_whose_hours_nobody_knows(
    pool: SmallPool, measured: Measured
) -> None:
    hall = pool.offer(categories=("space.activity",), total=200, per_day=8, seats=30)
    sit(pool, hall, "09:00", "11:00")
    assert measured("room_use") == {}


def test_pledge_completion_judges_a_week_after_the_day(pool: SmallPool, measured: Measured) -> None:
    kept, late, no_show, sent_away, stepped_back = (
        claimed(pool, pool.need(quantity=10)) for _ in range(5)
    )
    proposed = claim_need(
        need_id=pool.need(quantity=10), unit_id=pool.unit("bank"), quantity=10, day=DAY,
        offer_id=None, by=pool.bank, at=moment("2026-03-03"),
    )  # fmt: skip
    given(pool, kept, confirmed=None)
    given(pool, late, done=moment("2026-03-19"), confirmed=None)
    report_no_show(claim_id=no_show, reason="没有来", by=pool.community, at=THEN)
    withdraw_claim(
        claim_id=sent_away, reason="不需要了", by=pool.community, at=moment("2026-03-05")
    )
    withdraw_claim(claim_id=stepped_back, reason="抽不出人", by=pool.bank, at=moment("2026-03-05"))
    assert proposed
    found = measured("pledge_completion", Level.UNIT)
    assert counts(found[pool.unit("bank")]) == (1, 4)


def test_what_a_unit_gave_for_a_ticket_is_its_deed_and_joins_it_to_the_lead(
    pool: SmallPool, measured: Measured
) -> None:
    (partner,) = open_units(
        rows=[
            NewUnit(
                kind="partner_unit", name="柳岸书店", begins=BEGINS,
                place_id=pool.district.places["willow"].pk,
            )
        ],
        by=SYSTEM, at=moment("2026-02-01"),
    )  # fmt: skip
    organisations_revision.grow()
    pool.district.units["shop"] = Unit.objects.get(pk=partner)
    shop = pool.district.actor(RoleKind.PARTNER, "shop", "willow")
    ticket = closed(pool.district)
    need = pool.need(quantity=10, source=Subject("ticket", ticket))
    claim = claim_need(
        need_id=need, unit_id=partner, quantity=10, day=DAY, offer_id=None,
        by=shop, at=moment("2026-03-03"),
    )  # fmt: skip
    agree_claim(claim_id=claim, by=pool.community, at=moment("2026-03-04"))
    report_done(claim_id=claim, report="办完了", by=shop, at=THEN)
    before = measured("isolated_partner_share")[None]
    confirm_claim(claim_id=claim, by=pool.community, at=THEN)
    after = measured("isolated_partner_share")[None]
    assert (before.numerator or 0) - (after.numerator or 0) == 1
    assert counts(measured("co_work_density")[None]) == (1, 1)


def test_decision_execution_is_counted_when_due(
    district: SmallDistrict, measured: Measured
) -> None:
    first, _never, revoked = (decided(district) for _ in range(3))
    (task,) = tasks_of(Subject("decision", first))
    finish_task(task_id=task.id, proof="已报", by=district.worker, at=DECIDED)
    follow_tasks(decision_id=first, at=DECIDED)
    revoke_decision(decision_id=revoked, reason="重议", by=district.coordinator, at=DECIDED)
    month = f"{DUE:%Y-%m}"
    assert counts(measured("decision_execution", period=month)[None]) == (1, 2)
    assert measured("decision_execution") == {}, "nothing was due in March"


def decided(district: SmallDistrict) -> int:
    talk = propose(district)
    talk.open()
    talk.notice()
    return talk.decide(talk.task())


def test_reuse_rate_is_fields_that_were_known_of_fields_asked(
    district: SmallDistrict, measured: Measured
) -> None:
    copy = the_copy(district, ask(district))
    fill(district, copy, ("2100", "实地数过"), ("", ""), ("加装电梯", ""))
    assert counts(measured("reuse_rate")[None]) == (1, 3)


def test_every_indicator_is_on_record_as_soon_as_the_program_runs() -> None:
    """In a process of its own, which imports no more than a command does."""
    code = (
        "import django; django.setup()\n"
        "from gongzhi.insights.indicators.definitions import INDICATORS\n"
        "print([each.code for each in INDICATORS if not each.is_recorded])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_a_resident_moved_counts_once_and_where_it_stood_at_last(
    pool: SmallPool, measured: Measured
) -> None:
    hall, at = room(pool), moment("2026-03-09")
    day = "2026-03-10"
    first = Wish("合唱", 8, moment(day, "09:00"), moment(day, "11:00"))
    booking = ask_for_room(
        room_id=hall, wish=first, name="顾女士", contact="13700000000", by=RESIDENT, at=at
    )
    answer_booking(booking_id=booking, agreed=True, by=pool.bank, at=at)
    second = Wish("合唱", 8, moment(day, "14:00"), moment(day, "17:00"))
    change_own_booking(token=booking_link(booking), wish=second, by=RESIDENT, at=at)
    answer_booking(booking_id=booking, agreed=True, by=pool.bank, at=at)
    report_use(booking_id=booking, came=True, by=pool.bank, at=THEN)
    assert counts(measured("room_use")[None]) == (3, 35)
