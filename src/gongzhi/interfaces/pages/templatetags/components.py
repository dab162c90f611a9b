"""Components as template tags; built in, so that no template has to load them."""

from datetime import date

from django import template
from django.forms import BaseForm
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localdate

from gongzhi.interfaces.pages.components import Badge, state_badge

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A drawing from icons.svg. Without a label it is decoration and screen readers pass it."""
    says = format_html('role="img" aria-label="{}"', label) if label else 'aria-hidden="true"'
    return format_html(
        '<svg class="icon" {} focusable="false"><use href="{}#{}"></use></svg>',
        SafeString(says),
        static("face/icons.svg"),
        name,
    )


@register.filter
def has_come(day: date) -> bool:
    """Whether a day is today or past."""
    return day <= localdate()


@register.simple_tag
def badge(value: Badge | str) -> SafeString:
    """A badge, given itself or the name of a ticket's state."""
    shown = value if isinstance(value, Badge) else state_badge(value)
    return format_html(
        '<span class="badge badge--{} badge--{}">{}</span>', shown.tone, shown.shape, shown.label
    )


@register.simple_block_tag
def notice(content: str, tone: str = "info", title: str = "", *, live: bool = False) -> SafeString:
    """A notice. `live=True` lets screen readers say it when it appears."""
    context = {"content": content, "tone": tone, "title": title, "live": live}
    return SafeString(render_to_string("components/notice.html", context))


@register.simple_block_tag
def card(content: str, title: str = "", level: int = 2, style: str = "") -> SafeString:
    """A card with an optional heading of the given level."""
    context = {"content": content, "title": title, "level": level, "style": style}
    return SafeString(render_to_string("components/card.html", context))


@register.simple_block_tag
def empty(content: str, title: str = "") -> SafeString:
    """What a list says when nothing is in it: that this is fine, or what to do."""
    return SafeString(
        render_to_string("components/empty.html", {"content": content, "title": title})
    )


@register.simple_tag
def error_summary(*forms: BaseForm) -> SafeString:
    """All that is wrong with the forms of a page, each line a link to its field."""
    lines = []
    for form in forms:
        if not form.is_bound:
            continue
        lines += [("", message) for message in form.non_field_errors()]
        lines += [("", message) for field in form.hidden_fields() for message in field.errors]
        for field in form.visible_fields():
            target = field.id_for_label or field.auto_id
            lines += [(target, f"{field.label}：{message}") for message in field.errors]
    if not lines:
        return SafeString("")
    return SafeString(render_to_string("components/error_summary.html", {"lines": lines}))
