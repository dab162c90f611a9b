"""Two people act at once on one ticket: one wins, the other is told why not, the chain is whole."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from gongzhi.affairs.tickets.callback import answer_callback, call_back
from gongzhi.affairs.tickets.choices import Satisfied, Solved
from gongzhi.affairs.tickets.closing import close_ticket
from gongzhi.affairs.tickets.dispatch import object_to_dispatch, redispatch_ticket
from gongzhi.affairs.tickets.handling import (
    answer_ticket,
    ask_extension,
    ask_requester,
    reply_to_question,
    review_extension,
    send_interim_reply,
)
from gongzhi.affairs.tickets.intake import Contact, Request, receive_ticket
from gongzhi.affairs.tickets.joint_handling import answer_whistle
from gongzhi.affairs.tickets.merging import follow_ticket, merge_tickets, unmerge_ticket
from gongzhi.affairs.tickets.models import Merge, Ticket
from gongzhi.affairs.tickets.requesters import withdraw_ticket
from gongzhi.commons.ledger.verifying import verify
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.coordination.follow_ups import follow_all
from tests.affairs.small_district import MONDAY, SmallDistrict, build
from tests.affairs.tickets.journeys import closed, dispatched, events, key_to, ticket
from tests.affairs.tickets.test_joint_handling import blown

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
HOUR = timedelta(hours=1)
Deed = Callable[[], object]


@pytest.fixture
def district(transactional_db: None) -> Iterator[SmallDistrict]:
    yield build()
    assert verify().findings == ()


def at_once(*deeds: Deed) -> list[object]:
    """What each deed gave, or the refusal it met; all begin together, each in a thread."""
    gate = Barrier(len(deeds))
    outcome: list[object] = [None] * len(deeds)

    def run(number: int, deed: Deed) -> None:
        try:
            gate.wait()
            outcome[number] = deed() or "done"
        except Exception as error:
            outcome[number] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=(n, deed)) for n, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcome


def refusals(outcome: list[object]) -> list[Exception]:
    """The refusals; anything but a room's own refusal fails the test."""
    errors = [each for each in outcome if isinstance(each, Exception)]
    for error in errors:
        assert isinstance(error, ValueError | LookupError), repr(error)
        assert str(error)
    return errors


def one_wins(*deeds: Deed) -> Exception:
    (refusal,) = refusals(at_once(*deeds))
    return refusal


@pytest.fixture
def ticket_id(district: SmallDistrict) -> int:
    return dispatched(district)


def test_a_ticket_is_closed_once(district: SmallDistrict, ticket_id: int) -> None:
    by = district.sanitation
    answer_ticket(ticket_id=ticket_id, text="好了", by=by, at=MONDAY)

    def close() -> None:
        close_ticket(ticket_id=ticket_id, evidence="照片", by=by, at=MONDAY)

    one_wins(close, close)
    assert events(ticket_id).count("ticket.closed") == 1
    assert ticket(ticket_id).callbacks.count() == 1


def test_withdrawn_or_answered_but_not_both(district: SmallDistrict, ticket_id: int) -> None:
    key, by = key_to(ticket_id), district.sanitation
    one_wins(
        lambda: withdraw_ticket(ticket_id=ticket_id, reason="", by=key, at=MONDAY),
        lambda: answer_ticket(ticket_id=ticket_id, text="好了", by=by, at=MONDAY),
    )


def test_nothing_is_said_on_a_ticket_that_was_withdrawn_meanwhile(
    district: SmallDistrict, ticket_id: int
) -> None:
    key, by = key_to(ticket_id), district.sanitation
    outcome = at_once(
        lambda: withdraw_ticket(ticket_id=ticket_id, reason="", by=key, at=MONDAY),
        lambda: send_interim_reply(ticket_id=ticket_id, text="快了", by=by, at=MONDAY),
    )
    refusals(outcome)
    assert events(ticket_id)[-1] == "ticket.withdrawn"


def test_an_objection_and_a_redispatch_meet(district: SmallDistrict, ticket_id: int) -> None:
    by, worker, water = district.sanitation, district.worker, district.units["water"].pk
    outcome = at_once(
        lambda: object_to_dispatch(
            ticket_id=ticket_id, reason="不是我们", proposed_unit_id=None, by=by, at=MONDAY
        ),
        lambda: redispatch_ticket(
            ticket_id=ticket_id, unit_id=water, reason="改派", by=worker, at=MONDAY
        ),
    )
    refused = [each for each in outcome if isinstance(each, Exception)]
    assert len(refused) <= 1
    assert ticket(ticket_id).lead_unit_id == water
    assert not ticket(ticket_id).objections.filter(review="pending").exists()


