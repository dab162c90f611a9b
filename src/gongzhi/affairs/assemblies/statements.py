"""What people say on a topic: one sentence each, read by staff before others vote on it."""

import hashlib
import re
import unicodedata
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from gongzhi.affairs.assemblies import events
from gongzhi.affairs.assemblies.choices import (
    RejectionReason,
    StatementState,
    TopicState,
)
from gongzhi.affairs.assemblies.lifecycle import NotInAssembly, tell, topic_for, touch
from gongzhi.affairs.assemblies.models import RosterEntry, Statement, Topic
from gongzhi.affairs.assemblies.rosters import seat_of_link, take_seat
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.privacy.digests import digest, digests_for_new, erase_keys, key_of

KIND = "statement"
LONGEST = 140
MOST_PER_SEAT = 10
_SHORTEST = 4
_MOST_PER_TOPIC = 2000
_CONTACT = re.compile(r"\d[\d\s-]{6,}\d|https?://|www\.|@")


class CannotSay(ValueError):
    """A statement that can't be taken or answered, with the field at fault and why."""

    def __init__(self, words: str, *, field: str = "text") -> None:
        super().__init__(words)
        self.field = field


@transaction.atomic
def submit_statement(*, token: str, text: str, by: Actor, at: datetime) -> int:
    """Say something on a topic by the link of a seat; it waits for a look. Returns its id."""
    seat = seat_of_link(token)
    words = _checked(text)
    _require_open(seat.topic, at=at)
    _check_amount(seat)
    take_seat(seat, on=at)
    return _insert(seat.topic, words, author=seat, accepted=False, by=by, at=at)


@transaction.atomic
def seed_statement(*, topic_id: int, text: str, by: Actor, at: datetime) -> int:
    """Say something as a start, so that the first who come have something to vote on."""
    topic = topic_for(by, "topics.run", topic_id)
    words = _checked(text)
    if not touch(topic, TopicState.PROPOSED, TopicState.OPEN, at=at):
        raise CannotSay(_("议题不再征集意见，不能再加说法"))
    return _insert(topic, words, author=None, accepted=True, by=by, at=at)


@transaction.atomic
def accept_statement(
    *, statement_id: int, by: Actor, at: datetime, text: str | None = None
) -> None:
    """Let others vote on a statement, in mended words where needed; the original is kept."""
    row = _moderated(by, statement_id, at=at)
    words = row.text if text is None else _checked(text)
    if row.erased_at is not None:
        raise CannotSay(_("这条说法的文字已经删除"))
    mended = words != row.text
    changes: dict[str, Any] = {"text": words, "sameness": sameness(words)}
    if mended and not row.original:
        changes["original"] = row.text
    standing = Statement.objects.filter(pk=row.pk).exclude(state=StatementState.ACCEPTED)
    try:
        with transaction.atomic():
            moved = standing.update(
                state=StatementState.ACCEPTED, reason="", moderated_at=at, **changes
            )
    except IntegrityError as error:
        raise CannotSay(_("已经有一样的说法")) from error
    if not moved:
        raise CannotSay(_("这条说法已经采用"))
    said = digest(words, key_of(Subject(KIND, row.pk)))
    _tell(row, events.STATEMENT_ACCEPTED, by=by, at=at, mended=mended, text=said)


@transaction.atomic
def reject_statement(
    *, statement_id: int, reason: RejectionReason, remark: str, by: Actor, at: datetime
) -> None:
    """Keep a statement from being shown; its author reads why."""
    row = _moderated(by, statement_id, at=at)
    if len(remark) > 200:
        raise CannotSay(_("说明最多 200 个字"), field="remark")
    standing = Statement.objects.filter(pk=row.pk).exclude(state=StatementState.REJECTED)
    if not standing.update(
        state=StatementState.REJECTED, reason=reason, remark=remark.strip(), moderated_at=at
    ):
        raise CannotSay(_("这条说法已经处理过"))
    _tell(row, events.STATEMENT_REJECTED, by=by, at=at, reason=reason)


