"""What this affair holds about people: as little as can be, and forgotten in time."""

from datetime import datetime

from django.db.models import Count

from gongzhi.affairs.assemblies import events
from gongzhi.affairs.assemblies.choices import TopicState
from gongzhi.affairs.assemblies.lifecycle import tell
from gongzhi.affairs.assemblies.models import Material, RosterEntry, Topic, Vote
from gongzhi.affairs.assemblies.proposers import forget_proposers
from gongzhi.affairs.assemblies.statements import erase_rejected
from gongzhi.commons.attachments.access import declare_access
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import SYSTEM, Actor
from gongzhi.commons.permissions.table import allowed
from gongzhi.commons.privacy.encryption import declare_sealed_column
from gongzhi.commons.privacy.retention import RetentionRule, declare_retention


def forget_votes(*, cutoff: datetime, limit: int, at: datetime) -> int:
    """Erase seats and votes of topics that ended before `cutoff`; maps and decisions stay."""
    over = Topic.objects.filter(ended_at__lt=cutoff).annotate(seats=Count("roster"))
    topics = list(over.filter(seats__gt=0).order_by("ended_at")[: max(1, limit // 50)])
    for topic in topics:
        votes, _rows = Vote.objects.filter(topic=topic).delete()
        RosterEntry.objects.filter(topic=topic).delete()
        Topic.objects.filter(pk=topic.pk).update(touched_at=at)
        tell(
            Subject("topic", topic.pk), events.TOPIC_FORGOTTEN, by=SYSTEM, at=at,
            place_id=topic.place_id, votes=votes,
        )  # fmt: skip
    return len(topics)


def forget_declarations(*, cutoff: datetime, limit: int, at: datetime) -> int:  # noqa: ARG001
    """Erase what was written to have a capacity confirmed, where nobody answered in time."""
    old = RosterEntry.objects.filter(joined_on__lt=cutoff.date()).exclude(says_sealed="")
    ids = list(old.order_by("pk").values_list("pk", flat=True)[:limit])
    return RosterEntry.objects.filter(pk__in=ids).update(says_sealed="")


def forget_rejected(*, cutoff: datetime, limit: int, at: datetime) -> int:
    """Erase the words of statements that were rejected before `cutoff`."""
    return erase_rejected(cutoff=cutoff, limit=limit, by=SYSTEM, at=at)


def declare_privacy() -> None:
    """Register the sealed column and what is forgotten when; called once when the app is ready."""
    declare_sealed_column("assemblies.RosterEntry", "says_sealed")
    declare_sealed_column("assemblies.Topic", "contact_sealed")
    declare_retention(
        RetentionRule("assemblies.proposers", "提议议题时留的联系方式", 180, forget_proposers)
    )
    declare_retention(
        RetentionRule("assemblies.votes", "已结束议题的席位和表态", 365, forget_votes)
    )
    declare_retention(
        RetentionRule("assemblies.declarations", "参与议事时填的身份说明", 30, forget_declarations)
    )
    declare_retention(
        RetentionRule("assemblies.rejected", "未采用的说法的文字", 180, forget_rejected)
    )


_RUNNING = (TopicState.PROPOSED, TopicState.OPEN, TopicState.NOTICED)


def _may_read(material_id: int, by: Actor) -> bool:
    """Whoever may read the topic may read what it is about, earlier versions too."""
    row = Material.objects.select_related("topic").filter(pk=material_id).first()
    return row is not None and (
        row.topic.opened_at is not None
        or allowed(by, "topics.read", place_path=row.topic.place_path)
    )


def _may_attach(material_id: int, by: Actor) -> bool:
    """Files go to the newest version only: what people have read before stays as it was."""
    row = Material.objects.select_related("topic").filter(pk=material_id).first()
    if row is None or row.topic.state not in _RUNNING:
        return False
    later = Material.objects.filter(topic=row.topic, title=row.title, version__gt=row.version)
    return not later.exists() and allowed(
        by, "topics.run", place_path=row.topic.place_path, unit_ids=[row.topic.unit_id]
    )


def declare_files() -> None:
    """Let a version of a material have files; called once when the app is ready."""
    declare_access("material", may_read=_may_read, may_attach=_may_attach)
