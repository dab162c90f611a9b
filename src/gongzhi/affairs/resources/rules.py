"""The limits of this affair: data that people change, with what a district starts with."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from gongzhi.affairs.resources import events
from gongzhi.affairs.resources.categories import write_starting_categories
from gongzhi.affairs.resources.models import LimitRule
from gongzhi.commons.calendar.limits import Limit, LimitUnit
from gongzhi.commons.ledger.acting import done_by
from gongzhi.commons.ledger.recording import Subject, record
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require

STARTING: dict[str, Limit] = {
    "claim.answer": Limit(5, LimitUnit.WORK_DAY),
    "booking.answer": Limit(2, LimitUnit.WORK_DAY),
}


def limit_rules() -> dict[str, Limit]:
    """Every named limit of this affair."""
    rows = LimitRule.objects.values_list("name", "amount", "unit")
    return STARTING | {name: Limit(amount, LimitUnit(unit)) for name, amount, unit in rows}


def set_limits(*, limits: Mapping[str, Limit], by: Actor, at: datetime) -> int:
    """Set limits of this affair by name; returns how many are others now than before."""
    require(by, "calendar.edit")
    with transaction.atomic():
        known = limit_rules()
        changed = {name: limit for name, limit in limits.items() if known[name] != limit}
        for name, limit in changed.items():
            facts: dict[str, Any] = {"amount": limit.amount, "unit": limit.unit.value}
            row, _new = LimitRule.objects.update_or_create(name=name, defaults=facts)
            subject, data = Subject("pool_limit", row.pk), {"name": name, **facts}
            record(done_by(by, events.LIMIT_SET, subject, at=at, data=data))
    return len(changed)


def write_starting_lists() -> None:
    """Give a new installation its limits and kinds of help; rows that exist stay."""
    LimitRule.objects.bulk_create(
        [
            LimitRule(name=name, amount=limit.amount, unit=limit.unit)
            for name, limit in STARTING.items()
        ],
        ignore_conflicts=True,
    )
    write_starting_categories()
