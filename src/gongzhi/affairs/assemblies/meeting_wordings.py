"""What units are told about meetings."""

from collections.abc import Sequence

from django.utils.timezone import localtime

from gongzhi.affairs.assemblies.models import Meeting
from gongzhi.commons.notices.addresses import Facts, declare_wording
from gongzhi.commons.notices.templates import Template, declare_template

_TO_UNIT = (
    (
        "unit.meeting_called",
        "请参加会议：{title}",
        "时间：{begins}，地点：{venue}。议程见会议页面。",
        "Please come to: {title}",
        "{begins}, {venue}. The agenda is on the page of the meeting.",
    ),
    (
        "unit.meeting_moved",
        "会议改期或改地点：{title}",
        "现定于 {begins}，地点：{venue}。",
        "Moved: {title}",
        "It is now on {begins}, {venue}.",
    ),
    (
        "unit.meeting_cancelled",
        "会议取消：{title}",
        "原定 {begins} 的会议不再召开。",
        "Cancelled: {title}",
        "The meeting of {begins} does not take place.",
    ),
    (
        "unit.minutes_published",
        "会议纪要已发布：{title}",
        "请查看 {begins} 会议的议定事项和本单位的任务。",
        "Minutes are out: {title}",
        "Please look at what the meeting of {begins} resolved and at your tasks.",
    ),
)


def _facts(meeting_ids: Sequence[int]) -> dict[int, Facts]:
    rows = Meeting.objects.filter(pk__in=meeting_ids)
    return {
        row.pk: {
            "title": row.title,
            "begins": f"{localtime(row.begins_at):%Y-%m-%d %H:%M}",
            "venue": row.venue or "—",
        }
        for row in rows
    }


def declare_wordings() -> None:
    """Register the wordings; called once when the app is ready."""
    for words in _TO_UNIT:
        declare_template(Template(*words))
    declare_wording("unit", "meeting", _facts)
