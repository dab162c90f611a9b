"""`gongzhi owners-vote` counts a workbook, says what is missing, and names bad lines."""

import json
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import CliRunner, Result

from gongzhi.interfaces.commands.main import gongzhi

ROLL = [
    ["楼栋", "房号", "业主", "面积", "送达"],
    ["1", "101", "甲", 89.53, "是"],
    ["1", "102", "乙", 89.53, "是"],
    ["1", "201", "丙", 120.94, "是"],
    ["2", "101b", "丁", 300, "否"],
]
BALLOTS = [
    ["业主", "意见", "事项", "方式", "代理人", "授权", "时间"],
    ["甲", "同意", 7, "纸质", None, None, "2025-03-01 09:00"],
    ["甲", "反对", 7, "电子", None, None, "2025-03-02 09:00"],
    ["乙", "同意", 7, "电子", "甲", "是", "2025-03-01 10:00"],
    ["丙", "同意", 7, "纸质", "甲", "否", "2025-03-01 11:00"],
    ["丙", "同意", 8, "纸质", None, None, "2025-03-01 12:00"],
]


def workbook(path: Path, *, roll: list[list[Any]], ballots: list[list[Any]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in (("名册", roll), ("表决票", ballots)):
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(gongzhi, ["owners-vote", *map(str, arguments)])


def test_a_building_is_counted_exactly_with_every_figure(tmp_path: Path) -> None:
    path, out = workbook(tmp_path / "v.xlsx", roll=ROLL, ballots=BALLOTS), tmp_path / "r.json"
    done = run(path, "--scope", "楼栋=1", "--item", 7, "--out", out)
    assert done.exit_code == 0, done.output
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["verdict"] == "failed"
    assert found["entitled"] == {"area": "300", "heads": 3, "flats_of_unknown_area": 0}
    assert found["taking_part"]["area"] == "8953/50"
    assert found["by_choice"]["against"]["heads"] == 1
    assert [one["met"] for one in found["conditions"]] == [False, True, False, False]
    assert [(one["row"], one["reason"]) for one in found["not_counted"]] == [
        (5, "proxy_without_authority"),
        (2, "replaced"),
    ]
    assert "59.68 %" in done.output
    assert "未通过 failed" in done.output


def test_the_rule_for_two_ballots_and_the_item_change_the_count(tmp_path: Path) -> None:
    path = workbook(tmp_path / "v.xlsx", roll=ROLL, ballots=BALLOTS)
    first = run(path, "--scope", "楼栋=1", "--item", 7, "--twice", "earliest").output
    assert "✓ 同意的面积 area in favour: 100.00 %, ≥ 3/4" in first
    other = run(path, "--scope", "楼栋=1", "--item", 8).output
    assert "✗ 参与表决的人数 heads taking part: 33.33 %, ≥ 2/3，还差 missing 1" in other


def test_two_tables_serve_as_well_as_a_workbook(tmp_path: Path) -> None:
    roll, ballots = tmp_path / "roll.csv", tmp_path / "ballots.csv"
    roll.write_text("flat,owner,area\n1,a,50\n2,b,\n", encoding="utf-8")
    ballots.write_text("owner,choice,flat\na,for,1\nb,for,2\n", encoding="utf-8")
    done = run(roll, "--ballots", ballots, "--scope", "House 1", "--item", 4)
    assert done.exit_code == 0, done.output
    assert "passed" in done.output
    silent = tmp_path / "one.csv"
    silent.write_text("owner,choice\na,for\n", encoding="utf-8")
    undecided = run(roll, "--ballots", silent, "--scope", "House 1", "--item", 4).output
    assert "? 参与表决的面积 area taking part: 0.00 %–100.00 %" in undecided


@pytest.mark.parametrize(
    ("roll", "ballots", "arguments", "words"),
    [
        ("1,a,50\n1,b,50", "a,for", [], "第 3 行：房号重复"),
        ("1,a,50\n2,b,x", "a,for", [], "row 3, column 'area': can't read 'x'"),
        ("1,a,50\n2,b,nan", "a,for", [], "can't read 'nan'"),
        ("1,a,50\n2,b,60", "a,for", ["--total-area", "100"], "第 3 行：面积之和超过总面积"),
        ("1,a,50", "a,maybe", [], "row 2, column 'choice': can't read 'maybe'"),
        ("1,a,50", "a,for", ["--scope", "building=9"], "没有列“building”"),
        ("1,a,50", "a,for", ["--scope", "flat=9"], "范围内没有房屋"),
        ("1,,50", "a,for", [], "第 2 行：缺房号或业主"),
        ("1,a,50", "a,for,第四项", [], "row 2, column 'item': can't read '第四项'"),
        ("1,a,50", "a,for,10", [], "row 2, column 'item': can't read '10'"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_written(
    roll: str, ballots: str, arguments: list[str], words: str, tmp_path: Path
) -> None:
    files = tmp_path / "roll.csv", tmp_path / "ballots.csv"
    files[0].write_text("flat,owner,area\n" + roll + "\n", encoding="utf-8")
    head = "owner,choice,item\n" if ballots.count(",") > 1 else "owner,choice\n"
    files[1].write_text(head + ballots + "\n", encoding="utf-8")
    out = tmp_path / "out.json"
    scope = [] if "--scope" in arguments else ["--scope", "House 1"]
    done = run(files[0], "--ballots", files[1], "--item", 4, "--out", out, *scope, *arguments)
    assert done.exit_code == 1
    assert words in done.output
    assert not out.exists()


def test_an_area_that_is_no_number_is_wrong_usage(tmp_path: Path) -> None:
    path = workbook(tmp_path / "v.xlsx", roll=ROLL, ballots=BALLOTS)
    for area in ("viel", "nan", "1e999999999", "9" * 400, "1/0"):
        done = run(path, "--scope", "x", "--item", 4, "--total-area", area)
        assert done.exit_code == 2
        assert "不是数字" in done.output


def test_flats_with_a_blank_in_their_number_are_named_one_by_one_or_in_a_list(
    tmp_path: Path,
) -> None:
    roll = [["房号", "业主", "面积"], ["3幢 101", "王 某", 50], ["3幢  102", "王某", 30],
            ["103", "李某", 20], ["104", "李某", 20]]  # fmt: skip
    ballots = [["业主", "意见", "房号"], ["王　某", "同意", "3幢 101、3幢 102"],
               ["李某", "反对", "103 104"]]  # fmt: skip
    path, out = workbook(tmp_path / "v.xlsx", roll=roll, ballots=ballots), tmp_path / "r.json"
    assert run(path, "--scope", "3幢", "--item", 4, "--out", out).exit_code == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["not_counted"] == []
    assert found["by_choice"]["for"]["area"] == "80"
    assert found["by_choice"]["against"] == {"area": "40", "heads": 1, "flats_of_unknown_area": 0}


def test_a_share_just_below_its_threshold_never_looks_as_if_it_met_it(tmp_path: Path) -> None:
    roll, ballots = tmp_path / "roll.csv", tmp_path / "ballots.csv"
    roll.write_text("flat,owner,area\n1,a,74999.9\n2,b,25000.1\n", encoding="utf-8")
    ballots.write_text("owner,choice\na,for\nb,against\n", encoding="utf-8")
    done = run(roll, "--ballots", ballots, "--scope", "House 1", "--item", 6)
    assert "✗ 同意的面积 area in favour: 74.99 %" in done.output


def test_what_is_missing_and_a_total_exceeded_are_told_to_the_last_decimal(tmp_path: Path) -> None:
    roll, ballots = tmp_path / "roll.csv", tmp_path / "ballots.csv"
    roll.write_text("flat,owner,area\n1,a,66666.6667\n2,b,33333.3334\n", encoding="utf-8")
    ballots.write_text("owner,choice\na,for\n", encoding="utf-8")
    done = run(roll, "--ballots", ballots, "--scope", "House 1", "--item", 4)
    assert "✗ 参与表决的面积 area taking part: 66.66 %, ≥ 2/3，还差 missing 0.0001" in done.output
    over = run(roll, "--ballots", ballots, "--scope", "H", "--item", 4, "--total-area", "100000")
    assert "add up to 100000.0001, more than the total of 100000." in over.output
