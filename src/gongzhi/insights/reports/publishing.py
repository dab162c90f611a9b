"""Publishing a report: its files are kept byte for byte, and their digests stand in the ledger."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from gongzhi.commons.ledger.kinds import declare
from gongzhi.commons.ledger.recording import NewEvent, Plain, Subject, record
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.insights.reports.contents import Facts
from gongzhi.insights.reports.fonts import face_for
from gongzhi.insights.reports.models import Edition, EditionFile, Licence, StoredStudy
from gongzhi.insights.reports.writing import MAKERS

PUBLISHED = declare(
    "edition.published",
    "a report was published; the SHA-256 of each of its files",
    "study",
    "number",
    "licence",
    "docx",
    "html",
    "pdf",
)
WITHDRAWN = declare("edition.withdrawn", "a published report was withdrawn", "study", "number")


class CannotPublish(ValueError):
    """A report that can't be published or withdrawn now, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What readers are told and asked: what it is about, and how it may be used."""

    summary: str
    licence: str
    conditions: str = ""


def publish_edition(
    *, study_id: int, facts: Facts, seen_revision: int, terms: Terms, by: Actor, at: datetime
) -> int:
    """Publish a report as it is now; drafts are refused. Returns the edition's id.

    The files are written before the transaction, which fails when the study changed meanwhile.
    """
    require(by, "editions.publish")
    if facts.is_draft:
        raise CannotPublish(_("报告里还有草稿，或有数据变了的段落没有核对，不能发布。"))
    summary, conditions = terms.summary.strip(), terms.conditions.strip()
    if not summary or len(summary) > 600 or len(conditions) > 600:
        raise CannotPublish(_("请写内容提要；提要和使用条件各不超过 600 字。"))
    if terms.licence not in Licence.values:
        raise CannotPublish(_("请选择许可。"))
    files = {
        kind: make(facts)
        for kind, make in MAKERS.items()
        if kind != "pdf" or face_for("fangsong") is not None
    }
    digests = {kind: sha256(content).hexdigest() for kind, content in files.items()}
    with transaction.atomic():
        same = StoredStudy.objects.filter(pk=study_id, revision=seen_revision)
        if not same.update(revision=F("revision") + 1):
            raise CannotPublish(_("研究刚刚被改过，请再看一遍再发布。"))
        last = Edition.objects.filter(study_id=study_id).aggregate(last=Max("number"))["last"]
        edition = Edition.objects.create(
            study_id=study_id,
            number=(last or 0) + 1,
            title=facts.title,
            summary=summary,
            headings=[chapter.heading for chapter in facts.chapters if chapter.heading],
            period=str(facts.period),
            language=facts.language,
            licence=terms.licence,
            conditions=conditions,
            unit_id=by.unit_id,
            published_at=at,
        )
        EditionFile.objects.bulk_create(
            EditionFile(
                edition=edition,
                kind=kind,
                content=content,
                digest=digests[kind],
                size=len(content),
            )
            for kind, content in files.items()
        )
        data: dict[str, Plain] = {
            "study": study_id,
            "number": edition.number,
            "licence": terms.licence,
            **digests,
        }
        _tell(edition.pk, PUBLISHED, by=by, at=at, data=data, opens=True)
    return edition.pk


def withdraw_edition(*, edition_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Withdraw an edition: its page stays and says why, its files are given out no more."""
    require(by, "editions.publish")
    words = reason.strip()
    if not words or len(words) > 300:
        raise CannotPublish(_("请写明撤回的理由，不超过 300 字。"))
    with transaction.atomic():
        done = Edition.objects.filter(pk=edition_id, withdrawn_at=None).update(
            withdrawn_at=at, withdrawn_reason=words
        )
        if not done:
            raise CannotPublish(_("没有这一版，或者已经撤回。"))
        edition = Edition.objects.get(pk=edition_id)
        data: dict[str, Plain] = {"study": edition.study_id, "number": edition.number}
        _tell(edition_id, WITHDRAWN, by=by, at=at, data=data)


def _tell(
    edition_id: int,
    kind: str,
    *,
    by: Actor,
    at: datetime,
    data: dict[str, Plain],
    opens: bool = False,
) -> None:
    record(
        NewEvent(
            Subject("edition", edition_id),
            kind,
            at,
            unit_id=by.unit_id,
            person_id=by.person_id,
            data=data,
            opens=opens,
        )
    )
