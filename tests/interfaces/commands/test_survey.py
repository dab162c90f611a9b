"""`gongzhi survey` estimates from a file of answers, and refuses by row what it can't use."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from xlsxwriter import Workbook

from gongzhi.engines.measurement.designs import read_design
from gongzhi.engines.measurement.survey_estimates import estimate_means
from gongzhi.interfaces.commands.main import gongzhi
from tests.engines.measurement import surveys as s

COLUMNS = ["street", "block", "w", "place", "clean", "safe"]


def sample_rows() -> list[list[Any]]:
    """The test survey as a file would hold it; every seventh person doesn't know."""
    rows = []
    for i in range(s.SIZE):
        safe: Any = 9 if i % 7 == 0 else int(6 - s.LIKERT[i])
        rows.append([f"s{s.STRATA[i]}", f"b{s.CLUSTERS[i]}", float(s.WEIGHTS[i])])
        rows[-1] += [str(s.DISTRICT[i]), int(s.LIKERT[i]), safe]
    return rows


def write(path: Path, rows: list[list[Any]], columns: list[str] = COLUMNS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
    return path


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    return write(tmp_path / "answers.csv", sample_rows())


DESIGN = ["--weight", "w", "--stratum", "street", "--cluster", "block"]
KNOWN = ["--missing", "9=不知道"]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(gongzhi, ["survey", *map(str, arguments)])


def result_of(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def test_estimates_in_a_file_are_those_of_the_engine(answers: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    done = run("estimate", answers, "--item", "*a*", "--item", "clean", "--domain", "place",
               *DESIGN, *KNOWN, "--out", out, "--skip-unknown")  # fmt: skip
    assert done.exit_code == 0, done.output
    design = read_design(s.WEIGHTS, strata=s.STRATA.tolist(), clusters=s.CLUSTERS.tolist())
    ours = estimate_means(design, s.LIKERT, domains=s.DISTRICT.tolist())
    found = {(r["item"], r["domain"]): r for r in result_of(out)["estimates"]}
    for at, name in enumerate(ours.names):
        assert found["clean", name]["estimate"] == pytest.approx(ours.intervals.estimate[at])
        assert found["clean", name]["standard_error"] == pytest.approx(ours.standard_error[at])
    assert result_of(out)["degrees_of_freedom"] == 11
    assert result_of(out)["items"]["safe"]["missing"] == {"不知道": 19}


def test_a_workbook_gives_the_same_as_delimited_text(answers: Path, tmp_path: Path) -> None:
    book = tmp_path / "answers.xlsx"
    with Workbook(book) as workbook:
        sheet = workbook.add_worksheet("答卷")
        for at, row in enumerate([COLUMNS, *sample_rows()]):
            sheet.write_row(at, 0, row)
    first, second = (
        run("estimate", path, "--item", "clean", *DESIGN).output for path in (answers, book)
    )
    assert first == second
    assert "clean" in first


def test_shares_of_each_answer_add_up_and_small_cells_are_hidden(tmp_path: Path) -> None:
    rows = [["x", i, 1, "a", kind, 1] for i, kind in enumerate([1] * 30 + [2] * 20 + [3] * 2)]
    out = tmp_path / "shares.csv"
    file = write(tmp_path / "few.csv", rows)
    done = run("estimate", file, "--item", "clean", "--valid", "1-3", "--statistic", "share",
               "--out", out)  # fmt: skip
    assert done.exit_code == 0, done.output
    with out.open(encoding="utf-8-sig", newline="") as text:
        shares = list(csv.DictReader(text))
    hidden = [row["answer"] for row in shares if not row["estimate"]]
    assert "3.0" in hidden
    assert len(hidden) == 2  # one more, or the small share were one minus the rest


def test_a_small_group_hides_another_so_that_subtraction_finds_nothing(tmp_path: Path) -> None:
    places = ["a"] * 30 + ["b"] * 20 + ["c"] * 3
    rows = [["x", i, 1, place, 3 + i % 2, 1] for i, place in enumerate(places)]
    out = tmp_path / "out.json"
    run("estimate", write(tmp_path / "p.csv", rows), "--item", "clean", "--domain", "place",
        "--out", out)  # fmt: skip
    hidden = [row["domain"] for row in result_of(out)["estimates"] if row["estimate"] is None]
    assert "c" in hidden
    assert len(hidden) == 2


def test_two_waves_are_compared_and_only_the_real_change_is_named(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    rows = [
        ["x", i, 1, year, score, generator.integers(1, 6)]
        for year in (2023, 2025)
        for i, score in enumerate(
            np.clip(generator.normal(2.5 + (year == 2025), 1, 80), 1, 5).round()
        )
    ]
    out = tmp_path / "changes.json"
    done = run("compare", write(tmp_path / "waves.csv", rows), "--item", "clean", "--item", "safe",
               "--wave", "place", "--earlier", "2023", "--later", "2025", "--out", out)  # fmt: skip
    assert done.exit_code == 0, done.output
    changes = {row["item"]: row["beyond_chance"] for row in result_of(out)["changes"]}
    assert changes == {"clean": True, "safe": False}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({4: "often"}, "3: 'often'"),
        ({4: 7}, "3: '7'"),
        ({2: "heavy"}, "3 行 w"),
        ({2: -1}, "3 行 w"),
        ({0: ""}, "3 行 street"),
        ({1: "b4", 0: "s0"}, "两层"),
        ({0: "alone"}, "--lone"),
    ],
)
def test_what_is_wrong_is_refused_with_its_row(
    tmp_path: Path, change: dict[int, Any], said: str
) -> None:
    rows = sample_rows()
    for column, value in change.items():
        rows[1][column] = value
    if change == {0: "alone"}:
        rows[1][1] = "block of its own"
    out = tmp_path / "out.csv"
    done = run(
        "estimate", write(tmp_path / "bad.csv", rows), "--item", "clean", *DESIGN, "--out", out
    )
    assert done.exit_code == 1
    assert said in done.output
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--item", "nowhere"], 1),
        (["--item", "clean", "--valid", "five"], 2),
        (["--item", "clean", "--missing", "5=x"], 1),
        (["--item", "clean", "--valid", "0..10", "--statistic", "share"], 1),
        ([], 2),
    ],
)
def test_wrong_questions_are_refused(answers: Path, arguments: list[str], code: int) -> None:
    assert run("estimate", answers, *arguments).exit_code == code


