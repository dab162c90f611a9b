"""One reading of the record for one time: the events, and the few tables many indicators share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import ibis
import pyarrow as pa
from ibis.expr import types as ir

from gongzhi.commons.ledger.kinds import all_kinds
from gongzhi.insights.indicators.columns import ALWAYS, FIELDS
from gongzhi.insights.indicators.questions import Asking, key_of, sql_of
from gongzhi.insights.indicators.sources import Source

_numbers = count()  # of tables kept, since one engine may serve several readings
_OF_ONE_TIME = {"ends", "days"}  # tables of values, not questions
_MAKERS = {"ends": "stock_ends"}  # where a table and the function that makes it differ in name
_NO_MATTER = ibis.null().cast("string")
_PLACED = (
    "ticket.received",
    "ticket.triaged",
    "ticket.reread",
    "ticket.overruled",
    "ticket.placed",
)


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
    ahead: int = 0  # seconds by which the district's clock is ahead of UTC
    _kept: dict[str, Any] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)  # of the tables kept, by what they are

    @property
    def events(self) -> ir.Table:
        """Everything that happened before `until`."""
        found = self.source.events
        return found.filter(found["at"] < ibis.literal(self.until))

    def of(self, *kinds: str) -> ir.Table:
        """The events of these kinds, with what these kinds may say and no other columns.

        Few columns, because the time to turn an expression into SQL grows with them.
        """
        found = self.events
        said = {field for kind in all_kinds() if kind.name in kinds for field in kind.fields}
        columns = [column for name, column, _type in FIELDS if name in said]
        return found.filter(found.kind.isin(list(kinds))).select(*ALWAYS, *columns)

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

    def days(self) -> ir.Table:
        """The district's days of the time: noon of each, its date, and its weekday from Monday."""
        return self.kept("days", self._days)

    def day_end(self, day: Any) -> Any:
        """The moment at which a day of the district's clock is over."""
        over = day.cast("timestamp(6)") + ibis.interval(days=1)
        return over - ibis.interval(seconds=self.ahead)

    def kept(self, name: str, make: Callable[[], ir.Table]) -> ir.Table:
        """The table of this name, made on first use and then held by the engine."""
        if name not in self._kept:
            fresh = f"{name}_{next(_numbers)}"
            self._kept[name] = self._made(name, fresh, make)
            self._names[name] = fresh
        table: ir.Table = self._kept[name]
        return table

    def answer(self, question: tuple[object, ...], make: Callable[[], ir.Table]) -> pa.Table:
        """The rows of a question; `question` holds all that the expression depends on beside us."""
        if not self.source.speaks_sql:
            return make().to_pyarrow()
        sql, rows = self._sql("rows", question, make)
        return rows.to_pyarrow() if rows is not None else self._ask(sql)

    def _made(self, name: str, fresh: str, make: Callable[[], ir.Table]) -> ir.Table:
        source = self.source
        if name in _OF_ONE_TIME or not source.speaks_sql:
            return source.keep(source.backend, fresh, make())
        sql, rows = self._sql("kept", (name,), make)
        if rows is not None:
            return source.keep(source.backend, fresh, rows)
        source.backend.con.execute(f'CREATE TEMP TABLE "{fresh}" AS {sql}')
        table: ir.Table = source.backend.table(fresh, database=("temp", "main"))
        return table

    def _sql(
        self, use: str, question: tuple[object, ...], make: Callable[[], ir.Table]
    ) -> tuple[str | None, ir.Table | None]:
        asking = Asking(self.source.backend, self.since, self.until, self._names)
        key = key_of(use, question, self.source.layout, self.ahead)
        return sql_of(key, asking, make, lambda name: getattr(self, _MAKERS.get(name, name))())

    def _ask(self, sql: str | None) -> pa.Table:
        return self.source.backend.con.sql(sql).to_arrow_table()

    def dispatches(self) -> ir.Table:
        """One row a ticket that was ever dispatched: as of its last dispatch, and when the first.

        `moved` says whether it ever had another lead.
        """
        return self.kept("dispatches", self._dispatches)

    def matters(self) -> ir.Table:
        """One row a ticket: when it was received, its matter and place as last known."""
        return self.kept("matters", self._matters)

    def out_of_scope(self) -> ir.Table:
        """Tickets that were withdrawn or excluded: no rate counts them."""
        return self.kept("out_of_scope", self._out_of_scope)

    def park_spells(self) -> ir.Table:
        """One row each time a ticket was parked, with when that ended, if it did."""
        return self.kept("park_spells", self._park_spells)

    def closings(self) -> ir.Table:
        """One row each time a ticket was closed, with what it was about."""
        closed = self.of("ticket.closed")
        return closed.select(
            "subject_kind",
            "subject_id",
            "sequence",
            "at",
            "place_id",
            "callback",
            "unit_kinds",
            "work_minutes",
            event_id=closed["id"],
            unit_id=closed.lead,
            category=closed.category.nullif(""),
        )

    def deeds(self) -> ir.Table:
        """One row for each thing a unit completed, with the item it was done for."""
        return self.kept("deeds", self._deeds)

    def _days(self) -> ir.Table:
        labels = {end.label for end in self.ends}
        ahead = timedelta(seconds=self.ahead)
        first = (self.since + ahead).replace(hour=12, minute=0, second=0, microsecond=0)
        rows: dict[str, list[Any]] = {"label": [], "noon": [], "day": [], "weekday": []}
        local = first
        while local - ahead < self.until:
            month = local.year * 12 + local.month - 1
            rows["label"].append(month if month in labels else 0)
            rows["noon"].append(local - ahead)
            rows["day"].append(local.date())
            rows["weekday"].append(local.weekday())
            local += timedelta(days=1)
        types = {"label": "int64", "noon": "timestamp(6)", "day": "date", "weekday": "int32"}
        schema = ibis.schema(types)
        # As Arrow: a time that has not begun has no day, and an empty column tells no type.
        return ibis.memtable(pa.table(rows, schema=schema.to_pyarrow()), schema=schema)

    def _dispatches(self) -> ir.Table:
        sent = self.of("ticket.dispatched")
        known = sent.group_by(ticket=sent.subject_id).aggregate(
            last=sent.sequence.max(),
            first_at=sent["at"].min(),
            one=sent.lead.min(),
            other=sent.lead.max(),
        )
        found = sent.inner_join(
            known, [sent.subject_id == known.ticket, sent.sequence == known["last"]]
        )
        return found.select(
            "subject_id",
            "sequence",
            "place_id",
            "lead",
            "contact_due",
            "first_at",
            event_id=found["id"],
            category=found.category.nullif(""),
            moved=found.one != found.other,
        )

    def _matters(self) -> ir.Table:
        found = self.of(*_PLACED, "ticket.dispatched")
        received = found.kind == "ticket.received"
        return found.group_by("subject_id").aggregate(
            category=found.category.argmax(
                found.sequence, where=found.category.fill_null("") != ""
            ),
            place_id=found.place_id.argmax(found.sequence),
            at=found["at"].min(where=received),
            event_id=found["id"].min(where=received),
        )

    def _out_of_scope(self) -> ir.Table:
        left = self.of("ticket.withdrawn", "ticket.exclusion_reviewed")
        left = left.filter((left.kind == "ticket.withdrawn") | left.approved.fill_null(False))
        return left.select("subject_id").distinct()

    def _park_spells(self) -> ir.Table:
        ending = ["ticket.unparked", "ticket.closed", "ticket.withdrawn"]
        reviewed = self.of("ticket.parking_reviewed", "ticket.exclusion_reviewed")
        reviewed = reviewed.filter(reviewed.approved.fill_null(False))
        begun = reviewed.filter(reviewed.kind == "ticket.parking_reviewed").select("subject_id")
        over = self.of(*ending).semi_join(begun, "subject_id")
        columns = ["subject_id", "sequence", "kind", "at", "place_id", "id"]
        turns = reviewed.select(*columns).union(over.select(*columns))
        following = ibis.window(group_by="subject_id", order_by="sequence")
        spells = turns.mutate(ended=turns["at"].lead().over(following))
        spells = spells.filter(spells.kind == "ticket.parking_reviewed")
        return spells.select("subject_id", "at", "ended", "place_id", event_id=spells["id"])

    def _deeds(self) -> ir.Table:
        asked = self.of("task.asked").select("subject_id", "item_kind", "item_id", "category")
        finished = self.of("task.finished").join(asked, "subject_id", how="left")
        closed = self.of("ticket.closed")
        closed = closed.mutate(item_kind=closed.subject_kind, item_id=closed.subject_id)
        reported = self.of("ticket.assist_reported", "whistle.reported")
        reported = reported.mutate(
            item_kind=reported.subject_kind, item_id=reported.subject_id, category=_NO_MATTER
        )
        parts = [
            _deed(finished, unit=finished.about_unit),
            _deed(closed, unit=closed.lead),
            _deed(reported, unit=reported.about_unit),
            self._given(),
        ]
        done = ibis.union(*parts)
        units = self.source.units.select("unit_id", "unit_kind")
        return done.inner_join(units, "unit_id")

    def _given(self) -> ir.Table:
        """What units gave and the receiving side confirmed, for a ticket's need for that ticket."""
        given = self.of("claim.confirmed")
        needs = self.of("need.published")
        needs = needs.select(
            "category",
            published=needs.subject_id,
            item_kind=needs.source_kind.nullif(""),
            item_id=needs.source,
        )
        found = given.left_join(needs, given.need == needs.published)
        whole = found.mutate(
            item_kind=ibis.coalesce(found.item_kind, "need"),
            item_id=ibis.coalesce(found.item_id, found.need),
        )
        return _deed(whole, unit=whole.giver)


def _deed(found: ir.Table, *, unit: ir.Column) -> ir.Table:
    return found.select(
        "subject_kind",
        "subject_id",
        "at",
        "place_id",
        "category",
        event_id=found["id"],
        unit_id=unit,
        item=ibis.coalesce(found.item_kind, found.subject_kind)
        + ":"
        + ibis.coalesce(found.item_id, found.subject_id).cast("string"),
    )
