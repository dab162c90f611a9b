"""Public notices (公示): posted for everyone at a place, with a time in which to object."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.commons.failures import NotThere
from gongzhi.commons.ledger.kinds import declare
from gongzhi.commons.ledger.recording import NewEvent, Subject, record
from gongzhi.commons.notices.models import PublicNotice, PublicObjection
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.privacy.digests import digests_for_new
from gongzhi.commons.privacy.encryption import declare_sealed_column, seal_text
from gongzhi.commons.privacy.retention import RetentionRule, declare_retention
from gongzhi.commons.territory.queries import find_place

KIND = "public_notice"
POSTED = declare(
    "public_notice.posted",
    "something was posted for objections",
    "subject_kind",
    "subject",
    "until",
    "text",
)
OBJECTED = declare("public_notice.objected", "somebody objected to what was posted", "objection")
ANSWERED = declare("public_notice.answered", "an objection was answered", "objection")
WITHDRAWN = declare("public_notice.withdrawn", "what was posted was taken down")

LONGEST = 4000
_SHORTEST_TIME = timedelta(days=1)
_MOST_OPEN = 500


class CannotPost(ValueError):
    """A public notice or an objection that can't be, with the field at fault and why."""

    def __init__(self, words: str, *, field: str = "") -> None:
        super().__init__(words)
        self.field = field


class NoSuchNotice(NotThere):
    """There is no such public notice."""

    def __init__(self) -> None:
        super().__init__(_("没有这条公示"))


@transaction.atomic
def post_notice(
    *,
    subject: Subject,
    place_id: int,
    title: str,
    text: str,
    objections_until: datetime,
    by: Actor,
    at: datetime,
) -> int:
    """Post something about a subject for everyone at a place; returns the notice's id."""
    place = find_place(place_id)
    if place is None:
        raise CannotPost(_("没有这个地点，请重新选择"), field="place")
    require(by, "public_notices.post", place_path=place.path)
    if by.unit_id is None:
        raise CannotPost(_("公示要由一个单位发出"))
    words = _words(text, "text", _("请写明公示内容（4000 字以内）"))
    if objections_until < at + _SHORTEST_TIME:
        raise CannotPost(_("公示期至少一天"), field="until")
    row = PublicNotice.objects.create(
        place_id=place.id,
        unit_id=by.unit_id,
        subject_kind=subject.kind,
        subject_id=subject.id,
        title=title.strip()[:120],
        text=words,
        posted_at=at,
        objections_until=objections_until,
    )
    itself = Subject(KIND, row.pk)
    record(
        NewEvent(
            itself, POSTED, at, unit_id=by.unit_id, person_id=by.person_id, place_id=place.id,
            data={
                "subject_kind": subject.kind, "subject": subject.id,
                "until": objections_until.isoformat(),
                "text": digests_for_new({itself: words})[itself],
            },
            opens=True,
        )
    )  # fmt: skip
    return row.pk


@transaction.atomic
def object_to_notice(
    *, notice_id: int, text: str, contact: str = "", by: Actor, at: datetime
) -> int:
    """Anyone may object while the time runs; the contact is sealed and may be left out."""
    require(by, "public_notices.object")
    words = _words(text, "text", _("请写明您的异议（4000 字以内）"), most=LONGEST)
    if len(contact) > 60:
        raise CannotPost(_("联系方式最多 60 个字"), field="contact")
    row = _standing(notice_id)
    if at > row.objections_until:
        raise CannotPost(_("公示期已过，不能再提异议；可以拨打 12345 反映"))
    if row.objections.count() >= _MOST_OPEN:
        raise CannotPost(_("异议太多，暂时不再接收；请直接联系社区"))
    # The id grows with the row, so the notice is locked first: its chain has one writer at a time.
    if not PublicNotice.objects.filter(pk=notice_id, withdrawn_at=None).update(title=row.title):
        raise CannotPost(_("这条公示已经撤下"))
    objection = PublicObjection.objects.create(
        notice=row, text=words, contact_sealed=seal_text(contact.strip()), at=at
    )
    _record(row, OBJECTED, by=by, at=at, objection=objection.pk)
    return objection.pk


@transaction.atomic
def answer_objection(*, objection_id: int, answer: str, by: Actor, at: datetime) -> None:
    """Answer an objection, once; the answer is public."""
    found = PublicObjection.objects.select_related("notice__place").filter(pk=objection_id).first()
    if found is None:
        raise NoSuchNotice
    require(by, "public_notices.post", place_path=found.notice.place.path)
    words = _words(answer, "answer", _("请写明答复（4000 字以内）"))
    standing = PublicObjection.objects.filter(pk=objection_id, answered_at=None)
    if not standing.update(answer=words, answered_at=at):
        raise CannotPost(_("这条异议已经答复"), field="answer")
    _record(found.notice, ANSWERED, by=by, at=at, objection=objection_id)


@transaction.atomic
def withdraw_notice(*, notice_id: int, by: Actor, at: datetime) -> None:
    """Take down what was posted."""
    row = _standing(notice_id)
    require(by, "public_notices.post", place_path=row.place.path)
    if not PublicNotice.objects.filter(pk=notice_id, withdrawn_at=None).update(withdrawn_at=at):
        raise CannotPost(_("这条公示已经撤下"))
    _record(row, WITHDRAWN, by=by, at=at)


def _standing(notice_id: int) -> PublicNotice:
    row = PublicNotice.objects.select_related("place").filter(pk=notice_id).first()
    if row is None or row.withdrawn_at is not None:
        raise NoSuchNotice
    return row


def _words(text: str, field: str, wanted: str, *, most: int = LONGEST) -> str:
    words = text.strip()
    if not 0 < len(words) <= most:
        raise CannotPost(wanted, field=field)
    return words


def _record(row: PublicNotice, kind: str, *, by: Actor, at: datetime, **data: Any) -> None:
    record(
        NewEvent(
            Subject(KIND, row.pk), kind, at, unit_id=by.unit_id, person_id=by.person_id,
            place_id=row.place_id, data=data,
        )
    )  # fmt: skip


def _forget_contacts(*, cutoff: datetime, limit: int, at: datetime) -> int:  # noqa: ARG001
    old = PublicObjection.objects.filter(at__lt=cutoff).exclude(contact_sealed="").order_by("at")
    ids = list(old.values_list("pk", flat=True)[:limit])
    return PublicObjection.objects.filter(pk__in=ids).update(contact_sealed="")


def declare_privacy() -> None:
    """Register the sealed contact and how long it is kept; called once when the app is ready."""
    declare_sealed_column("notices.PublicObjection", "contact_sealed")
    declare_retention(
        RetentionRule("notices.objectors", "对公示提异议时留的联系方式", 180, _forget_contacts)
    )
