"""Staff find tickets by words, numbers and telephone numbers, the same on both databases."""

from datetime import timedelta

import pytest

from gongzhi.affairs.tickets import searching
from gongzhi.affairs.tickets.choices import State, Urgency
from gongzhi.affairs.tickets.handling import ask_assistance
from gongzhi.affairs.tickets.models import Ticket
from gongzhi.affairs.tickets.queries.lists import (
    TicketFilter,
    find_by_phone,
    find_tickets,
    search_tickets,
)
from gongzhi.affairs.tickets.requesters import erase_requester
from gongzhi.affairs.tickets.searching import CannotSearch
from gongzhi.affairs.tickets.triage import overrule_triage
from gongzhi.affairs.tickets.words import words_of
from gongzhi.commons.ledger.marks import keep, value_of
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.coordination.follow_ups import follow_all
from tests.affairs.small_district import MONDAY, SmallDistrict
from tests.affairs.tickets.journeys import PHONE, dispatched, key_to, receive

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def found(district: SmallDistrict, words: str, **filters: object) -> list[int]:
    asked = TicketFilter(**filters)  # type: ignore[arg-type]
    page = search_tickets(by=district.officer, words=words, filters=asked)
    return [row.id for row in page.rows]


def test_the_words_of_a_text_are_pairs_and_whole_words() -> None:
    assert words_of("修路燈 ３号楼Lift") == ["修路", "路灯", "灯", "3", "号楼", "楼", "lift"]


@pytest.mark.parametrize(
    ("words", "there"),
    [
        ("垃圾", True),
        ("垃圾桶", True),
        ("垃 圾", True),
        ("臭", True),
        ("和风花园", True),
        ("柳岸社区 垃圾", True),
        ("垃圾 路灯", False),
        ("圾垃", False),
        ("电梯", False),
    ],
)
def test_words_find_what_holds_them_all(district: SmallDistrict, words: str, there: bool) -> None:
    ticket_id = dispatched(district)
    assert found(district, words) == ([ticket_id] if there else [])


