"""One reading of the record for one time: the events, and the few tables many indicators share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

import ibis
from ibis.expr import types as ir

from gongzhi.insights.indicators.sources import Source

_numbers = count()  # of tables kept, since one engine may serve several readings
_KNOWN_CATEGORY = ("ticket.received", "ticket.triaged", "ticket.overruled", "ticket.dispatched")


@dataclass(frozen=True, slots=True)
class End:
    """A moment at which a stock is counted: the end of a month, or of the whole time."""

    label: int
    at: datetime


@dataclass(slots=True)
class Reading:
    """Events before `until`; moments are UTC without a zone, as the tables hold them.

    Every table is made once and kept by the engine, whichever indicators ask for it.
    """

    source: Source
    since: datetime
    until: datetime
    ends: tuple[End, ...]
    _kept: dict[str, Any] = field(default_factory=dict)

    @property
    def events(self) -> ir.Table:
        """Everything that happened before `until`."""
        found = self.source.events
        return found.filter(found["at"] < ibis.literal(self.until))

    def of(self, *kinds: str) -> ir.Table:
        """The events of these kinds."""
        found = self.events
        return found.filter(found.kind.isin(list(kinds)))

    def happened(self, *kinds: str) -> ir.Table:
        """The events of these kinds from `since` on."""
        found = self.of(*kinds)
        return found.filter(found["at"] >= ibis.literal(self.since))

    def stock_ends(self) -> ir.Table:
        """The moments at which stocks are counted, as a table."""
        return self.kept(
            "ends",
            lambda: ibis.memtable(
                {"label": [e.label for e in self.ends], "end": [e.at for e in self.ends]},
                schema=ibis.schema({"label": "int64", "end": "timestamp(6)"}),
            ),
        )

    def kept(self, name: str, make: Callable[[], ir.Table]) -> ir.Table:
        """The table of this name, made on first use and then held by the engine."""
        if name not in self._kept:
            backend = self.source.backend
            fresh = f"{name}_{next(_numbers)}"
            self._kept[name] = backend.create_table(fresh, make(), temp=True)
        table: ir.Table = self._kept[name]
        return table

    def tickets(self) -> ir.Table:
        """One row a ticket: its matter and place as last known, its lead, clocks and scope."""
        return self.kept("tickets", self._tickets)

    def closings(self) -> ir.Table:
        """One row each time a ticket was closed, with what it was about."""
        return self.kept("closings", self._closings)

    def deeds(self) -> ir.Table:
        """One row for each thing a unit completed, with the item it was done for."""
        return self.kept("deeds", self._deeds)

    def _tickets(self) -> ir.Table:
        found = self.events
        found = found.filter(found.subject_kind == "ticket")
        dispatched = found.kind == "ticket.dispatched"
        contact = ((found.kind == "ticket.contacted") & found.in_limit.fill_null(False)) | (
            (found.kind == "ticket.answered") & found.first_contact_in_limit.fill_null(False)
        )
        left = (found.kind == "ticket.withdrawn") | (
            (found.kind == "ticket.exclusion_reviewed") & found.approved.fill_null(False)
        )
        named = found.kind.isin(_KNOWN_CATEGORY) & (found.category.fill_null("") != "")
        received = found.kind == "ticket.received"
        return found.group_by("subject_id").aggregate(
            category=found.category.argmax(found.sequence, where=named),
            place_id=found.place_id.argmax(found.sequence),
            channel=found.channel.max(where=received),
            received_at=found["at"].min(where=received),
            received_id=found["id"].min(where=received),
            lead=found.lead.argmax(found.sequence, where=dispatched),
            leads=found.lead.nunique(where=dispatched),
            first_dispatch=found["at"].min(where=dispatched),
            dispatched_id=found["id"].max(where=dispatched),
            dispatched_seq=found.sequence.max(where=dispatched),
            contact_due=found.contact_due.argmax(found.sequence, where=dispatched),
            contact_seq=found.sequence.max(where=contact),
            out_of_scope=left.any(),
        )

    def _closings(self) -> ir.Table:
        closed = self.of("ticket.closed")
        tickets = self.tickets()
        known = tickets.select("subject_id", matter=tickets.category)
        joined = closed.join(known, "subject_id", how="left")
        return joined.select(
            "subject_kind",
            "subject_id",
            "sequence",
            "at",
            "place_id",
            "callback",
            "unit_kinds",
            "work_minutes",
            "paused_minutes",
            event_id=joined["id"],
            closed_by=joined.unit_id,
            unit_id=joined.lead,
            category=ibis.coalesce(joined.category, joined.matter),
        )

    def _deeds(self) -> ir.Table:
        asked = self.of("task.asked").select("subject_id", "item_kind", "item_id", "category")
        tasks = self.of("task.finished").drop("item_kind", "item_id", "category")
        finished = tasks.join(asked, "subject_id", how="left")
        closed = self.of("ticket.closed")
        reported = self.of("ticket.assist_reported", "whistle.reported")
        parts = [
            _deed(finished, unit=finished.about_unit, kind="item_kind", item="item_id"),
            _deed(closed, unit=closed.lead, kind="subject_kind", item="subject_id"),
            _deed(reported, unit=reported.about_unit, kind="subject_kind", item="subject_id"),
        ]
        done = ibis.union(*parts)
        units = self.source.units.select("unit_id", "unit_kind")
        return done.inner_join(units, "unit_id")


def _deed(found: ir.Table, *, unit: ir.Column, kind: str, item: str) -> ir.Table:
    return found.select(
        "subject_kind",
        "subject_id",
        "at",
        "place_id",
        event_id=found["id"],
        unit_id=unit,
        category=found.category,
        item=ibis.coalesce(found[kind], found.subject_kind)
        + ":"
        + ibis.coalesce(found[item], found.subject_id).cast("string"),
    )
