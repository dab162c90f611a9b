"""The public library: what was published, its files as they were, and complaints about it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from django.db.models import F
from django.utils.translation import gettext as _

from gongzhi.commons.failures import NotThere
from gongzhi.commons.ledger.reading import events_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.queries import UnitView, units
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.insights.reports.models import Edition, EditionFile, Licence, Violation
from gongzhi.insights.reports.publishing import PUBLISHED


class NoSuchEdition(NotThere):
    """No edition has this number, or it has no file of this kind."""


class CannotGiveOut(ValueError):
    """A file that isn't given out: withdrawn, or no longer what was published."""


@dataclass(frozen=True, slots=True)
class FileView:
    """A file of an edition."""

    kind: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class EditionView:
    """A published report as its page shows it."""

    id: int
    study_id: int
    number: int
    title: str
    summary: str
    headings: tuple[str, ...]
    period: str
    language: str
    licence: str
    licence_name: str
    conditions: str
    unit_id: int | None
    unit_name: str
    published_at: datetime
    withdrawn_at: datetime | None
    withdrawn_reason: str
    files: tuple[FileView, ...] = ()


@dataclass(frozen=True, slots=True)
class ViolationView:
    """A complaint with its answer, if there is one yet."""

    id: int
    edition_id: int
    title: str
    text: str
    at: datetime
    answer: str
    answered_at: datetime | None


def editions(
    *, offset: int = 0, limit: int = 20, unit_id: int | None = None
) -> tuple[list[EditionView], int]:
    """A part of everything published, newest first, and how many there are; of one unit or all.

    Withdrawn editions stay in the list and say so.
    """
    rows = Edition.objects.all()
    if unit_id is not None:
        rows = rows.filter(unit_id=unit_id)
    return _views(rows[offset : offset + limit]), rows.count()


def edition(edition_id: int) -> EditionView:
    """One edition with its files; raises `NoSuchEdition`. Two queries."""
    row = Edition.objects.filter(pk=edition_id).first()
    if row is None:
        raise NoSuchEdition(_("没有这一版报告。"))
    files = row.files.values_list("kind", "size", "digest").order_by("kind")
    (view,) = _views([row])
    return replace(view, files=tuple(FileView(*each) for each in files))


def editions_of(study_id: int) -> list[EditionView]:
    """The editions of a study, newest first."""
    return _views(Edition.objects.filter(study_id=study_id))


def edition_file(edition_id: int, kind: str) -> bytes:
    """A file as it was published. It has to agree with the digest that the ledger keeps.

    Raises `NoSuchEdition`, or `CannotGiveOut` for a withdrawn edition and for a file that somebody
    changed behind the program's back.
    """
    row = (
        EditionFile.objects.filter(edition_id=edition_id, kind=kind)
        .select_related("edition")
        .first()
    )
    if row is None:
        raise NoSuchEdition(_("没有这一版报告，或没有这种文件。"))
    if row.edition.withdrawn_at is not None:
        raise CannotGiveOut(_("这一版已经撤回，不再提供下载。"))
    content = bytes(row.content)
    published = next(
        (e for e in events_of(Subject("edition", edition_id)) if e.kind == PUBLISHED), None
    )
    if published is None or published.data.get(kind) != sha256(content).hexdigest():
        raise CannotGiveOut(
            _("文件与发布时登记的摘要不符，已停止提供；请告诉发布单位或系统管理员。")
        )
    return content


def violations(*, by: Actor, offset: int = 0, limit: int = 20) -> tuple[list[ViolationView], int]:
    """A part of all complaints, those without an answer first, and how many there are."""
    require(by, "violations.answer")
    rows = Violation.objects.filter(erased_at=None).select_related("edition")
    # Said outright: PostgreSQL puts NULL last of its own accord, SQLite first.
    first = rows.order_by(F("answered_at").asc(nulls_first=True), "-at", "-id")
    return [_complaint(row) for row in first[offset : offset + limit]], rows.count()


def violation(violation_id: int) -> ViolationView:
    """One complaint, for whoever holds its link; raises `NoSuchEdition` for one that is gone."""
    row = (
        Violation.objects.filter(pk=violation_id, erased_at=None).select_related("edition").first()
    )
    if row is None:
        raise NoSuchEdition(_("没有这条反映，或已按保存期限删除。"))
    return _complaint(row)


def licences() -> list[tuple[str, str]]:
    """The licences to choose from."""
    return [(value, str(label)) for value, label in Licence.choices]


def _views(rows: Iterable[Edition]) -> list[EditionView]:
    shown = list(rows)
    known = units({row.unit_id for row in shown if row.unit_id})
    return [_view(row, known.get(row.unit_id or 0)) for row in shown]


def _view(row: Edition, unit: UnitView | None) -> EditionView:
    return EditionView(
        id=row.pk,
        study_id=row.study_id,
        number=row.number,
        title=row.title,
        summary=row.summary,
        headings=tuple(row.headings),
        period=row.period,
        language=row.language,
        licence=row.licence,
        licence_name=str(Licence(row.licence).label),
        conditions=row.conditions,
        unit_id=row.unit_id,
        unit_name=unit.name if unit else "",
        published_at=row.published_at,
        withdrawn_at=row.withdrawn_at,
        withdrawn_reason=row.withdrawn_reason,
    )


def _complaint(row: Violation) -> ViolationView:
    return ViolationView(
        id=row.pk,
        edition_id=row.edition_id,
        title=row.edition.title,
        text=row.text,
        at=row.at,
        answer=row.answer,
        answered_at=row.answered_at,
    )
