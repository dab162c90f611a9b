"""What a survey's form carries along in hidden fields, as nobody's browser would send it."""

import pytest
from django.test import Client

from gongzhi.insights.surveys.models import Response
from tests.insights.surveys.conftest import Field, survey_about_children
from tests.insights.surveys.conftest import field as field  # noqa: PLC0414  a fixture
from tests.interfaces.pages.reading import Page

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.mark.parametrize(
    "so_far",
    ["", "{", "null", "[]", '{"elder": {"a": [1]}}', '{"child": "x"}', '{"child": [1, null]}',
     "[" * 3_000, '{"elder": ' + "9" * 5_000 + "}", '{"elder": ' + "9" * 4_000 + "}",
     '{"child": [{"age": ' + "9" * 4_000 + "}]}", '{"child": [{"age": "' + "9" * 4_000 + '"}]}',
     '{"elder": -1e999, "child": [{"age": NaN}]}', '{"elder": "\\ud800"}', '{"\\udfff": 1}',
     '{"child": [{"age": "\\ud83d"}]}'],
)  # fmt: skip
@pytest.mark.parametrize("press", ["next", "back", "grow"])
def test_hostile_hidden_fields_break_no_page(field: Field, so_far: str, press: str) -> None:
    survey = survey_about_children(field, ["select_one yn", "elder", "老人"])
    for page in ("0", "1", "-1", "99999999999"):
        sent = {"so_far": so_far, press: "1", "page": page, "shown": ["child.0.age", "x"]}
        answer = Client().post(f"/survey/{survey}", sent)
        assert answer.status_code == 200
        assert Page(answer.content.decode()).faults == []
    assert not Response.objects.exists()
