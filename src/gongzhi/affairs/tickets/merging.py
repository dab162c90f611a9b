"""Several requests on one matter are handled as one; each requester keeps their own ticket."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.affairs.tickets import events
from gongzhi.affairs.tickets.choices import OPEN_STATES, Channel, RequestKind
from gongzhi.affairs.tickets.endings import follow, leave
from gongzhi.affairs.tickets.intake import Contact, Receipt, Request, receive_part, receive_ticket
from gongzhi.affairs.tickets.lifecycle import tell, ticket_for, touch, units_for
from gongzhi.affairs.tickets.models import Requester, Ticket
from gongzhi.commons.organisations.actors import Actor
from gongzhi.commons.organisations.permissions import allowed
from gongzhi.commons.privacy.encryption import open_text


class CannotMerge(ValueError):
    """A merge, or its undoing, that is refused, and why."""


@transaction.atomic
def merge_tickets(*, ticket_id: int, into_id: int, by: Actor, at: datetime) -> None:
    """Let one ticket follow another: the steps of `into` are taken for both from now on.

    The follower keeps its requester, call-back and rating. Raises `CannotMerge` for a ticket that
    has ended, already follows, is itself followed, or would follow itself.
    """
    if ticket_id == into_id:
        raise CannotMerge(_("不能并入它自己"))
    # Always lock in the order of ids, so that two crossing merges can't wait for each other.
    ids = sorted((ticket_id, into_id))
    locked = {t.pk: t for t in Ticket.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    if len(locked) != 2:
        raise CannotMerge(_("没有要合并的工单"))
    ticket = ticket_for(by, "tickets.merge", ticket_id)
    into = ticket_for(by, "tickets.merge", into_id)
    if ticket.state not in OPEN_STATES or into.state not in OPEN_STATES:
        raise CannotMerge(_("已经结束的工单不能合并"))
    if ticket.merged_into_id or into.merged_into_id:
        raise CannotMerge(_("其中一张工单已经并入别的工单，请先取消合并"))
    if ticket.merged.exists():
        raise CannotMerge(_("已有工单并入这一张，请反过来合并"))
    follow(ticket, into, by=by, at=at)


@transaction.atomic
def unmerge_ticket(*, ticket_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Undo a merge: the ticket goes its own way again, from the state it is in."""
    ticket = ticket_for(by, "tickets.merge", ticket_id)
    into_id = ticket.merged_into_id
    if into_id is None:
        raise CannotMerge(_("这张工单没有并入别的工单"))
    if not reason.strip():
        raise CannotMerge(_("请说明取消合并的理由"))
    leave(ticket, at=at)
    tell(ticket, events.UNMERGED, by=by, at=at, text=reason, was=into_id)


@transaction.atomic
def split_ticket(
    *, ticket_id: int, title: str, text: str, kind: RequestKind, by: Actor, at: datetime
) -> Receipt:
    """Make a second matter in one request a ticket of its own, at the same place.

    It came in by the same channel, and its requester is the same, with a link, a call-back and a
    rating for this matter alone. What was said of the other matter isn't said of this one: it is
    understood anew, and not public, since its words are not the requester's own.
    """
    ticket = ticket_for(by, "tickets.split", ticket_id)
    if ticket.state not in OPEN_STATES:
        raise CannotMerge(_("已经结束的工单不能拆分"))
    receipt = receive_part(
        request=Request(
            text=text,
            title=title,
            kind=kind,
            channel=Channel(ticket.channel),
            place_id=ticket.place_id,
            longitude=ticket.longitude,
            latitude=ticket.latitude,
            address=ticket.address,
            contact=_contact_of(ticket),
        ),
        by=by,
        at=at,
    )
    Ticket.objects.filter(pk=receipt.ticket_id).update(split_from=ticket.pk)
    touch(ticket, at=at)
    tell(ticket, events.SPLIT, by=by, at=at, into=receipt.ticket_id)
    return receipt


@transaction.atomic
def follow_ticket(*, ticket_id: int, request: Request, by: Actor, at: datetime) -> Receipt:
    """A requester adds themselves to a request on the same matter instead of repeating it.

    They get a ticket of their own that follows the other: own link, own call-back, own rating.
    The other is public, or staff who take the request down may read it. Raises `CannotMerge`
    where it is neither or has ended, `CannotReceive` as `receive_ticket` does.
    """
    into = Ticket.objects.select_for_update().filter(pk=ticket_id).first()
    if into is None or not _may_know(into, by=by) or _goes_on_elsewhere(into):
        raise CannotMerge(_("这件事已经办结或不能跟进了，请直接提交您的诉求"))
    receipt = receive_ticket(request=request, by=by, at=at)
    if receipt.repeated:
        return receipt
    follower = Ticket.objects.get(pk=receipt.ticket_id)
    if not follower.category_code:
        touch(follower, at=at, category_code=into.category_code, category_by="merge")
    follow(follower, into, by=by, at=at)
    return receipt


def _may_know(ticket: Ticket, *, by: Actor) -> bool:
    units = units_for("tickets.read", ticket)
    return ticket.public_at is not None or allowed(
        by, "tickets.read", place_path=ticket.place_path, unit_ids=units
    )


def _goes_on_elsewhere(ticket: Ticket) -> bool:
    return ticket.state not in OPEN_STATES or ticket.merged_into_id is not None


def _contact_of(ticket: Ticket) -> Contact:
    held = Requester.objects.filter(ticket=ticket, erased_at=None).first()
    if held is None:
        return Contact()
    return Contact(
        name=open_text(held.name_sealed),
        phone=open_text(held.phone_sealed),
        email=open_text(held.email_sealed),
        language=held.language,
    )
