"""Places from a GeoJSON file, as metres on a plane, and the areas that units serve."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import shape

from gongzhi.commons.tables.reading import CannotRead

_METRES_PER_DEGREE = 111_320.0
EVERYWHERE = frozenset({"*", "全区", "district"})


@dataclass(frozen=True, kw_only=True)
class Places:
    """Every place by id: where it is, and which places it is part of."""

    number: dict[str, int]
    position: np.ndarray
    """(places, 2), metres east and north of the middle; all 0 where nothing is known."""
    within: tuple[frozenset[str], ...]
    """(places,), its own id and those of everything it is part of."""
    located: bool

    def covered_by(self, ids: frozenset[str]) -> np.ndarray:
        """(places,), whether a place is, or is part of, one of these."""
        return np.array([bool(chain & ids) for chain in self.within], dtype=bool)


def places_without_map(communities: list[str]) -> Places:
    """The communities as places of which nothing is known but the name: all distances are 0."""
    return Places(
        number={name: place for place, name in enumerate(communities)},
        position=np.zeros((len(communities), 2)),
        within=tuple(frozenset({name}) for name in communities),
        located=False,
    )


def read_places(path: Path) -> Places:
    """Read features with `id` and, for a part of another place, `parent` among their properties.

    A polygon stands for its middle. Raises CannotRead naming the feature.
    """
    features = _features(path)
    parent: dict[str, str | None] = {}
    positions = []
    for count, feature in enumerate(features, start=1):
        properties = feature.get("properties") or {}
        name = str(feature.get("id", properties.get("id", ""))).strip()
        if not name or name in parent:
            raise _bad(path, count, "缺少编号或编号重复", "its id is missing or stands twice")
        above = properties.get("parent", properties.get("parent_id"))
        parent[name] = None if above in (None, "") else str(above).strip()
        positions.append(_middle(path, count, feature.get("geometry")))
    if not positions:
        raise _bad(path, 0, "没有任何地点", "there is no place in it")
    degrees = np.array(positions)
    middle = degrees.mean(axis=0)
    scale = np.array([math.cos(math.radians(middle[1])), 1.0]) * _METRES_PER_DEGREE
    return Places(
        number={name: place for place, name in enumerate(parent)},
        position=(degrees - middle) * scale,
        within=tuple(_chain(path, name, parent) for name in parent),
        located=True,
    )


def _features(path: Path) -> list[dict]:
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
        features = content["features"]
        if not all(isinstance(feature, dict) for feature in features):
            raise TypeError
    except OSError as error:
        raise CannotRead(
            "no_file",
            chinese=f"{path}：打不开文件（{error.strerror}）。",
            english=f"{path}: can't open the file ({error.strerror}).",
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise _bad(path, 0, "不是 GeoJSON 要素集合", "not a GeoJSON feature collection") from error
    found: list[dict] = features
    return found


def _middle(path: Path, count: int, geometry: object) -> tuple[float, float]:
    try:
        middle = shape(geometry).centroid
        east, north = float(middle.x), float(middle.y)
    except (AttributeError, ValueError, TypeError, KeyError, shapely.errors.ShapelyError) as error:
        raise _bad(path, count, "图形无法识别", "its geometry can't be read") from error
    if not (abs(east) <= 180 and abs(north) < 90):
        raise _bad(path, count, "坐标不是经纬度", "its position is not a longitude and latitude")
    return east, north


def _chain(path: Path, name: str, parent: dict[str, str | None]) -> frozenset[str]:
    chain: list[str] = []
    here: str | None = name
    while here is not None and here not in chain:
        chain.append(here)
        here = parent.get(here)
    if here is not None:
        count = list(parent).index(name) + 1
        raise _bad(path, count, "上级地点绕成了圈", "its parents form a circle")
    return frozenset(chain)


def _bad(path: Path, feature: int, chinese: str, english: str) -> CannotRead:
    where = (f"第 {feature} 个要素", f", feature {feature}") if feature else ("", "")
    return CannotRead(
        "bad_places",
        chinese=f"{path.name}{where[0]}：{chinese}。",
        english=f"{path.name}{where[1]}: {english}.",
    )
