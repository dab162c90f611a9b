"""What the engine found in a ticket beside its category: why it is urgent, and which matter."""

from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gongzhi.affairs.tickets.choices import Urgency
from gongzhi.affairs.tickets.queries.stories import Story
from gongzhi.engines.triage.urgency_rules import DEFAULT_RULES

_RULES = {rule.code: rule for rule in DEFAULT_RULES}


@dataclass(frozen=True, slots=True)
class UrgencyLine:
    """One reason for urgency: its rule in the reader's language, and the words that say so."""

    rule: str
    words: str


def urgency_lines(story: Story) -> list[UrgencyLine]:
    """Every reason with its words, as the rules found them, and what the requester ticked."""
    chinese = (get_language() or "zh").startswith("zh")
    lines = []
    for found in story.highlights:
        rule = _RULES.get(found.why)
        if rule is not None:
            text = story.row.title if found.field == "subject" else story.text
            name = rule.chinese if chinese else rule.english
            lines.append(UrgencyLine(name, text[found.start : found.end]))
    if story.ticked not in ("", Urgency.NORMAL):
        ticked = _("诉求人勾选了“%(level)s”") % {"level": Urgency(story.ticked).label}
        lines.append(UrgencyLine(ticked, ""))
    return lines
