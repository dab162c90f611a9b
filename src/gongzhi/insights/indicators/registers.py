"""What the ledger says of places and units: what lies where, which kind, from when until when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import pyarrow as pa

_PLACES = pa.schema(
    [
        ("place_id", pa.int64()),
        ("place_kind", pa.string()),
        ("community_id", pa.int64()),
        ("street_id", pa.int64()),
        ("building_id", pa.int64()),
        ("ended", pa.date32()),
    ]
)
_UNITS = pa.schema(
    [
        ("unit_id", pa.int64()),
        ("unit_kind", pa.string()),
        ("unit_community", pa.int64()),
        ("unit_street", pa.int64()),
        ("opened", pa.timestamp("us")),
        ("closed", pa.timestamp("us")),
    ]
)


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """A place: its kind, and the community, street and building it lies in or is."""

    id: int
    kind: str
    community: int | None
    street: int | None
    building: int | None
    ended: date | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """Every place that the record knows, by id."""

    known: Mapping[int, PlaceFacts]

    def of_kind(self, kind: str, *, on: date) -> list[PlaceFacts]:
        """The places of a kind that had not ended before a day, in the order of the record."""
        return [
            place
            for place in self.known.values()
            if place.kind == kind and (place.ended is None or on <= place.ended)
        ]

    def table(self) -> pa.Table:
        rows = self.known.values()
        columns = [
            [row.id for row in rows],
            [row.kind for row in rows],
            [row.community for row in rows],
            [row.street for row in rows],
            [row.building for row in rows],
            [row.ended for row in rows],
        ]
        return pa.Table.from_arrays(
            [pa.array(c, f.type) for c, f in zip(columns, _PLACES, strict=True)], schema=_PLACES
        )


def read_places(events: Iterable[Mapping[str, Any]]) -> Places:
    """The tree of places from `place.added`, in the order of the record (a parent comes first)."""
    known: dict[int, PlaceFacts] = {}
    for event in events:
        if event["kind"] == "place.closed" and event["subject_id"] in known:
            known[event["subject_id"]] = replace(known[event["subject_id"]], ended=event["ends"])
        if event["kind"] != "place.added":
            continue
        place, kind = event["subject_id"], event["sort"] or ""
        above = known.get(event["parent"] or 0)
        known[place] = PlaceFacts(
            id=place,
            kind=kind,
            community=place if kind == "community" else above.community if above else None,
            street=place if kind == "subdistrict" else above.street if above else None,
            building=place if kind == "building" else above.building if above else None,
        )
    return Places(known)


def read_units(events: Iterable[Mapping[str, Any]], places: Places) -> pa.Table:
    """The units from `unit.opened` and `unit.closed`, with the community and street of each."""
    rows: dict[int, dict[str, Any]] = {}
    for event in events:
        unit = event["subject_id"]
        if event["kind"] == "unit.opened":
            at = places.known.get(event["place_id"] or 0)
            rows[unit] = {
                "unit_id": unit,
                "unit_kind": event["sort"],
                "unit_community": at.community if at else None,
                "unit_street": at.street if at else None,
                "opened": event["at"],
                "closed": None,
            }
        elif event["kind"] == "unit.closed" and unit in rows and event["ends"]:
            rows[unit]["closed"] = datetime.combine(event["ends"], datetime.max.time())
    return pa.Table.from_pylist(list(rows.values()), schema=_UNITS)
