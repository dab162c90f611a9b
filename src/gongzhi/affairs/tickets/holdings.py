"""What this affair holds about a requester: shown, corrected, erased on their word or in time."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from gongzhi.affairs.tickets import events
from gongzhi.affairs.tickets.lifecycle import tell, ticket_for, ticket_to_read, touch
from gongzhi.affairs.tickets.models import Requester, Ticket
from gongzhi.affairs.tickets.requesters import CannotChange, erase_requester, forget_contact
from gongzhi.commons.organisations.actors import SYSTEM, Actor
from gongzhi.commons.privacy.blind_index import phone_index
from gongzhi.commons.privacy.encryption import declare_sealed_column, open_text, seal_text
from gongzhi.commons.privacy.my_data import Fact, Holding, declare_holding
from gongzhi.commons.privacy.phones import is_phone, normal_phone
from gongzhi.commons.privacy.retention import RetentionRule, declare_retention


def see_contact(subject_id: int, *, by: Actor) -> Sequence[Fact]:
    """The requester's own contact, open: they hold the private link."""
    ticket = ticket_to_read(by, "tickets.track", subject_id)
    held = Requester.objects.filter(ticket=ticket, erased_at=None).first()
    if held is None:
        return ()
    return (
        Fact("name", "称呼", open_text(held.name_sealed)),
        Fact("phone", "电话", open_text(held.phone_sealed)),
        Fact("email", "电子邮件", open_text(held.email_sealed)),
        Fact("text", "诉求内容", ticket.text),
    )


def correct_contact(subject_id: int, *, fact: str, value: str, by: Actor, at: datetime) -> None:
    """Put one part of the contact right; raises `CannotChange` for a number nobody can ring."""
    ticket = ticket_for(by, "tickets.correct", subject_id)
    value = value.strip()
    if fact == "phone":
        if value and not is_phone(value):
            raise CannotChange(_("电话号码不完整，请核对"))
        number = normal_phone(value)
        changes = {
            "phone_sealed": seal_text(number),
            "phone_index": phone_index(number) if number else "",
        }
    elif fact in {"name", "email"}:
        changes = {f"{fact}_sealed": seal_text(value[:120])}
    else:
        raise CannotChange(_("这一项不能在这里更正"))
    touch(ticket, at=at)
    Requester.objects.update_or_create(ticket=ticket, defaults=changes)
    tell(ticket, events.CONTACT_CORRECTED, by=by, at=at, what=fact)


def erase_contact(subject_id: int, *, by: Actor, at: datetime) -> None:
    """Erase contact and words; the anonymous ticket and its chain stay."""
    erase_requester(ticket_id=subject_id, by=by, at=at)


def erase_old_contacts(*, cutoff: datetime, limit: int, at: datetime) -> int:
    """Forget the contacts of tickets that ended before `cutoff`; runs inside a transaction."""
    ended = Requester.objects.filter(
        erased_at=None, ticket__is_open=0, ticket__closed_at__lt=cutoff
    )
    rows = list(ended.select_related("ticket").order_by("ticket_id")[:limit])
    for row in rows:
        ticket: Ticket = row.ticket
        forget_contact(ticket, at=at)
        tell(ticket, events.ERASED, by=SYSTEM, at=at, what="contact")
    return len(rows)


def declare_privacy() -> None:
    """Register sealed columns, holdings and retention; called once when the app is ready."""
    declare_sealed_column("tickets.Requester", "name_sealed")
    declare_sealed_column(
        "tickets.Requester", "phone_sealed", index_field="phone_index", index=phone_index
    )
    declare_sealed_column("tickets.Requester", "email_sealed")
    declare_holding(
        Holding(
            subject_kind="ticket",
            name="tickets.contact",
            title="诉求人联系方式和诉求内容",
            purpose="办理诉求、联系和回访",
            see=see_contact,
            correct=correct_contact,
            erase=erase_contact,
        )
    )
    declare_retention(
        RetentionRule(
            name="tickets.contact",
            what="已结束诉求的诉求人联系方式",
            days=365,
            apply=erase_old_contacts,
        )
    )
