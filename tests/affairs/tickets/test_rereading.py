"""Words that were corrected are read again; what a person set stays as that person set it."""

import pytest

from gongzhi.affairs.tickets.choices import Channel, State, Urgency
from gongzhi.affairs.tickets.intake import Request, receive_ticket
from gongzhi.affairs.tickets.lifecycle import NoSuchTicket
from gongzhi.affairs.tickets.models import Remark, Ticket
from gongzhi.affairs.tickets.queries.alike import public_alike
from gongzhi.affairs.tickets.queries.lists import TicketFilter, search_tickets
from gongzhi.affairs.tickets.queries.stories import story_for_staff
from gongzhi.affairs.tickets.requesters import CannotChange, correct_ticket
from gongzhi.affairs.tickets.triage import overrule_triage
from gongzhi.commons.ledger.verifying import verify
from gongzhi.commons.notices.models import Notice
from gongzhi.commons.organisations.permissions import NotPermitted
from gongzhi.coordination.follow_ups import follow_all
from gongzhi.interfaces.pages.tickets.texts import marked as marked_text
from tests.affairs.small_district import MONDAY, SmallDistrict
from tests.affairs.tickets.journeys import (
    closed,
    dispatched,
    events,
    key_to,
    last_event,
    receive,
    ticket,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]

WASTE = "和风花园门口的垃圾桶三天没人清运，很臭"
WATER = "说错了，是和风花园停水两天，水管坏了，家里有婴儿"


def correct(ticket_id: int, text: str = WATER) -> Ticket:
    correct_ticket(ticket_id=ticket_id, text=text, by=key_to(ticket_id), at=MONDAY)
    follow_all(at=MONDAY)
    return ticket(ticket_id)


def taken_down(
    district: SmallDistrict, *, channel: Channel = Channel.PHONE, urgency: Urgency = Urgency.NORMAL
) -> int:
    asked = Request(
        text=WASTE, channel=channel, place_id=district.places["garden"].pk, urgency=urgency
    )
    receipt = receive_ticket(request=asked, by=district.worker, at=MONDAY)
    follow_all(at=MONDAY)
    return receipt.ticket_id


def test_corrected_words_get_category_urgency_and_evidence_anew(district: SmallDistrict) -> None:
    ticket_id = dispatched(district, WASTE)
    before = ticket(ticket_id)
    assert (before.category_code, before.urgency) == ("environment.waste", Urgency.NORMAL)
    after = correct(ticket_id)
    assert after.category_code == "utilities.water"
    assert after.urgency == Urgency.URGENT
    said = last_event(ticket_id)
    assert said.kind == "ticket.reread"
    assert {key: said.data[key] for key in ("category", "by_whom", "urgency")} == {
        "category": "utilities.water",
        "by_whom": "rules",
        "urgency": "urgent",
    }
    story = story_for_staff(by=district.worker, ticket_id=ticket_id)
    marked = {WATER[each.start : each.end] for each in story.highlights}
    assert "停水" in marked
    assert all("垃圾" not in words for words in marked)
    assert "<mark>停水" in marked_text(story), "the title is the text's beginning"
    assert verify().findings == ()


def test_what_no_longer_is_urgent_is_no_longer_marked_urgent(district: SmallDistrict) -> None:
    ticket_id = dispatched(district, WATER)
    assert ticket(ticket_id).urgency == Urgency.URGENT
    assert correct(ticket_id, WASTE).urgency == Urgency.NORMAL


def test_a_category_and_urgency_that_a_person_gave_stay(district: SmallDistrict) -> None:
    ticket_id = dispatched(district, WASTE)
    overrule_triage(
        ticket_id=ticket_id,
        category_code="order",
        urgency=Urgency.ATTENTION,
        by=district.worker,
        at=MONDAY,
    )
    after = correct(ticket_id)
    assert (after.category_code, after.category_by) == ("order", "person")
    assert after.urgency == Urgency.ATTENTION
    ranks = [code for code, _share in after.triage["ranks"]]
    assert ranks[0] == "utilities.water", "what the words say is still shown beside it"


