"""`gongzhi match`: two tables in, a plan and its reasons out."""

import csv
import io
import json
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import CliRunner, Result

from gongzhi.interfaces.commands.match import match

NEEDS = """need_id,community,place,category,quantity,urgency,from,to,parts,asks,gives,whole,after
N1,East,E1,haircut,5,2,2026-03-02,2026-03-06,morning,,,,
N2,East,E2,repair,2,3,2026-03-02,2026-03-04,,licence,,yes,
N3,West,W1,haircut,8,1,2026-03-02,2026-03-08,,,,,
N4,West,W1,escort,1,5,2026-03-03,2026-03-03,morning,,,,
N5,West,W1,repair,3,2,2026-03-02,2026-03-08,,,,,N2
"""
OFFER_COLUMNS = "offer_id unit categories total per_period area reach place from to weekdays parts"
OFFERS = (
    f"{','.join(OFFER_COLUMNS.split())},asks,gives"
    + """
O1,Barber,haircut,9,3,*,,E2,2026-03-02,2026-03-08,2;4,morning,,
O2,Electric,repair,4,2,East;West,,W1,2026-03-02,2026-03-08,,,,licence
O3,Hospital,haircut;check,5,,,500,E1,2026-03-07,2026-03-07,,,,
"""
)
CHINESE_NEEDS = """需求编号,社区,类别,数量
甲,东,理发,2
乙,西,理发,2
"""
CHINESE_OFFERS = """资源编号,单位,类别,总量,范围
店,理发店,理发,3,*
"""


def feature(name: str, east: float, north: float, parent: str | None = None) -> dict:
    return {
        "type": "Feature",
        "id": name,
        "properties": {"parent": parent},
        "geometry": {"type": "Point", "coordinates": [113 + east, 28.2 + north]},
    }


PLACES = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            feature("East", 0, 0),
            feature("West", 0.02, 0),
            feature("E1", 0.001, 0.001, "East"),
            feature("E2", 0.002, 0.002, "East"),
            feature("W1", 0.021, 0.001, "West"),
        ],
    }
)


