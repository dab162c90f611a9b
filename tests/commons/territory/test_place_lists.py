"""Places as lists."""

import pytest

from gongzhi.commons.organisations.actors import SYSTEM
from gongzhi.commons.rows import CannotImport
from gongzhi.commons.territory import queries
from gongzhi.commons.territory.place_lists import export_places, import_places
from tests.commons.small_district import AT, DAY

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_what_is_exported_imports_into_an_empty_installation(small):
    rows = export_places()
    assert import_places(rows=rows, by=SYSTEM, at=AT).unchanged == len(rows)
    names = [queries.names_of(place_id) for place_id in small.places.values()]
    assert [row["name"] for row in rows[:4]] == ["湖东区", "云桥街道", "柳岸社区", "第一网格"]
    assert all(queries.place_named(each) is not None for each in names)


def test_a_list_makes_a_district():
    rows = [
        {"kind": "district", "name": "新区", "place": "", "codes": "stat12=990102000000"},
        {"kind": "subdistrict", "name": "东街道", "place": "", "households": "1000"},
        {"kind": "community", "name": "甲社区", "place": " 东街道 "},
        {"kind": "estate", "name": "乙苑", "place": "东街道/甲社区", "aliases": "乙园；乙小区",
         "longitude": "120.1", "latitude": "30.2", "begins": "2020-05-01"},
    ]  # fmt: skip
    report = import_places(rows=rows, by=SYSTEM, at=AT)
    assert (report.added, report.changed, report.unchanged) == (4, 0, 0)
    again = import_places(rows=rows, by=SYSTEM, at=AT)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 4)
    assert queries.codes_of(queries.district().id, on=DAY) == {"stat12": "990102000000"}
    rows[3]["aliases"] = "乙园"
    changed = import_places(rows=rows, by=SYSTEM, at=AT)
    assert (changed.added, changed.changed) == (0, 1)
    assert export_places()[3]["aliases"] == "乙园"


def test_a_dry_run_adds_nothing():
    rows = [{"kind": "district", "name": "新区", "place": ""}]
    assert import_places(rows=rows, by=SYSTEM, at=AT, dry_run=True).added == 1
    assert queries.is_empty()


def test_every_fault_is_named_by_row_and_column(small):
    rows = [
        {"kind": "grid", "name": "新网格", "place": "云桥街道/柳岸社区"},
        {"kind": "grid", "name": "x", "place": "没有街道"},
        {"kind": "grid", "name": "y", "place": "云桥街道/柳岸社区", "households": "many"},
        {"kind": "grid", "name": "z", "place": "云桥街道/柳岸社区", "begins": "yesterday"},
        {"kind": "grid", "name": "w", "place": "云桥街道/柳岸社区", "codes": "990101"},
        {"kind": "grid", "name": "v", "place": "云桥街道/柳岸社区", "longitude": "east"},
    ]
    with pytest.raises(CannotImport) as refused:
        import_places(rows=rows, by=SYSTEM, at=AT)
    named = [(fault.row, fault.column) for fault in refused.value.faults]
    assert named == [(3, "households"), (4, "begins"), (5, "codes"), (6, "longitude")]
    with pytest.raises(CannotImport) as refused:
        import_places(rows=rows[:2], by=SYSTEM, at=AT)
    assert [(fault.row, fault.column) for fault in refused.value.faults] == [(2, "place")]
    assert queries.place_named("云桥街道/柳岸社区/新网格") is None


def test_a_list_without_the_columns_it_needs_is_refused():
    with pytest.raises(CannotImport, match="name"):
        import_places(rows=[{"kind": "grid"}], by=SYSTEM, at=AT)
