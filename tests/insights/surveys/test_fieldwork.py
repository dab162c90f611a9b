"""A survey's way: versions, samples, opening, closing, and what became of households."""

import pytest

from gongzhi.commons.ledger.models import Event
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.insights.surveys.choices import Outcome
from gongzhi.insights.surveys.fieldwork import (
    CannotRun,
    SampleDesign,
    close_survey,
    draw_sample,
    note_outcome,
    open_survey,
    print_slips,
)
from gongzhi.insights.surveys.margins import set_margins
from gongzhi.insights.surveys.models import InstrumentVersion, SampleUnit, Survey
from gongzhi.insights.surveys.queries import progress_of
from gongzhi.insights.surveys.registering import CannotAdd, NoSuchSurvey, add_version
from tests.affairs.small_district import MONDAY
from tests.insights.surveys.conftest import Field
from tests.insights.surveys.forms import CHOICES, HOME, form_from

pytestmark = pytest.mark.database


def kinds() -> list[str]:
    return list(Event.objects.order_by("id").values_list("kind", flat=True))


def test_a_questionnaire_grows_by_versions_and_none_is_taken_twice(field: Field) -> None:
    form = form_from(HOME, CHOICES)
    first = add_version(form=form, by=field.researcher, at=MONDAY)
    with pytest.raises(CannotAdd, match="第 1 版已经是这个内容"):
        add_version(form=form, by=field.researcher, at=MONDAY)
    second = add_version(form=form_from(HOME[:-1], CHOICES), by=field.researcher, at=MONDAY)
    assert (first.number, second.number) == (1, 2)
    assert second.instrument_id == first.instrument_id
    assert InstrumentVersion.objects.count() == 2


@pytest.mark.parametrize("who", [RoleKind.COMMUNITY_WORKER, RoleKind.UNIT_LEAD, RoleKind.AUDITOR])
def test_only_researchers_and_the_district_design_surveys(field: Field, who: RoleKind) -> None:
    by = field.district.actor(who, "committee", "willow")
    with pytest.raises(NotPermitted):
        add_version(form=form_from(HOME, CHOICES), by=by, at=MONDAY)
    survey = field.drafted(open_to_all=True)
    with pytest.raises(NotPermitted):
        open_survey(survey_id=survey, by=by, at=MONDAY)
    with pytest.raises(NotPermitted):
        open_survey(survey_id=survey, by=RESIDENT, at=MONDAY)


def test_a_sample_is_drawn_once_by_its_seed_and_names_nobody(field: Field) -> None:
    survey = field.opened(size=60, seed=11)
    units = list(SampleUnit.objects.filter(survey=survey).order_by("id"))
    assert 50 <= len(units) <= 75
    assert sum(unit.weight for unit in units) == pytest.approx(
        sum(row.households for row in progress_of(survey_id=survey, by=field.researcher))
    )
    again = field.drafted(version_id=Survey.objects.get(pk=survey).version_id)
    design = SampleDesign(size=60, seed=11)
    draw_sample(survey_id=again, design=design, by=field.researcher, at=MONDAY)
    same = SampleUnit.objects.filter(survey=again).order_by("id")
    assert [(u.cluster_id, u.ordinal) for u in same] == [(u.cluster_id, u.ordinal) for u in units]
    assert not {u.code_index for u in same} & {u.code_index for u in units}
    with pytest.raises(CannotRun, match="已经抽过"):
        draw_sample(survey_id=again, design=design, by=field.researcher, at=MONDAY)
    data = Event.objects.get(kind="survey.sample_drawn", subject_id=survey).data
    assert (data["seed"], data["strata"], data["households"]) == (11, 3, len(units))


@pytest.mark.parametrize(
    ("design", "reason"),
    [
        (SampleDesign(size=3, seed=1), "样本要在"),
        (SampleDesign(size=10_000, seed=1), "样本要在"),
        (SampleDesign(size=0, seed=1), "样本 1 到"),
        (SampleDesign(size=60, seed=1, take=0), "每群 1 到"),
        (SampleDesign(size=60, seed=1, clusters="flat"), "群是楼栋"),
        (SampleDesign(size=60, seed=1, clusters="grid"), "没有户数"),
    ],
)
def test_a_sample_that_cannot_be_drawn_is_refused_in_words(
    field: Field, design: SampleDesign, reason: str
) -> None:
    survey = field.drafted()
    with pytest.raises(CannotRun, match=reason):
        draw_sample(survey_id=survey, design=design, by=field.researcher, at=MONDAY)
    assert not SampleUnit.objects.exists()


