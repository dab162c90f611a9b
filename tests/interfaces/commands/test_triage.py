"""`gongzhi triage` on files: what it writes, and what it refuses with row and column."""

import csv
import json
from datetime import date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gongzhi.commons.tables.reading import read_table
from gongzhi.commons.tables.writing import write_xlsx
from gongzhi.interfaces.commands.main import gongzhi
from tests.engines.triage.invented import invented


def run(*arguments: object) -> Result:
    return CliRunner().invoke(gongzhi, ["triage", *map(str, arguments)])


def write(path: Path, rows: list[tuple[object, ...]], *, encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as out:
        csv.writer(out).writerows(rows)
    return path


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    messages, labels = invented(200)
    rows = [(m.subject, m.body, label) for m, label in zip(messages, labels, strict=True)]
    return write(tmp_path / "labelled.csv", [("标题", "正文", "类别"), *rows])


@pytest.fixture
def model(tmp_path: Path, labelled: Path) -> Path:
    out = tmp_path / "model.npz"
    result = run("train", labelled, "--text", "标题,正文", "--label", "类别", "--out", out)
    assert result.exit_code == 0, result.output
    return out


def test_a_trained_model_predicts_a_gb18030_file_row_by_row(tmp_path: Path, model: Path) -> None:
    rows = [("标题", "正文"), ("", "路灯不亮，夜里很黑"), ("", ""), ("停车收费高", "车位不够🙂")]
    file = write(tmp_path / "new.csv", rows, encoding="gb18030")
    out = tmp_path / "out.csv"
    result = run("predict", model, file, "--text", "标题，正文", "--out", out)
    assert result.exit_code == 0, result.output
    table = read_table(out)
    assert table.columns == ("row", "first", "first_probability", "second", "third", "evidence")
    assert table.column("row") == ["2", "3", "4"]
    assert table.column("first") == ["照明", None, "停车"]
    assert float(str(table.column("first_probability")[0])) > 0.6
    assert any(word in str(table.column("evidence")[0]) for word in ("灯", "黑"))


def test_unsure_rows_can_be_left_blank(tmp_path: Path, model: Path) -> None:
    file = write(tmp_path / "new.csv", [("正文",), ("完全不相干的内容",), ("路灯不亮，很黑",)])
    out = tmp_path / "out.csv"
    assert run("predict", model, file, "--text", "正文", "--abstain", "--out", out).exit_code == 0
    assert read_table(out).column("first") == [None, "照明"]


def test_an_evaluation_is_told_as_text_and_as_json(
    tmp_path: Path, model: Path, labelled: Path
) -> None:
    out = tmp_path / "figures.json"
    result = run(
        "evaluate", model, labelled, "--text", "标题,正文", "--label", "类别", "--json", out
    )
    assert result.exit_code == 0, result.output
    figures = json.loads(out.read_text(encoding="utf-8"))
    assert (
        figures["accuracy"]
        == figures["confusion"][0][0] / 200 + sum(figures["confusion"][i][i] for i in (1, 2)) / 200
    )
    assert f"{figures['macro_f1']:.4f}" in result.output
    assert {c["label"] for c in figures["classes"]} == {"照明", "停车", "噪音"}


def test_an_older_model_learns_a_new_label(tmp_path: Path, model: Path) -> None:
    rows = [(f"电梯{word}", "电梯") for word in ("困人", "异响", "停运", "失灵") * 3]
    file = write(tmp_path / "decided.csv", [("正文", "类别"), *rows])
    out = tmp_path / "taught.npz"
    arguments = ("--text", "正文", "--label", "类别", "--from", model, "--out", out)
    result = run("train", file, *arguments)
    assert result.exit_code == 0, result.output
    assert "Learned from 12 decisions" in result.output
    assert run("evaluate", out, file, "--text", "正文", "--label", "类别").exit_code == 0


def test_rows_without_text_or_label_are_named_and_left_out(tmp_path: Path) -> None:
    messages, labels = invented(60)
    rows = [(m.body, label) for m, label in zip(messages, labels, strict=True)]
    rows[4] = ("", "照明")
    rows[7] = (rows[7][0], " ")
    file = write(tmp_path / "l.csv", [("正文", "类别"), *rows])
    result = run("train", file, "--text", "正文", "--label", "类别", "--out", tmp_path / "m.npz")
    assert result.exit_code == 0
    assert "Left out 2 rows without text or label: 6, 9" in result.output


def test_duplicates_are_grouped_by_words_place_and_time(tmp_path: Path) -> None:
    rows = [
        ("内容", "地点", "时间"),
        ("三号楼门口的路灯坏了好几天", "区/甲社区", "2024-05-01"),
        ("小区垃圾没人清运", "区/甲社区", "2024/5/1 08:00:00"),
        ("三号楼门口路灯坏了好几天了", "区/甲社区", "2024年5月2日"),
        ("三号楼门口路灯坏了好几天了", "区/乙社区", "2019-05-02"),
    ]
    file, out = write(tmp_path / "d.csv", rows), tmp_path / "out.csv"
    result = run("duplicates", file, "--text", "内容", "--out", out)
    assert result.exit_code == 0, result.output
    assert read_table(out).columns == ("row", "group", "similarity")
    assert [row[:2] for row in read_table(out).rows] == [("2", "2"), ("4", "2"), ("5", "2")]
    arguments = ("--text", "内容", "--place", "地点", "--time", "时间", "--least", "0.5")
    assert run("duplicates", file, *arguments, "--out", out).exit_code == 0
    assert [row[:2] for row in read_table(out).rows] == [("2", "2"), ("4", "2")]


def hot_rows() -> list[tuple[object, ...]]:
    said = ["搅拌站昼夜轰鸣", "搅拌站粉尘飞扬", "强烈要求拆除搅拌站", "搅拌站扰民"]
    dates = [datetime(2024, 5, 1, 8), date(2024, 5, 2), "2024/5/3 9:00", "2024-05-04"]  # noqa: DTZ001
    rows: list[tuple[object, ...]] = [
        (f"H{i}", f"碧云花园{said[i]}", f"碧云花园旁边的{said[i]}", dates[i], i) for i in range(4)
    ]
    other = ["青石路垃圾满溢", "望江苑电梯停运", "东湖社区车位捆绑", "锦绣公寓水管爆裂"]
    rows += [(f"X{i}", text, text, "2024-05-02", None) for i, text in enumerate(other)]
    return rows


HOT = ("--id", "编号", "--text", "主题,详情", "--time", "时间", "--support", "点赞")
COLUMNS = ("编号", "主题", "详情", "时间", "点赞")


def test_hot_issues_are_listed_with_their_messages(tmp_path: Path) -> None:
    file, out = tmp_path / "hot_in.xlsx", tmp_path / "hot.xlsx"
    write_xlsx(file, COLUMNS, hot_rows())
    result = run("hot", file, *HOT, "--out", out)
    assert result.exit_code == 0, result.output
    issues, members = read_table(out), read_table(out, sheet=1)
    assert issues.columns[:6] == ("rank", "heat", "from", "to", "place or people", "description")
    assert members.columns == ("issue", "message id")
    assert {row[1] for row in members.rows if row[0] == 1} == {"H0", "H1", "H2", "H3"}
    assert "碧云花园" in str(issues.column("place or people")[0])
    assert issues.column("supporters")[0] == 6


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"编号": "H0"}, "row 9, 编号: the same id as in row 2"),
        ({"时间": "not a day"}, "row 9, 时间: 'not a day' is no date"),
        ({"时间": ""}, "row 9, 时间: may not be blank"),
        ({"点赞": "many"}, "row 9, 点赞: 'many' is not a number"),
    ],
)
def test_a_bad_cell_is_refused_with_row_and_column(
    tmp_path: Path, change: dict[str, str], said: str
) -> None:
    rows = hot_rows()
    rows[-1] = tuple(change.get(name, cell) for name, cell in zip(COLUMNS, rows[-1], strict=True))
    file, out = write(tmp_path / "in.csv", [COLUMNS, *rows]), tmp_path / "hot.xlsx"
    result = run("hot", file, *HOT, "--out", out)
    assert result.exit_code == 1
    assert said in result.output
    assert not out.exists()


