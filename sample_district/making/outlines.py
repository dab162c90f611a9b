"""Boundaries that tile an invented district: streets, communities and grids with wavy edges.

Communities are cells of a relaxed Voronoi diagram, grids the same within each community, streets
are groups of neighbouring communities. Every edge is drawn once, bent a little like a road (much,
like a river, between streets), and the areas are then rebuilt from the edges, so that neighbours
share them point for point.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

# On purpose in the open sea: the district is nowhere.
LONGITUDE, LATITUDE = 123.6, 30.2
METRES_NORTH = 111_320.0
METRES_EAST = METRES_NORTH * float(np.cos(np.radians(LATITUDE)))
_DIGITS = 6  # of a degree: a tenth of a metre


@dataclass(frozen=True)
class Outlines:
    """Areas in degrees: the district, streets, communities, and the grids of each community."""

    district: shapely.Polygon
    streets: list[shapely.Polygon]
    communities: list[list[shapely.Polygon]]  # by street
    grids: list[list[list[shapely.Polygon]]]  # by street and community


def draw(*, streets: int, communities: int, grids: int, rng: np.random.Generator) -> Outlines:
    """Draw a district with so many streets, communities a street and grids a community."""
    outline = _outline(rng)
    cells = _relaxed_cells(outline, streets * communities, rng, rounds=60)
    groups = _neighbouring_groups(cells, streets, rng)
    pieces = [_relaxed_cells(cell, grids, rng, rounds=30) for cell in cells]
    street_of = {cell: street for street, group in enumerate(groups) for cell in group}
    faces = _bend(
        [piece for cell in pieces for piece in cell],
        [(street_of[at], at) for at, cell in enumerate(pieces) for _ in cell],
        rng,
    )
    flat = iter(_in_degrees(face) for face in faces)
    by_cell = [[next(flat) for _ in cell] for cell in pieces]
    community = [shapely.union_all(each) for each in by_cell]
    return Outlines(
        district=shapely.union_all(community),
        streets=[shapely.union_all([community[cell] for cell in group]) for group in groups],
        communities=[[community[cell] for cell in group] for group in groups],
        grids=[[by_cell[cell] for cell in group] for group in groups],
    )


def _outline(rng: np.random.Generator) -> shapely.Polygon:
    """A round-ish area of about 25 square kilometres, in metres."""
    angles = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    radius = np.full_like(angles, 1.0)
    for wave in range(2, 9):
        radius += rng.normal(0, 0.17 / wave) * np.cos(wave * angles + rng.uniform(0, 2 * np.pi))
    return shapely.Polygon(np.c_[3_200 * radius * np.cos(angles), 2_500 * radius * np.sin(angles)])


def _relaxed_cells(
    area: shapely.Polygon, number: int, rng: np.random.Generator, *, rounds: int
) -> list[shapely.Polygon]:
    """Voronoi cells of so many points that have moved apart (Lloyd), cut to the area."""
    west, south, east, north = area.bounds
    points: list[shapely.Point] = []
    while len(points) < number:
        point = shapely.Point(rng.uniform(west, east), rng.uniform(south, north))
        if area.contains(point):
            points.append(point)
    cells: list[shapely.Polygon] = []
    for _ in range(rounds):
        diagram = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=area)
        raw = [cell.intersection(area) for cell in diagram.geoms]
        cells = [_largest(cell) for cell in raw]
        points = [cell.centroid for cell in cells]
    # A cell's cut-off scraps go to whoever is next to them.
    scraps = shapely.get_parts(area.difference(shapely.union_all(cells)))
    for scrap in scraps:
        nearest = max(range(number), key=lambda at: cells[at].boundary.intersection(scrap).length)
        cells[nearest] = _largest(cells[nearest].union(scrap))
    return cells


def _largest(shape: shapely.Geometry) -> shapely.Polygon:
    return max(shapely.get_parts(shape), key=lambda part: part.area)


def _neighbouring_groups(
    cells: list[shapely.Polygon], groups: int, rng: np.random.Generator
) -> list[list[int]]:
    """Groups of equal size, each in one piece: k-means with full seats, tried until it holds."""
    centres = np.array([[cell.centroid.x, cell.centroid.y] for cell in cells])
    size = len(cells) // groups
    for _ in range(500):
        seeds = centres[rng.choice(len(cells), groups, replace=False)]
        for _ in range(40):
            distance = ((centres[:, None] - seeds[None]) ** 2).sum(axis=2)
            _, seat = linear_sum_assignment(np.repeat(distance, size, axis=1))
            chosen = seat // size
            seeds = np.array([centres[chosen == group].mean(axis=0) for group in range(groups)])
        found = [np.flatnonzero(chosen == group).tolist() for group in range(groups)]
        if all(_in_one_piece([cells[at] for at in group]) for group in found):
            return sorted(found, key=lambda group: (-centres[group, 1].mean(), group))
    raise RuntimeError("no grouping in which every street is in one piece")


def _in_one_piece(cells: list[shapely.Polygon]) -> bool:
    joined = shapely.union_all([cell.buffer(0.01) for cell in cells])
    return joined.geom_type == "Polygon"


def _bend(
    areas: list[shapely.Polygon], labels: list[tuple[int, int]], rng: np.random.Generator
) -> list[shapely.Polygon]:
    """The areas with every shared edge bent once; `labels` are (street, community) of each."""
    lines = shapely.union_all([area.boundary for area in areas], grid_size=0.5)
    edges = shapely.get_parts(shapely.line_merge(lines))
    bent = [_bent(edge, _sway(edge, areas, labels), rng) for edge in edges]
    faces = list(shapely.get_parts(shapely.polygonize(np.array(bent, dtype=object))))
    tree = shapely.STRtree(faces)
    ordered = []
    for area in areas:
        around = tree.query(area)
        best = max(around, key=lambda at: faces[at].intersection(area).area)
        ordered.append(faces[best])
    if len({id(face) for face in ordered}) != len(areas) or len(faces) != len(areas):
        raise RuntimeError("bending tore the areas apart; use another seed")
    return ordered


def _sway(
    edge: shapely.LineString, areas: list[shapely.Polygon], labels: list[tuple[int, int]]
) -> float:
    """How far an edge may bend, in metres: most where two streets meet."""
    middle = edge.interpolate(0.5, normalized=True).buffer(5)
    sides = [label for area, label in zip(areas, labels, strict=True) if area.intersects(middle)]
    if len(sides) == 1:
        return 12.0
    if len({street for street, _ in sides}) > 1:
        return 38.0
    return 16.0 if len(set(sides)) > 1 else 7.0


def _bent(edge: shapely.LineString, sway: float, rng: np.random.Generator) -> shapely.LineString:
    """An edge with its ends kept and what lies between swaying to and fro."""
    points = max(int(edge.length // 90), 1) + 1
    share = np.linspace(0, 1, points)
    along = [edge.interpolate(each, normalized=True) for each in share]
    line = np.array([[point.x, point.y] for point in along])
    direction = line[-1] - line[0]
    across = np.array([-direction[1], direction[0]]) / max(float(np.hypot(*direction)), 1.0)
    reach = min(sway, 0.12 * edge.length)
    waves = sum(rng.normal(0, 1 / wave) * np.sin(wave * np.pi * share) for wave in range(1, 4))
    line += np.outer(np.asarray(waves) * reach * 0.6, across)
    return shapely.LineString(np.round(line, 1))


def _in_degrees(area: shapely.Polygon) -> shapely.Polygon:
    """Equal points stay equal, so that neighbours still share their edges."""
    return shapely.transform(area, _degrees)


def _degrees(metres: NDArray[np.float64]) -> NDArray[np.float64]:
    degrees = metres / [METRES_EAST, METRES_NORTH] + [LONGITUDE, LATITUDE]
    return np.asarray(np.round(degrees, _DIGITS))
