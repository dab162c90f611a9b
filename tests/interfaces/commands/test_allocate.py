"""`gongzhi allocate` reads a file, says what is funded and why, and writes whole files or none."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gongzhi.interfaces.commands.main import gongzhi

FILE = """META
key;value
budget;100
currency;CNY
vote_type;approval
PROJECTS
project_id;cost;name
1;40;路灯 Lamps
2;60;长椅 Benches
3;30;书屋 Books
VOTES
voter_id;vote;place
""" + "".join(
    f"{number};{vote};{place}\n"
    for number, (vote, place) in enumerate(
        [("1,2", "东里")] * 8 + [("2", "东里")] * 3 + [("3", "西里")] * 7 + [("3", "北里")] * 2
    )
)


@pytest.fixture
def election(tmp_path: Path) -> Path:
    path = tmp_path / "round.pb"
    path.write_text(FILE, encoding="utf-8")
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(gongzhi, ["allocate", *map(str, arguments)])


def saved(election: Path, *options: str) -> dict:
    out = election.with_name("result.json")
    result = run(election, *options, "--out", out)
    assert result.exit_code == 0, result.output
    return json.loads(out.read_text(encoding="utf-8"))


def test_the_result_says_what_is_funded_in_order_and_who_paid(election):
    found = saved(election)
    assert found["selected"] == ["3", "1"]
    assert (found["cost"], found["budget"], found["voters"]) == (70, 100, 20)
    lamps = found["projects"][1]
    assert lamps["effective_cost"] == pytest.approx(1 / 8)
    assert lamps["who_paid"]["in_full"] == 8
    assert lamps["who_paid"]["full_payment"] == 5


@pytest.mark.parametrize(
    ("options", "selected"),
    [
        (["--rule", "equal-shares"], ["3", "1"]),
        (["--rule", "equal-shares-add1"], ["2", "3"]),
        (["--rule", "phragmen"], ["3", "1"]),
        (["--rule", "greedy"], ["2", "3"]),
        (["--rule", "greedy", "--utility", "cardinality"], ["3", "1"]),
        (["--endowment", "4"], ["3"]),
        (["--completion", "add1", "--then-greedy"], ["2", "3"]),
    ],
)
def test_each_rule_funds_its_own_projects(election, options, selected):
    assert saved(election, *options)["selected"] == selected


def test_explanations_say_what_is_missing_and_what_budget_would_do(election):
    found = saved(election, "--explain", "--completion", "add1")
    lamps = found["projects"][-1]
    assert (lamps["id"], lamps["reason"]) == ("1", "supporters-short")
    assert lamps["supporters_hold"] + lamps["missing"] == pytest.approx(40)
    assert lamps["needed_budget"] == 130
    assert found["underserved"] == []


def test_all_rules_can_be_set_side_by_side(election):
    rules = saved(election, "--compare")["rules"]
    assert rules["greedy"] == {"selected": ["2", "3"], "cost": 90}
    assert rules["phragmen"]["selected"] == ["3", "1"]


def test_places_are_shown_and_small_ones_suppressed(election):
    east, north, west = sorted(
        saved(election, "--places", "place")["places"], key=lambda place: place["place"]
    )
    assert (east["voters"], east["with_a_funded_project"]) == (11, None)  # 8, and 3 without
    assert north["voters"] is None
    assert west["with_a_funded_project"] == 7


def test_a_table_lists_every_project_once(election):
    out = election.with_name("result.csv")
    assert run(election, "--out", out).exit_code == 0
    rows = list(csv.DictReader(out.read_text(encoding="utf-8-sig").splitlines()))
    assert [row["id"] for row in rows] == ["3", "1", "2"]
    assert rows[1]["paid_in_full"] == "8"


def test_without_an_output_file_the_result_is_printed_in_both_languages(election):
    shown = run(election, "--explain", "--compare").output
    assert "入选 funded 2" in shown
    assert "支持者余额不足 its supporters hold too little" in shown


def test_a_bad_file_is_refused_with_its_line_and_nothing_is_written(election):
    election.write_text(FILE.replace("1;40;", "1;-40;"), encoding="utf-8")
    out = election.with_name("result.json")
    result = run(election, "--out", out)
    assert result.exit_code == 1
    assert "line 8: project '1'" in result.output
    assert [path.name for path in election.parent.iterdir()] == ["round.pb"]


def test_a_file_that_is_no_text_is_refused_with_its_line(election):
    election.write_bytes(FILE.encode().replace(b"19;3", b"19;\xff3"))
    result = run(election, "--out", election.with_name("result.json"))
    assert result.exit_code == 1
    line = FILE[: FILE.index("19;3")].count("\n") + 1
    assert f"line {line}: not text in UTF-8" in result.output
    assert [path.name for path in election.parent.iterdir()] == ["round.pb"]


def test_a_refused_tie_is_left_to_people(election):
    # Without voter 19, projects 1 and 3 have eight supporters each.
    election.write_text(FILE.replace("19;3;北里\n", ""), encoding="utf-8")
    result = run(election, "--ties", "refuse")
    assert result.exit_code == 1
    assert "exact tie between projects '1', '3'" in result.output


@pytest.mark.parametrize(
    "options",
    [
        ["--ties", "coin"],
        ["--endowment", "much"],
        ["--endowment", "-1"],
        ["--step", "1/0"],
        ["--out", "result.txt"],
        ["--utility", "happiness"],
    ],
)
def test_wrong_usage_is_told_apart_from_a_bad_file(election, options):
    assert run(election, *options).exit_code == 2


def test_settings_that_do_not_fit_the_ballots_are_refused(election):
    result = run(election, "--utility", "points")
    assert result.exit_code == 1
    assert "points" in result.output
