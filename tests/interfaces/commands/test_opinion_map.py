"""`gongzhi opinion-map` reads a Polis export, and refuses what it can't use, with the line."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from defusedxml import ElementTree

from benchmarks.deliberation_inputs import make_conversation
from gongzhi.interfaces.commands.main import gongzhi

HEADER = "timestamp,datetime,comment-id,voter-id,vote\n"


@pytest.fixture
def votes_file(tmp_path: Path) -> Path:
    """A conversation of two camps whose ids are far from 0, 1, 2."""
    made = make_conversation(voters=120, statements=24, votes=1700, camps=2, seed=3)
    rows = zip(made["voters"], made["statements"], made["values"], strict=True)
    lines = [f"{i},,{100 + 7 * s},{5000 + 3 * v},{vote}\n" for i, (v, s, vote) in enumerate(rows)]
    path = tmp_path / "votes.csv"
    path.write_text(HEADER + "".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def statements_file(tmp_path: Path) -> Path:
    lines = [f'1,,{100 + 7 * s},0,0,0,{-1 if s == 2 else 1},"第 {s} 条\n陈述"\n' for s in range(25)]
    path = tmp_path / "comments.csv"
    path.write_text(
        "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n"
        + "".join(lines),
        encoding="utf-8",
    )
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(gongzhi, ["opinion-map", *map(str, arguments)])


def result_of(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def test_a_map_is_drawn_with_only_the_files_own_ids(
    votes_file: Path, statements_file: Path, tmp_path: Path
) -> None:
    out, picture = tmp_path / "map.json", tmp_path / "map.svg"
    done = run(
        votes_file, "--statements", statements_file, "--out", out, "--picture", picture,
        "--trials", 3,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    found = result_of(out)
    members = [voter for group in found["groups"] for voter in group["members"]]
    assert sorted(members) == found["voters"]["in_conversation"]
    assert {(voter - 5000) % 3 for voter in members} == {0}
    assert [one["id"] for one in found["statements"]] == [100 + 7 * s for s in range(25)]
    assert found["k"] == len(found["groups"]) == 2
    assert [one["k"] for one in found["silhouette_by_k"]] == [2, 3, 4, 5]
    assert sum(found["stability"]["number_of_groups"].values()) == pytest.approx(1)
    assert ElementTree.fromstring(picture.read_text(encoding="utf-8")) is not None
    assert "A 组" in done.output


def test_a_moderated_statement_is_named_nowhere_but_in_the_table(
    votes_file: Path, statements_file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "map.json"
    run(votes_file, "--comments", statements_file, "--out", out, "--trials", 0)
    found = result_of(out)
    hidden = found["statements"][2]
    assert hidden["id"] == 114
    assert not hidden["shown"]
    listed = found["shared_by_all_groups"] + found["slate"]["statements"]
    listed += [one["statement"] for group in found["groups"] for one in group["representative"]]
    assert 114 not in listed
    assert found["stability"] is None
    assert found["statements"][3]["text"] == "第 3 条 陈述"


def test_the_same_seed_gives_the_same_file(votes_file: Path, tmp_path: Path) -> None:
    written = []
    for name in ("one.json", "two.json"):
        run(votes_file, "--out", tmp_path / name, "--seed", 7, "--trials", 2)
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]


def test_the_number_of_groups_can_be_set_and_the_words_be_english(
    votes_file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "map.json"
    done = run(votes_file, "--groups", 3, "--out", out, "--trials", 0, "--language", "en")
    assert result_of(out)["k"] == 3
    assert "Group C:" in done.output


def test_the_last_vote_counts_by_time_not_by_line(tmp_path: Path) -> None:
    rows = ["9,,1,1,1", "5,,1,1,-1", *(f"1,,{s},{v},1" for s in (2, 3) for v in (1, 2))]
    path, out = tmp_path / "votes.csv", tmp_path / "map.json"
    path.write_text(HEADER + "\n".join(rows), encoding="utf-8")
    assert run(path, "--out", out, "--trials", 0).exit_code == 0
    first = result_of(out)["statements"][0]
    assert (first["agree"], first["disagree"]) == (1, 0)


@pytest.mark.parametrize(
    ("bad", "chinese", "english"),
    [
        ("1,,100,5000,nan", "第 4 行", "'nan' is not a whole number"),
        ("1,,100,5000,", "第 4 行", "'' is not a whole number"),
        ("1,,100,5000,2", "第 4 行：投票只能是", "row 4: a vote is 1"),
        ("1,,100,-3,1", "编号是负数", "voter id is negative"),
        ("1,,1.5,5000,1", "列“comment-id”", "'1.5' is not a whole number"),
        ("1,,999,5000,1", "没有这条陈述", "row 4: the statement is unknown"),
    ],
)
def test_a_bad_vote_is_refused_with_its_line_and_nothing_is_written(
    bad: str, chinese: str, english: str, statements_file: Path, tmp_path: Path
) -> None:
    path, out = tmp_path / "bad.csv", tmp_path / "map.json"
    path.write_text(HEADER + f"1,,100,5000,1\n2,,107,5000,0\n{bad}\n", encoding="utf-8")
    done = run(path, "--statements", statements_file, "--out", out)
    assert done.exit_code == 1
    assert chinese in done.output
    assert english in done.output
    assert not out.exists()


def test_ten_thousand_votes_of_one_voter_are_refused_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "flood.csv"
    path.write_text(
        HEADER + "".join(f"{i},,{i % 50},7,1\n" for i in range(10_000)), encoding="utf-8"
    )
    done = run(path, "--out", tmp_path / "map.json")
    assert done.exit_code == 1
    assert "第 152 行" in done.output
    assert "10000 votes; at most 150" in done.output


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("comment-id,voter-id\n1,2\n", "no column 'vote'"),
        (HEADER, "there are no votes"),
    ],
)
def test_a_file_that_is_no_table_of_votes_is_refused(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    path.write_text(text, encoding="utf-8")
    done = run(path, "--out", tmp_path / "map.json")
    assert done.exit_code == 1
    assert words in done.output


def test_statements_listed_twice_or_all_hidden_are_refused(
    votes_file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "statements.csv"
    path.write_text("comment-id,moderated\n100,1\n107,1\n100,1\n", encoding="utf-8")
    assert "listed twice" in run(votes_file, "--statements", path, "--out", path).output
    every = "".join(f"{100 + 7 * s},-1\n" for s in range(24))
    path.write_text("comment-id,moderated\n" + every, encoding="utf-8")
    refused = run(votes_file, "--statements", path, "--out", tmp_path / "map.json")
    assert "Every statement is moderated away" in refused.output


def test_more_groups_than_opinions_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    path.write_text(HEADER + "1,,1,1,1\n1,,1,2,-1\n1,,1,3,1\n", encoding="utf-8")
    done = run(path, "--groups", 3, "--out", tmp_path / "map.json")
    assert done.exit_code == 1
    assert "Can't make 3 groups" in done.output


def test_a_place_that_cannot_be_written_leaves_nothing_behind(
    votes_file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "map.json"
    done = run(votes_file, "--out", out, "--picture", tmp_path / "none" / "map.svg", "--trials", 0)
    assert done.exit_code == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["votes.csv"]


def test_help_speaks_both_languages() -> None:
    shown = CliRunner().invoke(gongzhi, ["opinion-map", "--help"]).output
    assert "画意见地图" in shown
    assert "Draw the opinion map" in shown
