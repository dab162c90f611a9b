"""A report that rests on a survey: its questions, how many answered, what people said."""

from pathlib import Path

import pytest

from gongzhi.insights.reports.facts import CannotAssemble
from gongzhi.insights.surveys.models import SampleUnit, Survey
from gongzhi.insights.surveys.queries import questions_of
from tests.insights.reports.writing import facts_of
from tests.insights.surveys.conftest import Field, field

__all__ = ["field"]
pytestmark = [pytest.mark.django_db, pytest.mark.database]
STUDY = """
title = "三十六个社区的声音"
period = "2026-03"
[[section]]
heading = "声音"
include = ["voices"]
"""


def _lines(facts: object) -> str:
    return str(facts)


def test_the_questions_and_the_returns_stand_in_the_annexes(field: Field, tmp_path: Path) -> None:
    survey = Survey.objects.get(pk=field.opened(size=20))
    SampleUnit.objects.filter(survey=survey).update(outcome="answered")
    file = tmp_path / "study.toml"
    file.write_text(f'surveys = ["{survey.title}"]\n' + STUDY)
    said = _lines(facts_of(file))
    asked = questions_of(version_id=survey.version_id, language="zh")
    assert asked
    for number, words in enumerate(asked, start=1):
        assert f"{number}. {words}" in said
    assert "回收率 100%" in said
    assert survey.title in said


def test_without_words_from_interviews_the_chapter_says_so(field: Field, tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    file.write_text(STUDY)
    assert "还没有可以引用的访谈原话" in _lines(facts_of(file))


def test_a_survey_nobody_held_is_refused_by_its_name(field: Field, tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    file.write_text('surveys = ["没有这个调查"]\n' + STUDY)
    with pytest.raises(CannotAssemble, match="没有这个调查"):
        facts_of(file)