def test_a_survey_opens_with_a_sample_or_to_all_and_closes_once(field: Field) -> None:
    survey = field.drafted()
    with pytest.raises(CannotRun, match="先抽样本"):
        open_survey(survey_id=survey, by=field.researcher, at=MONDAY)
    draw_sample(
        survey_id=survey, design=SampleDesign(size=30, seed=1), by=field.researcher, at=MONDAY
    )
    open_survey(survey_id=survey, by=field.researcher, at=MONDAY)
    with pytest.raises(CannotRun, match="正在调查"):
        open_survey(survey_id=survey, by=field.researcher, at=MONDAY)
    close_survey(survey_id=survey, by=field.researcher, at=MONDAY)
    with pytest.raises(CannotRun, match="已结束"):
        close_survey(survey_id=survey, by=field.researcher, at=MONDAY)
    assert kinds()[-4:] == [
        "survey.drafted", "survey.sample_drawn", "survey.opened", "survey.closed",
    ]  # fmt: skip


def test_slips_are_for_the_own_community_and_printing_is_recorded(field: Field) -> None:
    survey = field.opened()
    worker, willow = field.district.worker, field.district.places["willow"].pk
    slips = print_slips(survey_id=survey, place_id=willow, by=worker, at=MONDAY)
    assert slips
    assert all(len(slip.code) == 10 for slip in slips)
    with pytest.raises(NotPermitted):
        print_slips(
            survey_id=survey, place_id=field.district.places["pine"].pk, by=worker, at=MONDAY
        )
    printed = Event.objects.get(kind="survey.codes_printed")
    assert printed.data == {"place": willow, "slips": len(slips)}
    assert [row.name for row in progress_of(survey_id=survey, by=worker)] == ["柳岸社区"]


def test_what_became_of_a_household_is_noted_and_an_answer_notes_itself(field: Field) -> None:
    survey = field.opened()
    worker, willow = field.district.worker, field.district.places["willow"].pk
    slip, other = print_slips(survey_id=survey, place_id=willow, by=worker, at=MONDAY)[:2]
    note_outcome(unit_id=slip.unit_id, outcome=Outcome.REFUSED, by=worker, at=MONDAY)
    note_outcome(unit_id=other.unit_id, outcome=Outcome.INELIGIBLE, by=worker, at=MONDAY)
    (row,) = progress_of(survey_id=survey, by=worker)
    assert (row.refused, row.ineligible, row.answered) == (1, 1, 0)
    assert row.rate == 0
    with pytest.raises(CannotRun, match="自动记下"):
        note_outcome(unit_id=slip.unit_id, outcome=Outcome.ANSWERED, by=worker, at=MONDAY)
    with pytest.raises(NoSuchSurvey):
        note_outcome(unit_id=10**9, outcome=Outcome.REFUSED, by=worker, at=MONDAY)


@pytest.mark.parametrize(
    ("margins", "reason"),
    [
        ({"wish": {"a": 1.0}}, "不是选择题"),
        ({"elder": {"maybe": 0.5, "no": 0.5}}, "没有这些选项"),
        ({"elder": {"yes": 0.5, "no": 0.4}}, "加起来不是 1"),
        ({"elder": {"yes": 1.5, "no": -0.5}}, "0 和 1 之间"),
        ({"elder": {"yes": float("nan"), "no": 0.5}}, "0 和 1 之间"),
    ],
)
def test_shares_of_the_population_must_make_sense(
    field: Field, margins: dict[str, dict[str, float]], reason: str
) -> None:
    survey = field.drafted()
    with pytest.raises(CannotRun, match=reason):
        set_margins(survey_id=survey, margins=margins, by=field.researcher, at=MONDAY)
