"""Staff put the place of a ticket right: with a reason, on record, and who leads is asked anew."""

import pytest

from gongzhi.affairs.tickets.dispatch import redispatch_ticket
from gongzhi.affairs.tickets.lifecycle import NoSuchTicket
from gongzhi.affairs.tickets.models import Ticket
from gongzhi.affairs.tickets.placing import CannotPlace, correct_place
from gongzhi.affairs.tickets.queries.lists import TicketFilter, search_tickets
from gongzhi.affairs.tickets.queries.routing import lead_after_correction
from gongzhi.affairs.tickets.queries.stories import story_for_requester, story_for_staff
from gongzhi.commons.ledger.verifying import verify
from gongzhi.commons.notices.models import Notice
from gongzhi.commons.organisations.permissions import NotPermitted
from gongzhi.commons.permissions.actors import Actor
from gongzhi.coordination.follow_ups import follow_all
from gongzhi.interfaces.pages.residents.telling import moments_of
from tests.affairs.small_district import MONDAY, SmallDistrict
from tests.affairs.tickets.journeys import closed, dispatched, key_to, last_event, ticket

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOISE = "半夜有人唱歌，噪音很大"


def place(
    district: SmallDistrict,
    ticket_id: int,
    where: str,
    *,
    address: str = "",
    reason: str = "诉求人来电说明",
    by: Actor | None = None,
) -> Ticket:
    correct_place(
        ticket_id=ticket_id,
        place_id=district.places[where].pk,
        address=address,
        reason=reason,
        by=by or district.coordinator,
        at=MONDAY,
    )
    follow_all(at=MONDAY)
    return ticket(ticket_id)


def today(district: SmallDistrict, ticket_id: int, *, by: Actor | None = None) -> str:
    """The unit that the catalogue names for the ticket as it is now; empty where nobody asks."""
    story = story_for_staff(by=by or district.officer, ticket_id=ticket_id)
    unit = lead_after_correction(story, on=MONDAY.date())
    return unit.name if unit else ""


def test_a_place_is_put_right_with_all_that_hangs_on_it(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    Ticket.objects.filter(pk=ticket_id).update(longitude=1.0, latitude=2.0, address="错的")
    after = place(district, ticket_id, "plum", address="菜场门口")
    there = district.places["plum"]
    assert (after.place_id, after.place_path, after.community_id) == (
        there.pk,
        there.path,
        there.pk,
    )
    assert after.subdistrict_id == district.places["north"].pk
    assert after.address == "菜场门口"
    assert (after.longitude, after.latitude) == (None, None), "that pin was elsewhere"
    said = last_event(ticket_id)
    assert (said.kind, said.place_id) == ("ticket.placed", there.pk)
    assert said.data == {"place": there.pk, "was": district.places["garden"].pk}
    assert verify().findings == ()


def test_an_address_says_more_exactly_where(district: SmallDistrict) -> None:
    ticket_id = dispatched(district, NOISE)
    place(district, ticket_id, "pine")
    after = place(district, ticket_id, "willow", address="和风花园3号楼", by=district.officer)
    assert after.place_id == district.places["garden"].pk
    assert after.community_id == district.places["willow"].pk


def test_it_is_found_where_it_is_now(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    place(district, ticket_id, "plum")

    def found(where: str) -> list[int]:
        filters = TicketFilter(place_id=district.places[where].pk)
        rows = search_tickets(by=district.officer, words="垃圾", filters=filters).rows
        return [row.id for row in rows]

    assert found("plum") == [ticket_id]
    assert found("willow") == []


def test_the_catalogue_is_asked_anew_and_a_person_dispatches(district: SmallDistrict) -> None:
    ticket_id = dispatched(district, NOISE)
    lead = ticket(ticket_id).lead_unit_id
    assert today(district, ticket_id) == ""
    after = place(district, ticket_id, "pine")
    assert after.lead_unit_id == lead, "nothing is taken from a unit by itself"
    assert today(district, ticket_id) == "明湖区热线中心"
    redispatch_ticket(
        ticket_id=ticket_id,
        unit_id=district.units["hotline"].pk,
        reason="地点更正",
        by=district.officer,
        at=MONDAY,
    )
    assert today(district, ticket_id) == "", "what is done is not asked again"


def test_where_the_same_unit_leads_nothing_is_suggested(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    place(district, ticket_id, "plum")
    assert today(district, ticket_id) == ""


def test_lead_and_requester_learn_of_it(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    place(district, ticket_id, "plum")
    told = Notice.objects.get(template="unit.placed", subject_id=ticket_id)
    assert told.recipient_id == district.units["sanitation"].pk
    mine = moments_of(story_for_requester(by=key_to(ticket_id), ticket_id=ticket_id))
    assert "工作人员更正了地点" in [each.title for each in mine]
    assert "诉求人来电说明" not in [each.text for each in mine]


def test_nothing_is_placed_without_reason_or_change(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    for where, reason in (("plum", " "), ("garden", "同一处")):
        with pytest.raises(CannotPlace):
            place(district, ticket_id, where, reason=reason)
    with pytest.raises(CannotPlace):
        correct_place(
            ticket_id=ticket_id, place_id=10**9, address="", reason="没有这处",
            by=district.officer, at=MONDAY,
        )  # fmt: skip
    with pytest.raises(CannotPlace):
        place(district, ticket_id, "plum", address="\x00")
    assert last_event(ticket_id).kind == "ticket.dispatched"


def test_a_ticket_that_has_ended_stays_where_it_was(district: SmallDistrict) -> None:
    with pytest.raises(CannotPlace):
        place(district, closed(district), "plum")


def test_strangers_place_nothing(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    for by in (district.water, key_to(ticket_id)):
        with pytest.raises((NotPermitted, NoSuchTicket)):
            place(district, ticket_id, "plum", by=by)
