"""The model's survey: real actions, the same for a seed, and answers under the same rules."""

import pytest

from gongzhi.commons.ledger.models import Event
from gongzhi.insights.surveys.models import Quote, Response, SampleUnit
from gongzhi.insights.surveys.registering import add_version
from gongzhi.simulation.surveying import survey_communities
from tests.affairs.small_district import MONDAY
from tests.insights.surveys.conftest import Field
from tests.insights.surveys.conftest import field as field  # noqa: PLC0414  a fixture
from tests.insights.surveys.forms import CHOICES, HOME, form_from

pytestmark = pytest.mark.database


def test_a_modelled_survey_is_in_the_field_with_answers_and_notes(field: Field) -> None:
    form = form_from(HOME, CHOICES)
    version = add_version(form=form, by=field.researcher, at=MONDAY).version_id
    note = {"kind": "interview", "text": "电梯停了。", "code": "电梯", "quote": "电梯停了"}
    survey = survey_communities(
        version_id=version, title="模拟调查", purpose="", households=60, seed=3, remarks=["路灯暗"],
        notes=[note], at=MONDAY,
    )  # fmt: skip
    answered = SampleUnit.objects.filter(survey=survey, outcome="answered").count()
    assert answered == Response.objects.filter(survey=survey).count() > 20
    assert Event.objects.filter(kind="response.received").count() == answered
    assert all(row.answers["elder"] in {"yes", "no"} for row in Response.objects.all())
    assert Quote.objects.count() == 1
