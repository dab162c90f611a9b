"""A ticket becomes a need, and closes when the need is confirmed; those concerned are told."""

import pytest

from gongzhi.affairs.resources.claims import agree_claim, claim_need
from gongzhi.affairs.resources.needs import CannotPublish, NewNeed
from gongzhi.affairs.resources.queries.facts import need_of_source
from gongzhi.affairs.resources.results import confirm_claim, report_done
from gongzhi.affairs.tickets.choices import Channel, State
from gongzhi.affairs.tickets.handling import contact_requester
from gongzhi.affairs.tickets.intake import Request, receive_ticket
from gongzhi.affairs.tickets.models import Ticket
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.notices.queries import notices_of_units
from gongzhi.commons.organisations.actors import RESIDENT
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.coordination.follow_ups import follow_all
from gongzhi.coordination.needs_of_tickets import publish_need_of_ticket
from tests.affairs.resources.pools import DAY, FIRST, LAST, MONDAY, SmallPool, build_pool, moment
from tests.affairs.small_district import build

pytestmark = [pytest.mark.django_db, pytest.mark.database]
THEN = moment("2026-03-10", "18:00")


@pytest.fixture
def pool(db: None) -> SmallPool:
    return build_pool(build())


@pytest.fixture
def ticket(pool: SmallPool) -> int:
    request = Request(
        text="楼上老人独居，周末噪音扰人，也没人陪", channel=Channel.PAGE,
        place_id=pool.district.places["willow"].pk,
    )  # fmt: skip
    received = receive_ticket(request=request, by=RESIDENT, at=MONDAY)
    follow_all(at=MONDAY)
    return received.ticket_id


def publish(pool: SmallPool, ticket: int) -> int:
    new = NewNeed(
        title="陪独居老人", category="people.elderly", quantity=2, begins=FIRST, ends=LAST,
        place_id=pool.district.places["willow"].pk, source=Subject("ticket", ticket),
    )  # fmt: skip
    return publish_need_of_ticket(ticket_id=ticket, new=new, by=pool.community, at=MONDAY)


def meet(pool: SmallPool, need: int) -> None:
    made = claim_need(
        need_id=need, unit_id=pool.unit("bank"), quantity=2, day=DAY, offer_id=None,
        by=pool.bank, at=MONDAY,
    )  # fmt: skip
    agree_claim(claim_id=made, by=pool.community, at=MONDAY)
    report_done(claim_id=made, report="去了", by=pool.bank, at=THEN)
    confirm_claim(claim_id=made, by=pool.community, at=THEN)
    follow_all(at=THEN)


def test_a_ticket_closes_when_its_need_is_confirmed(pool: SmallPool, ticket: int) -> None:
    contact_requester(ticket_id=ticket, note="已上门了解", by=pool.district.worker, at=MONDAY)
    need = publish(pool, ticket)
    assert need_of_source("ticket", ticket) == need
    meet(pool, need)
    assert Ticket.objects.get(pk=ticket).state == State.CLOSED


def test_a_ticket_nobody_spoke_about_stays_open(pool: SmallPool, ticket: int) -> None:
    meet(pool, publish(pool, ticket))
    assert Ticket.objects.get(pk=ticket).state == State.DISPATCHED


def test_a_ticket_makes_one_need_of_a_kind_and_only_for_who_may_read_it(
    pool: SmallPool, ticket: int
) -> None:
    publish(pool, ticket)
    with pytest.raises(CannotPublish):
        publish(pool, ticket)
    with pytest.raises((NotPermitted, LookupError)):
        publish_need_of_ticket(
            ticket_id=ticket,
            new=NewNeed(
                title="陪独居老人", category="people.patrol", quantity=2, begins=FIRST, ends=LAST,
                place_id=pool.district.places["willow"].pk, source=Subject("ticket", ticket),
            ),
            by=pool.bank,
            at=MONDAY,
        )  # fmt: skip


def test_each_side_is_told_what_it_has_to_answer(pool: SmallPool, ticket: int) -> None:
    meet(pool, publish(pool, ticket))
    ours = notices_of_units(frozenset({pool.unit("party")}), language="zh-hans")
    theirs = notices_of_units(frozenset({pool.unit("bank")}), language="zh-hans")
    assert {"请确认认领：陪独居老人", "请确认结果：陪独居老人"} <= {one.heading for one in ours}
    assert {"双方已确认：陪独居老人", "结果已确认：陪独居老人"} <= {one.heading for one in theirs}
