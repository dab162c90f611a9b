"""Replies a unit writes again and again: kept as texts to start from.

A kept text is a draft and no deed, so keeping one writes no event.
"""

from dataclasses import dataclass

from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext as _

from gongzhi.affairs.tickets.models import ReplyTemplate
from gongzhi.commons.organisations.actors import Actor
from gongzhi.commons.organisations.permissions import NotPermitted, reach

LONGEST_NAME = 60
MOST_KEPT = 100  # a list longer than that helps nobody


class CannotKeepReply(ValueError):
    """A reply that can't be kept, and why."""


@dataclass(frozen=True, slots=True)
class KeptReply:
    """A text to start a reply from; `is_ours` where the reader's own unit keeps it."""

    id: int
    name: str
    text: str
    is_ours: bool


def kept_replies(*, by: Actor, category_code: str = "") -> list[KeptReply]:
    """The replies of the actor's units and those for all; those for the matter come first."""
    ours = _own_units(by)
    top = category_code.partition(".")[0]
    fits = Q(category_code=category_code) | Q(category_code=top) if category_code else Q(pk__in=[])
    found = ReplyTemplate.objects.filter(Q(unit_id__in=ours) | Q(unit=None))
    found = found.order_by(Case(When(fits, then=Value(0)), default=Value(1)), "name", "id")
    return [
        KeptReply(row.pk, row.name, row.text, is_ours=row.unit_id in ours)
        for row in found[:MOST_KEPT]
    ]


def keep_reply(*, name: str, text: str, category_code: str = "", by: Actor) -> int:
    """Keep a reply for the actor's unit; one with the same name is replaced. Returns its id."""
    unit_id = _unit_of(by)
    name, text = name.strip(), text.strip()
    if not name or len(name) > LONGEST_NAME:
        raise CannotKeepReply(_("名称要有 1 到 %(most)d 字") % {"most": LONGEST_NAME})
    if not text:
        raise CannotKeepReply(_("请先写好答复，再存为常用答复"))
    kept = ReplyTemplate.objects.filter(unit_id=unit_id)
    if kept.count() >= MOST_KEPT and not kept.filter(name=name).exists():
        raise CannotKeepReply(_("常用答复最多 %(most)d 条，请先删去不用的") % {"most": MOST_KEPT})
    row, _new = ReplyTemplate.objects.update_or_create(
        unit_id=unit_id, name=name, defaults={"text": text, "category_code": category_code}
    )
    return row.pk


def drop_reply(*, reply_id: int, by: Actor) -> None:
    """Drop a reply that the actor's own unit keeps."""
    _unit_of(by)
    if not ReplyTemplate.objects.filter(pk=reply_id, unit_id__in=_own_units(by)).delete()[0]:
        raise CannotKeepReply(_("没有这条常用答复，或不是本单位的"))


def _unit_of(by: Actor) -> int:
    """The unit that the actor answers for."""
    if by.unit_id is None or reach(by, "tickets.answer").nowhere:
        raise NotPermitted("tickets.answer")
    return by.unit_id


def _own_units(by: Actor) -> set[int]:
    return {role.unit_id for role in by.roles}
