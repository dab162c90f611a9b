"""Copies of a ticket that lived by the real actions: the rows of the same life at another time.

A copy has other ids and other moments. What follows from these is reckoned by the code that the
actions use: due moments, whether a step was in its limit, when a call-back expires, the hashes of
the chain. A test compares copies with what the actions write, column by column.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models

from gongzhi.affairs.tickets.choices import State
from gongzhi.affairs.tickets.deadlines import clocks, limit_rules
from gongzhi.affairs.tickets.models import Callback, Remark, Requester, Ticket
from gongzhi.commons.calendar.limits import LimitUnit
from gongzhi.commons.calendar.queries import working_time
from gongzhi.commons.ledger.models import Event
from gongzhi.commons.ledger.recording import Subject, event_hash, genesis
from gongzhi.commons.notices.models import Delivery, Notice
from gongzhi.commons.organisations.catalogue import find_duty

Row = dict[str, Any]


@dataclass
class NextIds:
    """The ids that the next rows get, by model."""

    of: dict[type[models.Model], int]

    def take(self, model: type[models.Model]) -> int:
        taken = self.of[model]
        self.of[model] = taken + 1
        return taken


MODELS: tuple[type[models.Model], ...] = (Ticket, Requester, Event, Remark, Callback, Notice)


def next_ids() -> NextIds:
    """The ids that follow the highest there are."""
    highest = {m: m._default_manager.aggregate(top=models.Max("pk"))["top"] for m in MODELS}
    return NextIds({model: (top or 0) + 1 for model, top in highest.items()})


@dataclass(frozen=True)
class Pattern:
    """Everything that the actions wrote about one ticket."""

    ticket: Row
    requester: Row | None
    events: list[Row]
    remarks: list[Row]
    callbacks: list[Row]
    notices: list[Row]


def pattern_of(ticket_id: int) -> Pattern:
    """Read a ticket with all that hangs on it."""
    about: dict[str, Any] = {"subject_kind": "ticket", "subject_id": ticket_id}
    if Delivery.objects.filter(notice__in=Notice.objects.filter(**about)).exists():
        raise ValueError("copies know no deliveries: switch e-mail and webhooks off")
    return Pattern(
        ticket=_rows(Ticket, pk=ticket_id)[0],
        requester=next(iter(_rows(Requester, ticket_id=ticket_id)), None),
        events=_rows(Event, **about),
        remarks=_rows(Remark, ticket_id=ticket_id),
        callbacks=_rows(Callback, ticket_id=ticket_id),
        notices=_rows(Notice, **about),
    )


def _rows(model: type[models.Model], **which: Any) -> list[Row]:
    names = [column.attname for column in model._meta.concrete_fields if not column.generated]
    return list(model._default_manager.filter(**which).order_by("pk").values(*names))


def copies(
    pattern: Pattern, shifts: list[timedelta], ids: NextIds
) -> Iterator[tuple[type[models.Model], Row]]:
    """The rows of the pattern's life begun so much later, for each shift."""
    rules = limit_rules()
    for shift in shifts:
        yield from _copy(pattern, shift, ids, rules)


def _copy(
    pattern: Pattern, shift: timedelta, ids: NextIds, rules: Any
) -> Iterator[tuple[type[models.Model], Row]]:
    ticket = _shifted(
        pattern.ticket,
        shift,
        ("received_at", "public_at", "clock_from", "contacted_at", "closed_at", "touched_at"),
    )
    ticket["id"] = ids.take(Ticket)
    start = ticket["clock_from"]
    duty = find_duty(ticket["category_code"], ticket["place_id"], on=start.date())
    due = clocks(duty, urgency=ticket["urgency"], start=start, rules=rules)
    ticket |= {"contact_due_at": due.contact_due_at, "due_at": due.due_at}
    yield Ticket, ticket
    if pattern.requester:
        yield Requester, pattern.requester | {"id": ids.take(Requester), "ticket_id": ticket["id"]}
    new_event_id: dict[int, int] = {}
    for event in _chain(pattern.events, ticket, shift):
        new_event_id[event["id"]] = ids.take(Event)
        yield Event, event | {"id": new_event_id[event["id"]]}
    for remark in pattern.remarks:
        its = {"id": ids.take(Remark), "ticket_id": ticket["id"]}
        yield Remark, _shifted(remark, shift, ("at",)) | its
    for callback in pattern.callbacks:
        new = _shifted(callback, shift, ("asked_at", "answered_at"))
        window = rules["callback.answer"]
        expires = working_time(new["unit_id"]).deadline(new["asked_at"], window)
        its = {"id": ids.take(Callback), "ticket_id": ticket["id"], "expires_at": expires}
        yield Callback, new | its
    for notice in pattern.notices:
        yield Notice, _notice(notice, ticket["id"], shift, new_event_id) | {"id": ids.take(Notice)}


def _shifted(row: Row, shift: timedelta, names: tuple[str, ...]) -> Row:
    return row | {name: row[name] + shift for name in names if row[name] is not None}


def _chain(events: list[Row], ticket: Row, shift: timedelta) -> Iterator[Row]:
    subject = Subject("ticket", ticket["id"])
    previous = genesis(subject)
    for event in events:
        row = _shifted(event, shift, ("at",))
        row |= {"subject_id": subject.id, "data": _data(row, ticket), "previous_hash": previous}
        told = ("sequence", "kind", "at", "unit_id", "person_id", "place_id", "data")
        named = {name: row[name] for name in told}
        previous = row["hash"] = event_hash(subject=subject, previous_hash=previous, **named)
        yield row


def _data(event: Row, ticket: Row) -> Row:
    """The event's data with the moments and judgements that hold at its new time."""
    data = dict(event["data"])
    for name in ("contact_due", "due"):
        if data.get(name) is not None:
            data[name] = _iso(ticket[f"{name}_at"], like=data[name])
    for name in ("in_limit", "first_contact_in_limit"):
        if data.get(name) is not None:
            limit = ticket["due_at" if event["kind"] == "ticket.closed" else "contact_due_at"]
            data[name] = event["at"] <= limit
    if "work_minutes" in data:  # the lives that are copied have no pauses
        time = working_time(ticket["lead_unit_id"])
        worked = time.elapsed(ticket["received_at"], event["at"], LimitUnit.WORK_HOUR)
        data["work_minutes"] = int(worked * 60)
    return data


def _iso(moment: datetime, *, like: str) -> str:
    """As the action wrote it: some reckon in the district's time, some in the database's."""
    zone = datetime.fromisoformat(like).tzinfo
    return moment.astimezone(zone).isoformat(timespec="seconds")


def _notice(notice: Row, ticket_id: int, shift: timedelta, event_ids: dict[int, int]) -> Row:
    """A notice is recognised by its event, its wording and its recipient."""
    new = _shifted(notice, shift, ("at",)) | {"subject_id": ticket_id}
    if new["recipient_kind"] == "requester":
        new["recipient_id"] = ticket_id
    event_id = event_ids[int(notice["once_key"].split(":")[0].removeprefix("event-"))]
    parts = (f"event-{event_id}", new["template"], new["recipient_kind"], new["recipient_id"])
    return new | {"once_key": ":".join(map(str, parts))}


def is_settled(pattern: Pattern) -> bool:
    """Whether the life ended as copies can repeat it: dispatched once, at most closed once."""
    return pattern.ticket["state"] in {State.DISPATCHED, State.CLOSED}
