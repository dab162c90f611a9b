"""Places as a list: rows of text in, and the same out.

Columns: kind, name, place (the names of what it lies in, below the district, as in
"云桥街道/柳岸社区"), aliases, addresses (both set apart by semicolons), households, longitude,
latitude, begins, codes ("stat12=990101001000; police15=…").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.rows import CannotImport, RowReader, require_columns
from gongzhi.commons.territory.editing import NewPlace, add_places, change_place
from gongzhi.commons.territory.models import Place, PlaceCode
from gongzhi.commons.territory.queries import names_of, tree

COLUMNS = (
    "kind", "name", "place", "aliases", "addresses",
    "households", "longitude", "latitude", "begins", "codes",
)  # fmt: skip
_FACTS = ("aliases", "addresses", "households", "longitude", "latitude", "begins")


@dataclass(frozen=True, slots=True)
class PlaceImport:
    """What an import of places did, or would do."""

    added: int
    changed: int
    unchanged: int


def import_places(
    *, rows: Sequence[Mapping[str, str | None]], by: Actor, at: datetime, dry_run: bool = False
) -> PlaceImport:
    """Add the places of a list and correct those that are there already: all rows or none.

    Codes are only read for new places; a later code is set by `set_code`, since it has a day.
    Raises `CannotImport` with every faulty row.
    """
    if rows:
        require_columns(rows[0], ("kind", "name", "place"))
    known = _known()
    readers = [RowReader(number, row) for number, row in enumerate(rows, start=1)]
    read = [_read(reader) for reader in readers]
    if faults := [fault for reader in readers for fault in reader.faults]:
        raise CannotImport(faults)
    fresh, corrected = _sort(read, readers, known)
    with transaction.atomic():
        if fresh:
            add_places(rows=fresh, by=by, at=at)
        for place_id, facts in corrected.items():
            change_place(place_id=place_id, by=by, at=at, **facts)
        if dry_run:
            transaction.set_rollback(True)
    unchanged = len(rows) - len(fresh) - len(corrected)
    return PlaceImport(len(fresh), len(corrected), unchanged)


def export_places() -> list[dict[str, str]]:
    """Every open place as a row, in an order that imports again."""
    rows = Place.objects.filter(ends__isnull=True).in_bulk()
    codes: dict[int, list[str]] = {}
    for code in PlaceCode.objects.filter(valid_to__isnull=True).order_by("scheme"):
        codes.setdefault(code.place_id, []).append(f"{code.scheme}={code.code}")
    return [
        _row(
            rows[view.id],
            above=names_of(view.parent_id) if view.parent_id else "",
            codes=codes.get(view.id, []),
        )
        for view in tree().order
        if view.id in rows
    ]


def _row(place: Place, *, above: str, codes: Sequence[str]) -> dict[str, str]:
    values = (
        place.kind, place.name, above, ";".join(place.aliases), ";".join(place.addresses),
        place.households, place.longitude, place.latitude, place.begins, ";".join(codes),
    )  # fmt: skip
    return {
        column: "" if value is None else str(value)
        for column, value in zip(COLUMNS, values, strict=True)
    }


@dataclass(frozen=True, slots=True)
class _Read:
    above: str
    new: NewPlace

    @property
    def names(self) -> str:
        return "" if self.new.kind == "district" else f"{self.above}/{self.new.name}".strip("/")


def _read(reader: RowReader) -> _Read:
    codes = {}
    for item in reader.items("codes"):
        scheme, equals, code = item.partition("=")
        if not (scheme.strip() and equals and code.strip()):
            reader.fault("codes", _("编码须写作 stat12=990101001000：%(item)s") % {"item": item})
        codes[scheme.strip()] = code.strip()
    new = NewPlace(
        kind=reader.text("kind"),
        name=reader.text("name"),
        aliases=reader.items("aliases"),
        addresses=reader.items("addresses"),
        households=reader.whole("households"),
        longitude=reader.decimal("longitude"),
        latitude=reader.decimal("latitude"),
        begins=reader.day("begins"),
        codes=codes,
    )
    return _Read("/".join(part.strip() for part in reader.text("place").split("/")), new)


def _known() -> dict[str, Place]:
    """The open places by their names below the district."""
    places = Place.objects.defer("boundary").filter(ends__isnull=True).in_bulk()
    return {
        names: places[place_id] for names, place_id in tree().by_names.items() if place_id in places
    }


def _sort(
    read: Sequence[_Read], readers: Sequence[RowReader], known: Mapping[str, Place]
) -> tuple[list[NewPlace], dict[int, dict[str, object]]]:
    """The rows to add, with their parents, and the facts to correct by place."""
    fresh: list[NewPlace] = []
    position: dict[str, int] = {}
    corrected: dict[int, dict[str, object]] = {}
    for each, reader in zip(read, readers, strict=True):
        there = known.get(each.names)
        if there is not None and there.kind == each.new.kind:
            facts = _differences(each.new, there)
            if facts:
                corrected[there.pk] = facts
            continue
        parent = known.get(each.above)
        row = position.get(each.above)
        if each.new.kind == "district":
            parent = row = None
        elif parent is None and row is None:
            reader.fault("place", _("没有这个上级地点：%(above)s") % {"above": each.above})
        position.setdefault(each.names, len(fresh))
        placed = {"parent_id": parent.pk} if parent else {"parent_row": row}
        fresh.append(replace(each.new, **placed))
    if faults := [fault for reader in readers for fault in reader.faults]:
        raise CannotImport(faults)
    return fresh, corrected


def _differences(new: NewPlace, there: Place) -> dict[str, object]:
    """What the row says differently; an empty cell leaves the fact alone."""
    wanted: dict[str, object] = {
        name: list(value) if isinstance(value, tuple) else value
        for name in _FACTS
        if (value := getattr(new, name)) not in (None, ())
    }
    return {name: value for name, value in wanted.items() if getattr(there, name) != value}
