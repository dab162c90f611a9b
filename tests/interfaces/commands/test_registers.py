"""`gongzhi import-list` and `export-list`: files in, files out."""

import csv
import json
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import CliRunner

from gongzhi.commons.calendar.queries import years_known
from gongzhi.commons.organisations.queries import unit_named
from gongzhi.commons.territory.locating import locate
from gongzhi.commons.territory.queries import place_named
from gongzhi.interfaces.commands.registers import export_list, import_list
from tests.commons.small_district import build
from tests.commons.territory.test_boundaries import BOW_TIE, FITTING, features

pytestmark = pytest.mark.django_db


@pytest.fixture
def small(db):
    return build()


def run(*arguments: object):
    command = {"import": import_list, "export": export_list}[str(arguments[0])]
    return CliRunner().invoke(command, [str(each) for each in arguments[1:]])


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.parametrize("kind", ["places", "units", "duties", "boundaries"])
def test_what_is_exported_imports_again_unchanged(small, tmp_path, kind):
    file = tmp_path / f"{kind}.{'geojson' if kind == 'boundaries' else 'csv'}"
    assert run("export", kind, file).exit_code == 0
    done = run("import", kind, file)
    assert done.exit_code == 0, done.output
    assert "新增 0" in done.output or "0 个边界" in done.output


def test_a_workbook_is_read_like_any_table(small, tmp_path):
    file = tmp_path / "places.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["kind", "name", "place", "households"])
        sheet.write_row(1, 0, ["grid", "第三网格", "云桥街道/柳岸社区", 480])
    assert run("import", "places", file).exit_code == 0
    assert place_named("云桥街道/柳岸社区/第三网格").households == 480


def test_a_faulty_row_is_named_as_a_spreadsheet_numbers_it(small, tmp_path):
    rows = [
        {"kind": "department", "name": "好单位", "place": ""},
        {"kind": "department", "name": "坏单位", "place": "没有街道"},
    ]
    done = run("import", "units", write(tmp_path / "units.csv", rows))
    assert done.exit_code == 1
    assert "第 3 行 place" in done.output
    assert unit_named("好单位") is None


def test_a_dry_run_stores_nothing(small, tmp_path):
    rows = [{"kind": "department", "name": "好单位", "place": ""}]
    file = write(tmp_path / "units.csv", rows)
    assert "检查通过" in run("import", "units", file, "--dry-run").output
    assert unit_named("好单位") is None
    assert run("import", "units", file).exit_code == 0
    assert unit_named("好单位") is not None


def test_boundaries_are_mended_or_left_out_only_on_request(small, tmp_path):
    file = tmp_path / "boundaries.geojson"
    document = {
        "type": "FeatureCollection",
        "features": FITTING["features"][:2] + features(("石鼓街道", BOW_TIE))["features"],
    }
    file.write_text(json.dumps(document))
    refused = run("import", "boundaries", file)
    assert refused.exit_code == 1
    assert "Self-intersection" in refused.output
    assert locate(1, 1).place_id is None
    left_out = run("import", "boundaries", file, "--skip-faulty")
    assert left_out.exit_code == 1  # partly refused
    assert locate(1, 1).place_id == small.places["云桥街道"]
    mended = run("import", "boundaries", file, "--repair")
    assert mended.exit_code == 0
    assert "重叠" in mended.output  # the mended shape lies on its neighbour, which is said


def test_a_year_of_holidays_is_imported_and_a_faulty_one_refused(tmp_path):
    file = tmp_path / "2027.json"
    days = [{"name": "元旦", "date": "2027-01-01", "isOffDay": True}]
    file.write_text(json.dumps({"year": 2027, "days": days}))
    assert run("import", "holidays", file, "--dry-run").exit_code == 0
    assert 2027 not in years_known()
    assert run("import", "holidays", file).exit_code == 0
    assert 2027 in years_known()
    file.write_text("[]")
    assert run("import", "holidays", file).exit_code == 1


def test_a_file_that_is_no_table_is_refused_without_a_trace_back(tmp_path):
    file = tmp_path / "empty.csv"
    file.write_text("")
    for kind in ("places", "boundaries"):
        done = run("import", kind, file)
        assert done.exit_code == 1
        assert "✗" in done.output
