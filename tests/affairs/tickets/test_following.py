"""Tickets that follow another: joined by a resident or by staff, told, closed, let go."""

from datetime import timedelta

import pytest

from gongzhi.affairs.tickets.callback import answer_callback
from gongzhi.affairs.tickets.choices import (
    Channel,
    ExclusionReason,
    RequestKind,
    Satisfied,
    Solved,
    State,
    Urgency,
)
from gongzhi.affairs.tickets.closing import close_ticket
from gongzhi.affairs.tickets.exclusions import ask_exclusion, review_exclusion
from gongzhi.affairs.tickets.handling import (
    answer_ticket,
    ask_requester,
    reply_to_question,
    send_interim_reply,
)
from gongzhi.affairs.tickets.intake import Contact, Request, receive_ticket
from gongzhi.affairs.tickets.merging import (
    CannotMerge,
    follow_ticket,
    merge_tickets,
    split_ticket,
    unmerge_ticket,
)
from gongzhi.affairs.tickets.models import Merge, Requester, Ticket
from gongzhi.affairs.tickets.parking import ask_parking, review_parking
from gongzhi.affairs.tickets.queries.alike import alike_for_staff, merge_suggestions, public_alike
from gongzhi.affairs.tickets.queries.lists import due_list
from gongzhi.affairs.tickets.queries.stories import story_for_requester, story_for_staff
from gongzhi.affairs.tickets.requesters import withdraw_ticket
from gongzhi.affairs.tickets.supervision import escalate_overdue
from gongzhi.commons.ledger.verifying import verify
from gongzhi.commons.notices.models import Notice
from gongzhi.commons.organisations.permissions import NotPermitted
from gongzhi.commons.permissions.actors import RESIDENT, Actor
from gongzhi.commons.privacy.encryption import open_text
from gongzhi.coordination.follow_ups import follow_all
from tests.affairs.small_district import MONDAY, SmallDistrict
from tests.affairs.tickets.journeys import dispatched, events, key_to, last_event, receive, ticket

pytestmark = [pytest.mark.django_db, pytest.mark.database]
HOUR = timedelta(hours=1)
WORDS = "和风花园门口的垃圾桶三天没人清运，很臭"


def make_public(ticket_id: int) -> None:
    Ticket.objects.filter(pk=ticket_id).update(public_at=MONDAY)


def my_words(text: str = "垃圾桶又满了，没人收", *, phone: str = "13900139000") -> Request:
    return Request(text=text, contact=Contact(name="李先生", phone=phone), idempotency_key=phone)


@pytest.fixture
def main(district: SmallDistrict) -> int:
    """A public ticket that its lead has."""
    ticket_id = dispatched(district)
    make_public(ticket_id)
    return ticket_id


@pytest.fixture
def follower(main: int) -> int:
    receipt = follow_ticket(ticket_id=main, request=my_words(), by=RESIDENT, at=MONDAY)
    follow_all(at=MONDAY)
    return receipt.ticket_id


def test_a_similar_public_request_nearby_is_shown_before_sending(
    district: SmallDistrict, main: int
) -> None:
    here = district.places["garden"].pk
    found = public_alike("和风花园门口垃圾桶没人清运", place_id=here, point=None, at=MONDAY + HOUR)
    assert [each.ticket_id for each in found] == [main]
    assert found[0].text == WORDS
    elsewhere = district.places["pine"].pk
    assert public_alike(WORDS, place_id=elsewhere, point=None, at=MONDAY + HOUR) == []
    other = public_alike("家里停水两天了，请维修水管", place_id=here, point=None, at=MONDAY + HOUR)
    assert other == []


def test_of_a_request_that_is_not_public_nothing_is_shown(district: SmallDistrict) -> None:
    dispatched(district)
    here = district.places["garden"].pk
    assert public_alike(WORDS, place_id=here, point=None, at=MONDAY + HOUR) == []


def test_staff_are_shown_what_they_may_merge_within_their_reach(district: SmallDistrict) -> None:
    first = dispatched(district)
    second = dispatched(district, "和风花园垃圾桶没人清运", at=MONDAY + HOUR)
    now = MONDAY + 2 * HOUR
    found = merge_suggestions(by=district.coordinator, ticket_id=second, at=now)
    assert [row.id for row, _ in found] == [first]
    assert merge_suggestions(by=district.sanitation, ticket_id=second, at=now) == []


