"""What a meeting resolved becomes a topic for everyone, once."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.assemblies.choices import TopicSource, TopicState
from gongzhi.affairs.assemblies.lifecycle import NotInAssembly
from gongzhi.affairs.assemblies.models import Resolution, Topic
from gongzhi.affairs.assemblies.topics import NewTopic, propose_topic
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require

KIND = "resolution"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a topic could begin with; the words are for staff to put right."""

    title: str
    text: str


def resolution_for_topic(*, by: Actor, resolution_id: int) -> Draft:
    """A draft from what was resolved, for who runs the meeting."""
    row = _resolution(resolution_id, by=by)
    said = {"day": f"{localdate(row.meeting.begins_at):%Y-%m-%d}", "meeting": row.meeting.title}
    began = _("%(day)s“%(meeting)s”提出，请大家一起商量。") % said
    title = row.point.title if row.point else row.text.splitlines()[0]
    return Draft(title=title[:60], text=f"{began}\n{row.text}"[:4000])


def propose_resolution(*, resolution_id: int, new: NewTopic, by: Actor, at: datetime) -> int:
    """Propose a topic that grew out of a meeting; a second one of the same point is refused."""
    row = _resolution(resolution_id, by=by)
    asked = replace(new, source=TopicSource.MEETING, origin=Subject(KIND, row.pk))
    return propose_topic(new=asked, by=by, at=at)


def topics_of_resolutions(ids: Iterable[int]) -> dict[int, int]:
    """The topics that resolutions became, by the resolution's id; one query."""
    found = Topic.objects.filter(source_kind=KIND, source_id__in=list(ids))
    living = found.exclude(state=TopicState.WITHDRAWN)
    return {source: topic for source, topic in living.values_list("source_id", "pk") if source}


def _resolution(resolution_id: int, *, by: Actor) -> Resolution:
    row = Resolution.objects.select_related("meeting", "point").filter(pk=resolution_id).first()
    if row is None:
        raise NotInAssembly
    require(by, "meetings.call", place_path=row.meeting.place_path)
    return row
