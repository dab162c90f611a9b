"""Reading public notices, their objections and the answers."""

from dataclasses import dataclass
from datetime import datetime

from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.notices.models import PublicNotice
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import allowed
from gongzhi.commons.privacy.encryption import open_text


@dataclass(frozen=True, slots=True)
class ObjectionView:
    """An objection. Its words and contact are for who answers; the answer is for everyone."""

    id: int
    text: str
    contact: str
    at: datetime
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class PublicNoticeView:
    """What is posted, until when, and what was said to it."""

    id: int
    subject: Subject
    place_id: int
    unit_id: int
    title: str
    text: str
    posted_at: datetime
    objections_until: datetime
    objections: tuple[ObjectionView, ...]
    may_answer: bool

    @property
    def unanswered(self) -> int:
        """How many objections wait for an answer."""
        return sum(one.answered_at is None for one in self.objections)


def notice_about(subject: Subject, *, by: Actor) -> PublicNoticeView | None:
    """The notice that is posted about a subject now, or None; two queries."""
    row = (
        PublicNotice.objects.select_related("place")
        .filter(subject_kind=subject.kind, subject_id=subject.id, withdrawn_at=None)
        .order_by("-pk")
        .first()
    )
    if row is None:
        return None
    answers = allowed(by, "public_notices.post", place_path=row.place.path)
    return PublicNoticeView(
        id=row.pk,
        subject=subject,
        place_id=row.place_id,
        unit_id=row.unit_id,
        title=row.title,
        text=row.text,
        posted_at=row.posted_at,
        objections_until=row.objections_until,
        objections=tuple(
            ObjectionView(
                id=one.pk,
                text=one.text if answers else "",
                contact=open_text(one.contact_sealed) if answers else "",
                at=one.at,
                answer=one.answer,
                answered_at=one.answered_at,
            )
            for one in row.objections.order_by("pk")
        ),
        may_answer=answers,
    )
