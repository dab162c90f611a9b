"""The named limits of an affair: what a district starts with, and what people set since.

Each affair keeps them in a table of its own with the columns name, amount and unit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from gongzhi.commons.calendar.limits import Limit, LimitUnit
from gongzhi.commons.ledger.acting import done_by
from gongzhi.commons.ledger.recording import Subject, record
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require


@dataclass(frozen=True, slots=True)
class LimitRules:
    """The limits in one table; `event` tells that one was set, about the subject it begins with."""

    table: Any  # the model
    starting: Mapping[str, Limit]
    event: str

    def all(self) -> dict[str, Limit]:
        """Every limit by name, as people set it or as it starts. One query."""
        rows = self.table.objects.values_list("name", "amount", "unit")
        return {**self.starting, **{name: Limit(n, LimitUnit(unit)) for name, n, unit in rows}}

    def write_starting(self) -> None:
        """Give a new installation its limits; rows that exist stay as people set them."""
        self.table.objects.bulk_create(
            [
                self.table(name=name, amount=limit.amount, unit=limit.unit)
                for name, limit in self.starting.items()
            ],
            ignore_conflicts=True,
        )

    def set(self, *, limits: Mapping[str, Limit], by: Actor, at: datetime) -> int:
        """Set limits by name; returns how many are others now than before."""
        require(by, "calendar.edit")
        with transaction.atomic():
            known = self.all()
            changed = {name: limit for name, limit in limits.items() if known[name] != limit}
            for name, limit in changed.items():
                facts = {"amount": limit.amount, "unit": limit.unit.value}
                row, _new = self.table.objects.update_or_create(name=name, defaults=facts)
                subject = Subject(self.event.partition(".")[0], row.pk)
                record(done_by(by, self.event, subject, at=at, data={"name": name, **facts}))
        return len(changed)
