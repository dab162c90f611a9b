"""Writing a study in the pages: opening it, its text, its review, and the numbers as read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from gongzhi.commons.failures import NotThere
from gongzhi.commons.ledger.kinds import declare
from gongzhi.commons.ledger.recording import NewEvent, Plain, Subject, record
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.insights.indicators.periods import CannotTellPeriod, period_named
from gongzhi.insights.reports.models import StoredSection, StoredStudy
from gongzhi.insights.reports.outline import outline
from gongzhi.insights.reports.studies import (
    CannotReadStudy,
    checked_difficulty,
    checked_indicators,
    checked_language,
    checked_text,
)

OPENED = declare("study.opened", "a study was begun", "period", "language")
CHANGED = declare("study.changed", "title, period, places or method of a study changed", "revision")
WRITTEN = declare(
    "study.section_written", "a chapter or part of a study was written", "section", "revision"
)
REVIEWED = declare(
    "study.section_reviewed",
    "a chapter or part was reviewed, or is a draft again",
    "section",
    "reviewed",
)
ACCEPTED = declare("study.numbers_accepted", "somebody read the numbers as they are now", "numbers")

LONGEST = 20_000


class CannotEditStudy(ValueError):
    """A change that a study can't take, with the field at fault and why."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


class NoSuchStudy(NotThere):
    """No study, chapter or part has this number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStudy:
    """What a study says of itself."""

    title: str
    period: str
    subtitle: str = ""
    author: str = ""
    dated: date | None = None
    language: str = "zh-hans"
    places: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    method: str = ""
    questionnaire: str = ""
    surveys: tuple[str, ...] = ()


def open_study(*, new: NewStudy, by: Actor, at: datetime) -> int:
    """Begin a study with the usual outline; returns its id."""
    require(by, "studies.write")
    values = _checked(new)
    with transaction.atomic():
        study = StoredStudy.objects.create(
            **values, unit_id=by.unit_id, opened_at=at, changed_at=at
        )
        StoredSection.objects.bulk_create(
            StoredSection(
                study=study,
                position=position,
                heading=each.heading,
                includes=list(each.includes),
            )
            for position, each in enumerate(outline(new.language), start=1)
        )
        data = {"period": str(values["period"]), "language": new.language}
        _tell(study.pk, OPENED, by=by, at=at, data=data, opens=True)
    return study.pk


def change_study(
    *, study_id: int, new: NewStudy, seen_revision: int, by: Actor, at: datetime
) -> None:
    """Change what a study says of itself, unless somebody else changed the study meanwhile."""
    require(by, "studies.write")
    values = _checked(new)
    with transaction.atomic():
        _grow(study_id, at=at, seen=seen_revision)
        StoredStudy.objects.filter(pk=study_id).update(**values)
        _tell(study_id, CHANGED, by=by, at=at, data={"revision": seen_revision + 1})


def write_section(
    *, section_id: int, heading: str, text: str, seen_revision: int, by: Actor, at: datetime
) -> None:
    """Write a chapter or part; what was reviewed becomes a draft again where its text changed.

    Of two who write at once the second is told, and keeps the text in hand.
    """
    require(by, "studies.write")
    section = _section(section_id)
    heading, text = _checked_words(heading, text)
    unchanged = (heading, text) == (section.heading, section.text)
    with transaction.atomic():
        done = StoredSection.objects.filter(pk=section_id, revision=seen_revision).update(
            heading=heading,
            text=text,
            reviewed=section.reviewed and unchanged,
            revision=seen_revision + 1,
        )
        if not done:
            raise _overtaken()
        _grow(section.study_id, at=at)
        data = {"section": section_id, "revision": seen_revision + 1}
        _tell(section.study_id, WRITTEN, by=by, at=at, data=data)


def add_part(
    *, section_id: int, heading: str, text: str, difficulty: str, by: Actor, at: datetime
) -> int:
    """Add a part to a chapter, the cause of a difficulty or the answer to it where it names one."""
    require(by, "studies.write")
    chapter = _section(section_id)
    if chapter.parent_id is not None:
        raise CannotEditStudy("heading", _("一节之下不能再分节。"))
    heading, text = _checked_words(heading, text)
    try:
        named = checked_difficulty(difficulty, chapter.heading)
    except CannotReadStudy as error:
        raise CannotEditStudy("difficulty", str(error)) from error
    with transaction.atomic():
        _grow(chapter.study_id, at=at)
        if named and chapter.parts.filter(difficulty=named.value).exists():
            raise CannotEditStudy("difficulty", _("这一章已经有一节写这个难题，请改那一节。"))
        last = chapter.parts.aggregate(last=Max("position"))["last"] or 0
        part = StoredSection.objects.create(
            study_id=chapter.study_id,
            parent=chapter,
            position=last + 1,
            heading=heading,
            text=text,
            difficulty=named.value if named else "",
        )
        data = {"section": part.pk, "revision": 1}
        _tell(chapter.study_id, WRITTEN, by=by, at=at, data=data)
    return part.pk


def review_section(
    *, section_id: int, reviewed: bool, seen_revision: int, by: Actor, at: datetime
) -> None:
    """Say that somebody has read a chapter or part as it stands, or that it is a draft again."""
    require(by, "studies.write")
    section = _section(section_id)
    if reviewed and not section.text and not section.includes:
        raise CannotEditStudy("text", _("这一段还没有文字，不能标为已审。"))
    with transaction.atomic():
        done = StoredSection.objects.filter(pk=section_id, revision=seen_revision).update(
            reviewed=reviewed
        )
        if not done:
            raise _overtaken()
        _grow(section.study_id, at=at)
        data = {"section": section_id, "reviewed": reviewed}
        _tell(section.study_id, REVIEWED, by=by, at=at, data=data)


def accept_numbers(*, study_id: int, numbers: Mapping[str, str], by: Actor, at: datetime) -> None:
    """Keep the numbers as they were just read; changes are told from here on."""
    require(by, "studies.write")
    with transaction.atomic():
        _grow(study_id, at=at)
        StoredStudy.objects.filter(pk=study_id).update(known=dict(numbers))
        _tell(study_id, ACCEPTED, by=by, at=at, data={"numbers": len(numbers)})


def _checked(new: NewStudy) -> dict[str, object]:
    title = new.title.strip()
    if not title or len(title) > 200:
        raise CannotEditStudy("title", _("请写标题，不超过 200 字。"))
    try:
        period = period_named(new.period)
    except CannotTellPeriod as error:
        raise CannotEditStudy("period", str(error)) from error
    try:
        language = checked_language(new.language)
        indicators = checked_indicators(new.indicators)
    except CannotReadStudy as error:
        raise CannotEditStudy("indicators", str(error)) from error
    for field, text in (("method", new.method), ("questionnaire", new.questionnaire)):
        _checked_length(field, text)
    try:
        checked_text(new.method, _("研究方法"))
    except CannotReadStudy as error:
        raise CannotEditStudy("method", str(error)) from error
    return {
        "title": title,
        "subtitle": new.subtitle.strip()[:200],
        "author": new.author.strip()[:200],
        "dated": new.dated,
        "period": str(period),
        "language": language,
        "places": list(new.places),
        "indicators": list(indicators),
        "method": new.method.strip(),
        "questionnaire": new.questionnaire.strip(),
        "surveys": list(new.surveys),
    }


def _checked_words(heading: str, text: str) -> tuple[str, str]:
    heading = " ".join(heading.split())
    if len(heading) > 200:
        raise CannotEditStudy("heading", _("小标题不超过 200 字。"))
    _checked_length("text", text)
    try:
        checked_text(text, heading)
    except CannotReadStudy as error:
        raise CannotEditStudy("text", str(error)) from error
    return heading, text.replace("\r\n", "\n").replace("\x00", "").strip()


def _checked_length(field: str, text: str) -> None:
    if len(text) > LONGEST:
        raise CannotEditStudy(field, _("一段文字不超过 %(most)d 字。") % {"most": LONGEST})


def _section(section_id: int) -> StoredSection:
    section = StoredSection.objects.filter(pk=section_id).first()
    if section is None:
        raise NoSuchStudy(_("没有这一段。"))
    return section


def _grow(study_id: int, *, at: datetime, seen: int | None = None) -> None:
    """The conditional update that also locks the study, so that its chain has one writer."""
    rows = StoredStudy.objects.filter(pk=study_id)
    if seen is not None:
        rows = rows.filter(revision=seen)
    if not rows.update(revision=F("revision") + 1, changed_at=at):
        if StoredStudy.objects.filter(pk=study_id).exists():
            raise _overtaken()
        raise NoSuchStudy(_("没有这项研究。"))


def _overtaken() -> CannotEditStudy:
    return CannotEditStudy(
        "text", _("别人刚刚改过这里。请先看看现在的内容，再把您的改动写进去；您写的还在下面。")
    )


def _tell(
    study_id: int,
    kind: str,
    *,
    by: Actor,
    at: datetime,
    data: Mapping[str, Plain],
    opens: bool = False,
) -> None:
    record(
        NewEvent(
            Subject("study", study_id),
            kind,
            at,
            unit_id=by.unit_id,
            person_id=by.person_id,
            data=dict(data),
            opens=opens,
        )
    )
