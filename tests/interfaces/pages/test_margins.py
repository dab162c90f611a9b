"""The page of known margins: a researcher enters or uploads them, and the results use them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from gongzhi.commons.ledger.models import Event
from gongzhi.insights.surveys.models import Survey
from tests.insights.surveys.conftest import Field
from tests.insights.surveys.conftest import field as field  # noqa: PLC0414  a fixture
from tests.insights.surveys.test_estimating import say, taken_in
from tests.interfaces.pages.reading import Page
from tests.interfaces.pages.test_surveys import as_, sound

pytestmark = pytest.mark.database


def file(text: str, name: str = "margins.csv") -> dict[str, object]:
    return {"upload": "1", "file": SimpleUploadedFile(name, text.encode())}


def test_a_researcher_enters_shares_and_the_results_follow_them(field: Field) -> None:
    survey = taken_in(field, [say(4, elders=1)] * 30 + [say(2)] * 10)
    client, page = as_(field.researcher), f"/surveys/{survey}/margins"
    assert page in sound(client, f"/surveys/{survey}")
    assert "家里有六十岁以上的老人吗" in sound(client, page)
    given = {"unit-0": "count", "share-0-0": "1000", "share-0-1": "3000"}
    assert client.post(page, given).headers["Location"] == page
    assert Survey.objects.get(pk=survey).margins == {"elder": {"yes": 0.25, "no": 0.75}}
    assert Event.objects.get(kind="survey.margins_set").data == {"questions": ["elder"]}
    html = sound(client, page)
    assert "答卷已经按这些比例校准" in html
    assert 'value="25.0"' in html
    results = sound(client, f"/surveys/{survey}/results")
    assert "权数已按全区的已知比例校准" in results
    assert "25%" in results
    assert client.post(page, {}).status_code == 302
    assert Survey.objects.get(pk=survey).margins == {}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"share-0-0": "25"}, "每个选项都要填"),
        ({"share-0-0": "25", "share-0-1": "60"}, "加起来是 85，不是 100"),
        ({"share-0-0": "many", "share-0-1": "60"}, "输入一个数字"),
        ({"share-0-0": "nan", "share-0-1": "60"}, "输入一个数字"),
        ({"share-0-0": "-5", "share-0-1": "105"}, "大于或等于0"),
        ({"unit-0": "count", "share-0-0": "1.5", "share-0-1": "3"}, "是整数"),
        ({"unit-0": "pounds", "share-0-0": "1", "share-0-1": "3"}, "pounds"),
    ],
)
def test_shares_that_make_no_sense_are_refused_where_they_stand(
    field: Field, given: dict[str, str], reason: str
) -> None:
    survey = field.drafted()
    answer = as_(field.researcher).post(f"/surveys/{survey}/margins", given)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert reason in html
    assert Page(html).faults == []
    assert Survey.objects.get(pk=survey).margins == {}


def test_the_table_is_downloaded_filled_in_and_uploaded(field: Field) -> None:
    survey = field.drafted()
    client, page = as_(field.researcher), f"/surveys/{survey}/margins"
    client.post(page, {"share-0-0": "10", "share-0-1": "90"})
    table = client.get(f"{page}.csv").content.decode("utf-8-sig")
    assert table.splitlines()[:2] == ["variable,category,count,share", "elder,yes,,0.1"]
    filled = "variable,category,share\n" + "".join(f"water,{n},20\n" for n in range(1, 6))
    assert client.post(page, file(filled)).status_code == 302
    kept = Survey.objects.get(pk=survey).margins
    assert kept["elder"] == {"yes": 0.1, "no": 0.9}
    assert kept["water"] == {str(n): 0.2 for n in range(1, 6)}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("variable,category,count\nelder,yes,letters\nnobody,no,5\n", "有 2 处要改"),
        ("", "所提交的是空文件"),
        ("one,two\n1,2\n", "要有 variable"),
        ("PK\x03\x04broken", "有 1 处要改"),
    ],
)
def test_a_table_that_is_wrong_changes_nothing(field: Field, text: str, reason: str) -> None:
    survey = field.drafted()
    answer = as_(field.researcher).post(f"/surveys/{survey}/margins", file(text))
    html = answer.content.decode()
    assert answer.status_code == 200
    assert reason in html
    assert Page(html).faults == []
    assert Survey.objects.get(pk=survey).margins == {}


def test_why_the_answers_were_not_adjusted_is_said(field: Field) -> None:
    survey = taken_in(field, [say(2)] * 10)
    client, page = as_(field.researcher), f"/surveys/{survey}/margins"
    client.post(page, {"share-0-0": "10", "share-0-1": "90"})
    assert "“家里有六十岁以上的老人吗”还没有人答 有" in sound(client, page)
    assert f'href="{page}"' in sound(client, f"/surveys/{survey}/results")


def test_the_page_is_for_who_designs_surveys(field: Field) -> None:
    survey = field.drafted()
    for address in (f"/surveys/{survey}/margins", f"/surveys/{survey}/margins.csv"):
        assert as_(field.district.worker).get(address).status_code == 403
    assert as_(field.researcher).get("/surveys/999999/margins").status_code == 404
    html = as_(field.district.worker).get(f"/surveys/{survey}").content.decode()
    assert f"/surveys/{survey}/margins" not in html
