"""What an answer says and what seems to be missing, before it is sent or the ticket closed."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gongzhi.affairs.tickets.choices import RemarkKind
from gongzhi.affairs.tickets.queries.stories import Story
from gongzhi.engines.triage.answers import Item, check_answer
from gongzhi.engines.triage.texts import Message

_LONGEST_WORDS = 30
_ASKED: dict[Item, str | Promise] = {
    "matter": _("说到所反映的事"),
    "result": _("说明结果或下一步"),
    "date": _("写明时间"),
    "contact": _("留下联系方式"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that an answer should say, and the words that seem to say it (none: not seen)."""

    asked: str | Promise
    words: str


def lines_for(story: Story, step: str, written: str) -> list[Line]:
    """The check-list for the answer being written, or, when closing, for the last one given.

    Other steps have none. A reminder from forms of words: nothing is kept, counted or held against
    anybody.
    """
    if step == "close":
        given = [remark for remark in story.remarks if remark.kind is RemarkKind.ANSWER]
        written = max(given, key=lambda remark: remark.at).text if given else ""
    if step not in {"answer", "close"} or not written.strip():
        return []
    request = Message(subject=story.row.title, body=story.text)
    return [
        Line(_ASKED[check.item], check.span.text[:_LONGEST_WORDS] if check.span else "")
        for check in check_answer(request, written)
    ]