def test_a_follower_has_a_link_and_a_contact_of_their_own(main: int, follower: int) -> None:
    assert ticket(follower).merged_into_id == main
    assert ticket(follower).state == State.RECEIVED, "nobody is asked to do it twice"
    assert events(follower) == ["ticket.received", "ticket.merged"]
    held = Requester.objects.get(ticket_id=follower)
    assert open_text(held.phone_sealed) == "13900139000"
    assert story_for_requester(by=key_to(follower), ticket_id=follower).row.lead_name


def test_following_twice_with_one_key_makes_one_ticket(main: int, follower: int) -> None:
    again = follow_ticket(ticket_id=main, request=my_words(), by=RESIDENT, at=MONDAY)
    assert (again.ticket_id, again.repeated) == (follower, True)


def test_only_an_open_public_request_can_be_followed(district: SmallDistrict, main: int) -> None:
    hidden = dispatched(district)
    withdraw_ticket(ticket_id=main, reason="", by=key_to(main), at=MONDAY)
    for each in (hidden, main, 10**25):
        with pytest.raises(CannotMerge):
            follow_ticket(ticket_id=each, request=my_words(), by=RESIDENT, at=MONDAY)
    assert Ticket.objects.count() == 2


def test_what_the_one_is_told_reaches_those_who_follow(
    district: SmallDistrict, main: int, follower: int
) -> None:
    by, at = district.sanitation, MONDAY + HOUR
    send_interim_reply(ticket_id=main, text="车在路上", by=by, at=at)
    ask_requester(ticket_id=main, question="是哪个门？", by=by, at=at)
    answer_ticket(ticket_id=main, text="已经清运", by=by, at=at)
    follow_all(at=at)
    story = story_for_requester(by=key_to(follower), ticket_id=follower)
    told = {remark.text for remark in story.remarks}
    assert {"车在路上", "是哪个门？", "已经清运"} <= told
    numbers = {event.sequence: event.kind for event in story.events}
    said = {remark.text: numbers[remark.event_sequence or 0] for remark in story.remarks}
    assert said["已经清运"] == "ticket.answered"
    assert said["是哪个门？"] == "ticket.questioned"
    heard = Notice.objects.filter(recipient_kind="requester", recipient_id=follower)
    templates = sorted(heard.values_list("template", flat=True))
    assert templates == ["requester.questioned", "requester.replied_to", "requester.replied_to"]
    assert set(heard.values_list("subject_id", flat=True)) == {follower}


def test_a_followers_reply_reaches_the_lead_and_lets_the_clock_run(
    district: SmallDistrict, main: int, follower: int
) -> None:
    ask_requester(ticket_id=main, question="是哪个门？", by=district.sanitation, at=MONDAY)
    later = MONDAY + timedelta(days=1)
    reply_to_question(ticket_id=follower, text="东门", by=key_to(follower), at=later)
    follow_all(at=later)
    assert not ticket(main).pauses.filter(ends=None).exists()
    story = story_for_staff(by=district.sanitation, ticket_id=main)
    assert "东门" in [remark.text for remark in story.remarks]
    told = Notice.objects.filter(template="unit.replied")
    assert told.get().recipient_id == district.units["sanitation"].pk


def test_a_follower_is_not_on_the_days_list_and_is_not_pressed_for(
    district: SmallDistrict, main: int, follower: int
) -> None:
    second = dispatched(district)
    merge_tickets(ticket_id=second, into_id=main, by=district.coordinator, at=MONDAY)
    listed = [row.id for row in due_list(by=district.coordinator).rows]
    assert listed == [main]
    assert escalate_overdue(at=MONDAY + timedelta(days=30)) == 1


def test_the_follower_closes_with_the_unit_that_did_the_work(
    district: SmallDistrict, main: int, follower: int
) -> None:
    by, late = district.sanitation, MONDAY + timedelta(days=20)
    answer_ticket(ticket_id=main, text="已清运", by=by, at=late)
    close_ticket(ticket_id=main, evidence="现场干净", by=by, at=late)
    closing = last_event(follower)
    assert closing.kind == "ticket.closed"
    assert closing.data["lead"] == district.units["sanitation"].pk
    assert closing.data["in_limit"] is False
    asked = ticket(follower).callbacks.get()
    assert asked.unit_id == district.units["sanitation"].pk
    answer_callback(
        ticket_id=follower, solved=Solved.NO, satisfied=Satisfied.NO, remark="没有",
        by=key_to(follower), at=late + HOUR,
    )  # fmt: skip
    assert ticket(follower).state == State.REOPENED
    assert ticket(main).state == State.CLOSED
    assert ticket(follower).merged_into_id is None
    story = story_for_requester(by=key_to(follower), ticket_id=follower)
    assert "已清运" in [remark.text for remark in story.remarks], "what was told stays told"


