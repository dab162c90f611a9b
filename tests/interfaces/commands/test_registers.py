"""`gongzhi import-list` and `export-list`: files in, files out."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import CliRunner

from gongzhi.affairs.resources.rules import write_starting_lists
from gongzhi.affairs.tickets.deadlines import limit_rules, write_starting_rules
from gongzhi.commons.calendar.office_hours import OfficeHours, write_span
from gongzhi.commons.calendar.queries import office_hours, years_known
from gongzhi.commons.ledger.models import Event
from gongzhi.commons.organisations.queries import in_work_list, unit_named
from gongzhi.commons.territory.locating import locate
from gongzhi.commons.territory.queries import place_named
from gongzhi.interfaces.commands.registers import EXPORTED, export_list, import_list
from tests.commons.small_district import build
from tests.commons.territory.test_boundaries import BOW_TIE, FITTING, features

pytestmark = pytest.mark.django_db
DAY = date(2025, 6, 2)


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


ENDINGS = {"boundaries": "geojson", "office-hours": "json"}


@pytest.mark.parametrize("kind", EXPORTED)
def test_what_is_exported_imports_again_unchanged(small, tmp_path, kind):
    write_starting_rules()
    write_starting_lists()
    file = tmp_path / f"{kind}.{ENDINGS.get(kind, 'csv')}"
    assert run("export", kind, file).exit_code == 0
    before = Event.objects.count()
    done = run("import", kind, file)
    assert done.exit_code == 0, done.output
    assert "新增 0" in done.output or "0 个边界" in done.output
    assert Event.objects.count() == before
    again = tmp_path / f"again.{ENDINGS.get(kind, 'csv')}"
    assert run("export", kind, again).exit_code == 0
    assert again.read_text("utf-8") == file.read_text("utf-8")


def test_what_communities_may_be_asked_is_set_by_a_list(small, tmp_path):
    rows = [{"category_code": "env", "title": "环境卫生", "valid_from": "2024-01-01"}]
    assert not in_work_list("env.waste", DAY)
    done = run("import", "work-list", write(tmp_path / "list.csv", rows))
    assert done.exit_code == 0, done.output
    assert in_work_list("env.waste", DAY)
    rows[0]["category_code"] = "unheard.of"
    done = run("import", "work-list", write(tmp_path / "list.csv", rows))
    assert done.exit_code == 1
    assert "unheard.of" in done.output
    assert in_work_list("env.waste", DAY), "a faulty list changes nothing"
    (tmp_path / "list.csv").write_text("category_code,title\n", "utf-8")
    done = run("import", "work-list", tmp_path / "list.csv")
    assert done.exit_code == 1
    assert in_work_list("env.waste", DAY), "nor does a file that was cut off below its header"


def test_office_hours_are_set_for_everyone_and_for_a_unit(small, tmp_path):
    file = tmp_path / "hours.json"
    winter = {"spans": ["09:00-12:00"], "season_begins": "10-01", "season_ends": "04-30"}
    short = {"unit": "", "hours": [winter, {"spans": ["08:00-12:00"], "valid_from": "2024-01-01"}]}
    desk = {"unit": "湖东区城管局", "hours": [{"round_the_clock": True}]}
    file.write_text(json.dumps([short, desk], ensure_ascii=False), "utf-8")
    assert run("import", "office-hours", file, "--dry-run").exit_code == 0
    assert office_hours() == ()
    done = run("import", "office-hours", file)
    assert done.exit_code == 0, done.output
    unit_id = unit_named("湖东区城管局").id
    assert [write_span(span) for span in office_hours()[0].spans] == ["09:00-12:00"]
    assert office_hours(unit_id) == (OfficeHours.round_the_clock(),)
    assert run("export", "office-hours", file).exit_code == 0
    assert json.loads(file.read_text("utf-8")) == [short, desk]

    file.write_text('[{"unit": "没有的单位", "hours": []}, {"unit": "", "hours": [{}]}]', "utf-8")
    done = run("import", "office-hours", file)
    assert done.exit_code == 1
    assert "没有的单位" in done.output
    assert office_hours(unit_id) == (OfficeHours.round_the_clock(),)


def test_limits_that_no_catalogue_holds_are_set_by_a_list(small, tmp_path):
    write_starting_rules()
    rows = [
        {"name": "urgent.contact", "limit": "4 hour"},
        {"name": "claim.answer", "limit": "3 work_day"},
    ]
    done = run("import", "limits", write(tmp_path / "limits.csv", rows))
    assert done.exit_code == 0, done.output
    assert str(limit_rules()["urgent.contact"].amount) == "4"
    assert Event.objects.filter(kind__endswith="limit.set").count() == 2
    rows[0] = {"name": "urgent.contakt", "limit": "soon"}
    done = run("import", "limits", write(tmp_path / "limits.csv", rows))
    assert done.exit_code == 1
    assert "urgent.contakt" in done.output
    assert "soon" in done.output


@pytest.mark.parametrize(
    ("kind", "rows", "named"),
    [
        (
            "limits",
            ["name,limit", "urgent.contact,4 hour", "urgent.contact,5 hour"],
            "第 3 行 name",
        ),
        ("limits", ["name,limit", "urgent.contact,-4 hour"], "第 2 行 limit"),
        ("limits", ["name,limit", "urgent.contact,9223372036854775808 hour"], "第 2 行 limit"),
        ("limits", ["name,limit", "urgent.contact,"], "第 2 行 limit"),
        ("work-list", ["category_code,title", "env,"], "第 2 行 title"),
        ("work-list", ["category_code,title", "env," + "长" * 121], "第 2 行 title"),
        (
            "work-list",
            ["category_code,title,valid_from,valid_to", "env,卫生,2027-01-01,2026-01-01"],
            "第 2 行 valid_to",
        ),
        ("work-list", ["category_code,title", "env,卫生", "env,卫生"], "第 3 行 category_code"),
    ],
)
def test_nonsense_in_a_list_is_named_by_row_and_column(small, tmp_path, kind, rows, named):
    write_starting_rules()
    before = (limit_rules(), Event.objects.count())
    file = tmp_path / "list.csv"
    file.write_text("\n".join(rows) + "\n", "utf-8")
    done = run("import", kind, file)
    assert done.exit_code == 1, done.output
    assert named in done.output
    assert (limit_rules(), Event.objects.count()) == before


_MORNING = '"spans": ["08:00-12:00"]'


@pytest.mark.parametrize(
    ("entries", "named"),
    [
        (f'{{"unit": "", "hours": []}}, {{"unit": "", "hours": [{{{_MORNING}}}]}}', "第 2 行"),
        ('{"unit": "", "hours": "08:00-12:00"}', "unit"),
        (f'{{"unit": "", "hours": {{{_MORNING}}}}}', "unit"),
        (f'{{"unit": "", "hours": [{{{_MORNING}, "weekdays": [0.0]}}]}}', "weekdays"),
        (f'{{"unit": "", "hours": [{{{_MORNING}, "weekdays": [NaN]}}]}}', "weekdays"),
        (f'{{"unit": "", "hours": [{{{_MORNING}, "weekdays": [true, "x"]}}]}}', "weekdays"),
        (
            f'{{"unit": "", "hours": [{{{_MORNING}, "valid_from": "2027-01-01",'
            ' "valid_to": "2026-01-01"}]}',
            "2026-01-01",
        ),
        ("[" * 100_000, "JSON"),
    ],
)
def test_nonsense_in_office_hours_is_said_and_nothing_is_stored(small, tmp_path, entries, named):
    file = tmp_path / "hours.json"
    file.write_text(f"[{entries}]", "utf-8")
    done = run("import", "office-hours", file)
    assert done.exit_code == 1, done.output
    assert isinstance(done.exception, SystemExit)
    assert named in done.output
    assert office_hours() == ()


def test_a_file_that_can_not_be_written_or_read_is_said_in_words(small, tmp_path):
    for kind in ("duties", "boundaries", "office-hours"):
        done = run("export", kind, tmp_path / "nowhere" / "file")
        assert done.exit_code == 1
        assert "nowhere" in done.output
        assert done.exception is None or isinstance(done.exception, SystemExit)
    broken = tmp_path / "broken.json"
    broken.write_text('{"type": "x"', "utf-8")
    for kind in ("boundaries", "holidays", "office-hours"):
        done = run("import", kind, broken)
        assert done.exit_code == 1
        assert "JSON" in done.output


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
