"""A topic from the proposal to the decision: taken up or not, opened, posted, decided."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.assemblies import events
from gongzhi.affairs.assemblies.choices import Capacity, StatementState, TopicSource, TopicState
from gongzhi.affairs.assemblies.decisions import NewTask, take_decision
from gongzhi.affairs.assemblies.figures import figures_of
from gongzhi.affairs.assemblies.lifecycle import (
    TOPIC,
    CannotMove,
    NotInAssembly,
    Step,
    move,
    tell,
    topic_for,
    touch,
)
from gongzhi.affairs.assemblies.models import Material, Statement, Topic, Vote
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.notices.contacts import CannotReach, checked_contact
from gongzhi.commons.notices.public import post_notice, withdraw_notice
from gongzhi.commons.notices.public_queries import notice_about
from gongzhi.commons.organisations.queries import coordinating_unit, units_at
from gongzhi.commons.permissions.actors import SYSTEM, Actor, Voice
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.permissions.table import require
from gongzhi.commons.privacy.digests import digest, key_of
from gongzhi.commons.privacy.encryption import seal_text
from gongzhi.commons.privacy.links import read_link, sign_link
from gongzhi.commons.territory.queries import PlaceView, ancestor_of_kind, find_place

KIND = "topic"
_LINK = "topic_proposal"
LEAST_SEEDS = 3
_LONGEST = timedelta(days=366)


class CannotDeliberate(ValueError):
    """A topic that can't be so, with the field at fault and why."""

    def __init__(self, words: str, *, field: str = "") -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTopic:
    """What is proposed for deliberation; `origin` is the record it grew out of.

    A resident may leave a contact, to be told in `language` what becomes of it.
    """

    title: str
    question: str
    place_id: int
    text: str = ""
    source: TopicSource = TopicSource.STAFF
    origin: Subject | None = None
    contact: str = ""
    language: str = ""


