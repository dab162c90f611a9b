"""What is published stays as it is: byte for byte, with its digest in the ledger."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gongzhi.commons.ledger.reading import events_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.privacy.retention import run_retention
from gongzhi.insights.reports.editing import NewStudy, open_study
from gongzhi.insights.reports.library import (
    CannotGiveOut,
    NoSuchEdition,
    edition,
    edition_file,
    editions,
    violation,
    violations,
)
from gongzhi.insights.reports.models import EditionFile
from gongzhi.insights.reports.publishing import (
    CannotPublish,
    Terms,
    publish_edition,
    withdraw_edition,
)
from gongzhi.insights.reports.violations import (
    CannotAnswer,
    CannotReport,
    answer_violation,
    report_violation,
    violation_behind,
)
from tests.affairs.small_district import MONDAY, SmallDistrict, build
from tests.insights.reports.made_facts import made

pytestmark = [pytest.mark.django_db, pytest.mark.database]
TERMS = Terms(summary="一年的办事记录。", licence="cc-by-4.0")


@pytest.fixture
def small(db: None) -> SmallDistrict:
    return build()


@pytest.fixture
def study_id(small: SmallDistrict) -> int:
    return open_study(new=NewStudy(title="调研", period="2026-03"), by=small.officer, at=MONDAY)


@pytest.fixture
def edition_id(small: SmallDistrict, study_id: int) -> int:
    return publish_edition(
        study_id=study_id,
        facts=made(text="一句话。"),
        seen_revision=1,
        terms=TERMS,
        by=small.officer,
        at=MONDAY,
    )


def test_an_edition_keeps_its_files_and_the_ledger_their_digests(edition_id: int) -> None:
    view = edition(edition_id)
    assert {"docx", "html"} <= {file.kind for file in view.files}
    (published,) = events_of(Subject("edition", edition_id))
    for file in view.files:
        content = edition_file(edition_id, file.kind)
        assert len(content) == file.size
        assert published.data[file.kind] == file.digest
    assert b"98.1%" in edition_file(edition_id, "html")
    assert (view.number, view.headings) == (1, ("背景", "情况"))


def test_a_file_changed_behind_the_back_of_the_program_is_not_given_out(edition_id: int) -> None:
    row = EditionFile.objects.get(edition_id=edition_id, kind="html")
    forged = bytes(row.content).replace(b"98.1%", b"99.9%")
    # Even with the digest beside it made to fit: the ledger knows better.
    EditionFile.objects.filter(pk=row.pk).update(content=forged, digest="0" * 64)
    with pytest.raises(CannotGiveOut, match="摘要"):
        edition_file(edition_id, "html")
    assert edition_file(edition_id, "docx")


def test_drafts_old_states_and_empty_terms_are_not_published(
    small: SmallDistrict, study_id: int
) -> None:
    facts = made(text="一句话。")
    cases = [
        (made(draft=True), 1, TERMS, "草稿"),
        (facts, 7, TERMS, "被改过"),
        (facts, 1, replace(TERMS, summary=" "), "提要"),
        (facts, 1, replace(TERMS, licence="mine"), "许可"),
        (facts, 1, replace(TERMS, conditions="长" * 601), "条件"),
    ]
    for what, revision, terms, says in cases:
        with pytest.raises(CannotPublish, match=says):
            publish_edition(
                study_id=study_id,
                facts=what,
                seen_revision=revision,
                terms=terms,
                by=small.officer,
                at=MONDAY,
            )
    assert editions() == ([], 0)


def test_publishing_twice_from_one_state_makes_one_edition(
    small: SmallDistrict, study_id: int, edition_id: int
) -> None:
    again = {"study_id": study_id, "facts": made(text="二。"), "terms": TERMS, "at": MONDAY}
    with pytest.raises(CannotPublish):
        publish_edition(**again, seen_revision=1, by=small.officer)
    second = publish_edition(**again, seen_revision=2, by=small.officer)
    assert (edition(edition_id).number, edition(second).number) == (1, 2)


def test_a_withdrawn_edition_stays_and_says_why_but_gives_out_nothing(
    small: SmallDistrict, edition_id: int
) -> None:
    by = small.officer
    with pytest.raises(CannotPublish):
        withdraw_edition(edition_id=edition_id, reason=" ", by=by, at=MONDAY)
    withdraw_edition(edition_id=edition_id, reason="表 3 有误", by=by, at=MONDAY)
    assert edition(edition_id).withdrawn_reason == "表 3 有误"
    assert editions()[1] == 1
    with pytest.raises(CannotGiveOut, match="撤回"):
        edition_file(edition_id, "docx")
    with pytest.raises(CannotPublish):
        withdraw_edition(edition_id=edition_id, reason="再一次", by=by, at=MONDAY)
    with pytest.raises(NoSuchEdition):
        edition_file(edition_id, "odt")


def test_only_the_district_publishes_and_withdraws(
    small: SmallDistrict, study_id: int, edition_id: int
) -> None:
    researcher = small.actor(RoleKind.RESEARCHER, "hotline", "district")
    for by in (researcher, small.coordinator, RESIDENT):
        with pytest.raises(NotPermitted):
            publish_edition(
                study_id=study_id,
                facts=made(),
                seen_revision=2,
                terms=TERMS,
                by=by,
                at=MONDAY,
            )
        with pytest.raises(NotPermitted):
            withdraw_edition(edition_id=edition_id, reason="x", by=by, at=MONDAY)


def test_a_complaint_is_answered_once_at_its_private_link(
    small: SmallDistrict, edition_id: int
) -> None:
    token = report_violation(edition_id=edition_id, text="数字有误", by=RESIDENT, at=MONDAY)
    behind = violation_behind(token)
    assert behind is not None
    assert violation(behind).answered_at is None
    later = MONDAY + timedelta(hours=3)
    answer_violation(violation_id=behind, answer="已更正", by=small.officer, at=later)
    seen = violation(behind)
    assert (seen.answer, seen.answered_at) == ("已更正", later)
    with pytest.raises(CannotAnswer):
        answer_violation(violation_id=behind, answer="再答", by=small.officer, at=later)
    assert violation_behind(token[:-2] + "xx") is None
    told = [event.data for event in events_of(Subject("violation", behind))]
    assert told == [{"edition": edition_id}, {"edition": edition_id}]


def test_complaints_without_an_answer_come_first(small: SmallDistrict, edition_id: int) -> None:
    ids = []
    for number in range(3):
        at = MONDAY + timedelta(hours=number)
        token = report_violation(edition_id=edition_id, text=f"第{number}", by=RESIDENT, at=at)
        ids.append(violation_behind(token))
    answer_violation(
        violation_id=ids[2] or 0, answer="好", by=small.officer, at=MONDAY + timedelta(days=1)
    )
    rows, total = violations(by=small.officer)
    assert ([row.id for row in rows], total) == ([ids[1], ids[0], ids[2]], 3)
    with pytest.raises(NotPermitted):
        violations(by=small.coordinator)


def test_empty_endless_and_misdirected_complaints_are_refused(edition_id: int) -> None:
    for text, where in ((" ", edition_id), ("长" * 2001, edition_id), ("有误", 0)):
        with pytest.raises(CannotReport):
            report_violation(edition_id=where, text=text, by=RESIDENT, at=MONDAY)


def test_the_words_of_a_complaint_are_erased_after_their_time(
    small: SmallDistrict, edition_id: int
) -> None:
    token = report_violation(edition_id=edition_id, text="张三说", by=RESIDENT, at=MONDAY)
    run_retention(at=MONDAY + timedelta(days=731))
    with pytest.raises(NoSuchEdition):
        violation(violation_behind(token) or 0)
