"""Which boundary a point lies in: on shapes that one can picture, and against plain geometry."""

from fractions import Fraction

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.commons.territory.point_index import NOTES, Bounded, Found, Note, PointIndex

#  a district (0,0)-(10,10) with a street on its left half, two communities side by side in the
#  street, and a grid in the lower community that sticks out into the upper one by a strip
DISTRICT = Bounded(1, (1,), shapely.box(0, 0, 10, 10))
STREET = Bounded(2, (1, 2), shapely.box(0, 0, 5, 10))
LOWER = Bounded(3, (1, 2, 3), shapely.box(0, 0, 5, 4))
UPPER = Bounded(4, (1, 2, 4), shapely.box(0, 4, 5, 9))
GRID = Bounded(5, (1, 2, 3, 5), shapely.box(1, 1, 3, 4.5))
PLACES = [GRID, UPPER, DISTRICT, LOWER, STREET]


@pytest.mark.parametrize(
    ("point", "found"),
    [
        ((4, 2), Found(3, Note.INSIDE, (3,))),
        ((2, 2), Found(5, Note.INSIDE, (5,))),
        ((4, 9.5), Found(2, Note.INSIDE, (2,))),  # a gap between communities: the street
        ((8, 5), Found(1, Note.INSIDE, (1,))),
        ((4, 4), Found(3, Note.EDGE, (3, 4))),  # the border of two communities: the lower id
        ((0, 2), Found(3, Note.EDGE, (3,))),
        ((10, 10), Found(1, Note.EDGE, (1,))),
        ((2, 4.2), Found(5, Note.OVERLAP, (5, 4))),  # in the grid, and in a strange community
        ((2, 4.5), Found(5, Note.EDGE, (5,))),
        ((11, 5), Found(None, Note.OUTSIDE)),
    ],
)
def test_the_deepest_place_counts_and_what_is_unclear_is_noted(point, found):
    assert PointIndex(PLACES).find(*point) == found


def test_the_answer_does_not_depend_on_the_order_of_the_places():
    for order in (PLACES, PLACES[::-1]):
        assert PointIndex(order).find(4, 4) == Found(3, Note.EDGE, (3, 4))


def test_of_two_equally_deep_places_the_one_around_the_point_beats_the_one_it_touches():
    touching = Bounded(2, (1, 2), shapely.box(0, 0, 5, 5))
    around = Bounded(3, (1, 3), shapely.box(4, 0, 9, 5))
    index = PointIndex([touching, around])
    assert index.find(5, 2) == Found(3, Note.INSIDE, (3,))
    assert index.find_many(np.array([[5.0, 2.0]])).place_ids.tolist() == [3]


def test_a_point_in_a_hole_lies_outside():
    ring = shapely.Polygon(shapely.box(0, 0, 10, 10).exterior, [shapely.box(4, 4, 6, 6).exterior])
    assert PointIndex([Bounded(1, (1,), ring)]).find(5, 5).note is Note.OUTSIDE


def test_without_boundaries_every_point_lies_outside():
    empty = PointIndex([])
    assert empty.find(1, 1) == Found(None, Note.OUTSIDE)
    assert empty.find_many(np.array([[1.0, 1.0]])).place_ids.tolist() == [-1]
    assert len(PointIndex(PLACES).find_many(np.empty((0, 2))).place_ids) == 0


def test_what_is_no_number_lies_outside():
    found = PointIndex(PLACES).find_many(np.array([[np.nan, 1.0], [2.0, 2.0]]))
    assert found.place_ids.tolist() == [-1, 5]
    assert [found.note(at) for at in range(2)] == [Note.OUTSIDE, Note.INSIDE]


whole = st.integers(0, 12)


@st.composite
def boxes(draw):
    """Places with whole corners, some in others by the tree, wherever they lie on the ground."""
    places: list[Bounded] = []
    for number in range(1, draw(st.integers(1, 7)) + 1):
        above = draw(st.sampled_from([(), *[place.chain for place in places]]))
        west, east = sorted(draw(st.tuples(whole, whole).filter(lambda pair: pair[0] != pair[1])))
        south, north = sorted(draw(st.tuples(whole, whole).filter(lambda p: p[0] != p[1])))
        shape = shapely.box(west, south, east, north)
        places.append(Bounded(number, (*above, number), shape))
    return places


def by_hand(places: list[Bounded], x: Fraction, y: Fraction) -> tuple[int | None, Note]:
    """The rules as they are written, on boxes, in exact numbers."""
    inside, touching = [], []
    for place in places:
        west, south, east, north = (Fraction(value) for value in place.shape.bounds)
        if west < x < east and south < y < north:
            inside.append(place)
        elif west <= x <= east and south <= y <= north:
            touching.append(place)
    if not inside + touching:
        return None, Note.OUTSIDE
    depth = max(len(place.chain) for place in inside + touching)
    best = [place for place in inside if len(place.chain) == depth]
    if not best:
        ids = [place.id for place in touching if len(place.chain) == depth]
        return min(ids), Note.EDGE
    winner = min(best, key=lambda place: place.id)
    strange = [place for place in inside if place.id not in winner.chain]
    return winner.id, Note.OVERLAP if strange else Note.INSIDE


@settings(max_examples=300, deadline=None)
@given(boxes(), st.lists(st.tuples(st.integers(0, 24), st.integers(0, 24)), max_size=12))
def test_one_point_and_many_agree_with_the_rules_by_hand(places, halves):
    index = PointIndex(places)
    points = [(Fraction(x, 2), Fraction(y, 2)) for x, y in halves]
    many = index.find_many(np.array([(float(x), float(y)) for x, y in points]).reshape(-1, 2))
    for at, (x, y) in enumerate(points):
        expected = by_hand(places, x, y)
        found = index.find(float(x), float(y))
        assert (found.place_id, found.note) == expected
        assert (int(many.place_ids[at]), NOTES[many.notes[at]]) == (expected[0] or -1, expected[1])
