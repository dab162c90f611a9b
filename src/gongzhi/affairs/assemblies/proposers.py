"""Who proposed a topic and left a contact: told what becomes of it, and forgotten."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from gongzhi.affairs.assemblies import events
from gongzhi.affairs.assemblies.lifecycle import tell
from gongzhi.affairs.assemblies.models import Topic
from gongzhi.affairs.assemblies.topics import proposal_link, topic_of_proposal
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.notices.addresses import Address, Facts, declare_book, declare_wording
from gongzhi.commons.notices.contacts import address_at, masked_contact
from gongzhi.commons.notices.templates import Template, declare_template
from gongzhi.commons.permissions.actors import SYSTEM, Actor
from gongzhi.commons.privacy.encryption import open_text

_TO_PROPOSER = (
    (
        "topic.taken_up",
        "您提的议题“{title}”开始征集意见",
        "请大家一起商量：{link}",
        "Your topic “{title}” is being talked over",
        "Follow it at {link}",
    ),
    (
        "topic.not_taken_up",
        "您提的议题“{title}”没有继续",
        "理由请见：{link}",
        "Your topic “{title}” does not go on",
        "See why at {link}",
    ),
    (
        "topic.decided",
        "您提的议题“{title}”有了决议",
        "决议和要办的事请见：{link}",
        "A decision was taken on your topic “{title}”",
        "See it, and what is to be done, at {link}",
    ),
    (
        "topic.carried_out",
        "您提的议题“{title}”已经落实",
        "办得怎么样请见：{link}",
        "What was decided on your topic “{title}” is done",
        "See what came of it at {link}",
    ),
)


def contact_shown(topic_id: int) -> str:
    """The proposer's contact, masked, for their private link; "" where none is kept."""
    return masked_contact(_contact(topic_id))


def leaves_contact(topic_id: int) -> bool:
    """Whether somebody wants to be told of this topic."""
    return Topic.objects.filter(pk=topic_id).exclude(contact_sealed="").exists()


@transaction.atomic
def erase_contact(*, token: str, by: Actor, at: datetime) -> None:
    """The proposer doesn't want to be told any more, by their private link."""
    _erase([topic_of_proposal(token)], by=by, at=at)


def forget_proposers(*, cutoff: datetime, limit: int, at: datetime) -> int:
    """Forget the contacts of topics at which nothing has happened since `cutoff`."""
    kept = Topic.objects.exclude(contact_sealed="").filter(touched_at__lt=cutoff)
    return _erase(kept.order_by("pk").values_list("pk", flat=True)[:limit], by=SYSTEM, at=at)


def _erase(topic_ids: Iterable[int], *, by: Actor, at: datetime) -> int:
    kept = Topic.objects.filter(pk__in=list(topic_ids)).exclude(contact_sealed="")
    erased = 0
    for topic in list(kept):
        if kept.filter(pk=topic.pk).update(contact_sealed="", language=""):  # once of two at once
            erased += 1
            tell(
                Subject("topic", topic.pk), events.PROPOSER_ERASED, by=by, at=at,
                place_id=topic.place_id,
            )  # fmt: skip
    return erased


def _contact(topic_id: int) -> str:
    sealed = Topic.objects.filter(pk=topic_id).values_list("contact_sealed", flat=True).first()
    return open_text(sealed) if sealed else ""


def _address(topic_id: int, _at: datetime) -> Address | None:
    row = Topic.objects.filter(pk=topic_id).exclude(contact_sealed="").first()
    return address_at(open_text(row.contact_sealed), language=row.language) if row else None


def _facts(topic_ids: Sequence[int]) -> dict[int, Facts]:
    return {
        row.pk: {
            "title": row.title,
            "link": f"{settings.PUBLIC_URL}/topics/proposal/{proposal_link(row.pk)}",
        }
        for row in Topic.objects.filter(pk__in=topic_ids)
    }


def declare_wordings() -> None:
    """Register the wordings and the address book; called once when the app is ready."""
    for words in _TO_PROPOSER:
        declare_template(Template(*words))
    declare_book("topic", _address)
    declare_wording("topic", "topic", _facts)
