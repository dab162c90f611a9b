"""Boundaries: checked, given, drawn, and fitted together."""

from copy import deepcopy

import pytest
import shapely

from gongzhi.commons.ledger.models import Event
from gongzhi.commons.organisations.actors import SYSTEM
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.rows import CannotImport
from gongzhi.commons.territory.boundaries import import_boundaries, set_boundary
from gongzhi.commons.territory.editing import close_place
from gongzhi.commons.territory.locating import CannotLocate, Note, locate, locate_many
from gongzhi.commons.territory.maps import Misfit, boundary_of, check_fit, feature_collection
from gongzhi.commons.territory.shapes import CannotUseBoundary, check_boundary
from tests.commons.small_district import AT, DAY, actor


def box(west, south, east, north) -> dict:
    return dict(shapely.box(west, south, east, north).__geo_interface__)


BOW_TIE = {"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]}


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        ({"type": "Point", "coordinates": [1, 1]}, "Polygon"),
        ({}, "Polygon"),
        ({"type": "Polygon", "coordinates": []}, "空"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}, "GeoJSON"),
        ({"type": "Polygon", "coordinates": "x"}, "GeoJSON"),
        (box(0, 0, 200, 1), "经纬度"),
        (BOW_TIE, "Self-intersection"),
    ],
)
def test_a_boundary_that_is_none_is_refused_with_the_reason(geometry, reason):
    with pytest.raises(CannotUseBoundary, match=reason):
        check_boundary(geometry)


def test_an_invalid_boundary_is_repaired_only_when_asked_and_the_change_is_told():
    mended = check_boundary(BOW_TIE, repair=True)
    shape = shapely.geometry.shape(mended.geometry)
    assert shape.is_valid
    assert shape.area == pytest.approx(2.0)
    assert "Self-intersection" in mended.repaired


def test_a_valid_boundary_is_left_as_it_is():
    checked = check_boundary(box(0, 0, 1, 1), repair=True)
    assert checked.repaired == ""
    assert shapely.geometry.shape(checked.geometry).equals_exact(shapely.box(0, 0, 1, 1))


def features(*named: tuple[str, dict]) -> dict:
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {"place": place}, "geometry": geometry}
            for place, geometry in named
        ],
    }


FITTING = features(
    ("", box(0, 0, 10, 10)),
    ("云桥街道", box(0, 0, 5, 10)),
    ("石鼓街道", box(5, 0, 10, 10)),
    ("云桥街道/柳岸社区", box(0, 0, 5, 4)),
    ("云桥街道/槐荫社区", box(0, 4, 5, 10)),
)


@pytest.fixture
def drawn(small):
    import_boundaries(document=FITTING, by=SYSTEM, at=AT)
    return small