def test_a_parked_follower_closes_too(district: SmallDistrict, main: int) -> None:
    second = dispatched(district)
    soon = (MONDAY + timedelta(days=30)).date()
    ask_parking(
        ticket_id=second, reason="等配件", plan="月底", review_on=soon, by=district.sanitation,
        at=MONDAY,
    )  # fmt: skip
    review_parking(ticket_id=second, approved=True, reason="", by=district.street, at=MONDAY)
    merge_tickets(ticket_id=second, into_id=main, by=district.coordinator, at=MONDAY)
    answer_ticket(ticket_id=main, text="好了", by=district.sanitation, at=MONDAY + HOUR)
    close_ticket(ticket_id=main, evidence="完", by=district.sanitation, at=MONDAY + HOUR)
    assert ticket(second).state == State.CLOSED
    assert not ticket(second).pauses.filter(ends=None).exists()
    assert not ticket(second).parkings.filter(ended_at=None).exists()


@pytest.mark.parametrize("how", ["withdrawn", "excluded"])
def test_when_the_one_ends_without_result_the_oldest_follower_takes_its_place(
    district: SmallDistrict, main: int, follower: int, how: str
) -> None:
    request = my_words(phone="13700137000")
    third = follow_ticket(ticket_id=main, request=request, by=RESIDENT, at=MONDAY).ticket_id
    follow_all(at=MONDAY)
    at = MONDAY + HOUR
    if how == "withdrawn":
        withdraw_ticket(ticket_id=main, reason="", by=key_to(main), at=at)
    else:
        ask_exclusion(
            ticket_id=main, code=ExclusionReason.NOTHING_NEW, reason="已办过", evidence="记录",
            by=district.sanitation, at=at,
        )  # fmt: skip
        review_exclusion(ticket_id=main, approved=True, reason="", by=district.street, at=at)
    follow_all(at=at)
    assert ticket(follower).merged_into_id is None
    assert ticket(follower).state == State.DISPATCHED
    assert ticket(third).merged_into_id == follower
    assert Merge.objects.filter(ticket_id=third, undone_at=None).get().into_id == follower
    assert ticket(main).closed_at == at, "its contact is erased in time"
    assert verify().findings == ()


def test_a_follower_that_withdraws_leaves_no_open_merge(main: int, follower: int) -> None:
    withdraw_ticket(ticket_id=follower, reason="", by=key_to(follower), at=MONDAY)
    assert not Merge.objects.filter(ticket_id=follower, undone_at=None).exists()
    assert ticket(main).state == State.DISPATCHED


def test_time_spent_following_does_not_count_afterwards(district: SmallDistrict, main: int) -> None:
    second = dispatched(district)
    due = ticket(second).due_at
    merge_tickets(ticket_id=second, into_id=main, by=district.coordinator, at=MONDAY)
    unmerge_ticket(
        ticket_id=second, reason="另一件事", by=district.coordinator,
        at=MONDAY + timedelta(days=7),
    )  # fmt: skip
    later = ticket(second).due_at
    assert later is not None
    assert due is not None
    assert later - due == timedelta(days=6), "two working days from that second Monday"


def on_behalf(
    district: SmallDistrict, text: str = WORDS, *, place: str = "garden", key: str = "desk-1"
) -> Request:
    return Request(
        text=text,
        channel=Channel.PHONE,
        place_id=district.places[place].pk,
        contact=Contact(name="张先生", phone="13700137000"),
        idempotency_key=key,
    )


def test_whoever_takes_a_request_down_sees_what_may_be_the_same(district: SmallDistrict) -> None:
    """Also what isn't public: staff who may read it may tell the caller that it is being done."""
    first = dispatched(district)

    def seen(asked: Request, by: Actor = district.worker) -> list[int]:
        return [row.id for row, _near in alike_for_staff(by=by, request=asked, at=MONDAY + HOUR)]

    assert seen(on_behalf(district)) == [first]
    assert seen(on_behalf(district, "家里停水两天了，请维修水管")) == []
    assert seen(on_behalf(district, place="pine"), district.officer) == []
    assert seen(on_behalf(district), district.water) == [], "what one may not read isn't shown"
    receive_ticket(request=on_behalf(district), by=district.worker, at=MONDAY + HOUR)
    assert seen(on_behalf(district)) == [], "a second press of the button is no second request"


