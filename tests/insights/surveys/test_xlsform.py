"""XLSForm in and out: what is understood, what is refused and where, and that nothing is lost."""

from dataclasses import replace
from pathlib import Path

import pytest

from gongzhi.insights.surveys.instruments.findings import CannotImport
from gongzhi.insights.surveys.instruments.shapes import (
    Form,
    Item,
    Kind,
    as_document,
    form_of,
    language_for,
    walk,
    words,
)
from gongzhi.insights.surveys.instruments.xlsform_reading import read_xlsform
from gongzhi.insights.surveys.instruments.xlsform_writing import write_xlsform
from tests.insights.surveys.forms import CHOICES, HOME, YES_NO, Rows, form_from, workbook

HEAD = ["type", "name", "label"]


def without_rows(form: Form) -> Form:
    def bare(item: Item) -> Item:
        return replace(item, row=0, children=tuple(map(bare, item.children)))

    return replace(form, items=tuple(map(bare, form.items)))


def findings(survey: Rows, choices: Rows | None = None) -> list[str]:
    with pytest.raises(CannotImport) as refused:
        read_xlsform(workbook(survey, choices), name="form.xlsx")
    return [str(each) for each in refused.value.findings]


def test_a_form_comes_back_from_its_own_workbook_as_it_was(tmp_path: Path) -> None:
    form = form_from(HOME, CHOICES)
    write_xlsform(tmp_path / "again.xlsx", form)
    again = read_xlsform((tmp_path / "again.xlsx").read_bytes(), name="again.xlsx").form
    assert without_rows(again) == without_rows(form)
    assert form_of(as_document(form)) == form


def test_groups_repeats_and_settings_are_read() -> None:
    form = form_from(
        [[*HEAD, "repeat_count"], ["begin repeat", "child", "孩子", "2"],
         ["integer", "age", "几岁", ""], ["end repeat", "", "", ""]],
        settings=[["form_title", "form_id", "version", "default_language"],
                  ["家里的孩子", "children 1", "7", "中文"]],
    )  # fmt: skip
    assert (form.title, form.code, form.version) == ("家里的孩子", "children_1", "7")
    (child,) = form.items
    assert child.kind is Kind.REPEAT
    assert [each.name for each in child.children] == ["age"]


def test_older_spellings_are_understood() -> None:
    form = form_from(
        [["type", "name", "label:English", "label::中文 (zh)", "bind:relevant",
          "bind:jr:constraintMsg", "constraint"],
         ["select all that apply from yn", "a", "A?", "甲？", "", "", ""],
         ["string", "b", "B?", "乙？", "selected(${a}, 'yes')", "too long",
          "string-length(.) < 9"],
         ["select one from yn or specify other", "c", "C?", "丙？", "", "", ""]],
        [["list name", "name", "label::English"], ["yn", "yes", "Yes"], ["yn", "no", "No"]],
    )  # fmt: skip
    kinds = [item.kind for item in form.items]
    assert kinds == [Kind.SELECT_MULTIPLE, Kind.TEXT, Kind.SELECT_ONE, Kind.TEXT]
    second = form.items[1]
    assert second.relevant == "selected(${a}, 'yes')"
    assert words(second.constraint_message, "English") == "too long"
    assert form.items[3].relevant == "selected(${c}, 'other')"
    assert form.lists["yn"][-1].name == "other"
    assert language_for(form, "zh-hans") == "中文 (zh)"
    assert language_for(form, "en") == "English"


@pytest.mark.parametrize(
    ("survey", "where", "reason"),
    [
        ([HEAD, ["integer", "", "几岁"]], "survey 第 2 行 name 列", "没有题名"),
        ([HEAD, ["integer", "1a", "几岁"]], "第 2 行 name 列", "不合规"),
        ([HEAD, ["integer", "a", "几岁"], ["text", "a", "?"]], "第 3 行 name 列", "第 2 行重复"),
        ([HEAD, ["intejer", "a", "几岁"]], "第 2 行 type 列", "没有“intejer”这种题型"),
        ([HEAD, ["", "a", "几岁"]], "第 2 行 type 列", "没有写题型"),
        ([HEAD, ["select_one", "a", "?"]], "第 2 行 type 列", "没有写用哪个选项表"),
        ([HEAD, ["select_one zz", "a", "?"]], "第 2 行 type 列", "没有选项表“zz”"),
        ([HEAD, ["geopoint", "a", "?"]], "第 2 行 type 列", "不记录答题人的位置"),
        ([HEAD, ["phone number", "a", "?"]], "第 2 行 type 列", "不收联系方式"),
        ([HEAD, ["image", "a", "?"]], "第 2 行 type 列", "不收附件"),
        ([HEAD, ["begin_group", "g", "?"], ["text", "a", "?"]], "第 2 行", "没有结束"),
        ([HEAD, ["text", "a", "?"], ["end_group", "", ""]], "第 3 行", "没有对应的 begin"),
        ([HEAD, ["begin_group", "g", "?"], ["text", "a", "?"], ["end_repeat", "", ""]],
         "第 4 行", "没有对应的 begin"),
        ([[*HEAD, "relevant"], ["text", "a", "?", "${b} = 1"]], "relevant 列", "没有题目 ${b}"),
        ([[*HEAD, "relevant"], ["text", "a", "?", "1 = "]], "relevant 列", "没有写完"),
        ([[*HEAD, "constraint"], ["text", "a", "?", "yes"]], "constraint 列", "文字要加引号"),
        ([[*HEAD, "calculation"], ["calculate", "a", "", "${b} + 1"],
          ["calculate", "b", "", "${a} + 1"], ["text", "c", "?", ""]],
         "第 2 行", "绕了一圈：a → b → a"),
        ([HEAD, ["calculate", "a", ""], ["text", "c", "?"]], "calculation 列", "怎样计算"),
        ([HEAD, ["note", "a", "只有说明"]], "survey", "没有一道题"),
    ],
)  # fmt: skip
def test_a_broken_form_is_refused_by_sheet_row_column_and_reason(
    survey: Rows, where: str, reason: str
) -> None:
    found = findings(survey, CHOICES)
    assert any(where in each and reason in each for each in found), found


