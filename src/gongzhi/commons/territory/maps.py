"""Boundaries to draw and to take along, and whether they fit together."""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import shapely

from gongzhi.commons.territory.models import Place
from gongzhi.commons.territory.queries import names_of, place, places_of_kind, subtree_ids, tree
from gongzhi.commons.territory.tree import PlaceView

_METRES_A_DEGREE = 111_320.0
_LEAST_AREA = 1.0  # square metres; less is rounding


def feature_collection(*, kinds: Iterable[str] = (), within: int | None = None) -> dict[str, Any]:
    """The boundaries of places as GeoJSON, of these kinds or all, in one place or everywhere.

    What it gives, `import_boundaries` takes.
    """
    wanted = {view.id for kind in kinds for view in places_of_kind(kind, within=within)}
    rows = Place.objects.filter(boundary__isnull=False, ends__isnull=True).order_by("id")
    if kinds:
        rows = rows.filter(pk__in=wanted)
    elif within is not None:
        rows = rows.filter(pk__in=subtree_ids(within))
    return {
        "type": "FeatureCollection",
        "features": [
            _feature(place(place_id), boundary)
            for place_id, boundary in rows.values_list("id", "boundary")
            if boundary
        ],
    }


def boundary_of(place_id: int) -> dict[str, Any] | None:
    """The boundary of one place (GeoJSON), or None where it has none."""
    return Place.objects.filter(pk=place_id).values_list("boundary", flat=True).first()


def points_of(place_ids: Iterable[int]) -> dict[int, tuple[float, float]]:
    """Where places are (longitude, latitude): their own point, or one inside their boundary.

    Places with neither are left out. One query.
    """
    found: dict[int, tuple[float, float]] = {}
    rest = []
    for each in place_ids:
        view = place(each)
        if view.longitude is not None and view.latitude is not None:
            found[each] = (view.longitude, view.latitude)
        else:
            rest.append(each)
    rows = Place.objects.filter(pk__in=rest, boundary__isnull=False) if rest else ()
    for row in rows:
        inside = shapely.from_geojson(json.dumps(row.boundary)).representative_point()
        found[row.pk] = (inside.x, inside.y)
    return found


class Misfit(StrEnum):
    """How boundaries may fail to fit together."""

    OVERLAP = "overlap"  # two places side by side cover the same ground
    OUTSIDE = "outside"  # a place reaches out of the one it lies in
    GAP = "gap"  # ground of a place that none of those in it covers


@dataclass(frozen=True, slots=True)
class Finding:
    """One misfit: the places concerned, how large, and a point in it (longitude, latitude)."""

    misfit: Misfit
    place_ids: tuple[int, ...]
    square_metres: float
    point: tuple[float, float]


def check_fit() -> list[Finding]:
    """Where boundaries overlap, reach out of their place or leave gaps; the largest first.

    Only places whose parent has a boundary too are compared, and gaps are looked for only where
    every place in it has one.
    """
    rows = Place.objects.filter(boundary__isnull=False, ends__isnull=True)
    shapes = {
        place_id: shapely.from_geojson(json.dumps(boundary))
        for place_id, boundary in rows.values_list("id", "boundary")
    }
    findings: list[Finding] = []
    for view in tree().order:
        inside = [each for each in tree().children(view.id) if each.ends is None]
        bounded = [each.id for each in inside if each.id in shapes]
        if view.id not in shapes or not bounded:
            continue
        findings += _misfits(view.id, bounded, shapes, complete=len(bounded) == len(inside))
    return sorted(findings, key=lambda found: -found.square_metres)


def _misfits(
    around: int, inside: list[int], shapes: dict[int, shapely.Geometry], *, complete: bool
) -> Iterable[Finding]:
    for at, one in enumerate(inside):
        yield from _found(Misfit.OUTSIDE, (one, around), shapes[one].difference(shapes[around]))
        for other in inside[at + 1 :]:
            shared = shapes[one].intersection(shapes[other])
            yield from _found(Misfit.OVERLAP, (one, other), shared)
    if complete:
        covered = shapely.union_all([shapes[each] for each in inside])
        yield from _found(Misfit.GAP, (around,), shapes[around].difference(covered))


def _found(misfit: Misfit, place_ids: tuple[int, ...], shape: shapely.Geometry) -> list[Finding]:
    if shape.is_empty or shape.area == 0:
        return []
    point = shape.representative_point()
    area = shape.area * _METRES_A_DEGREE**2 * math.cos(math.radians(point.y))
    if area < _LEAST_AREA:
        return []
    return [Finding(misfit, place_ids, area, (point.x, point.y))]


def _feature(view: PlaceView, boundary: dict[str, Any]) -> dict[str, Any]:
    properties = {
        "id": view.id,
        "kind": view.kind,
        "name": view.name,
        "place": names_of(view.id),
        "households": view.households,
    }
    return {"type": "Feature", "properties": properties, "geometry": boundary}
