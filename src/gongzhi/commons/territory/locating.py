"""Where a point or an address lies."""

import json
import math
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from numpy.typing import ArrayLike

from gongzhi.commons.revisions import Kept
from gongzhi.commons.territory.addresses import AddressMatch, Certainty, locate_address
from gongzhi.commons.territory.models import Place
from gongzhi.commons.territory.point_index import Bounded, Found, FoundMany, Note, PointIndex
from gongzhi.commons.territory.queries import revision, tree

__all__ = [
    "AddressMatch",
    "CannotLocate",
    "Certainty",
    "Location",
    "Locations",
    "Note",
    "locate",
    "locate_address",
    "locate_many",
]

Location = Found
Locations = FoundMany


class CannotLocate(ValueError):
    """Coordinates that are none."""


def locate(longitude: float, latitude: float) -> Location:
    """The deepest place whose boundary covers the point; see `point_index` for what is unclear.

    Raises `CannotLocate` for what is no longitude and latitude.
    """
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        raise CannotLocate(_("经纬度须为数字"))
    if abs(longitude) > 180 or abs(latitude) > 90:
        raise CannotLocate(
            _("经纬度超出范围：%(longitude)s, %(latitude)s")
            % {"longitude": longitude, "latitude": latitude}
        )
    return _index.value().find(longitude, latitude)


def locate_many(points: ArrayLike) -> Locations:
    """The same for many points: (points, 2), longitude and latitude."""
    array = np.asarray(points, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != 2:
        raise CannotLocate(f"need an array of (points, 2), not of {array.shape}")
    return _index.value().find_many(array)


def _load() -> PointIndex:
    """The boundaries of the places that have not been closed."""
    known = tree()
    rows: list[tuple[int, Any]] = list(
        Place.objects.filter(boundary__isnull=False, ends__isnull=True)
        .order_by("id")
        .values_list("id", "boundary")
    )
    shapes = shapely.from_geojson([json.dumps(boundary) for _, boundary in rows])
    return PointIndex(
        [
            Bounded(
                place_id,
                tuple(view.id for view in known.chains[known.position[place_id]]),
                shape,
            )
            for (place_id, _), shape in zip(rows, shapes, strict=True)
        ]
    )


_index = Kept(revision, _load)