@pytest.mark.parametrize(
    ("choices", "where", "reason"),
    [
        ([["list_name", "name", "label"], ["yn", "", "有"]], "第 2 行 name 列", "没有 name"),
        ([["list_name", "name", "label"], ["", "yes", "有"]], "list_name 列", "哪个选项表"),
        ([["list_name", "name", "label"], ["yn", "yes", "有"], ["yn", "yes", "没"]],
         "choices 第 3 行", "出现两次"),
        ([["list_name", "name", "label"], ["yn", "a b", "有"]], "第 2 行 name 列", "不能有空格"),
        ([["name", "label"], ["yes", "有"]], "list_name 列", "没有 list_name 列"),
    ],
)  # fmt: skip
def test_a_broken_list_of_choices_is_refused(choices: Rows, where: str, reason: str) -> None:
    found = findings([HEAD, ["select_one yn", "a", "?"]], choices)
    assert any(where in each and reason in each for each in found), found


def test_every_fault_is_told_at_once() -> None:
    survey: Rows = [HEAD, ["intejer", "a", "?"], ["geopoint", "b", "?"], ["text", "", "?"]]
    assert len(findings(survey)) == 3


@pytest.mark.parametrize(
    "data", [b"", b"not a workbook", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0x"]
)
def test_what_is_no_workbook_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(CannotImport, match=r"form\.xlsx"):
        read_xlsform(data, name="form.xlsx")


def test_a_workbook_without_a_survey_sheet_is_refused(tmp_path: Path) -> None:
    from gongzhi.commons.tables.writing import write_workbook  # noqa: PLC0415

    write_workbook(tmp_path / "x.xlsx", [("Sheet1", ["a"], [["b"]])])
    with pytest.raises(CannotImport, match="没有 survey 工作表"):
        read_xlsform((tmp_path / "x.xlsx").read_bytes(), name="x.xlsx")


def test_questions_that_cannot_be_asked_here_are_left_out_when_asked_to() -> None:
    data = workbook([HEAD, ["geopoint", "where", "?"], ["deviceid", "d", ""], ["text", "a", "?"]])
    read = read_xlsform(data, name="form.xlsx", leave_out=True)
    assert [item.name for item in read.form.items] == ["a"]
    assert [each.row for each in read.remarks] == [2, 3]


def test_a_column_twice_is_refused() -> None:
    with pytest.raises(CannotImport, match="重复"):
        read_xlsform(
            workbook([["type", "name", "label", "label"], ["text", "a", "?", "?"]]), name="f.xlsx"
        )


@pytest.mark.realdata
def test_each_published_form_imports_or_is_refused_with_its_place(
    realdata: Path, tmp_path: Path
) -> None:
    """The forms others published: taken whole and back again the same, or refused in words."""
    outcomes = {}
    for path in sorted((realdata / "xlsform").iterdir()):
        try:
            read = read_xlsform(path.read_bytes(), name=path.name, leave_out=True)
        except CannotImport as refused:
            outcomes[path.name] = [str(each) for each in refused.findings]
            continue
        outcomes[path.name] = []
        write_xlsform(tmp_path / "again.xlsx", read.form)
        again = read_xlsform((tmp_path / "again.xlsx").read_bytes(), name=path.name).form
        assert without_rows(again) == without_rows(read.form), path.name
    assert len(outcomes) == 15
    refused_forms = {name: found for name, found in outcomes.items() if found}
    expected = {
        "getodk_ifrc-distribution-site-assessment-v1.xlsx": "没有选项表“township”",
        "getodk_socio-economic-survey-v20240515.xlsx": "第 11 行 relevant 列",
        "pyxform_ODKValidateWarnings.xlsx": "D 列有内容但没有列名",
        "pyxform_duplicate_columns.xlsx": "列名“label”重复（D 列和 E 列）",
        "pyxform_extra_columns.xls": "第 19999 行 type 列",
        "pyxform_or_other.xlsx": "第 3 行 choice_filter 列",
    }
    assert refused_forms.keys() == expected.keys()
    for name, reason in expected.items():
        assert any(reason in each for each in refused_forms[name]), refused_forms[name]


@pytest.mark.realdata
def test_what_we_write_the_reference_converter_accepts(realdata: Path, tmp_path: Path) -> None:
    """pyxform, the reference for XLSForm, converts every form that we export."""
    converter = pytest.importorskip("pyxform.xls2xform")
    sources = sorted((realdata / "xlsform").iterdir())
    written = 0
    for path in sources:
        try:
            form = read_xlsform(path.read_bytes(), name=path.name, leave_out=True).form
        except CannotImport:
            continue
        write_xlsform(tmp_path / "again.xlsx", form)
        made = converter.convert(tmp_path / "again.xlsx", validate=False)
        assert all(f"<{item.name}" in made.xform for item in walk(form.items)), path.name
        written += 1
    assert written == 9


def test_the_reference_converter_accepts_our_own_forms(tmp_path: Path) -> None:
    converter = pytest.importorskip("pyxform.xls2xform")
    form = form_from(HOME, CHOICES)
    write_xlsform(tmp_path / "home.xlsx", form)
    made = converter.convert(tmp_path / "home.xlsx", validate=False)
    assert "<elders" in made.xform
    assert len(YES_NO) == 2