@transaction.atomic
def propose_topic(*, new: NewTopic, by: Actor, at: datetime) -> int:
    """Propose a matter; staff of the place decide whether it is taken up. Returns the topic's id.

    A resident needs no account and keeps a private link (`proposal_link`).
    """
    place = _place(new)
    _check_words(new.title, new.question, new.text)
    source = _source(new, by)
    contact = _contact(new) if source is TopicSource.RESIDENT else ""
    require(
        by,
        "topics.suggest" if source is TopicSource.RESIDENT else "topics.propose",
        place_path=place.path,
    )
    unit = coordinating_unit(place.id, localdate(at)) or by.unit_id or _committee(place, at=at)
    if unit is None:
        raise CannotDeliberate(_("这个地方还没有统筹单位，暂时不能提议"), field="place")
    row = Topic(
        title=new.title.strip(),
        question=new.question.strip(),
        text=new.text.strip(),
        place_id=place.id,
        place_path=place.path,
        community_id=ancestor_of_kind(place.id, "community"),
        unit_id=unit,
        source=source,
        source_kind=new.origin.kind if new.origin else "",
        source_id=new.origin.id if new.origin else None,
        state=TopicState.PROPOSED,
        contact_sealed=seal_text(contact),
        language=new.language[:8] if contact else "",
        proposed_at=at,
        touched_at=at,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise CannotDeliberate(_("这件事已经提为议题")) from error
    _tell(
        row, events.TOPIC_PROPOSED, by=by, at=at, opens=True, source=source,
        source_kind=row.source_kind, source_id=row.source_id,
    )  # fmt: skip
    return row.pk


def proposal_link(topic_id: int) -> str:
    """The token by which a resident follows what becomes of a proposal."""
    row = Topic.objects.get(pk=topic_id)
    return sign_link(_LINK, row.pk, row.link_version)


def topic_of_proposal(token: str) -> int:
    """The topic that a proposer's token opens; raises NotInAssembly for one that opens none."""
    read = read_link(_LINK, token)
    if read is None or not Topic.objects.filter(pk=read.id, link_version=read.version).exists():
        raise NotInAssembly
    return read.id


@transaction.atomic
def correct_topic(
    *, topic_id: int, title: str, question: str, text: str, by: Actor, at: datetime
) -> None:
    """Put a proposal into better words, before anyone has taken part."""
    topic = topic_for(by, "topics.run", topic_id)
    _check_words(title, question, text)
    changes = {"title": title.strip(), "question": question.strip(), "text": text.strip()}
    changed = sorted(name for name, value in changes.items() if getattr(topic, name) != value)
    if not changed:
        return
    standing = Topic.objects.filter(pk=topic.pk, state=TopicState.PROPOSED)
    if not standing.update(**changes, touched_at=at):
        raise CannotDeliberate(_("已经有人参与，议题的文字不能再改；可以补充资料说明"))
    _tell(topic, events.TOPIC_CORRECTED, by=by, at=at, fields=changed)


@transaction.atomic
def add_material(
    *, topic_id: int, title: str, text: str, change: str, by: Actor, at: datetime
) -> int:
    """Add something to read, or a new version of it; earlier versions stay. Returns its id."""
    topic = topic_for(by, "topics.run", topic_id)
    name = title.strip()
    if not 0 < len(name) <= 80:
        raise CannotDeliberate(_("请用 1 到 80 个字写明资料名称"), field="title")
    if not 0 < len(text.strip()) <= 20_000:
        raise CannotDeliberate(_("请填写资料内容（两万字以内）"), field="text")
    if not touch(topic, TopicState.PROPOSED, TopicState.OPEN, TopicState.NOTICED, at=at):
        raise CannotDeliberate(_("议题已经结束，不能再加资料"))
    last = Material.objects.filter(topic=topic, title=name).order_by("-version").first()
    if last is not None and not change.strip():
        raise CannotDeliberate(_("同名资料已有，请写明这一版改了什么"), field="change")
    row = Material.objects.create(
        topic=topic, title=name, version=last.version + 1 if last else 1, text=text.strip(),
        change=change.strip()[:200], at=at, unit_id=by.unit_id,
    )  # fmt: skip
    tell(
        Subject("material", row.pk), events.MATERIAL_ADDED, by=by, at=at, opens=True,
        place_id=topic.place_id, topic=topic.pk, version=row.version,
    )  # fmt: skip
    return row.pk


@transaction.atomic
def open_topic(
    *,
    topic_id: int,
    closes_at: datetime,
    capacities: Sequence[Capacity],
    by_invitation: bool,
    by: Actor,
    at: datetime,
) -> None:
    """Take a proposal up: from now on people may say what they think and vote."""
    topic = topic_for(by, "topics.run", topic_id)
    _check_closing(closes_at, at=at)
    if not capacities:
        raise CannotDeliberate(_("请至少选一类参与人"), field="capacities")
    seeds = Statement.objects.filter(topic=topic, state=StatementState.ACCEPTED).count()
    if topic.state == TopicState.PROPOSED and seeds < LEAST_SEEDS:
        raise CannotDeliberate(
            _("请先准备至少 %(least)d 条说法，第一位居民来了才有可表态的内容")
            % {"least": LEAST_SEEDS}
        )
    kinds = [kind.value for kind in Capacity if kind in set(capacities)]
    move(
        topic, TOPIC, Step.OPEN, opened_at=at, closes_at=closes_at, capacities=kinds,
        by_invitation=by_invitation, touched_at=at,
    )  # fmt: skip
    _tell(
        topic, events.TOPIC_OPENED, by=by, at=at, closes=closes_at.isoformat(),
        capacities=kinds, by_invitation=by_invitation,
    )  # fmt: skip


@transaction.atomic
def refuse_topic(*, topic_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Not take a proposal up, and say why; whoever proposed it reads the reason."""
    topic = topic_for(by, "topics.run", topic_id)
    move(topic, TOPIC, Step.REFUSE, reason=_reason(reason), ended_at=at, touched_at=at)
    _tell(topic, events.TOPIC_WITHDRAWN, by=by, at=at)


@transaction.atomic
def withdraw_topic(*, topic_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Take an open topic back, and say why in public."""
    topic = topic_for(by, "topics.run", topic_id)
    move(topic, TOPIC, Step.WITHDRAW, reason=_reason(reason), ended_at=at, touched_at=at)
    _take_down(topic, by=by, at=at)
    _tell(topic, events.TOPIC_WITHDRAWN, by=by, at=at)


@transaction.atomic
def notice_topic(
    *, topic_id: int, text: str, objections_until: datetime, by: Actor, at: datetime
) -> int:
    """End voting and post what is meant to be decided, for objections; returns the notice's id.

    The event keeps how many voted, and a keyed digest of the votes as they stand.
    """
    topic = topic_for(by, "topics.run", topic_id)
    move(topic, TOPIC, Step.NOTICE, noticed_at=at, touched_at=at)
    if Statement.objects.filter(topic=topic, state=StatementState.WAITING).exists():
        raise CannotDeliberate(_("还有说法没有审核，请先审核完再公示"))
    notice = post_notice(
        subject=Subject(KIND, topic.pk), place_id=topic.place_id, title=topic.title, text=text,
        objections_until=objections_until, by=by, at=at,
    )  # fmt: skip
    counted = figures_of(topic)
    _tell(
        topic, events.TOPIC_NOTICED, by=by, at=at, notice=notice,
        until=objections_until.isoformat(), digest=votes_digest(topic.pk),
        voters=counted.voters, votes=counted.votes, statements=counted.statements,
    )  # fmt: skip
    return notice


@transaction.atomic
def reopen_topic(*, topic_id: int, closes_at: datetime, by: Actor, at: datetime) -> None:
    """People may take part again, until a new day, and what was posted is taken down.

    After an objection that is right, after a revoked decision, or when the time was too short.
    """
    topic = topic_for(by, "topics.run", topic_id)
    _check_closing(closes_at, at=at)
    if topic.state == TopicState.DECIDED:
        raise CannotMove(TOPIC, Step.REOPEN, topic.state)  # the decision has to be revoked first
    if topic.state == TopicState.OPEN and topic.closes_at is not None and at < topic.closes_at:
        raise CannotDeliberate(_("还在征集意见，截止以后才能重新征集"), field="closes_at")
    move(topic, TOPIC, Step.REOPEN, noticed_at=None, closes_at=closes_at, touched_at=at)
    _take_down(topic, by=by, at=at)
    _tell(topic, events.TOPIC_REOPENED, by=by, at=at)


@transaction.atomic
def decide_topic(
    *, topic_id: int, text: str, rule: str, tasks: Sequence[NewTask], by: Actor, at: datetime
) -> int:
    """Decide once the time for objections is over and each has its answer; returns the decision."""
    topic = topic_for(by, "decisions.take", topic_id)
    # Moved, and so locked, before the notice is read: what was posted a moment ago counts.
    move(topic, TOPIC, Step.DECIDE, touched_at=at)
    notice = notice_about(Subject(KIND, topic.pk), by=SYSTEM)
    if notice is not None:
        if at <= notice.objections_until:
            raise CannotDeliberate(_("公示期还没有结束，到期以后才能形成决议"))
        if notice.unanswered:
            raise CannotDeliberate(_("还有异议没有答复，答复以后才能形成决议"))
    counted = figures_of(topic)
    decision = take_decision(
        subject_kind=KIND, subject_id=topic.pk, place_id=topic.place_id, title=topic.title,
        text=text, rule=rule, tasks=tasks, by=by, at=at, public=True,
        figures={
            "voters": counted.voters, "votes": counted.votes, "statements": counted.statements,
            "objections": len(notice.objections) if notice else 0,
        },
    )  # fmt: skip
    _tell(topic, events.TOPIC_DECIDED, by=by, at=at, decision=decision)
    return decision


def votes_digest(topic_id: int) -> str:
    """A digest of a topic's votes under its own key, the same for the same votes."""
    rows = Vote.objects.filter(topic_id=topic_id).order_by("statement__number", "seat__number")
    listed = [list(row) for row in rows.values_list("statement__number", "seat__number", "value")]
    body = hashlib.sha256(json.dumps(listed, separators=(",", ":")).encode()).hexdigest()
    return digest(body, key_of(Subject(KIND, topic_id)))


def _committee(place: PlaceView, *, at: datetime) -> int | None:
    """Who answers a resident where nobody coordinates yet."""
    community = ancestor_of_kind(place.id, "community")
    if community is None:
        return None
    found = units_at(community, ["residents_committee"], on=localdate(at))
    return found[0].id if found else None


def _place(new: NewTopic) -> PlaceView:
    place = find_place(new.place_id)
    if place is None:
        raise CannotDeliberate(_("没有这个地点，请重新选择"), field="place")
    return place


def _check_words(title: str, question: str, text: str) -> None:
    if not 0 < len(title.strip()) <= 60:
        raise CannotDeliberate(_("请用 1 到 60 个字写明议题"), field="title")
    if not 0 < len(question.strip()) <= 200:
        raise CannotDeliberate(_("请用 1 到 200 个字写明要大家商量什么"), field="question")
    if len(text) > 4000:
        raise CannotDeliberate(_("说明最多 4000 字，请精简"), field="text")


def _contact(new: NewTopic) -> str:
    try:
        return checked_contact(new.contact)
    except CannotReach as wrong:
        raise CannotDeliberate(str(wrong), field="contact") from wrong


def _source(new: NewTopic, by: Actor) -> TopicSource:
    """Residents and partners propose in their own name; staff may also write down for others."""
    if by.voice is Voice.RESIDENT:
        return TopicSource.RESIDENT
    kinds = {role.kind for role in by.roles}
    if kinds == {RoleKind.PARTNER}:
        return TopicSource.PARTNER
    return TopicSource.STAFF if new.source is TopicSource.RESIDENT else new.source


def _check_closing(closes_at: datetime, *, at: datetime) -> None:
    if not at < closes_at <= at + _LONGEST:
        raise CannotDeliberate(_("截止时间应在现在以后、一年以内"), field="closes_at")


def _reason(reason: str) -> str:
    if not 0 < len(reason.strip()) <= 300:
        raise CannotDeliberate(_("请说明理由（300 字以内），提议的人会看到"), field="reason")
    return reason.strip()


def _take_down(topic: Topic, *, by: Actor, at: datetime) -> None:
    notice = notice_about(Subject(KIND, topic.pk), by=by)
    if notice is not None:
        withdraw_notice(notice_id=notice.id, by=by, at=at)


def _tell(topic: Topic, kind: str, /, *, by: Actor, at: datetime, **data: Any) -> None:
    tell(Subject(KIND, topic.pk), kind, by=by, at=at, place_id=topic.place_id, **data)