def test_a_quote_or_an_operator_in_a_query_is_only_a_character(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    for words in ('"垃圾"', "垃圾'; --", "垃圾 & (", "垃圾* NOT", "垃圾:A"):
        assert found(district, words) in ([ticket_id], [])
    with pytest.raises(CannotSearch):
        found(district, "！？ ")


def test_a_number_finds_its_ticket(district: SmallDistrict) -> None:
    receipt = receive(district)
    assert found(district, receipt.number) == [receipt.ticket_id]


def test_words_and_filters_narrow_together_and_pages_follow(district: SmallDistrict) -> None:
    ids = [receive(district, f"第{n}次垃圾没人清运").ticket_id for n in range(7)]
    follow_all(at=MONDAY)
    assert found(district, "垃圾", states=(State.CLOSED,)) == []
    pages, cursor = [], ""
    while True:
        page = search_tickets(
            by=district.officer, words="垃圾", filters=TicketFilter(), cursor=cursor, size=3
        )
        pages.append([row.id for row in page.rows])
        cursor = page.next_cursor
        if not cursor:
            break
    assert pages == [ids[:3:-1], ids[3:0:-1], ids[:1]]


@pytest.mark.parametrize("first_chunk", [2, 200])
def test_common_words_and_rare_ones_are_found_the_same(
    district: SmallDistrict, monkeypatch: pytest.MonkeyPatch, first_chunk: int
) -> None:
    """Common ones from the newest ticket back, rare ones by all that the index has."""
    monkeypatch.setattr(searching, "FIRST_CHUNK", first_chunk)
    ids = [receive(district, f"第{n}次垃圾没人清运").ticket_id for n in range(7)]
    follow_all(at=MONDAY)
    assert found(district, "垃圾") == ids[::-1]
    assert found(district, "第3次垃圾") == [ids[3]]
    assert found(district, "垃圾 停水") == []


def test_nobody_finds_what_they_may_not_read(district: SmallDistrict) -> None:
    dispatched(district)
    page = search_tickets(by=district.water, words="垃圾", filters=TicketFilter())
    assert page.rows == ()


def test_a_phone_number_finds_only_with_the_permission(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    rows = find_by_phone(by=district.worker, phone="+86 138-0013-8000")
    assert [row.id for row in rows] == [ticket_id]
    assert find_by_phone(by=district.worker, phone="13900139000") == ()
    with pytest.raises(NotPermitted):
        find_by_phone(by=district.sanitation, phone=PHONE)


def test_what_was_erased_is_found_no_more(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    erase_requester(ticket_id=ticket_id, by=key_to(ticket_id), at=MONDAY)
    assert found(district, "垃圾") == []
    assert find_by_phone(by=district.worker, phone=PHONE) == ()


def test_due_lists_page_through_everything_once(district: SmallDistrict) -> None:
    ids = {receive(district, f"第{n}次垃圾没人清运").ticket_id for n in range(7)}
    seen: list[int] = []
    cursor = ""
    while True:
        page = find_tickets(
            by=district.officer,
            filters=TicketFilter(open_only=True),
            order="due",
            cursor=cursor,
            size=2,
        )
        seen += [row.id for row in page.rows]
        cursor = page.next_cursor
        if not cursor:
            break
    assert sorted(seen) == sorted(ids)


def test_all_tickets_are_made_findable_anew_in_chunks(
    district: SmallDistrict, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [dispatched(district) for _ in range(3)]
    for ticket_id in ids:
        searching.forget_words(ticket_id, at=MONDAY)
    assert found(district, "垃圾") == []
    monkeypatch.setattr(searching, "REINDEX_CHUNK", 2)
    assert searching.index_all() == 3
    assert found(district, "垃圾") == sorted(ids, reverse=True)


def test_what_the_index_narrows_finds_the_same_as_the_filters(district: SmallDistrict) -> None:
    here = dispatched(district)
    there = receive(district, "梅溪路的垃圾桶也满了", place="plum").ticket_id
    follow_all(at=MONDAY)
    assert found(district, "垃圾") == [there, here]
    for place, ids in {
        "garden": [here],
        "willow": [here],
        "north": [there, here],
        "pine": [],
    }.items():
        assert found(district, "垃圾", place_id=district.places[place].pk) == ids
    matter = Ticket.objects.get(pk=here).category_code
    assert here in found(district, "垃圾", category_code=matter)
    assert here in found(district, "垃圾", category_code=matter.partition(".")[0])
    assert found(district, "垃圾", category_code="no.such_matter") == []
    assert found(district, "垃圾", states=(State.DISPATCHED,)) == [there, here]
    assert found(district, "垃圾", unit_ids=(district.units["water"].pk,)) == []
    day = timedelta(days=1)
    assert found(district, "垃圾", received_from=MONDAY - day, received_to=MONDAY + day) != []
    assert found(district, "垃圾", received_from=MONDAY + day, received_to=MONDAY + 2 * day) == []


def test_a_unit_searches_among_what_it_leads_and_helps_with(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    search = {"words": "垃圾", "filters": TicketFilter()}
    assert search_tickets(by=district.water, **search).rows == ()  # type: ignore[arg-type]
    ask_assistance(
        ticket_id=ticket_id,
        unit_id=district.units["water"].pk,
        what="请关闭门口的阀门",
        by=district.sanitation,
        at=MONDAY,
    )
    for by in (district.water, district.sanitation, district.worker):
        assert [row.id for row in search_tickets(by=by, **search).rows] == [ticket_id]  # type: ignore[arg-type]


def test_a_corrected_matter_is_searched_by_its_new_name(district: SmallDistrict) -> None:
    ticket_id = dispatched(district)
    overrule_triage(
        ticket_id=ticket_id,
        category_code="utilities.water",
        urgency=Urgency.NORMAL,
        by=district.officer,
        at=MONDAY,
    )
    follow_all(at=MONDAY)
    assert found(district, "垃圾", category_code="utilities.water") == [ticket_id]


def test_tickets_indexed_before_there_were_marks_get_them(
    district: SmallDistrict, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [dispatched(district) for _ in range(5)]
    with monkeypatch.context() as before:
        before.setattr(searching, "marks_of", lambda *_: [])
        searching.index_all()
    newest = sorted(ids, reverse=True)
    keep(searching.UNMARKED, at=MONDAY, value={"below": newest[0] + 1})
    here = district.places["willow"].pk
    assert found(district, "垃圾", place_id=here) == newest
    monkeypatch.setattr(searching, "REINDEX_CHUNK", 2)
    assert searching.mark_the_unmarked(at=MONDAY, seconds=-1) == 2
    assert found(district, "垃圾", place_id=here) == newest
    assert searching.mark_the_unmarked(at=MONDAY) == 3
    assert not value_of(searching.UNMARKED)
    assert found(district, "垃圾", place_id=here) == newest
    assert searching.mark_the_unmarked(at=MONDAY) == 0
