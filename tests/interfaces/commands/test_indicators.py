"""`gongzhi indicators` and `export-events`, from the command line to the file."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gongzhi.insights.indicators.definitions import INDICATORS
from gongzhi.interfaces.commands.main import gongzhi
from tests.affairs.small_district import MONDAY, SmallDistrict
from tests.affairs.tickets.journeys import closed
from tests.insights.district import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def district(db: None) -> SmallDistrict:
    made = build()
    for _ in range(6):
        closed(made, at=MONDAY)
    return made


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(gongzhi, [str(argument) for argument in arguments])


def test_numbers_come_as_json_with_their_counts_and_version(
    district: SmallDistrict, tmp_path: Path
) -> None:
    out = tmp_path / "numbers.json"
    done = run("indicators", "--period", "2026-03", "--level", "community", "--out", out)
    assert done.exit_code == 0, done.output
    found = json.loads(out.read_text())
    willow = [
        row
        for row in found["numbers"]
        if row["indicator"] == "response_rate" and row["group"] == "柳岸社区"
    ]
    assert (willow[0]["numerator"], willow[0]["denominator"]) == (6, 6)
    assert found["data_version"].count(":") == 1
    assert found["period"] == "2026-03-01/2026-03-31"


def test_csv_names_what_is_not_known(district: SmallDistrict, tmp_path: Path) -> None:
    out = tmp_path / "numbers.csv"
    assert (
        run("indicators", "--from", "2026-03-01", "--to", "2026-03-31", "--out", out).exit_code == 0
    )
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["indicator"] for row in rows} == {each.code for each in INDICATORS}
    needs = next(row for row in rows if row["indicator"] == "need_fulfilment")
    assert needs["value"] == ""


def test_a_table_is_read_on_the_screen(district: SmallDistrict) -> None:
    done = run("indicators", "--period", "2026-03", "--indicator", "response_rate")
    assert "响应率  Response" in done.output
    assert "6/6" in done.output


def test_an_exported_file_gives_the_same_numbers(district: SmallDistrict, tmp_path: Path) -> None:
    events = tmp_path / "events.parquet"
    assert run("export-events", events).exit_code == 0
    here = run("indicators", "--period", "2026-03", "--format", "csv")
    there = run("indicators", "--period", "2026-03", "--format", "csv", "--events", events)
    assert here.output == there.output


def test_the_export_goes_into_a_folder_too_and_is_read_from_there(
    district: SmallDistrict, tmp_path: Path
) -> None:
    folder = tmp_path / "out" / "2026"
    assert run("export-events", "--out", folder).exit_code == 0
    assert (folder / "events.parquet").is_file()
    there = run("indicators", "--period", "2026-03", "--format", "csv", "--events", folder)
    assert there.output == run("indicators", "--period", "2026-03", "--format", "csv").output
    for arguments in ((), (tmp_path / "a.parquet", "--out", folder)):
        done = run("export-events", *arguments)
        assert done.exit_code == 1
        assert "--out" in done.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("--period", "lately"),
        ("--indicator", "happiness"),
        ("--period", "2026", "--from", "2026-01-01"),
        ("--from", "2026-02-01", "--to", "2026-01-01"),
        ("--out", "numbers.docx"),
        ("--as", "nobody"),
    ],
)
def test_what_makes_no_sense_is_refused(
    district: SmallDistrict, arguments: tuple[str, ...]
) -> None:
    done = run("indicators", *arguments)
    assert done.exit_code == 1
    assert done.output.count("✗") == 1
