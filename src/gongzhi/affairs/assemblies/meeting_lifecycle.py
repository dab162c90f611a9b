"""Where a meeting stands, who may do what to it, and the guarded changes of its state."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from gongzhi.affairs.assemblies.meeting_choices import MeetingState
from gongzhi.affairs.assemblies.models import Meeting
from gongzhi.commons.failures import NotThere
from gongzhi.commons.ledger.recording import NewEvent, Plain, Subject, record
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require

KIND = "meeting"


class CannotMeet(ValueError):
    """A step of a meeting that is refused: what, and how to mend it; `field` is the wrong fact."""

    def __init__(self, words: str, *, field: str = "") -> None:
        super().__init__(words)
        self.field = field


class NoSuchMeeting(NotThere):
    """There is no such meeting, or the actor may not know of it."""

    def __init__(self) -> None:
        super().__init__(_("没有这次会议，或无权查看"))


def meeting_for(by: Actor, meeting_id: int, *, at: datetime) -> Meeting:
    """The meeting, once `by` may run it; its row is locked by an update until the end."""
    row = Meeting.objects.filter(pk=meeting_id).first()
    if row is None:
        raise NoSuchMeeting
    require(by, "meetings.call", place_path=row.place_path)
    Meeting.objects.filter(pk=meeting_id).update(touched_at=at)
    row.refresh_from_db()
    return row


def require_state(meeting: Meeting, *states: MeetingState) -> None:
    """Refuse where the meeting stands elsewhere."""
    if meeting.state not in states:
        raise CannotMeet(
            _("这次会议现在是“%(stands)s”，只有“%(wanted)s”时才能这样操作。")
            % {
                "stands": MeetingState(meeting.state).label,
                "wanted": "、".join(str(state.label) for state in states),
            }
        )


def move(meeting: Meeting, state: MeetingState, **changes: Any) -> None:
    """Bring the meeting from where it stands into a state."""
    standing = Meeting.objects.filter(pk=meeting.pk, state=meeting.state)
    if not standing.update(state=state, **changes):
        raise CannotMeet(_("这次会议刚刚被别人改动过，请刷新后再试。"))
    for name, value in {"state": state, **changes}.items():
        setattr(meeting, name, value)


def tell(
    meeting: Meeting, kind: str, /, *, by: Actor, at: datetime, opens: bool = False, **data: Plain
) -> None:
    """Write an event of this meeting."""
    record(
        NewEvent(
            subject=Subject(KIND, meeting.pk),
            kind=kind,
            at=at,
            unit_id=by.unit_id,
            person_id=by.person_id,
            place_id=meeting.place_id,
            data=data,
            opens=opens,
        )
    )
