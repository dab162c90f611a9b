"""Erased is erased: no table holds a word or a contact any more, and the ledger still fits."""

from datetime import timedelta
from importlib import import_module
from io import BytesIO

import pytest
from django.apps import apps
from django.db import connection

from gongzhi.affairs.tickets.callback import call_back
from gongzhi.affairs.tickets.choices import ExclusionReason, Satisfied, Solved, State
from gongzhi.affairs.tickets.exclusions import ask_exclusion, review_exclusion
from gongzhi.affairs.tickets.handling import (
    ask_extension,
    ask_requester,
    review_extension,
    send_interim_reply,
    write_note,
)
from gongzhi.affairs.tickets.holdings import erase_old_contacts
from gongzhi.affairs.tickets.intake import Contact, Request, receive_ticket
from gongzhi.affairs.tickets.merging import split_ticket
from gongzhi.affairs.tickets.models import Requester, Ticket
from gongzhi.affairs.tickets.parking import ask_parking, review_parking, unpark_ticket
from gongzhi.affairs.tickets.queries.stories import story_for_staff
from gongzhi.affairs.tickets.requesters import correct_ticket, erase_requester, reply_to_link
from gongzhi.affairs.tickets.searching import clear_forgotten_words
from gongzhi.commons.attachments.attaching import attach
from gongzhi.commons.attachments.queries import attachments_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.ledger.verifying import verify
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.coordination.follow_ups import follow_all
from tests.affairs.small_district import MONDAY, SmallDistrict
from tests.affairs.tickets.journeys import closed, dispatched, key_to, ticket

pytestmark = [pytest.mark.django_db, pytest.mark.database]
# Each stands for what one place holds; "zqx" makes it one of a kind.
PHONE, MAIL, NAME = "13712345679", "zqx0@example.org", "甄其心"
SECRET = "zqx"
DAY = timedelta(days=1)


def everything() -> str:
    """All that all tables hold, byte for byte as far as it reads as text."""
    held: list[str] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                for value in row:
                    raw = bytes(value) if isinstance(value, memoryview | bytes) else None
                    held.append(raw.decode("utf-8", "ignore") if raw else str(value))
    return "\n".join(held)


@pytest.fixture
def full(district: SmallDistrict, settings: object) -> int:
    """A ticket with a word in every place where there can be one."""
    receipt = receive_ticket(
        request=Request(
            text=f"{SECRET}1 家门口垃圾桶满了，电话 {PHONE}",
            title=f"{SECRET}2",
            address=f"柳岸社区和风花园{SECRET}3",
            contact=Contact(name=NAME, phone=PHONE, email=MAIL, language="zh-hans"),
            attributes={"WHEN": [f"{SECRET}4"]},
            is_public=True,
        ),
        by=RESIDENT,
        at=MONDAY,
    )
    follow_all(at=MONDAY)
    ticket_id, key = receipt.ticket_id, key_to(receipt.ticket_id)
    who = {"ticket_id": ticket_id, "by": district.sanitation, "at": MONDAY}
    street = {"ticket_id": ticket_id, "by": district.street, "at": MONDAY}
    correct_ticket(ticket_id=ticket_id, text=f"{SECRET}5 垃圾桶，{PHONE}", by=key, at=MONDAY)
    attach(BytesIO(b"%PDF-1.4 zqx6"), subject=Subject("ticket", ticket_id), by=key, at=MONDAY,
           name=f"{SECRET}7.pdf")  # fmt: skip
    write_note(text=f"{SECRET}8", **who)
    send_interim_reply(text=f"{NAME}您好，{SECRET}9", **who)
    ask_requester(question=f"{SECRET}10", **who)
    reply_to_link(holder=key, text=f"{SECRET}11", at=MONDAY)
    ask_extension(until=MONDAY + 9 * DAY, reason=f"{SECRET}12", **who)
    review_extension(approved=False, reason=f"{SECRET}13", **street)
    ask_parking(reason=f"{SECRET}14", plan=f"{SECRET}15", review_on=(MONDAY + DAY).date(), **who)
    review_parking(approved=True, reason=f"{SECRET}16", **street)
    unpark_ticket(reason=f"{SECRET}17", **who)
    ask_exclusion(
        code=ExclusionReason.NOTHING_NEW, reason=f"{SECRET}18", evidence=f"{SECRET}19", **who
    )
    split_ticket(
        ticket_id=ticket_id, title="", text=f"{SECRET}20 路灯不亮", kind="help",
        by=district.coordinator, at=MONDAY,
    )  # fmt: skip
    follow_all(at=MONDAY)
    return ticket_id


