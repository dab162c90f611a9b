"""What the requester may do with their own request: by private link, or by their phone number."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.affairs.tickets import events
from gongzhi.affairs.tickets.choices import OPEN_STATES, RemarkKind, State
from gongzhi.affairs.tickets.deadlines import end_pauses
from gongzhi.affairs.tickets.endings import (
    REVIEWED,
    end_callbacks,
    end_merge,
    end_parking,
    hand_over_followers,
    lapse_reviews,
)
from gongzhi.affairs.tickets.handling import reply_to_question
from gongzhi.affairs.tickets.intake import ON_BEHALF, TEXT_LIMIT, first_words, text_digest
from gongzhi.affairs.tickets.lifecycle import Step, move, tell, ticket_for, touch
from gongzhi.affairs.tickets.models import HotIssueTicket, Remark, Requester, Ticket
from gongzhi.affairs.tickets.numbers import id_in, number_of
from gongzhi.affairs.tickets.searching import forget_words
from gongzhi.commons.attachments.attaching import erase_attachments
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.actors import Actor, resident_with_key
from gongzhi.commons.privacy.blind_index import phone_indexes
from gongzhi.commons.privacy.encryption import open_text
from gongzhi.commons.privacy.links import read_link, sign_link
from gongzhi.commons.privacy.phones import normal_phone

LINKS_AT_ONCE = 10
CORRECTABLE = frozenset(OPEN_STATES) - {State.ANSWERED}  # while nobody has answered
ERASED = "（已删除）"
ERASED_TEXT = "（诉求人已要求删除内容）"


class CannotChange(ValueError):
    """A change by the requester that is refused, and why."""


@dataclass(frozen=True, slots=True)
class LostLink:
    """A private link to send to a contact that the district holds; never shown on a page."""

    ticket_id: int
    number: str
    link_token: str
    phone: str
    email: str


def holder_of(token: str) -> Actor | None:
    """The actor for whoever opened this private link; None if it is not, or no longer, good."""
    claim = read_link("ticket", token)
    if claim is None:
        return None
    good = Ticket.objects.filter(pk=claim.id, link_version=claim.version).exists()
    return resident_with_key(claim.id) if good else None


@transaction.atomic
def withdraw_ticket(*, ticket_id: int, reason: str, by: Actor, at: datetime) -> None:
    """The requester takes the request back; why is theirs to say or not.

    Others who follow it still want it done: the oldest of them leads from now on.
    """
    ticket = ticket_for(by, "tickets.withdraw", ticket_id)
    move(ticket, Step.WITHDRAW, at=at, closed_at=at, merged_into_id=None)
    end_pauses(ticket, at=at)
    end_parking(ticket, at=at)
    end_merge(ticket, at=at)
    lapse_reviews(ticket, at=at)
    tell(
        ticket,
        events.WITHDRAWN,
        by=by,
        at=at,
        text=reason.strip()[:TEXT_LIMIT],
        text_kind=RemarkKind.REPLY,
        for_requester=True,
        unit=ticket.lead_unit_id,
    )
    hand_over_followers(ticket, by=by, at=at)


@transaction.atomic
def correct_ticket(*, ticket_id: int, text: str, by: Actor, at: datetime) -> None:
    """Put the words right while nobody has answered; they are understood anew.

    The requester may, and staff where staff took them down; what a requester wrote is theirs. The
    first wording is kept as a remark for whoever already began.
    """
    ticket = _ticket_to_correct(ticket_id, by=by)
    if ticket.state not in CORRECTABLE:
        raise CannotChange(
            _("“%(state)s”的工单不能再修改；可以补充说明或重新提交")
            % {"state": State(ticket.state).label}
        )
    words = text.strip()
    if not words or len(words) > TEXT_LIMIT or "\x00" in words:
        raise CannotChange(_("内容要有 1 到 %(most)d 字") % {"most": TEXT_LIMIT})
    before = ticket.text
    derived = ticket.title == first_words(before)
    HotIssueTicket.objects.filter(ticket=ticket).update(words=[])  # they stand elsewhere now
    touch(ticket, at=at, text=words, title=first_words(words) if derived else ticket.title)
    tell(
        ticket,
        events.CORRECTED,
        by=by,
        at=at,
        text=before,
        text_kind=RemarkKind.NOTE if by.person_id else RemarkKind.REPLY,
        digest=text_digest(ticket),
    )


def _ticket_to_correct(ticket_id: int, *, by: Actor) -> Ticket:
    if by.person_id is None:
        return ticket_for(by, "tickets.correct", ticket_id)
    ticket = ticket_for(by, "tickets.correct_for", ticket_id)
    if ticket.channel not in ON_BEHALF:
        raise CannotChange(_("这是诉求人自己写的，只有本人能修改；可以写备注或问诉求人"))
    return ticket


@transaction.atomic
def erase_requester(*, ticket_id: int, by: Actor, at: datetime) -> None:
    """Erase who asked and what was said; the matter, its place and its course stay, anonymous.

    The key of the text's digest goes too, so the ledger keeps its chain and says nothing more.
    Old private links stop working. What was split off from the request goes with it.
    """
    ticket = ticket_for(by, "tickets.erase_contact", ticket_id)
    for each in (ticket, *_split_off(ticket)):
        erase_texts(each, by=by, at=at)
        tell(each, events.ERASED, by=by, at=at, what="all")


def _split_off(ticket: Ticket) -> list[Ticket]:
    """The tickets made of parts of this one, and of parts of those."""
    found: list[Ticket] = []
    above = [ticket.pk]
    while above:
        parts = Ticket.objects.select_for_update().filter(split_from__in=above).order_by("pk")
        above = [part.pk for part in parts]
        found += parts
    return found


_READ_IN_WORDS = frozenset({"evidence", "urgency", "ticked"})


def without_what_was_read(triage: Mapping[str, Any]) -> dict[str, Any]:
    """What triage found, but for what points into the words or repeats them."""
    return {name: triage[name] for name in triage.keys() - _READ_IN_WORDS}


def erase_texts(ticket: Ticket, *, by: Actor, at: datetime) -> None:
    """Forget contact and all words of one ticket; runs in the caller's transaction.

    Words are the text, the address, files, remarks, and the reasons of applications, which tell
    of the requester as often as not, and what was read in the words. What a whistle or a task
    says of the place stays with it.
    """
    forget_contact(ticket, at=at)
    Remark.objects.filter(ticket=ticket).delete()
    HotIssueTicket.objects.filter(ticket=ticket).delete()
    forget_words(ticket.pk, at=at)
    erase_attachments(Subject("ticket", ticket.pk), by=by, at=at)
    ticket.callbacks.update(remark="")
    for asked in REVIEWED.values():
        asked._default_manager.filter(ticket=ticket).update(reason=ERASED, review_reason="")
    ticket.parkings.update(plan=ERASED)
    ticket.exclusions.update(evidence=ERASED)
    touch(
        ticket,
        at=at,
        title=ERASED,
        text=ERASED_TEXT,
        text_key=secrets.token_hex(16),
        address="",
        latitude=None,
        longitude=None,
        attributes={},
        public_at=None,
        triage=without_what_was_read(ticket.triage),
        link_version=ticket.link_version + 1,
    )


def forget_contact(ticket: Ticket, *, at: datetime) -> None:
    """Forget who asked, so nobody is asked back; runs in the caller's transaction."""
    touch(ticket, at=at)
    end_callbacks(ticket)
    Requester.objects.filter(ticket=ticket).update(
        name_sealed="", phone_sealed="", phone_index="", email_sealed="", erased_at=at
    )


