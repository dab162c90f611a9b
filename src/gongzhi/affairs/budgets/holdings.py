"""What this affair holds about people: sealed, and forgotten in time."""

from collections import Counter
from datetime import datetime

from django.db.models import Q

from gongzhi.affairs.budgets import events
from gongzhi.affairs.budgets.choices import RoundState
from gongzhi.affairs.budgets.lifecycle import round_of, tell_of_round
from gongzhi.affairs.budgets.models import Proposal, RosterEntry
from gongzhi.affairs.budgets.proposals import forget
from gongzhi.commons.permissions.actors import SYSTEM
from gongzhi.commons.privacy.encryption import declare_sealed_column
from gongzhi.commons.privacy.retention import RetentionRule, declare_retention

_OVER = [RoundState.COUNTED, RoundState.CARRIED_OUT, RoundState.WITHDRAWN]


def forget_proposers(*, cutoff: datetime, limit: int, at: datetime) -> int:
    """Forget who proposed in rounds that have rested since `cutoff`.

    In a round that was never brought to an end, the proposal has to have rested as long itself.
    """
    known = Proposal.objects.filter(~Q(name_sealed="") | ~Q(contact_sealed=""))
    rested = known.filter(
        Q(round__state__in=_OVER) | Q(touched_at__lt=cutoff), round__touched_at__lt=cutoff
    )
    rows = list(rested.order_by("id")[:limit])
    for row in rows:
        forget(row, by=SYSTEM, at=at)
    return len(rows)


def forget_rosters(*, cutoff: datetime, limit: int, at: datetime) -> int:
    """Forget to whom the slips of rounds went that have rested since `cutoff`."""
    over = RosterEntry.objects.filter(
        ~Q(label_sealed=""), round__state__in=_OVER, round__touched_at__lt=cutoff
    )
    rows = list(over.order_by("id").values_list("id", "round_id")[:limit])
    RosterEntry.objects.filter(pk__in=[pk for pk, _round in rows]).update(label_sealed="")
    for round_id, count in Counter(each for _pk, each in rows).items():
        row = round_of(round_id)
        tell_of_round(row, events.ROSTER_FORGOTTEN, by=SYSTEM, at=at, count=count)
    return len(rows)


def declare_privacy() -> None:
    """Register sealed columns and retention; called once when the app is ready."""
    for column in ("name_sealed", "contact_sealed"):
        declare_sealed_column("budgets.Proposal", column)
    declare_sealed_column("budgets.RosterEntry", "label_sealed")
    declare_retention(
        RetentionRule("budgets.proposers", "共建资金提案人的姓名和联系方式", 365, forget_proposers)
    )
    declare_retention(
        RetentionRule("budgets.rosters", "共建资金选票发给谁的记录", 90, forget_rosters)
    )