def test_after_erasure_no_table_holds_a_word_or_a_contact(full: int) -> None:
    before = everything()
    assert all(f"{SECRET}{number}" in before for number in range(1, 21) if number != 6)
    erase_requester(ticket_id=full, by=key_to(full), at=MONDAY + DAY)
    follow_all(at=MONDAY + DAY)
    clear_forgotten_words(at=MONDAY + DAY)
    assert clear_forgotten_words(at=MONDAY + 2 * DAY) == 0
    after = everything()
    for word in (SECRET, PHONE, NAME, MAIL):
        assert word not in after, word
    assert attachments_of(Subject("ticket", full)) == []
    assert verify().findings == ()


def test_the_matter_and_its_course_stay(full: int) -> None:
    before = ticket(full)
    erase_requester(ticket_id=full, by=key_to(full), at=MONDAY + DAY)
    after = ticket(full)
    assert (after.category_code, after.place_id) == (before.category_code, before.place_id)
    assert (after.state, after.due_at) == (before.state, before.due_at)


def test_what_was_read_in_the_words_goes_with_them(district: SmallDistrict) -> None:
    """Why it was urgent says of the requester what the words said: old, ill, in despair."""
    ticket_id = dispatched(district, "三单元电梯困人，里面有老人和孩子。")
    assert story_for_staff(by=district.officer, ticket_id=ticket_id).highlights
    urgency, ranks = ticket(ticket_id).urgency, ticket(ticket_id).triage["ranks"]
    erase_requester(ticket_id=ticket_id, by=key_to(ticket_id), at=MONDAY + DAY)
    after = ticket(ticket_id)
    assert story_for_staff(by=district.officer, ticket_id=ticket_id).highlights == ()
    assert not after.triage.get("urgency")
    assert (after.urgency, after.triage["ranks"]) == (urgency, ranks), "how it was dealt with stays"


def test_the_remark_of_a_call_back_goes_too(district: SmallDistrict) -> None:
    ticket_id = closed(district)
    call_back(
        ticket_id=ticket_id, solved=Solved.YES, satisfied=Satisfied.YES, remark=f"{SECRET}21",
        by=district.coordinator, at=MONDAY + DAY,
    )  # fmt: skip
    erase_requester(ticket_id=ticket_id, by=key_to(ticket_id), at=MONDAY + 2 * DAY)
    assert SECRET not in everything()
    assert ticket(ticket_id).callbacks.get().solved == Solved.YES


def test_contacts_of_excluded_requests_are_erased_in_time(
    full: int, district: SmallDistrict
) -> None:
    review_exclusion(ticket_id=full, approved=True, reason="", by=district.street, at=MONDAY)
    assert ticket(full).state == State.EXCLUDED
    assert erase_old_contacts(cutoff=MONDAY + DAY, limit=10, at=MONDAY + 400 * DAY) == 1
    assert Requester.objects.get(ticket_id=full).phone_sealed == ""
    assert Ticket.objects.get(pk=full).text.startswith(SECRET), "the words have their own time"


def test_what_was_read_in_words_erased_before_is_forgotten_by_a_migration(
    district: SmallDistrict,
) -> None:
    erased = dispatched(district, "三单元电梯困人，里面有老人和孩子。")
    stays = dispatched(district, "五单元电梯困人，里面有老人和孩子。")
    read = ticket(erased).triage
    erase_requester(ticket_id=erased, by=key_to(erased), at=MONDAY + DAY)
    forgotten = ticket(erased).triage
    Ticket.objects.filter(pk=erased).update(triage=read)  # as it was left before
    migration = import_module("gongzhi.affairs.tickets.migrations.0005_forget_what_was_read")
    migration.forget(apps, None)
    assert ticket(erased).triage == forgotten != read
    assert ticket(stays).triage["urgency"]