def test_an_application_is_decided_once(district: SmallDistrict, ticket_id: int) -> None:
    until = MONDAY + timedelta(days=9)
    ask_extension(
        ticket_id=ticket_id, until=until, reason="等料", by=district.sanitation, at=MONDAY
    )
    street, officer = district.street, district.officer
    one_wins(
        lambda: review_extension(
            ticket_id=ticket_id, approved=True, reason="", by=street, at=MONDAY
        ),
        lambda: review_extension(
            ticket_id=ticket_id, approved=False, reason="", by=officer, at=MONDAY
        ),
    )


def test_two_applications_of_one_kind_do_not_wait_together(
    district: SmallDistrict, ticket_id: int
) -> None:
    by = district.sanitation

    def ask() -> None:
        until = MONDAY + timedelta(days=9)
        ask_extension(ticket_id=ticket_id, until=until, reason="等料", by=by, at=MONDAY)

    one_wins(ask, ask)


def test_a_call_back_is_answered_once(district: SmallDistrict) -> None:
    ticket_id = closed(district)
    key, phone = key_to(ticket_id), district.coordinator
    said = {"ticket_id": ticket_id, "remark": "", "at": MONDAY + 2 * HOUR}
    one_wins(
        lambda: answer_callback(solved=Solved.NO, satisfied=Satisfied.NO, by=key, **said),
        lambda: call_back(solved=Solved.YES, satisfied=Satisfied.YES, by=phone, **said),
    )
    assert events(ticket_id).count("ticket.called_back") == 1


def test_two_tickets_are_not_merged_into_each_other(district: SmallDistrict) -> None:
    one, two = dispatched(district), dispatched(district)
    by = district.coordinator
    one_wins(
        lambda: merge_tickets(ticket_id=one, into_id=two, by=by, at=MONDAY),
        lambda: merge_tickets(ticket_id=two, into_id=one, by=by, at=MONDAY),
    )
    assert Merge.objects.filter(undone_at=None).count() == 1


def test_a_merge_is_undone_once(district: SmallDistrict) -> None:
    one, two = dispatched(district), dispatched(district)
    by = district.coordinator
    merge_tickets(ticket_id=one, into_id=two, by=by, at=MONDAY)

    def undo() -> None:
        unmerge_ticket(ticket_id=one, reason="两件事", by=by, at=MONDAY)

    one_wins(undo, undo)


def test_nobody_ends_up_following_a_ticket_that_was_withdrawn(district: SmallDistrict) -> None:
    main = dispatched(district)
    Ticket.objects.filter(pk=main).update(public_at=MONDAY)
    request = Request(text="我也是", contact=Contact(phone="13900139000"))
    outcome = at_once(
        lambda: withdraw_ticket(ticket_id=main, reason="", by=key_to(main), at=MONDAY),
        lambda: follow_ticket(ticket_id=main, request=request, by=RESIDENT, at=MONDAY),
    )
    refusals(outcome)
    assert not Ticket.objects.filter(merged_into=main).exists()


def test_closing_and_replying_wait_for_each_other(district: SmallDistrict) -> None:
    """The reply of a follower locks the ticket it follows, closing that one locks the follower."""
    follower, main = dispatched(district), dispatched(district)
    by = district.sanitation
    merge_tickets(ticket_id=follower, into_id=main, by=district.coordinator, at=MONDAY)
    ask_requester(ticket_id=main, question="好了吗？", by=by, at=MONDAY)
    answer_ticket(ticket_id=main, text="好了", by=by, at=MONDAY)
    key = key_to(follower)
    outcome = at_once(
        lambda: close_ticket(ticket_id=main, evidence="照片", by=by, at=MONDAY),
        lambda: reply_to_question(ticket_id=follower, text="好了", by=key, at=MONDAY),
    )
    assert refusals(outcome) == []
    assert ticket(follower).state == "closed"


def test_one_key_makes_one_ticket(district: SmallDistrict) -> None:
    request = Request(text="垃圾桶满了", idempotency_key="page:abc")

    def receive() -> object:
        return receive_ticket(request=request, by=RESIDENT, at=MONDAY).ticket_id

    outcome = at_once(*[receive] * 4)
    assert refusals(outcome) == []
    assert len(set(outcome)) == 1
    assert Ticket.objects.count() == 1


def test_a_whistle_is_signed_once(district: SmallDistrict) -> None:
    whistle_id, unit = blown(district), district.units["water"].pk
    by = district.water

    def sign() -> None:
        answer_whistle(whistle_id=whistle_id, unit_id=unit, mark="signed", by=by, at=MONDAY)

    one_wins(sign, sign)


def test_two_workers_dispatch_each_ticket_once(district: SmallDistrict) -> None:
    for number in range(20):
        request = Request(text=f"垃圾桶满了 {number}", place_id=district.places["garden"].pk)
        receive_ticket(request=request, by=RESIDENT, at=MONDAY)
    outcome = at_once(*[lambda: follow_all(at=MONDAY, most=5)] * 2)
    assert refusals(outcome) == []
    follow_all(at=MONDAY + HOUR)
    for each in Ticket.objects.all():
        assert events(each.pk).count("ticket.dispatched") == 1
