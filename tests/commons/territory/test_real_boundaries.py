"""Published districts and points, against geometry without an index."""

import csv
import gzip
import json
import time
from pathlib import Path

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from gongzhi.commons.territory.point_index import NOTES, Bounded, Note, PointIndex
from gongzhi.commons.territory.shapes import CannotUseBoundary, check_boundary

pytestmark = pytest.mark.realdata
_BLOCK = 4_000_000  # points times edges held at once


@pytest.fixture(scope="module")
def districts(realdata: Path) -> list[Bounded]:
    text = (realdata / "nyc_districts" / "community-districts.geojson").read_text()
    shapes = [
        shapely.from_geojson(json.dumps(each["geometry"])) for each in json.loads(text)["features"]
    ]
    return [Bounded(number, (0, number), shape) for number, shape in enumerate(shapes, start=1)]


@pytest.fixture(scope="module")
def points(realdata: Path) -> NDArray[np.float64]:
    """All reports of both cities: those of Stuttgart lie far outside."""
    with gzip.open(realdata / "stuttgart_reports" / "reports.csv.gz", "rt") as file:
        far = [(row["lon"], row["lat"]) for row in csv.DictReader(file)]
    with (realdata / "nyc311" / "requests.csv").open() as file:
        near = [(row["Longitude"], row["Latitude"]) for row in csv.DictReader(file)]
    given = [(lon, lat) for lon, lat in near + far if lon and lat]
    return np.array(given, dtype=np.float64)


def crossings(shape: shapely.Geometry, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Inside by the even-odd rule, edge by edge: no library, no index."""
    inside = np.zeros(len(points), dtype=bool)
    for ring in (ring for part in shapely.get_parts(shape) for ring in shapely.get_rings(part)):
        corners = shapely.get_coordinates(ring)
        (x1, y1), (x2, y2) = corners[:-1].T, corners[1:].T
        step = max(_BLOCK // len(x1), 1)
        for begin in range(0, len(points), step):
            x, y = points[begin : begin + step].T[:, :, None]
            straddles = (y1 > y) != (y2 > y)
            with np.errstate(divide="ignore", invalid="ignore"):
                east = x < (x2 - x1) * (y - y1) / (y2 - y1) + x1
            inside[begin : begin + step] ^= (straddles & east).sum(axis=1) % 2 == 1
    return inside


@pytest.mark.slow
def test_every_report_is_found_where_edge_by_edge_geometry_finds_it(districts, points):
    assert len(points) > 142_000
    index = PointIndex(districts)
    begin = time.perf_counter()
    found = index.find_many(points)
    took = time.perf_counter() - begin
    west, south, east, north = shapely.total_bounds([place.shape for place in districts])
    x, y = points.T
    near = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    assert (found.place_ids[~near] == -1).all()
    expected = np.full(int(near.sum()), -1, dtype=np.int64)
    hits = np.zeros(int(near.sum()), dtype=np.int64)
    for place in districts:
        inside = crossings(place.shape, points[near])
        expected[inside & (expected == -1)] = place.id
        hits += inside
    clear = hits <= 1
    assert (found.place_ids[near][clear] == expected[clear]).all()
    overlapping = found.notes[near] == NOTES.index(Note.OVERLAP)
    assert (overlapping == ~clear).all()
    assert (found.place_ids[near] >= 0).sum() > 8_000
    print(f"{len(points)} points in {took:.3f} s; {int(near.sum())} in the bounds of the city")


def test_one_by_one_gives_the_same_as_all_at_once(districts, points):
    index = PointIndex(districts)
    some = np.r_[points[:1_000], points[-200:]]
    many = index.find_many(some)
    for at, (longitude, latitude) in enumerate(some):
        one = index.find(longitude, latitude)
        assert (one.place_id or -1, one.note) == (many.place_ids[at], many.note(at))


def test_the_corners_of_published_districts_lie_on_edges(districts):
    index = PointIndex(districts)
    corners = np.concatenate([shapely.get_coordinates(place.shape)[::50] for place in districts])
    found = index.find_many(corners)
    on_edge = found.notes == NOTES.index(Note.EDGE)
    # A corner may lie inside a neighbour that was digitised apart from it, but never outside all.
    assert (found.place_ids >= 0).all()
    assert on_edge.mean() > 0.9


def test_published_districts_are_checked_and_the_invalid_ones_mended(realdata: Path):
    text = (realdata / "nyc_districts" / "community-districts.geojson").read_text()
    for feature in json.loads(text)["features"]:
        try:
            checked = check_boundary(feature["geometry"])
        except CannotUseBoundary:
            checked = check_boundary(feature["geometry"], repair=True)
            assert checked.repaired
        assert shapely.from_geojson(json.dumps(checked.geometry)).is_valid