@pytest.mark.django_db
@pytest.mark.database
class TestImport:
    def test_points_are_found_as_soon_as_boundaries_are_there(self, small):
        assert locate(1, 1).note is Note.OUTSIDE
        report = import_boundaries(document=FITTING, by=SYSTEM, at=AT)
        assert (report.given, report.unchanged) == (5, 0)
        assert locate(1, 1).place_id == small.places["柳岸社区"]
        assert locate_many([[1, 1], [7, 7]]).place_ids.tolist() == [
            small.places["柳岸社区"],
            small.places["石鼓街道"],
        ]
        assert Event.objects.filter(kind="place.bounded").count() == 5

    def test_importing_again_changes_nothing(self, drawn):
        report = import_boundaries(document=FITTING, by=SYSTEM, at=AT)
        assert (report.given, report.unchanged) == (0, 5)
        assert Event.objects.filter(kind="place.bounded").count() == 5

    def test_what_is_drawn_imports_again(self, drawn):
        document = feature_collection()
        assert import_boundaries(document=document, by=SYSTEM, at=AT).unchanged == 5
        kinds = feature_collection(kinds=["community"])["features"]
        assert [each["properties"]["name"] for each in kinds] == ["柳岸社区", "槐荫社区"]
        within = feature_collection(within=drawn.places["云桥街道"])["features"]
        assert len(within) == 3
        assert boundary_of(drawn.places["塔影社区"]) is None

    def test_a_place_may_be_named_by_its_code(self, small):
        document = deepcopy(FITTING)
        document["features"] = document["features"][:1]
        document["features"][0]["properties"] = {"scheme": "stat12", "code": "990101000000"}
        import_boundaries(document=document, by=SYSTEM, at=AT)
        assert locate(9, 9).place_id == small.places["湖东区"]

    def test_faulty_features_are_named_and_nothing_is_imported(self, small):
        document = features(
            ("云桥街道", box(0, 0, 5, 10)),
            ("没有街道", box(0, 0, 1, 1)),
            ("石鼓街道", BOW_TIE),
            ("云桥街道", box(0, 0, 5, 10)),
        )
        with pytest.raises(CannotImport) as refused:
            import_boundaries(document=document, by=SYSTEM, at=AT)
        assert [fault.row for fault in refused.value.faults] == [2, 3, 4]
        assert locate(1, 1).place_id is None

    def test_faulty_features_are_left_out_or_repaired_only_on_request(self, small):
        document = features(("云桥街道", box(0, 0, 5, 10)), ("石鼓街道", BOW_TIE))
        some = import_boundaries(document=document, by=SYSTEM, at=AT, skip_faulty=True)
        assert (some.given, [fault.row for fault in some.faults]) == (1, [2])
        mended = import_boundaries(document=document, by=SYSTEM, at=AT, repair=True)
        assert (mended.given, [fault.row for fault in mended.repaired]) == (1, [2])

    def test_a_dry_run_gives_no_boundary(self, small):
        report = import_boundaries(document=FITTING, by=SYSTEM, at=AT, dry_run=True)
        assert report.given == 5
        assert locate(1, 1).place_id is None

    @pytest.mark.parametrize("document", [{}, {"features": {}}, {"features": [1]}])
    def test_what_is_no_collection_is_refused(self, small, document):
        with pytest.raises(CannotImport):
            import_boundaries(document=document, by=SYSTEM, at=AT)

    def test_one_place_gets_a_boundary(self, small):
        place_id = small.places["塔影社区"]
        set_boundary(place_id=place_id, geometry=box(6, 6, 7, 7), by=SYSTEM, at=AT)
        assert locate(6.5, 6.5).place_id == place_id
        close_place(place_id=place_id, ends=DAY, by=SYSTEM, at=AT)
        assert locate(6.5, 6.5).place_id is None
        with pytest.raises(CannotUseBoundary, match="已撤销"):
            set_boundary(place_id=place_id, geometry=box(6, 6, 7, 7), by=SYSTEM, at=AT)

    def test_only_the_district_draws_boundaries(self, small):
        with pytest.raises(NotPermitted):
            set_boundary(place_id=1, geometry={}, by=actor(RoleKind.COORDINATOR), at=AT)
        with pytest.raises(NotPermitted):
            import_boundaries(document=FITTING, by=actor(RoleKind.COORDINATOR), at=AT)

    def test_coordinates_that_are_none_are_refused(self, drawn):
        for longitude, latitude in [(float("nan"), 1), (181, 1), (1, 91), (1, float("inf"))]:
            with pytest.raises(CannotLocate):
                locate(longitude, latitude)
        with pytest.raises(CannotLocate, match="array"):
            locate_many([1, 2, 3])

    def test_a_warm_index_is_asked_without_a_query(self, drawn, django_assert_num_queries):
        locate(1, 1)
        with django_assert_num_queries(0):
            locate(7, 7)

    def test_boundaries_that_fit_leave_nothing_to_report(self, drawn):
        assert check_fit() == []

    def test_overlaps_gaps_and_what_sticks_out_are_found(self, drawn):
        set_boundary(
            place_id=drawn.places["柳岸社区"], geometry=box(-0.1, 0, 5, 4.1), by=SYSTEM, at=AT
        )
        set_boundary(place_id=drawn.places["石鼓街道"], geometry=box(5, 0, 10, 9), by=SYSTEM, at=AT)
        found = {finding.misfit: finding for finding in check_fit()}
        liu, huai = drawn.places["柳岸社区"], drawn.places["槐荫社区"]
        assert found[Misfit.OVERLAP].place_ids == (liu, huai)
        assert found[Misfit.OUTSIDE].place_ids == (liu, drawn.places["云桥街道"])
        assert found[Misfit.GAP].place_ids == (drawn.places["湖东区"],)
        x, y = found[Misfit.GAP].point
        assert 5 < x < 10
        assert 9 < y < 10
        # five by one degrees, near the tenth parallel
        assert found[Misfit.GAP].square_metres == pytest.approx(5 * 111_320**2 * 0.986, rel=0.01)
