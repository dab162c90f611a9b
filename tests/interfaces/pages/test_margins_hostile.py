"""Known margins given by somebody who means no good, or whose table is odd."""

import re

import pytest

from gongzhi.insights.surveys.models import Survey
from tests.insights.surveys.conftest import Field
from tests.insights.surveys.conftest import field as field  # noqa: PLC0414  a fixture
from tests.insights.surveys.test_estimating import published, taken_in
from tests.interfaces.pages.reading import Page
from tests.interfaces.pages.test_margins import file
from tests.interfaces.pages.test_surveys import as_, sound

pytestmark = pytest.mark.database

HEAD = "variable,category,count,share\n"


@pytest.mark.parametrize(
    "rows",
    [
        "elder,yes,9223372036854775808,\nelder,no,1,\n",  # a share that rounds to 1
        "elder,yes,1e308,\nelder,no,1e308,\n",  # a sum that no number holds
        "elder,yes,,1e308\nelder,no,,1e308\n",
        "elder,yes,,-5\nelder,no,,105\n",
        "elder,yes,,nan\nelder,no,,100\n",
        "elder,yes,,inf\nelder,no,,100\n",
        "elder,yes,0,\nelder,no,0,\n",
        "elder,yes,,0\nelder,no,,100\n",
        "elder,yes,,50\nelder,yes,,50\n",
        "elder,yes,5,\nelder,no,,50\n",
        "elder,yes,,50\n",
        "elder,maybe,,50\nelder,no,,50\n",
        "__proto__,yes,,50\n,,,\n",
        "elder,yes,1.5,\nelder,no,3,\n",
    ],
)
def test_a_table_of_impossible_numbers_is_refused_in_words(field: Field, rows: str) -> None:
    survey = field.drafted()
    answer = as_(field.researcher).post(f"/surveys/{survey}/margins", file(HEAD + rows))
    assert answer.status_code == 200
    html = answer.content.decode()
    assert Page(html).faults == []
    assert "要改" in html
    assert Survey.objects.get(pk=survey).margins == {}


@pytest.mark.parametrize(
    ("unit", "yes", "no"),
    [
        ("count", "9223372036854775808", "1"),
        ("count", "1e308", "1e308"),
        ("percent", "1e308", "1e308"),
        ("percent", "99.99999999999999999", "1e-300"),
        ("count", "0", "0"),
    ],
)
def test_impossible_numbers_by_hand_are_refused_in_words(
    field: Field, unit: str, yes: str, no: str
) -> None:
    survey = field.drafted()
    given = {"unit-0": unit, "share-0-0": yes, "share-0-1": no}
    answer = as_(field.researcher).post(f"/surveys/{survey}/margins", given)
    assert answer.status_code == 200
    assert Page(answer.content.decode()).faults == []
    assert Survey.objects.get(pk=survey).margins == {}


def test_a_margin_kept_of_a_question_with_several_answers_breaks_no_page(field: Field) -> None:
    sheet: list[list[object]] = [
        ["type", "name", "label"], ["select_one yn", "elder", "老人"],
        ["select_multiple wants", "wants", "需要什么"],
    ]  # fmt: skip
    lists: list[list[object]] = [
        ["list_name", "name", "label"], ["yn", "yes", "有"], ["yn", "no", "没有"],
        ["wants", "meals", "吃饭"], ["wants", "care", "照料"],
    ]  # fmt: skip
    survey = published(field, sheet, lists)
    said = [{"elder": each, "wants": "meals care"} for each in ("yes", "no") * 4]
    taken_in(field, said, survey=survey)
    kept = {"elder": {"yes": 0.5, "no": 0.5}, "wants": {"meals": 0.5, "care": 0.5}}
    Survey.objects.filter(pk=survey).update(margins=kept)
    client = as_(field.researcher)
    assert "wants 不是选择题" in sound(client, f"/surveys/{survey}/margins")
    sound(client, f"/surveys/{survey}/results")
    assert client.get(f"/surveys/{survey}/margins.csv").status_code == 200


def test_saving_again_what_is_shown_loses_no_answer_however_rare(field: Field) -> None:
    survey = field.drafted()
    client, page = as_(field.researcher), f"/surveys/{survey}/margins"
    client.post(page, {"unit-0": "count", "share-0-0": "1", "share-0-1": "9999999"})
    shown = dict(re.findall(r'name="(share-0-\d)" value="([^"]*)"', sound(client, page)))
    assert client.post(page, shown).status_code == 302
    assert set(Survey.objects.get(pk=survey).margins["elder"]) == {"yes", "no"}


@pytest.mark.parametrize("number", ["0", "9223372036854775808", "9" * 40])
def test_no_such_survey(field: Field, number: str) -> None:
    client = as_(field.researcher)
    for address in (f"/surveys/{number}/margins", f"/surveys/{number}/margins.csv"):
        assert client.get(address).status_code == 404
        assert client.post(address, {"share-0-0": "1"}).status_code in {404, 405}
