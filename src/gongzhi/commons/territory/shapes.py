"""Boundaries as shapes: checked, and repaired only when asked to; pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import shapely
from django.utils.translation import gettext as _

_AREAL = frozenset({"Polygon", "MultiPolygon"})


class CannotUseBoundary(ValueError):
    """A boundary that can't be used, and why."""


@dataclass(frozen=True, slots=True)
class CheckedBoundary:
    """A valid boundary; `repaired` says what was wrong with it and what the repair changed."""

    geometry: dict[str, Any]  # GeoJSON
    repaired: str = ""


def check_boundary(geometry: Mapping[str, Any], *, repair: bool = False) -> CheckedBoundary:
    """Check a GeoJSON geometry as a boundary: areas in longitude and latitude, without crossings.

    A shape that crosses itself, has a hole outside, and so on, is refused with the reason and
    the place of the fault; with `repair` it is rebuilt from its own lines, and the share by which
    its area changes is told. Raises `CannotUseBoundary`.
    """
    kind = geometry.get("type") if isinstance(geometry, Mapping) else None
    if kind not in _AREAL:
        raise CannotUseBoundary(
            _("边界须为 Polygon 或 MultiPolygon，而不是 %(kind)s") % {"kind": kind}
        )
    try:
        shape = shapely.from_geojson(json.dumps(geometry))
    except (shapely.errors.GEOSException, TypeError, ValueError) as error:
        raise CannotUseBoundary(_("不是有效的 GeoJSON：%(error)s") % {"error": error}) from None
    if shape.is_empty:
        raise CannotUseBoundary(_("边界是空的"))
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise CannotUseBoundary(_("坐标超出经纬度范围；请使用 WGS 84 经纬度，经度在前"))
    if shape.is_valid:
        return CheckedBoundary(_plain(shape))
    reason = shapely.is_valid_reason(shape)
    if not repair:
        raise CannotUseBoundary(_("边界无效：%(reason)s；可要求修复后再导入") % {"reason": reason})
    mended = _areas_of(shapely.make_valid(shape, method="structure", keep_collapsed=False))
    if mended.is_empty or not mended.is_valid:
        raise CannotUseBoundary(_("边界无效，且无法修复：%(reason)s") % {"reason": reason})
    change = (mended.area - shape.area) / mended.area
    return CheckedBoundary(
        _plain(mended),
        _("%(reason)s；修复后面积变化 %(change)s") % {"reason": reason, "change": f"{change:+.2%}"},
    )


def _areas_of(shape: shapely.Geometry) -> shapely.Geometry:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in _AREAL]
    return shapely.union_all(parts) if parts else shapely.Polygon()


def _plain(shape: shapely.Geometry) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(shapely.to_geojson(shapely.force_2d(shape)))
    return plain
