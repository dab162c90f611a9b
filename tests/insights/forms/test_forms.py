"""Fill once: what is known is confirmed, what is typed is counted, and forms end by themselves."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate

from gongzhi.commons.ledger.reading import events_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.tables.problems import CannotRead
from gongzhi.commons.tables.writing import write_xlsx
from gongzhi.commons.territory.models import Place
from gongzhi.commons.territory.queries import revision as territory_revision
from gongzhi.insights.forms.asking import (
    CannotAsk,
    NewField,
    NewForm,
    NoSuchForm,
    ask_form,
    close_form,
    decide_form,
)
from gongzhi.insights.forms.choices import FieldKind, FormState
from gongzhi.insights.forms.filling import CannotFill, Given, fill_form
from gongzhi.insights.forms.known import EARLIER, source_for
from gongzhi.insights.forms.models import AskedForm
from gongzhi.insights.forms.queries import (
    copy_view,
    form_view,
    forms_asked,
    forms_to_fill,
    table_of,
)
from gongzhi.insights.forms.templates import fields_of_template
from tests.affairs.small_district import MONDAY, SmallDistrict
from tests.insights.conftest import Measured

pytestmark = [pytest.mark.django_db, pytest.mark.database]
FIELDS = (
    NewField("户数", "place.households", FieldKind.NUMBER.value),
    NewField("业委会数", "units.owners", FieldKind.NUMBER.value),
    NewField("今年最想办的一件事"),
)


@pytest.fixture
def district(district: SmallDistrict) -> SmallDistrict:
    Place.objects.filter(pk=district.places["willow"].pk).update(households=2100)
    territory_revision.grow()
    return district


def new_form(district: SmallDistrict, **other: object) -> NewForm:
    values = {
        "title": "社区基本情况表",
        "legal_basis": "示例文件第三条",
        "period": "2026-03",
        "minutes": 30,
        "fields": FIELDS,
        "communities": (district.places["willow"].pk,),
        "category_code": "environment",
    }
    return NewForm(**(values | other))  # type: ignore[arg-type]


def ask(district: SmallDistrict, *, by: Actor | None = None, **other: object) -> int:
    return ask_form(new=new_form(district, **other), by=by or district.officer, at=MONDAY)


def the_copy(district: SmallDistrict, form_id: int) -> int:
    return form_view(form_id, by=district.officer).copies[0].id


def fill(district: SmallDistrict, asked_id: int, *values: tuple[str, str]) -> None:
    copy = copy_view(asked_id, by=district.worker, at=MONDAY)
    given = {field.id: Given(*value) for field, value in zip(copy.fields, values, strict=False)}
    fill_form(asked_id=asked_id, given=given, by=district.worker, at=MONDAY)


def test_what_is_known_stands_in_the_form_with_its_source_and_age(
    district: SmallDistrict,
) -> None:
    copy = copy_view(the_copy(district, ask(district)), by=district.worker, at=MONDAY)
    households, owners, wish = copy.fields
    assert households.known is not None
    assert (households.known.value, households.known.source) == ("2100", "户数")
    assert (owners.known.value if owners.known else None) == "1"
    assert (households.known.as_of, households.age_days) == (localdate(MONDAY), 0)
    assert wish.known is None


def test_reuse_is_counted_as_it_was(district: SmallDistrict, measured: Measured) -> None:
    form_id = ask(district)
    fill(district, the_copy(district, form_id), ("", ""), ("3", "新成立两个"), ("加装电梯", ""))
    filled = events_of(Subject("form", form_id))[-1]
    assert filled.kind == "form.filled"
    assert filled.data == {"asked": 3, "filled": 1, "overridden": 1}
    assert filled.place_id == district.places["willow"].pk
    cell = measured("reuse_rate")[None]
    assert (cell.numerator, cell.denominator) == (1, 3)
    cost = form_view(form_id, by=district.officer).cost
    assert (cost.hours, cost.saved_minutes) == (0.5, 10)


def test_overriding_needs_a_reason_and_the_rest_has_to_be_typed(district: SmallDistrict) -> None:
    asked_id = the_copy(district, ask(district))
    with pytest.raises(CannotFill) as refused:
        fill(district, asked_id, ("1900", ""), ("不少", "数过"), ("", ""))
    words = list(refused.value.faults.values())
    assert "已有数据是“2100”" in words[0]
    assert "要写数字" in words[1]
    assert "请填“今年最想办的一件事”" in words[2]
    assert copy_view(asked_id, by=district.worker, at=MONDAY).filled_at is None


def test_an_answer_given_once_is_not_asked_again(district: SmallDistrict) -> None:
    first = ask(district)
    fill(district, the_copy(district, first), ("", ""), ("", ""), ("加装电梯", ""))
    again = (NewField("今年最想办的一件事", EARLIER),)
    second = the_copy(district, ask(district, title="又一张表", fields=again))
    (field,) = copy_view(second, by=district.worker, at=MONDAY + timedelta(days=2)).fields
    assert field.known is not None
    assert (field.known.value, field.known.source) == ("加装电梯", "社区基本情况表")
    assert field.age_days == 2


def test_a_form_ends_by_itself_and_is_filled_once(district: SmallDistrict) -> None:
    form_id = ask(district)
    row = form_view(form_id, by=district.officer).row
    assert row.expires == localdate(MONDAY) + timedelta(days=30)  # nobody said so
    asked_id = the_copy(district, form_id)
    with pytest.raises(CannotFill, match="截止"):
        fill_form(asked_id=asked_id, given={}, by=district.worker, at=MONDAY + timedelta(days=31))
    fill(district, asked_id, ("", ""), ("", ""), ("x", ""))
    with pytest.raises(CannotFill, match="填过"):
        fill(district, asked_id, ("", ""), ("", ""), ("x", ""))
    close_form(form_id=form_id, by=district.officer, at=MONDAY)
    with pytest.raises(CannotAsk):
        close_form(form_id=form_id, by=district.officer, at=MONDAY)


def test_a_form_outside_the_work_list_waits_for_another_superior(district: SmallDistrict) -> None:
    form_id = ask(district, category_code="", by=district.street)
    assert form_view(form_id, by=district.street).row.state is FormState.WAITING
    assert forms_to_fill(by=district.worker) == []
    with pytest.raises(NoSuchForm):
        fill(district, the_copy(district, form_id), ("", ""), ("", ""), ("x", ""))
    with pytest.raises(CannotAsk, match="自己"):
        decide_form(form_id=form_id, approved=True, by=district.street, at=MONDAY)
    with pytest.raises(NotPermitted):
        decide_form(form_id=form_id, approved=True, by=district.coordinator, at=MONDAY)
    decide_form(form_id=form_id, approved=True, by=district.officer, at=MONDAY)
    assert [row.form_id for row in forms_to_fill(by=district.worker)] == [form_id]
    kinds = [event.kind for event in events_of(Subject("form", form_id))]
    assert kinds == ["form.asked", "form.approved"]


@pytest.mark.parametrize("refused", [False, True])
def test_a_form_that_waits_or_was_refused_is_read_by_who_wrote_or_reviews_it_only(
    district: SmallDistrict, refused: bool
) -> None:
    form_id = ask(district, category_code="", by=district.street)
    if refused:
        decide_form(form_id=form_id, approved=False, by=district.officer, at=MONDAY)
    for by in (district.worker, district.coordinator):
        with pytest.raises(NoSuchForm):
            form_view(form_id, by=by)
        with pytest.raises(NoSuchForm):
            table_of(form_id, by=by)
        with pytest.raises(NoSuchForm):
            copy_view(the_copy(district, form_id), by=by, at=MONDAY)
        with pytest.raises(NoSuchForm):
            fill_form(asked_id=the_copy(district, form_id), given={}, by=by, at=MONDAY)
        assert forms_asked(by=by) == ([], 0)
    for by in (district.street, district.officer):
        assert form_view(form_id, by=by).row.id == form_id
        assert [row.id for row in forms_asked(by=by)[0]] == [form_id]


def test_who_wrote_a_form_reads_it_while_it_waits(district: SmallDistrict) -> None:
    form_id = ask(district, by=district.coordinator)
    AskedForm.objects.filter(pk=form_id).update(state=FormState.WAITING)
    assert form_view(form_id, by=district.coordinator).row.id == form_id
    assert forms_asked(by=district.coordinator)[1] == 1
    another = district.actor(RoleKind.COORDINATOR, "committee", "willow")
    with pytest.raises(NoSuchForm):
        form_view(form_id, by=another)
    assert forms_asked(by=another) == ([], 0)


def test_a_community_may_ask_itself_without_approval(district: SmallDistrict) -> None:
    form_id = ask(district, category_code="", by=district.coordinator)
    assert form_view(form_id, by=district.coordinator).row.state is FormState.OPEN


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("title", {"title": " "}),
        ("legal_basis", {"legal_basis": ""}),
        ("minutes", {"minutes": 0}),
        ("minutes", {"minutes": 10**9}),
        ("period", {"period": "soon"}),
        ("expires", {"expires": localdate(MONDAY) - timedelta(days=1)}),
        ("expires", {"expires": localdate(MONDAY) + timedelta(days=400)}),
        ("communities", {"communities": ()}),
        ("communities", {"communities": (999_999,)}),
        ("fields", {"fields": ()}),
        ("fields", {"fields": (NewField("a"), NewField("a"))}),
        ("fields", {"fields": (NewField("a", "the.moon"),)}),
        ("fields", {"fields": tuple(NewField(str(n)) for n in range(61))}),
        ("fields", {"fields": (NewField("a", "", "picture"),)}),
    ],
)
def test_a_form_that_may_not_be_asked_is_refused_whole(
    district: SmallDistrict, field: str, other: dict[str, object]
) -> None:
    with pytest.raises(CannotAsk) as refused:
        ask(district, **other)
    assert refused.value.field == field
    assert forms_asked(by=district.officer) == ([], 0)


def test_only_those_above_ask_and_only_the_community_fills(district: SmallDistrict) -> None:
    form_id = ask(district)
    asked_id = the_copy(district, form_id)
    south = district.actor(RoleKind.SUBDISTRICT_LEAD, "street_south", "south")
    with pytest.raises(NotPermitted):
        ask(district, by=district.worker)
    with pytest.raises(NotPermitted):
        ask(district, by=south)
    for by in (south, district.officer, district.sanitation):
        with pytest.raises(NotPermitted):
            fill_form(asked_id=asked_id, given={}, by=by, at=MONDAY)
    with pytest.raises(NotPermitted):
        form_view(form_id, by=south)
    with pytest.raises(NoSuchForm):
        fill_form(asked_id=0, given={}, by=district.worker, at=MONDAY)


def test_hostile_answers_are_text_in_the_table(district: SmallDistrict, tmp_path: Path) -> None:
    form_id = ask(district)
    hostile = "=cmd|' /C calc'!A0<script>"
    fill(district, the_copy(district, form_id), ("", ""), ("", ""), (hostile, ""))
    columns, rows = table_of(form_id, by=district.officer)
    found = list(rows)
    assert columns == ["社区", "户数", "业委会数", "今年最想办的一件事"]
    assert found == [["柳岸社区", "2100", "1", hostile]]
    assert hostile not in str([event.data for event in events_of(Subject("form", form_id))])


def test_a_template_becomes_fields_bound_to_what_is_known(tmp_path: Path) -> None:
    file = tmp_path / "template.xlsx"
    write_xlsx(file, ["社区名称", "总户数", "业委会数", "备注"], [])
    found = fields_of_template(file.read_bytes(), name="template.xlsx")
    assert [each.source for each in found] == [
        "place.name",
        "place.households",
        "units.owners",
        EARLIER,
    ]
    assert source_for("（总）户数") == "place.households"
    for wrong in (b"", b"PK\x03\x04rest"):
        with pytest.raises(CannotRead):
            fields_of_template(wrong, name="wrong.xlsx")


def test_lists_ask_no_more_when_they_grow(district: SmallDistrict) -> None:
    worker, officer = district.worker, district.officer
    asked = []
    for _round in range(2):
        for number in range(4):
            ask(district, title=f"表{_round}{number}")
        with CaptureQueriesContext(connection) as questions:
            forms_to_fill(by=worker)
            forms_asked(by=officer)
        asked.append(len(questions))
    assert asked[1] <= max(asked[0], 8)