def lost_links(*, phone: str, number: str = "") -> list[LostLink]:
    """The newest tickets of a phone number (or the one numbered), with links to send there.

    The caller sends them to the registered contact and tells the asker nothing, so nobody learns
    from this whether a number is known.
    """
    normal = normal_phone(phone)
    if not normal:
        return []
    found = Requester.objects.filter(phone_index__in=phone_indexes(normal), erased_at=None)
    if number:
        found = found.filter(ticket_id=id_in(number) or 0)
    rows = found.select_related("ticket").order_by("-ticket_id")[:LINKS_AT_ONCE]
    return [
        LostLink(
            ticket_id=row.ticket_id,
            number=number_of(row.ticket_id, row.ticket.received_at),
            link_token=sign_link("ticket", row.ticket_id, row.ticket.link_version),
            phone=normal,
            email=open_text(row.email_sealed) if row.email_sealed else "",
        )
        for row in rows
    ]


def reply_to_link(*, holder: Actor, text: str, at: datetime) -> int:
    """What the holder of a private link adds to their request; returns the remark's id."""
    ticket_id = holder.ticket_key or 0
    with transaction.atomic():
        reply_to_question(ticket_id=ticket_id, text=text, by=holder, at=at)
        added = Remark.objects.filter(ticket_id=ticket_id, kind=RemarkKind.REPLY)
        return added.order_by("-id").values_list("id", flat=True)[0]