def test_a_missing_column_and_a_wrong_model_are_refused(
    tmp_path: Path, model: Path, labelled: Path
) -> None:
    out = tmp_path / "o.csv"
    result = run("predict", model, labelled, "--text", "没有这列", "--out", out)
    assert result.exit_code == 1
    assert "标题, 正文, 类别" in result.output
    result = run("predict", labelled, labelled, "--text", "正文", "--out", out)
    assert result.exit_code == 1
    assert "not a usable model" in result.output
    assert not out.exists()


def test_wrong_usage_ends_with_two_and_help_speaks_both_languages(tmp_path: Path) -> None:
    assert run("train", tmp_path / "missing.csv").exit_code == 2
    assert run("hot", __file__, *HOT, "--out", tmp_path / "x.csv").exit_code == 2
    for command in ("train", "predict", "evaluate", "duplicates", "hot"):
        text = run(command, "-h").output
        assert any("\u4e00" <= c <= "\u9fff" for c in text)
        assert "Exit" in run("-h").output
        assert "The" in text


@pytest.mark.parametrize(
    ("command", "name", "said"),
    [
        ("duplicates", "nowhere/out.csv", "no such folder"),
        ("hot", "nowhere/out.xlsx", "no such folder"),
        ("duplicates", "out.xlsx", "a CSV file is written"),
        ("hot", "out.csv", "must end in .xlsx"),
    ],
)
def test_where_nothing_could_be_written_is_said_before_the_work(
    tmp_path: Path, command: str, name: str, said: str
) -> None:
    file = write(tmp_path / "in.csv", [COLUMNS, *hot_rows()])
    options = HOT if command == "hot" else ("--text", "主题")
    result = run(command, file, *options, "--out", tmp_path / name)
    assert result.exit_code == 2
    assert said in result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv"]


