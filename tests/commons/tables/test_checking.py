"""Columns are mapped, cells become values, and what can't be read is rejected by name."""

from datetime import UTC, date, datetime

import pytest

from gongzhi.commons.ledger.models import Event
from gongzhi.commons.permissions.actors import RESIDENT, SYSTEM
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.tables import mapping as mappings
from gongzhi.commons.tables.checking import CheckedRow, Reject, check_rows, check_table
from gongzhi.commons.tables.fields import Field, FieldKind
from gongzhi.commons.tables.mapping import CannotMap, check_mapping, suggest_mapping
from gongzhi.commons.tables.reading import parse_table
from gongzhi.commons.tables.values import BadValue, value_of

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)

TEXT = Field("text", "诉求内容", required=True, most=10, headings=("留言详情", "内容"))
WHEN = Field("when", "时间", FieldKind.MOMENT, headings=("留言时间",))
KIND = Field("kind", "类型", FieldKind.CHOICE, choices={"投诉": "complaint", "求助": "help"})
HOMES = Field("homes", "户数", FieldKind.WHOLE, least=0, most=9999)
FIELDS = [TEXT, WHEN, KIND, HOMES]


def single(kind: FieldKind, **more) -> Field:
    return Field("x", "甲", kind, **more)


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        (FieldKind.TEXT, "  漏水 \n 三天 ", "漏水 \n 三天"),
        (FieldKind.TEXT, 13800138000, "13800138000"),
        (FieldKind.TEXT, "'=1+1", "=1+1"),
        (FieldKind.WHOLE, "１，２３４", 1234),
        (FieldKind.WHOLE, 7, 7),
        (FieldKind.WHOLE, " 7 ", 7),
        (FieldKind.NUMBER, "1,234.5", 1234.5),
        (FieldKind.YES_NO, "是", True),
        (FieldKind.YES_NO, True, True),
        (FieldKind.YES_NO, "Ｎｏ", False),
        (FieldKind.DAY, "2026年1月31日", date(2026, 1, 31)),
        (FieldKind.DAY, datetime(2026, 1, 31, 8), date(2026, 1, 31)),  # noqa: DTZ001
        (FieldKind.MOMENT, "2026/1/31 8:30", datetime(2026, 1, 31, 0, 30, tzinfo=UTC)),
        (FieldKind.MOMENT, "2026-1-31 8:30:15", datetime(2026, 1, 31, 0, 30, 15, tzinfo=UTC)),
        (FieldKind.MOMENT, "2026年1月31日8时30分", datetime(2026, 1, 31, 0, 30, tzinfo=UTC)),
        (FieldKind.MOMENT, "2026-01-31T00:30:00Z", datetime(2026, 1, 31, 0, 30, tzinfo=UTC)),
        (FieldKind.MOMENT, date(2026, 1, 31), datetime(2026, 1, 30, 16, tzinfo=UTC)),
        (FieldKind.PHONE, "+86 138-0013-8000", "13800138000"),
        (FieldKind.EMAIL, "a@example.cn", "a@example.cn"),
        (FieldKind.WHOLE, None, None),
        (FieldKind.TEXT, "   ", ""),
    ],
)
def test_a_cell_is_read_as_its_field_wants_it(kind: FieldKind, cell, value) -> None:
    assert value_of(cell, single(kind)) == value


@pytest.mark.parametrize(
    ("field", "cell", "chinese", "english"),
    [
        (single(FieldKind.TEXT, required=True), " ", "不能为空", "blank"),
        (single(FieldKind.TEXT, most=2), "一二三", "最多 2 个字，现有 3 个", "2 at most"),
        (single(FieldKind.TEXT, least=2), "一", "至少 2 个字", "at least 2"),
        (single(FieldKind.WHOLE), "1.5", "不是整数", "whole number"),
        (single(FieldKind.NUMBER), "nan", "不是数字", "not a number"),
        (single(FieldKind.NUMBER), "很多", "“很多”不是数字", "not a number"),
        (single(FieldKind.NUMBER, least=0), -1, "不能小于 0", "less than 0"),
        (single(FieldKind.NUMBER, most=5), "6", "不能大于 5", "more than 5"),
        (single(FieldKind.YES_NO), "也许", "应为“是”或“否”", "yes or no"),
        (single(FieldKind.DAY), "2026-02-30", "看不懂日期", "no date"),
        (single(FieldKind.MOMENT), "2026-01-31 25:00", "看不懂日期", "no date"),
        (single(FieldKind.CHOICE, choices={"甲": "a"}), "乙" * 40, "可用：甲", "none of: 甲"),
        (single(FieldKind.PHONE), "不详", "不像电话", "telephone"),
        (single(FieldKind.EMAIL), "a@", "不像电子邮件", "e-mail"),
    ],
)
def test_a_cell_that_means_nothing_says_why(field, cell, chinese: str, english: str) -> None:
    with pytest.raises(BadValue) as caught:
        value_of(cell, field)
    assert chinese in caught.value.chinese
    assert english in caught.value.english
    assert len(caught.value.english) < 100


