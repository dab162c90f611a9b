"""What a ticket and those that follow it tell each other's readers."""

from collections.abc import Iterable
from dataclasses import replace

from gongzhi.affairs.tickets import events as kinds
from gongzhi.affairs.tickets.choices import RemarkKind
from gongzhi.affairs.tickets.models import Remark, Ticket
from gongzhi.commons.ledger.reading import EventView, events_of_many

MOST_FOLLOWERS = 50
_TOLD = frozenset(
    {
        kinds.DISPATCHED,
        kinds.INTERIM_REPLIED,
        kinds.ANSWERED,
        kinds.EXTENSION_REVIEWED,
        kinds.PARKING_REVIEWED,
        kinds.UNPARKED,
    }
)
_TEXTS = (RemarkKind.INTERIM, RemarkKind.ANSWER, RemarkKind.QUESTION)


def told_to_followers(ticket: Ticket) -> tuple[list[EventView], list[Remark]]:
    """What the requester of a followed ticket was told while this one followed it, or before.

    Questions only from when it began to follow: earlier ones were put to somebody else.
    """
    merges = list(ticket.merges.order_by("id"))
    if not merges:
        return [], []
    chains = events_of_many("ticket", {merge.into_id for merge in merges})
    found = {
        event.id: event
        for merge in merges
        for event in chains.get(merge.into_id, ())
        if (merge.undone_at is None or event.at <= merge.undone_at)
        and (event.kind in _TOLD or (event.kind == kinds.QUESTIONED and event.at >= merge.at))
    }
    texts = Remark.objects.filter(ticket_id__in=chains, for_requester=True, kind__in=_TEXTS)
    return list(found.values()), _belonging(texts, found.values())


def replies_of_followers(ticket: Ticket) -> tuple[list[EventView], list[Remark]]:
    """What the requesters of the tickets that follow this one replied, for whoever works on it."""
    ids = list(ticket.merged.order_by("pk").values_list("pk", flat=True)[:MOST_FOLLOWERS])
    if not ids:
        return [], []
    chains = events_of_many("ticket", ids).values()
    found = [event for chain in chains for event in chain if event.kind == kinds.REPLIED]
    texts = Remark.objects.filter(ticket_id__in=ids, kind=RemarkKind.REPLY)
    return found, _belonging(texts, found)


def _belonging(texts: Iterable[Remark], events: Iterable[EventView]) -> list[Remark]:
    wanted = {(event.subject.id, event.sequence) for event in events}
    return [text for text in texts if (text.ticket_id, text.event_sequence) in wanted]


def numbered(
    events: Iterable[EventView], remarks: Iterable[Remark]
) -> tuple[tuple[EventView, ...], list[tuple[Remark, int | None]]]:
    """Events of several chains as one story, numbered anew, and each text with its number."""
    story = sorted(events, key=lambda event: event.id)
    number = {(event.subject.id, event.sequence): at for at, event in enumerate(story, start=1)}
    texts = sorted(remarks, key=lambda remark: (remark.at, remark.pk))
    return (
        tuple(replace(event, sequence=at) for at, event in enumerate(story, start=1)),
        [(text, number.get((text.ticket_id, text.event_sequence or 0))) for text in texts],
    )
