"""A hot matter becomes a topic, once."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from gongzhi.affairs.assemblies.choices import TopicSource
from gongzhi.affairs.assemblies.lifecycle import NotInAssembly
from gongzhi.affairs.assemblies.queries.topics import topic_of_source
from gongzhi.affairs.assemblies.topics import NewTopic, propose_topic
from gongzhi.affairs.tickets.queries.hot import hot_issue
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import Actor

KIND = "hot_issue"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a topic could begin with; the words are for staff to put right."""

    title: str
    text: str


def hot_issue_for_topic(*, by: Actor, issue_id: int) -> Draft:
    """A draft from a hot matter within `by`'s reach; it says how many requests, and no text."""
    view = hot_issue(by=by, issue_id=issue_id)
    if view is None:
        raise NotInAssembly
    said = {"count": view.tickets, "since": f"{view.first_at:%Y-%m-%d}", "place": view.place_name}
    return Draft(
        title=view.title[:60],
        text=_("%(since)s以来，%(place)s有 %(count)d 件诉求反映这件事。") % said,
    )


def propose_hot_issue(*, issue_id: int, new: NewTopic, by: Actor, at: datetime) -> int:
    """Propose a topic that grew out of a hot matter; a second one of the same is refused."""
    if hot_issue(by=by, issue_id=issue_id) is None:
        raise NotInAssembly
    asked = replace(new, source=TopicSource.HOT_ISSUE, origin=Subject(KIND, issue_id))
    return propose_topic(new=asked, by=by, at=at)


def topic_of_hot_issue(issue_id: int) -> int | None:
    """The topic that a hot matter became, if it did."""
    return topic_of_source(Subject(KIND, issue_id))
