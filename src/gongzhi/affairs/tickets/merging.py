"""Several requests on one matter are handled as one; each requester keeps their own ticket."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.affairs.tickets import events
from gongzhi.affairs.tickets.choices import OPEN_STATES, Channel, RequestKind
from gongzhi.affairs.tickets.intake import Receipt, Request, receive_ticket
from gongzhi.affairs.tickets.lifecycle import tell, ticket_for, touch
from gongzhi.affairs.tickets.models import Merge, Requester, Ticket
from gongzhi.commons.organisations.actors import Actor


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
    touch(ticket, at=at, merged_into_id=into.pk)
    Merge.objects.create(ticket=ticket, into=into, state_before=ticket.state, at=at)
    tell(ticket, events.MERGED, by=by, at=at, into=into.pk)


@transaction.atomic
def unmerge_ticket(*, ticket_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Undo a merge: the ticket goes its own way again, from the state it is in."""
    ticket = ticket_for(by, "tickets.merge", ticket_id)
    into_id = ticket.merged_into_id
    if into_id is None:
        raise CannotMerge(_("这张工单没有并入别的工单"))
    if not reason.strip():
        raise CannotMerge(_("请说明取消合并的理由"))
    touch(ticket, at=at, merged_into_id=None)
    Merge.objects.filter(ticket=ticket, undone_at=None).update(undone_at=at)
    tell(ticket, events.UNMERGED, by=by, at=at, text=reason, was=into_id)


@transaction.atomic
def split_ticket(
    *, ticket_id: int, title: str, text: str, kind: RequestKind, by: Actor, at: datetime
) -> Receipt:
    """Make a second matter in one request a ticket of its own, at the same place."""
    ticket = ticket_for(by, "tickets.split", ticket_id)
    if ticket.state not in OPEN_STATES:
        raise CannotMerge(_("已经结束的工单不能拆分"))
    receipt = receive_ticket(
        request=Request(
            text=text, title=title, kind=kind, channel=Channel.PAGE, place_id=ticket.place_id
        ),
        by=by,
        at=at,
    )
    Ticket.objects.filter(pk=receipt.ticket_id).update(split_from=ticket.pk)
    requester = Requester.objects.filter(ticket=ticket, erased_at=None).first()
    if requester is not None:
        requester.pk, requester.ticket_id = None, receipt.ticket_id
        requester.save(force_insert=True)
    touch(ticket, at=at)
    tell(ticket, events.SPLIT, by=by, at=at, into=receipt.ticket_id)
    return receipt


def followers(into: Ticket) -> list[int]:
    """The tickets that follow this one now."""
    return list(into.merged.order_by("pk").values_list("pk", flat=True))