def table(text: str):
    return parse_table(text.encode(), name="留言.csv")


def test_good_rows_become_values_and_bad_ones_name_all_their_faults() -> None:
    read = table(
        "留言详情,留言时间,类型,户数\n"
        "三号楼漏水,2026-01-31 08:30,投诉,3\n"
        ",昨天,表扬,三\n"
        ",,,\n"
        "路灯不亮,,,\n"
    )
    mapping = suggest_mapping(FIELDS, read.columns)
    good, rejects = check_table(read, fields=FIELDS, mapping=mapping)
    when = datetime(2026, 1, 31, 0, 30, tzinfo=UTC)
    assert good == [
        CheckedRow(2, {"text": "三号楼漏水", "when": when, "kind": "complaint", "homes": 3}),
        CheckedRow(5, {"text": "路灯不亮", "when": None, "kind": None, "homes": None}),
    ]
    (reject,) = rejects
    assert reject.row == 3
    assert [fault.column for fault in reject.faults] == ["留言详情", "留言时间", "类型", "户数"]
    assert reject.text("zh-hans").startswith(
        "第 3 行：留言详情 不能为空；留言时间 看不懂日期“昨天”"
    )
    assert reject.text("en").startswith("row 3: 留言详情 may not be blank; 留言时间 '昨天' is no")


def test_a_rule_between_fields_rejects_too_but_only_what_was_read() -> None:
    read = table("留言详情,户数\n漏水,3\n长长长长长长长长长长长长,0\n漏水,0\n")

    def rule(values):
        if not values["homes"]:
            yield "homes", "与内容不符", "does not fit the text"

    checked = list(
        check_rows(read, fields=FIELDS, mapping={"text": "留言详情", "homes": "户数"}, rule=rule)
    )
    assert [type(one) for one in checked] == [CheckedRow, Reject, Reject]
    assert [one.faults[0].column for one in checked if isinstance(one, Reject)] == [
        "留言详情",
        "户数",
    ]


def test_headings_are_recognised_whatever_their_brackets_and_case() -> None:
    columns = ("序号", "诉求 内容（必填）*", "TEXT", "留言时间：")
    assert suggest_mapping(FIELDS, columns) == {"text": "诉求 内容（必填）*", "when": "留言时间："}


def test_a_column_is_given_to_one_field_only() -> None:
    twice = [Field("one", "内容"), Field("two", "内容")]
    assert suggest_mapping(twice, ("内容",)) == {"one": "内容"}


@pytest.mark.parametrize(
    ("mapping", "why"),
    [
        ({"text": "甲", "colour": "乙"}, "没有“colour”这个字段"),
        ({"text": "丙"}, "没有“丙”这一列"),
        ({"when": "乙"}, "请指定“诉求内容”在哪一列"),
    ],
)
def test_a_mapping_that_fits_nothing_is_refused(mapping, why: str) -> None:
    with pytest.raises(CannotMap, match=why):
        check_mapping(mapping, FIELDS, ("甲", "乙"))
    assert check_mapping({"text": "甲"}, FIELDS, ("甲", "乙")) == {"text": "甲"}


@pytest.mark.django_db
@pytest.mark.database
class TestSaving:
    def test_a_mapping_is_kept_by_name_and_replaced(self) -> None:
        for column in ("甲", "乙"):
            mappings.save_mapping(
                purpose="tickets", name=" 热线月报 ", columns={"text": column}, by=SYSTEM, at=AT
            )
        assert mappings.saved_mapping("tickets", "热线月报").columns == {"text": "乙"}
        assert [one.name for one in mappings.saved_mappings("tickets")] == ["热线月报"]
        assert mappings.saved_mappings("offers") == []
        assert Event.objects.filter(kind="mapping.saved").count() == 2

    def test_an_unknown_name_lists_those_there_are(self) -> None:
        mappings.save_mapping(purpose="tickets", name="月报", columns={}, by=SYSTEM, at=AT)
        with pytest.raises(CannotMap, match="已有：月报"):
            mappings.saved_mapping("tickets", "年报")
        with pytest.raises(CannotMap, match="年报"):
            mappings.forget_mapping(purpose="tickets", name="年报", by=SYSTEM, at=AT)
        mappings.forget_mapping(purpose="tickets", name="月报", by=SYSTEM, at=AT)
        with pytest.raises(CannotMap, match="已有：无"):
            mappings.saved_mapping("tickets", "月报")

    def test_only_staff_saves_and_only_under_a_name(self) -> None:
        with pytest.raises(NotPermitted):
            mappings.save_mapping(purpose="tickets", name="x", columns={}, by=RESIDENT, at=AT)
        with pytest.raises(CannotMap, match="命名"):
            mappings.save_mapping(purpose="tickets", name=" ", columns={}, by=SYSTEM, at=AT)