def test_no_column_named_is_wrong_usage(tmp_path: Path, labelled: Path) -> None:
    out = tmp_path / "m"
    result = run("train", labelled, "--text", "，", "--label", "类别", "--out", out)
    assert result.exit_code == 2
    assert "names no column" in result.output


ODD = [
    ("空白", "", ""),
    ("只有空格", "  \u3000", "\t \n"),
    ("很长", "长", "垃圾" * 50_000),
    ("表情", "😀🔥", "🗑️😡路灯不亮👨‍👩‍👧"),
    ("繁体", "路燈壞了", "路燈不亮，夜裡很黑"),
    ("全角", "ＡＢＣ１２３", "路灯不亮ＡＢＣ"),
    ("看不见", "\u200b\ufeff", "\x07停车位不够"),
    ("公式", "=1+1", "=cmd|' /C calc'!A0 停车位不够"),
]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_odd_texts_go_through_every_command(tmp_path: Path, model: Path, encoding: str) -> None:
    times = ["2024/5/1 8:00", "2024-05-01", "2024年5月1日"]
    rows = [(*odd, times[at % 3], at) for at, odd in enumerate(ODD)]
    file = write(tmp_path / "odd.csv", [COLUMNS, *rows], encoding=encoding)
    out = tmp_path / "out.csv"
    done = run("predict", model, file, "--text", "主题,详情", "--out", out)
    assert done.exit_code == 0, done.output
    first = read_table(out).column("first")
    assert (first[:2], len(first)) == ([None, None], len(ODD))
    assert (first[3], first[4]) == ("照明", "照明")
    done = run(
        "duplicates", file, "--text", "主题,详情", "--time", "时间", "--out", tmp_path / "d.csv"
    )
    assert done.exit_code == 0, done.output
    done = run("hot", file, *HOT, "--out", tmp_path / "hot.xlsx")
    assert done.exit_code == 0, done.output
    labelled = [("主题", "详情", "类别")]
    labelled += [(subject, body, "甲乙"[at % 2]) for at, (_, subject, body) in enumerate(ODD)]
    file = write(tmp_path / "labelled.csv", labelled, encoding=encoding)
    learned = tmp_path / "odd.model"
    columns = ("--text", "主题,详情", "--label", "类别")
    done = run("train", file, *columns, "--out", learned)
    assert done.exit_code == 0, done.output
    assert "2, 3" in done.output
    assert run("evaluate", learned, file, *columns).exit_code == 0
