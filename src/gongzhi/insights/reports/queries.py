"""Reading studies in the pages: the list, and one study whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from gongzhi.commons.organisations.queries import units
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.insights.indicators.periods import period_named
from gongzhi.insights.indicators.shapes import Difficulty
from gongzhi.insights.reports.editing import NoSuchStudy
from gongzhi.insights.reports.models import StoredSection, StoredStudy
from gongzhi.insights.reports.studies import Part, Section, Study


@dataclass(frozen=True, slots=True)
class StudyRow:
    """A study in a list: how much of it somebody has reviewed."""

    id: int
    title: str
    period: str
    unit_name: str
    changed_at: datetime
    reviewed: int
    passages: int
    editions: int


@dataclass(frozen=True, slots=True)
class SectionView:
    """A chapter or part as it lies here, with what is needed to change it."""

    id: int
    heading: str
    text: str
    reviewed: bool
    revision: int
    includes: tuple[str, ...]
    difficulty: Difficulty | None
    parts: tuple["SectionView", ...] = ()


@dataclass(frozen=True, slots=True)
class StudyView:
    """A study whole: what it says, and its rows by chapter."""

    id: int
    revision: int
    study: Study
    sections: tuple[SectionView, ...]
    changed_at: datetime


def studies(*, by: Actor, offset: int = 0, limit: int = 20) -> tuple[list[StudyRow], int]:
    """A part of all studies, what was changed last first, and how many there are. Two queries."""
    require(by, "studies.write")
    rows = StoredStudy.objects.annotate(
        reviewed=Count("sections", filter=Q(sections__reviewed=True), distinct=True),
        passages=Count("sections", distinct=True),
        published=Count("editions", filter=Q(editions__withdrawn_at=None), distinct=True),
    ).order_by("-changed_at", "-id")
    shown = list(rows[offset : offset + limit])
    known = units({row.unit_id for row in shown if row.unit_id})
    return [
        StudyRow(
            id=row.pk,
            title=row.title,
            period=row.period,
            unit_name=known[row.unit_id].name if row.unit_id in known else "",
            changed_at=row.changed_at,
            reviewed=row.reviewed,
            passages=row.passages,
            editions=row.published,
        )
        for row in shown
    ], StoredStudy.objects.count()


def study_view(study_id: int, *, by: Actor) -> StudyView:
    """One study with its text; raises `NoSuchStudy`. Two queries."""
    require(by, "studies.write")
    row = StoredStudy.objects.filter(pk=study_id).first()
    if row is None:
        raise NoSuchStudy(_("没有这项研究。"))
    sections = _sections(row.sections.all())
    study = Study(
        title=row.title,
        subtitle=row.subtitle,
        author=row.author,
        dated=row.dated,
        period=period_named(row.period),
        sections=tuple(_as_section(each) for each in sections),
        language=row.language,
        places=tuple(row.places),
        indicators=tuple(row.indicators),
        method=row.method,
        questionnaire=row.questionnaire,
        surveys=tuple(row.surveys),
        known=row.known,
    )
    return StudyView(row.pk, row.revision, study, sections, row.changed_at)


def study_of_section(section_id: int, *, by: Actor) -> int:
    """The study that a chapter or part belongs to; raises `NoSuchStudy`."""
    require(by, "studies.write")
    found = StoredSection.objects.filter(pk=section_id).values_list("study_id", flat=True).first()
    if found is None:
        raise NoSuchStudy(_("没有这一段。"))
    return int(found)


def _sections(rows: Iterable[StoredSection]) -> tuple[SectionView, ...]:
    parts: dict[int, list[SectionView]] = {}
    chapters: list[StoredSection] = []
    for row in rows:
        if row.parent_id is None:
            chapters.append(row)
        else:
            parts.setdefault(row.parent_id, []).append(_view(row, ()))
    return tuple(_view(row, tuple(parts.get(row.pk, ()))) for row in chapters)


def _view(row: StoredSection, parts: tuple[SectionView, ...]) -> SectionView:
    return SectionView(
        id=row.pk,
        heading=row.heading,
        text=row.text,
        reviewed=row.reviewed,
        revision=row.revision,
        includes=tuple(row.includes),
        difficulty=Difficulty(row.difficulty) if row.difficulty else None,
        parts=parts,
    )


def _as_section(view: SectionView) -> Section:
    return Section(
        heading=view.heading,
        text=view.text,
        reviewed=view.reviewed,
        includes=view.includes,
        parts=tuple(
            Part(part.heading, part.text, part.reviewed, part.difficulty) for part in view.parts
        ),
    )