def sameness(text: str) -> str:
    """A digest of the words alone: spaces, punctuation, width and case make no difference."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return hashlib.sha256(re.sub(r"[\W_]+", "", folded).encode()).hexdigest()


def erase_rejected(*, cutoff: datetime, limit: int, by: Actor, at: datetime) -> int:
    """Erase the words of statements that were rejected before `cutoff`; returns how many."""
    old = Statement.objects.filter(
        state=StatementState.REJECTED, moderated_at__lt=cutoff, erased_at=None
    )
    rows = list(old.select_related("topic").order_by("moderated_at")[:limit])
    for row in rows:
        Statement.objects.filter(pk=row.pk).update(text="", original="", remark="", erased_at=at)
        _tell(row, events.STATEMENT_ERASED, by=by, at=at)
    erase_keys(Subject(KIND, row.pk) for row in rows)
    return len(rows)


def _checked(text: str) -> str:
    words = " ".join(text.split())
    if not _SHORTEST <= len(words) <= LONGEST:
        raise CannotSay(_("请用一句话说清楚，4 到 140 个字"))
    if _CONTACT.search(words):
        raise CannotSay(_("请不要写电话、邮箱或网址，大家都会看到"))
    if not re.search(r"\w{2}", words):
        raise CannotSay(_("请用文字说明您的看法"))
    return words


def _require_open(topic: Topic, *, at: datetime) -> None:
    standing = Topic.objects.filter(pk=topic.pk, state=TopicState.OPEN, closes_at__gt=at)
    if not standing.update(touched_at=at):
        raise CannotSay(_("这个议题已经停止征集意见"))


def _check_amount(seat: RosterEntry) -> None:
    if seat.statements.count() >= MOST_PER_SEAT:
        raise CannotSay(_("每人最多提 10 条说法，谢谢您"))


def _insert(
    topic: Topic, words: str, *, author: RosterEntry | None, accepted: bool, by: Actor, at: datetime
) -> int:
    """Write a statement; the caller has locked the topic, which makes the number safe."""
    last = Statement.objects.filter(topic=topic).aggregate(last=Max("number"))["last"] or 0
    if last >= _MOST_PER_TOPIC:
        raise CannotSay(_("这个议题的说法已满 2000 条，请对已有的说法表态"))
    row = Statement(
        topic=topic,
        number=last + 1,
        author=author,
        text=words,
        sameness=sameness(words),
        state=StatementState.ACCEPTED if accepted else StatementState.WAITING,
        submitted_at=at,
        moderated_at=at if accepted else None,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise CannotSay(_("已经有人说过一样的话，请直接对它表态")) from error
    itself = Subject(KIND, row.pk)
    _tell(
        row, events.STATEMENT_SUBMITTED, by=by, at=at, opens=True, seed=author is None,
        text=digests_for_new({itself: words})[itself],
    )  # fmt: skip
    return row.pk


def _moderated(by: Actor, statement_id: int, *, at: datetime) -> Statement:
    """The statement, once `by` may moderate it and its topic still takes part in anything."""
    row = Statement.objects.select_related("topic").filter(pk=statement_id).first()
    if row is None:
        raise NotInAssembly
    require(by, "topics.run", place_path=row.topic.place_path)
    standing = Topic.objects.filter(
        pk=row.topic_id, state__in=[TopicState.PROPOSED, TopicState.OPEN]
    )
    # What is shown changes the map, so its number grows as with a vote.
    if not standing.update(voted=F("voted") + 1, touched_at=at):
        raise CannotSay(_("议题已经结束征集，说法不再改动"))
    return row


def _tell(row: Statement, kind: str, /, *, by: Actor, at: datetime, **data: Any) -> None:
    tell(
        Subject(KIND, row.pk), kind, by=by, at=at, place_id=row.topic.place_id,
        topic=row.topic_id, **data,
    )  # fmt: skip