def test_a_category_that_the_requester_chose_stays(district: SmallDistrict) -> None:
    asked = Request(text=WASTE, category_code="order", place_id=district.places["garden"].pk)
    ticket_id = receive_ticket(request=asked, by=key_to(0), at=MONDAY).ticket_id
    follow_all(at=MONDAY)
    after = correct(ticket_id)
    assert (after.category_code, after.category_by) == ("order", "requester")


@pytest.mark.parametrize("ticked", [Urgency.ATTENTION, Urgency.EMERGENCY])
def test_urgency_that_was_ticked_is_neither_raised_nor_lowered(
    district: SmallDistrict, ticked: Urgency
) -> None:
    ticket_id = taken_down(district, urgency=ticked)
    assert correct(ticket_id).urgency == ticked
    assert correct(ticket_id, "路口").urgency == ticked


def test_words_that_say_nothing_sure_leave_the_category(district: SmallDistrict) -> None:
    ticket_id = dispatched(district, WASTE)
    after = correct(ticket_id, "不是三号楼，是五号楼")
    assert after.category_code == "environment.waste"
    assert after.triage["evidence"] == []


def test_a_request_that_is_not_yet_understood_is_read_once(district: SmallDistrict) -> None:
    ticket_id = receive(district, WASTE).ticket_id
    after = correct(ticket_id)
    assert after.state == State.DISPATCHED
    assert after.category_code == "utilities.water"
    assert "ticket.reread" not in events(ticket_id)


def test_a_corrected_request_is_found_and_compared_by_its_new_words(
    district: SmallDistrict,
) -> None:
    ticket_id = dispatched(district, WASTE)
    correct(ticket_id)
    Ticket.objects.filter(pk=ticket_id).update(public_at=MONDAY)
    here = district.places["garden"].pk
    anything = TicketFilter()
    found = search_tickets(by=district.worker, words="停水", filters=anything).rows
    assert [row.id for row in found] == [ticket_id]
    assert search_tickets(by=district.worker, words="垃圾桶", filters=anything).rows == ()
    assert public_alike(WASTE, place_id=here, point=None, at=MONDAY) == []
    assert [each.ticket_id for each in public_alike(WATER, place_id=here, point=None, at=MONDAY)]


def test_the_lead_is_told_that_the_words_were_corrected(district: SmallDistrict) -> None:
    ticket_id = dispatched(district, WASTE)
    correct(ticket_id)
    told = Notice.objects.filter(template="unit.corrected", subject_id=ticket_id)
    assert [each.recipient_id for each in told] == [district.units["sanitation"].pk]


def test_staff_put_right_what_staff_took_down(district: SmallDistrict) -> None:
    ticket_id = taken_down(district)
    correct_ticket(ticket_id=ticket_id, text=WATER, by=district.worker, at=MONDAY)
    follow_all(at=MONDAY)
    assert ticket(ticket_id).text == WATER
    assert ticket(ticket_id).category_code == "utilities.water"
    kept = Remark.objects.get(ticket_id=ticket_id, text=WASTE)
    assert not kept.for_requester


def test_staff_change_no_words_that_a_requester_wrote(district: SmallDistrict) -> None:
    ticket_id = dispatched(district, WASTE)
    with pytest.raises(CannotChange):
        correct_ticket(ticket_id=ticket_id, text=WATER, by=district.worker, at=MONDAY)
    assert ticket(ticket_id).text == WASTE


def test_others_correct_nothing(district: SmallDistrict) -> None:
    ticket_id = taken_down(district)
    for by in (district.sanitation, key_to(ticket_id + 1)):
        with pytest.raises((NotPermitted, NoSuchTicket)):
            correct_ticket(ticket_id=ticket_id, text=WATER, by=by, at=MONDAY)


def test_a_closed_request_is_neither_corrected_nor_read_again(district: SmallDistrict) -> None:
    ticket_id = closed(district)
    with pytest.raises(CannotChange):
        correct_ticket(ticket_id=ticket_id, text=WATER, by=key_to(ticket_id), at=MONDAY)
