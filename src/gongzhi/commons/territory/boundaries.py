"""Actions that give places their boundaries."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _

from gongzhi.commons.ledger.acting import done_by
from gongzhi.commons.ledger.recording import NewEvent, Subject, record_many
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.rows import CannotImport, Fault
from gongzhi.commons.territory import events
from gongzhi.commons.territory.models import Place
from gongzhi.commons.territory.queries import (
    PlaceView,
    find_place,
    place_named,
    place_with_code,
    revision,
)
from gongzhi.commons.territory.shapes import CannotUseBoundary, check_boundary


@dataclass(frozen=True, slots=True)
class BoundaryImport:
    """What an import of boundaries did, or would do; faults are the features left out."""

    given: int
    unchanged: int
    repaired: tuple[Fault, ...] = ()
    faults: tuple[Fault, ...] = ()


def set_boundary(
    *,
    place_id: int,
    geometry: Mapping[str, Any],
    by: Actor,
    at: datetime,
    repair: bool = False,
) -> None:
    """Give a place its boundary (GeoJSON); raises `CannotUseBoundary` for one that is invalid."""
    require(by, "territory.edit")
    checked = check_boundary(geometry, repair=repair)
    if (place := find_place(place_id)) is None or place.ends is not None:
        raise CannotUseBoundary(_("没有这个地点，或已撤销：%(place_id)s") % {"place_id": place_id})
    _write({place_id: checked.geometry}, by=by, at=at)


def import_boundaries(
    *,
    document: Mapping[str, Any],
    by: Actor,
    at: datetime,
    repair: bool = False,
    skip_faulty: bool = False,
    dry_run: bool = False,
) -> BoundaryImport:
    """Give places their boundaries from a GeoJSON FeatureCollection.

    A feature names its place by the property `place` (names from the district down, as in
    "云桥街道/柳岸社区"; empty for the district), or by `scheme` and `code` (an official code of
    today). Invalid shapes are faults unless `repair`. With faults nothing is imported and
    `CannotImport` names each by its number in the file, unless `skip_faulty` leaves them out.
    """
    require(by, "territory.edit")
    features = document.get("features") if isinstance(document, Mapping) else None
    if not isinstance(features, list):
        raise CannotImport([Fault(0, "features", _("文件须为 GeoJSON FeatureCollection"))])
    wanted, repaired, faults = _read(features, on=at.date(), repair=repair)
    if faults and not skip_faulty:
        raise CannotImport(faults)
    there = Place.objects.filter(pk__in=wanted).values_list("id", "boundary")
    changed = {
        place_id: wanted[place_id] for place_id, boundary in there if boundary != wanted[place_id]
    }
    if changed and not dry_run:
        _write(changed, by=by, at=at)
    unchanged = len(wanted) - len(changed)
    return BoundaryImport(len(changed), unchanged, tuple(repaired), tuple(faults))


def _read(
    features: Sequence[Any], *, on: date, repair: bool
) -> tuple[dict[int, dict[str, Any]], list[Fault], list[Fault]]:
    """The boundaries by place, what was repaired, and what can't be used."""
    wanted: dict[int, dict[str, Any]] = {}
    repaired: list[Fault] = []
    faults: list[Fault] = []
    for number, feature in enumerate(features, start=1):
        properties = feature.get("properties") if isinstance(feature, Mapping) else None
        place = _named(properties or {}, on=on)
        if place is None or place.ends is not None:
            faults.append(
                Fault(
                    number,
                    "place",
                    _("没有这个地点，或已撤销：%(properties)s")
                    % {"properties": str(properties)[:120]},
                )
            )
            continue
        if place.id in wanted:
            faults.append(
                Fault(number, "place", _("“%(name)s”的边界出现两次") % {"name": place.name})
            )
            continue
        try:
            checked = check_boundary(feature.get("geometry") or {}, repair=repair)
        except CannotUseBoundary as error:
            faults.append(Fault(number, "geometry", f"“{place.name}”{error}"))
            continue
        if checked.repaired:
            repaired.append(Fault(number, "geometry", f"“{place.name}”{checked.repaired}"))
        wanted[place.id] = checked.geometry
    return wanted, repaired, faults


def _named(properties: Mapping[str, Any], *, on: date) -> PlaceView | None:
    if isinstance(names := properties.get("place"), str):
        return place_named(names)
    scheme, code = properties.get("scheme"), properties.get("code")
    return place_with_code(str(scheme), str(code), on=on) if scheme and code else None


def _write(boundaries: Mapping[int, dict[str, Any]], *, by: Actor, at: datetime) -> None:
    with revision.changing():
        Place.objects.bulk_update(
            [Place(pk=place_id, boundary=boundaries[place_id]) for place_id in boundaries],
            ["boundary"],
            batch_size=100,
        )
        record_many(
            [_told(place_id, boundaries[place_id], by=by, at=at) for place_id in boundaries]
        )


def _told(place_id: int, boundary: dict[str, Any], *, by: Actor, at: datetime) -> NewEvent:
    digest = sha256(json.dumps(boundary, sort_keys=True).encode()).hexdigest()
    subject = Subject("place", place_id)
    return done_by(by, events.BOUNDED, subject, at=at, place_id=place_id, data={"digest": digest})
