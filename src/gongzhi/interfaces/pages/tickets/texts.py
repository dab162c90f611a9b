"""A request's words with those marked that spoke for its category or its urgency."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from gongzhi.affairs.tickets.queries.stories import Story


def marked(story: Story) -> SafeString:
    """The text as HTML; overlapping marks are joined, line breaks kept."""
    fields = {"body", "subject"} if _begins_with_title(story) else {"body"}
    spans = sorted((h.start, h.end) for h in story.highlights if h.field in fields)
    parts: list[SafeString] = []
    position = 0
    for start, end in spans:
        begin = max(start, position)
        if end <= begin or begin > len(story.text):
            continue
        parts.append(_plain(story.text[position:begin]))
        parts.append(format_html("<mark>{}</mark>", story.text[begin:end]))
        position = end
    parts.append(_plain(story.text[position:]))
    return format_html_join("", "{}", ((part,) for part in parts))


def _begins_with_title(story: Story) -> bool:
    """A title made of the first words has the same positions as the text."""
    return story.text.startswith(story.row.title.removesuffix("…"))


def _plain(text: str) -> SafeString:
    lines = text.split("\n")
    return format_html_join(SafeString("<br>"), "{}", ((line,) for line in lines))