class Files:
    """A folder with the tables of one call."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out, self.why = folder / "plan.csv", folder / "why.csv"

    def run(self, *more: str, places: str | None = PLACES, **tables: str) -> Result:
        texts = {"needs": NEEDS, "offers": OFFERS, **tables}
        arguments = ["--out", str(self.out), "--explain", str(self.why), *more]
        if places is not None:
            texts["places"] = places
        for name, text in texts.items():
            path = self.folder / f"{name}.{'json' if name == 'places' else 'csv'}"
            path.write_text(text, encoding="utf-8")
            arguments += [f"--{name}", str(path)]
        return CliRunner().invoke(match, arguments)

    def rows(self, path: Path) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_the_plan_keeps_times_areas_conditions_and_sequence(files: Files) -> None:
    result = files.run()
    assert result.exit_code == 0, result.output
    plan = files.rows(files.out)
    by_need = {row["need_id"]: row for row in plan}
    assert by_need["N2"]["offer_id"] == "O2"
    assert by_need["N2"]["quantity"] == "2"
    assert all(row["date"] > by_need["N2"]["date"] for row in plan if row["need_id"] == "N5")
    barber = [row for row in plan if row["offer_id"] == "O1"]
    assert {row["date"] for row in barber} <= {"2026-03-03", "2026-03-05"}
    assert sum(int(row["quantity"]) for row in barber) == 6
    assert "N4" not in by_need


def test_every_need_that_is_not_met_has_a_reason_and_a_change(files: Files) -> None:
    files.run()
    unmet = {row["need_id"]: row for row in files.rows(files.why) if row["kind"] == "unmet"}
    assert unmet["N4"]["reason"] == "category"
    assert "没有任何资源提供这一类别" in unmet["N4"]["text"]
    assert unmet["N3"]["reason"] == "capacity"
    assert unmet["N3"]["change_offer"] == "O3"
    assert int(unmet["N3"]["change_metres"]) > 1_000


def test_reasons_come_in_english_when_asked_for(files: Files) -> None:
    files.run("--language", "en")
    texts = [row["text"] for row in files.rows(files.why)]
    assert any("no offer has this category" in text for text in texts)
    assert any("the only offer that fits" in text for text in texts)


def test_chinese_column_names_and_no_map_are_enough(files: Files) -> None:
    result = files.run(needs=CHINESE_NEEDS, offers=CHINESE_OFFERS, places=None)
    assert result.exit_code == 0, result.output
    assert "已证明" in result.output
    assert sum(int(row["quantity"]) for row in files.rows(files.out)) == 3
    assert {row["community"] for row in files.rows(files.out)} == {"东", "西"}


def test_locks_and_exclusions_are_kept(files: Files) -> None:
    locks = (
        "need_id,offer_id,action,date,parts,quantity\n"
        "N3,O1,lock,2026-03-05,morning,3\nN1,O1,exclude,,,\n"
    )
    result = files.run(locks=locks)
    assert result.exit_code == 0, result.output
    plan = files.rows(files.out)
    assert [row["quantity"] for row in plan if row["locked"] == "yes"] == ["3"]
    assert not [row for row in plan if (row["need_id"], row["offer_id"]) == ("N1", "O1")]
    assert [row["reason"] for row in files.rows(files.why) if row["need_id"] == "N1"] == [
        "exclusion"
    ]


def test_value_first_meets_the_urgent_need_where_fairness_would_share(files: Files) -> None:
    needs = "need_id,community,category,quantity,urgency\nA,East,x,4,9\nB,West,x,4,1\n"
    offers = "offer_id,categories,total,area\nO,x,4,*\n"
    files.run(needs=needs, offers=offers, places=None)
    assert {row["need_id"] for row in files.rows(files.out)} == {"A", "B"}
    files.run("--order", "value-first", needs=needs, offers=offers, places=None)
    assert {row["need_id"] for row in files.rows(files.out)} == {"A"}


def test_a_workbook_is_read_as_well(files: Files) -> None:
    path = files.folder / "needs.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row, line in enumerate(csv.reader(io.StringIO(CHINESE_NEEDS))):
            sheet.write_row(row, 0, [int(cell) if cell.isdigit() else cell for cell in line])
    offers = files.folder / "offers.csv"
    offers.write_text(CHINESE_OFFERS, encoding="gb18030")
    result = CliRunner().invoke(
        match, ["--needs", str(path), "--offers", str(offers), "--out", str(files.out)]
    )
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("table", "old", "new", "said"),
    [
        ("needs", "haircut,5,2", "haircut,-5,2", ("row 2", "quantity", "greater than 0")),
        ("needs", "haircut,5,2", "haircut,many,2", ("row 2", "quantity", "not a whole number")),
        ("needs", "haircut,5,2", "haircut,2000000000,2", ("row 2", "quantity", "absurdly")),
        ("needs", "2026-03-06", "2026-03-01", ("row 2", "to", "ends before it begins")),
        ("needs", "N1,East,E1", "N1,East,E9", ("row 2", "place", "no place 'E9'")),
        ("needs", "N3,West", "N1,West", ("row 4", "need_id", "stands in row 2 already")),
        ("needs", "N3,West", "N3,", ("row 4", "community", "must not be blank")),
        ("needs", "morning,,,,\nN2", "night,,,,\nN2", ("row 2", "parts", "morning, afternoon")),
        ("needs", "licence,,yes,", "licence,,maybe,", ("row 3", "whole", "yes or no")),
        ("needs", "licence,,yes,", "licence,,yes,N5", ("row 3", "after", "circle")),
        ("needs", ",N2\n", ",N77\n", ("row 6", "after", "no need 'N77'")),
        ("needs", "2026-03-02,2026-03-06", "2026-3-x,2026-03-06", ("row 2", "from", "not a date")),
        ("offers", "O1,Barber,haircut,9,3,*", "O1,Barber,haircut,9,3,", ("row 2", "area")),
        ("offers", "East;West", "East;North", ("row 3", "area", "no place 'North'")),
        ("offers", "2;4", "2;9", ("row 2", "weekdays", "1 (Monday)")),
        ("offers", ",500,", ",-500,", ("row 4", "reach", "negative")),
        ("offers", "haircut,9,3", "haircut,9,-3", ("row 2", "per_period", "negative")),
        ("offers", "O2,Electric,repair", "O2,Electric,", ("row 3", "categories")),
    ],
)
def test_a_wrong_cell_is_named_and_nothing_is_written(
    files: Files, table: str, old: str, new: str, said: tuple[str, ...]
) -> None:
    good = {"needs": NEEDS, "offers": OFFERS}[table]
    assert good.count(old) >= 1
    result = files.run(**{table: good.replace(old, new, 1)})
    assert result.exit_code == 1
    for words in (f"{table}.csv", *said):
        assert words in result.output
    assert not files.out.exists()
    assert not files.why.exists()


def test_all_wrong_cells_are_named_at_once(files: Files) -> None:
    needs = NEEDS.replace("haircut,5,2", "haircut,x,2").replace("yes", "maybe")
    result = files.run(needs=needs)
    assert "row 2" in result.output
    assert "row 3" in result.output


@pytest.mark.parametrize(
    ("locks", "said"),
    [
        ("N9,O1,lock,2026-03-05,morning,1", "'N9' is unknown"),
        ("N3,O1,keep,2026-03-05,morning,1", "lock or exclude"),
        ("N3,O1,lock,2027-03-05,morning,1", "outside the days"),
        ("N3,O1,lock,2026-03-05,,1", "one part of the day"),
        ("N3,O1,lock,2026-03-05,morning,4", "locks more than there is"),
        ("N2,O2,lock,2026-03-02,morning,1", "must stay whole"),
        ("N3,O1,lock,2026-03-05,morning,1\nN3,O1,exclude,,,", "locked and excluded"),
    ],
)
def test_contradictory_decisions_are_named(files: Files, locks: str, said: str) -> None:
    result = files.run(locks=f"need_id,offer_id,action,date,parts,quantity\n{locks}\n")
    assert result.exit_code == 1
    assert said in result.output
    assert "locks.csv" in result.output


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ("not json", "not a GeoJSON feature collection"),
        ('{"features": []}', "there is no place"),
        (json.dumps({"features": [feature("A", 0, 0), feature("A", 0, 0)]}), "stands twice"),
        (json.dumps({"features": [feature("A", 100, 0)]}), "longitude and latitude"),
        (
            json.dumps({"features": [feature("A", 0, 0, "B"), feature("B", 0, 0, "A")]}),
            "form a circle",
        ),
    ],
)
def test_a_broken_map_is_named(files: Files, places: str, said: str) -> None:
    result = files.run(places=places)
    assert result.exit_code == 1
    assert said in result.output


def test_a_missing_column_is_named(files: Files) -> None:
    result = files.run(needs=NEEDS.replace("quantity", "amount", 1))
    assert result.exit_code == 1
    assert "no column 'quantity'" in result.output


def test_text_that_a_spreadsheet_would_run_is_made_harmless(files: Files) -> None:
    offers = OFFERS.replace("Barber", "=HYPERLINK(1)")
    files.run(offers=offers)
    assert "'=HYPERLINK(1)" in {row["unit"] for row in files.rows(files.out)}


def test_an_unwritable_explanation_leaves_no_plan_behind(files: Files) -> None:
    missing = files.folder / "nowhere" / "why.csv"
    result = files.run("--explain", str(missing))
    assert result.exit_code == 1
    assert not files.out.exists()
    assert not list(files.folder.glob(".*.part"))