def test_an_item_nobody_answered_says_so(tmp_path: Path) -> None:
    rows = [["x", i, 1, "a", "", 1] for i in range(6)]
    done = run("estimate", write(tmp_path / "blank.csv", rows), "--item", "clean")
    assert done.exit_code == 0
    assert "nobody answered" in done.output
    assert "nan" not in done.output.lower().replace("nobody answered", "")


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    assert run("estimate", write(tmp_path / "empty.csv", []), "--item", "clean").exit_code == 1


@pytest.mark.realdata
def test_kansas_city_is_read_estimated_and_compared(realdata: Path, tmp_path: Path) -> None:
    """1,033 residents, 9 = don't know: means by council district agree with plain arithmetic."""
    file = realdata / "surveys" / "kcmo_resident_survey_2021Q1FY22_safe.csv"
    out = tmp_path / "kc.json"
    done = run("estimate", file, "--item", "q1_0*", "--item", "q2_0*", "--domain", "counci",
               "--missing", "9=不知道", "--missing", "NA", "--out", out)  # fmt: skip
    assert done.exit_code == 0, done.output
    found = result_of(out)
    assert found["respondents"] == 1033
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = [r for r in csv.DictReader(text) if r["counci"] == "6" and r["q1_01"] in "12345"]
    scores = np.array([float(r["q1_01"]) for r in rows])
    six = next(r for r in found["estimates"] if (r["item"], r["domain"]) == ("q1_01", "6"))
    assert six["estimate"] == pytest.approx(scores.mean())
    assert six["respondents"] == len(scores)
    changes = tmp_path / "mail_and_web.csv"
    done = run("compare", file, "--item", "q1_*", "--missing", "9", "--wave", "method",
               "--earlier", "Mail", "--later", "Web", "--out", changes)  # fmt: skip
    assert done.exit_code == 0, done.output


@pytest.mark.realdata
def test_somerville_with_its_dirty_values_is_refused_and_then_compared(
    realdata: Path, tmp_path: Path
) -> None:
    file = realdata / "surveys" / "somerville_happiness_2011_2013_2015.csv"
    item = "How.happy.do.you.feel.right.now."
    asked = ["--item", item, "--valid", "0..10", "--missing", "R", "--missing", "NA"]
    waves = ["--wave", "Year", "--earlier", "2013", "--later", "2015"]
    assert run("estimate", file, *asked).exit_code == 1
    out = tmp_path / "change.json"
    done = run("compare", file, *asked, "--skip-unknown", *waves, "--out", out)
    assert done.exit_code == 0, done.output
    (change,) = result_of(out)["changes"]
    assert 1 <= change["earlier"] <= 10
    assert change["lower"] < change["change"] < change["upper"]


def test_one_respondent_says_nothing_of_others_and_the_message_says_so(tmp_path: Path) -> None:
    file = write(tmp_path / "one.csv", [["s", "b", 1, "p", 5, 3]])
    for statistic in ("mean", "share"):
        done = CliRunner().invoke(
            gongzhi, ["survey", "estimate", str(file), "--item", "clean", "--statistic", statistic]
        )
        assert done.exit_code == 1
        assert "只有一份答卷" in done.output