def test_staff_let_a_caller_follow_what_is_being_done(district: SmallDistrict) -> None:
    first = dispatched(district)
    receipt = follow_ticket(
        ticket_id=first, request=on_behalf(district), by=district.worker, at=MONDAY + HOUR
    )
    follow_all(at=MONDAY + HOUR)
    mine = ticket(receipt.ticket_id)
    assert (mine.merged_into_id, mine.channel) == (first, Channel.PHONE)
    assert open_text(Requester.objects.get(ticket=mine).phone_sealed) == "13700137000"
    by, at = district.sanitation, MONDAY + HOUR
    answer_ticket(ticket_id=first, text="已清运", by=by, at=at)
    close_ticket(ticket_id=first, evidence="清运了", by=by, at=at)
    assert ticket(receipt.ticket_id).state == State.CLOSED
    assert verify().findings == ()


def test_staff_follow_nothing_that_they_may_not_read(district: SmallDistrict) -> None:
    elsewhere = dispatched(district)
    Ticket.objects.filter(pk=elsewhere).update(place_path=district.places["pine"].path)
    with pytest.raises(CannotMerge):
        follow_ticket(
            ticket_id=elsewhere, request=on_behalf(district), by=district.worker, at=MONDAY
        )
    with pytest.raises(NotPermitted):
        follow_ticket(
            ticket_id=dispatched(district), request=on_behalf(district), by=district.sanitation,
            at=MONDAY,
        )  # fmt: skip


def test_a_split_ticket_belongs_to_the_same_requester_and_says_so(
    district: SmallDistrict, main: int
) -> None:
    receipt = split_ticket(
        ticket_id=main, title="", text="路灯也坏了", kind="help", by=district.coordinator,
        at=MONDAY,
    )  # fmt: skip
    held = Requester.objects.get(ticket_id=receipt.ticket_id)
    assert open_text(held.phone_sealed) == "13800138000"
    assert last_event(receipt.ticket_id).data["contact"] is True
    assert last_event(main).data["into"] == receipt.ticket_id
    assert verify().findings == ()


def test_a_split_ticket_keeps_how_it_came_in_and_where_it_is(district: SmallDistrict) -> None:
    """An imported request, too, though whoever splits it may import nothing themselves."""
    asked = Request(
        text="垃圾桶满了，路灯也坏了",
        channel=Channel.IMPORT,
        place_id=district.places["garden"].pk,
        address="和风花园3号楼",
        longitude=120.1,
        latitude=30.2,
        contact=Contact(phone="13800138000", language="en"),
        urgency=Urgency.URGENT,
        is_public=True,
    )
    whole = receive_ticket(request=asked, by=district.officer, at=MONDAY).ticket_id
    follow_all(at=MONDAY)
    part = split_ticket(
        ticket_id=whole, title="", text="路灯也坏了", kind=RequestKind.REPORT,
        by=district.worker, at=MONDAY,
    ).ticket_id  # fmt: skip
    kept = ("channel", "place_id", "community_id", "address", "longitude", "latitude")
    first, second = ticket(whole), ticket(part)
    assert [getattr(second, name) for name in kept] == [getattr(first, name) for name in kept]
    assert second.split_from_id == whole
    assert second.kind == RequestKind.REPORT
    assert Requester.objects.get(ticket_id=part).language == "en"
    assert second.urgency == Urgency.NORMAL, "how urgent the other matter is was never said of this"
    assert second.public_at is None, "the requester agreed to make their own words public"


def test_a_ticket_and_what_was_split_from_it_name_each_other(
    district: SmallDistrict, main: int
) -> None:
    part = split_ticket(
        ticket_id=main, title="", text="路灯也坏了", kind=RequestKind.HELP,
        by=district.worker, at=MONDAY,
    ).ticket_id  # fmt: skip
    whole = story_for_staff(by=district.worker, ticket_id=main)
    assert [row.id for row in whole.split] == [part]
    assert [row.id for row in story_for_staff(by=district.worker, ticket_id=part).split] == [main]
    assert story_for_requester(by=key_to(main), ticket_id=main).split == ()


def test_a_request_unmerged_before_it_was_understood_goes_its_way(
    district: SmallDistrict, main: int
) -> None:
    second = receive(district, "家里停水了，水管坏了").ticket_id
    merge_tickets(ticket_id=second, into_id=main, by=district.coordinator, at=MONDAY)
    follow_all(at=MONDAY)
    assert ticket(second).state == State.RECEIVED
    unmerge_ticket(ticket_id=second, reason="不同", by=district.coordinator, at=MONDAY)
    follow_all(at=MONDAY)
    assert ticket(second).state == State.DISPATCHED
