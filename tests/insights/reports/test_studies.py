"""Studies in the pages: opened with an outline, written, reviewed, and two writers at once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongzhi.commons.ledger.reading import events_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.insights.indicators.shapes import Difficulty
from gongzhi.insights.reports.editing import (
    CannotEditStudy,
    NewStudy,
    NoSuchStudy,
    accept_numbers,
    add_part,
    change_study,
    open_study,
    review_section,
    write_section,
)
from gongzhi.insights.reports.queries import SectionView, StudyView, studies, study_view
from tests.affairs.small_district import MONDAY, SmallDistrict, build

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NEW = NewStudy(title="明湖区社区治理调研", period="2026-03")


@pytest.fixture
def small(db: None) -> SmallDistrict:
    return build()


@pytest.fixture
def study_id(small: SmallDistrict) -> int:
    return open_study(new=NEW, by=small.officer, at=MONDAY)


def view(small: SmallDistrict, study_id: int) -> StudyView:
    return study_view(study_id, by=small.officer)


def first(small: SmallDistrict, study_id: int) -> SectionView:
    return view(small, study_id).sections[0]


def kinds(study_id: int) -> list[str]:
    return [event.kind for event in events_of(Subject("study", study_id))]


def test_a_study_begins_with_the_outline_of_a_survey_report(
    small: SmallDistrict, study_id: int
) -> None:
    found = view(small, study_id)
    assert [(each.heading, each.includes) for each in found.sections] == [
        ("背景与内在逻辑", ("method",)),
        ("基本情况", ("situation",)),
        ("做法与经验", ("practice", "voices")),
        ("存在的难题", ("difficulties",)),
        ("对策建议", ("suggestions",)),
    ]
    assert not any(each.reviewed for each in found.sections)
    assert kinds(study_id) == ["study.opened"]


def test_an_english_study_begins_with_english_headings(small: SmallDistrict) -> None:
    made = open_study(
        new=NewStudy(title="Survey", period="2026", language="en"), by=small.officer, at=MONDAY
    )
    assert view(small, made).sections[4].heading == "Suggestions"


def test_a_written_chapter_is_reviewed_and_a_draft_again_once_its_text_changes(
    small: SmallDistrict, study_id: int
) -> None:
    by, section = small.officer, first(small, study_id)
    write_section(
        section_id=section.id, heading="背景", text="一。", seen_revision=1, by=by, at=MONDAY
    )
    review_section(section_id=section.id, reviewed=True, seen_revision=2, by=by, at=MONDAY)
    assert first(small, study_id).reviewed
    write_section(
        section_id=section.id, heading="背景", text="一。", seen_revision=2, by=by, at=MONDAY
    )
    assert first(small, study_id).reviewed  # nothing changed
    write_section(
        section_id=section.id, heading="背景", text="二。", seen_revision=3, by=by, at=MONDAY
    )
    assert not first(small, study_id).reviewed
    assert kinds(study_id) == [
        "study.opened",
        "study.section_written",
        "study.section_reviewed",
        "study.section_written",
        "study.section_written",
    ]
    words = str([event.data for event in events_of(Subject("study", study_id))])
    assert "一" not in words  # no free text in the ledger


def test_of_two_who_write_at_once_the_second_is_told(small: SmallDistrict, study_id: int) -> None:
    section = first(small, study_id)
    for text in ("甲的", "乙的"):
        write = {"heading": "背景", "text": text, "seen_revision": 1}
        if text == "甲的":
            write_section(section_id=section.id, **write, by=small.officer, at=MONDAY)
        else:
            with pytest.raises(CannotEditStudy, match="别人刚刚改过"):
                write_section(section_id=section.id, **write, by=small.officer, at=MONDAY)
    assert first(small, study_id).text == "甲的"
    with pytest.raises(CannotEditStudy):  # nor can what somebody hasn't seen be reviewed
        review_section(
            section_id=section.id, reviewed=True, seen_revision=1, by=small.officer, at=MONDAY
        )
    with pytest.raises(CannotEditStudy):
        change_study(study_id=study_id, new=NEW, seen_revision=1, by=small.officer, at=MONDAY)


def test_a_difficulty_has_one_part_in_a_chapter(small: SmallDistrict, study_id: int) -> None:
    chapter = view(small, study_id).sections[3]
    part = {"section_id": chapter.id, "heading": "失灵", "text": "原因。", "by": small.officer}
    made = add_part(**part, difficulty="failure", at=MONDAY)
    (there,) = view(small, study_id).sections[3].parts
    assert (there.id, there.difficulty) == (made, Difficulty.FAILURE)
    for wrong in ("failure", "happiness"):
        with pytest.raises(CannotEditStudy):
            add_part(**part, difficulty=wrong, at=MONDAY)
    with pytest.raises(CannotEditStudy, match="不能再分节"):
        add_part(**(part | {"section_id": made}), difficulty="", at=MONDAY)


@pytest.mark.parametrize(
    ("field", "new"),
    [
        ("title", NewStudy(title=" ", period="2026")),
        ("title", NewStudy(title="长" * 201, period="2026")),
        ("period", NewStudy(title="a", period="soon")),
        ("indicators", NewStudy(title="a", period="2026", indicators=("happiness",))),
        ("indicators", NewStudy(title="a", period="2026", indicators=("response_rate",) * 7)),
        ("method", NewStudy(title="a", period="2026", method="长" * 20_001)),
        ("method", NewStudy(title="a", period="2026", method="{happiness}")),
    ],
)
def test_a_study_that_makes_no_sense_is_refused_whole(
    small: SmallDistrict, field: str, new: NewStudy
) -> None:
    with pytest.raises(CannotEditStudy) as refused:
        open_study(new=new, by=small.officer, at=MONDAY)
    assert refused.value.field == field
    assert studies(by=small.officer) == ([], 0)


def test_text_that_makes_no_sense_is_refused(small: SmallDistrict, study_id: int) -> None:
    section = first(small, study_id)
    for text in ("{happiness}", "长" * 20_001):
        with pytest.raises(CannotEditStudy):
            write_section(
                section_id=section.id,
                heading="a",
                text=text,
                seen_revision=1,
                by=small.officer,
                at=MONDAY,
            )
    with pytest.raises(NoSuchStudy):
        write_section(
            section_id=0, heading="a", text="b", seen_revision=1, by=small.officer, at=MONDAY
        )


def test_numbers_are_kept_as_they_were_read(small: SmallDistrict, study_id: int) -> None:
    accept_numbers(
        study_id=study_id,
        numbers={"response_rate/district/": "98.1%"},
        by=small.officer,
        at=MONDAY,
    )
    assert view(small, study_id).study.known == {"response_rate/district/": "98.1%"}


def test_only_researchers_and_the_district_write(small: SmallDistrict, study_id: int) -> None:
    researcher = small.actor(RoleKind.RESEARCHER, "hotline", "district")
    assert study_view(study_id, by=researcher).id == study_id
    for by in (small.worker, small.coordinator, small.street, small.sanitation):
        with pytest.raises(NotPermitted):
            open_study(new=NEW, by=by, at=MONDAY)
        with pytest.raises(NotPermitted):
            study_view(study_id, by=by)


def test_a_long_list_of_studies_asks_no_more_than_a_short_one(small: SmallDistrict) -> None:
    by = small.officer
    for number in range(5):
        open_study(new=NewStudy(title=f"研究{number}", period="2026"), by=by, at=MONDAY)
    studies(by=by)  # the register of units is read
    asked = []
    for limit in (1, 5):
        with CaptureQueriesContext(connection) as questions:
            rows, total = studies(by=by, limit=limit)
        assert (len(rows), total, rows[0].passages) == (limit, 5, 5)
        asked.append(len(questions))
    assert max(asked) <= 4  # one for each row would be seven
