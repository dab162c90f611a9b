"""From a carried item of an owners' vote to a decision, and tasks with owner and date."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.affairs.assemblies.decisions import NewTask, take_decision
from gongzhi.affairs.assemblies.models import VoteItem
from gongzhi.affairs.assemblies.owners_choices import Matter, Phase
from gongzhi.affairs.assemblies.owners_lifecycle import KIND, CannotVote, require_phase, vote_for
from gongzhi.commons.permissions.actors import Actor

_NEEDED = ("entitled", "taking_part", "by_choice", "conditions", "verdict")


@transaction.atomic
def decide_item(
    *, vote_id: int, number: int, tasks: Sequence[NewTask], by: Actor, at: datetime
) -> int:
    """Carry out what was carried: one decision for an item, once; returns its id."""
    vote = vote_for(by, "owners_votes.run", vote_id, at=at)
    require_phase(vote, Phase.PUBLISHED, at=at)
    item = vote.items.filter(number=number).first()
    if item is None:
        raise CannotVote(_("没有这个表决事项。"))
    if item.verdict != "passed" or item.figures is None:
        raise CannotVote(_("只有通过的事项才能交办。"))
    decision = take_decision(
        subject_kind=KIND, subject_id=vote.pk, place_id=vote.place_id, text=item.title,
        rule=_("民法典第 278 条第 %(number)d 项") % {"number": Matter(item.matter).value},
        figures={name: item.figures[name] for name in _NEEDED}, tasks=tasks, by=by, at=at,
    )  # fmt: skip
    if not VoteItem.objects.filter(pk=item.pk, decision_id=None).update(decision_id=decision):
        raise CannotVote(_("这个事项已经交办过了。"))
    return decision
