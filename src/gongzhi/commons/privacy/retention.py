"""For how long personal data is kept: each room declares its rules, one job applies them all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from time import monotonic
from typing import Protocol

from django.db import transaction
from django.utils.translation import gettext

from gongzhi.commons.ledger.kinds import declare
from gongzhi.commons.ledger.recording import NewEvent, Subject, record
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.privacy.models import RetentionPeriod

APPLIED = declare(
    "retention.applied", "data whose time is over was erased", "rule", "cutoff", "items"
)
PERIOD_SET = declare("retention.period_set", "a rule waits another time", "rule", "days")

_CHUNK = 500


class UnknownRule(LookupError):
    """No room declared a retention rule of this name."""


class CannotSetPeriod(ValueError):
    """A retention period that is not at least one day."""


class Apply(Protocol):
    def __call__(self, *, cutoff: datetime, limit: int, at: datetime) -> int: ...


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """What is erased, after how many days by default, and how.

    `apply` erases or makes anonymous at most `limit` items whose time ended before `cutoff`, inside
    the transaction it finds, writes their events as of `at`, and returns how many items it was;
    0 means that none is left.
    """

    name: str  # "tickets.contact"
    what: str  # for people, in Chinese; translated where it is shown
    days: int
    apply: Apply


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule with the period that holds here."""

    name: str
    what: str
    days: int
    is_default: bool


_rules: dict[str, RetentionRule] = {}


def declare_retention(rule: RetentionRule) -> RetentionRule:
    """Register a rule; declaring a name twice is a mistake."""
    if rule.name in _rules:
        raise ValueError(f"retention rule {rule.name!r} is declared twice")
    _rules[rule.name] = rule
    return rule


def retention_rules() -> list[RuleView]:
    """Every rule by name, with the days that hold here."""
    own = dict(RetentionPeriod.objects.exclude(days=None).values_list("rule", "days"))
    return [
        RuleView(name, rule.what, own.get(name) or rule.days, is_default=name not in own)
        for name, rule in sorted(_rules.items())
    ]


def set_period(*, rule: str, days: int, by: Actor, at: datetime) -> None:
    """Let a rule wait another number of days than its default."""
    require(by, "privacy.set_retention")
    _known(rule)
    if days < 1:
        raise CannotSetPeriod(gettext("保存期限至少为一天。"))
    with transaction.atomic():
        row, _ = RetentionPeriod.objects.update_or_create(rule=rule, defaults={"days": days})
        record(
            NewEvent(
                Subject("retention", row.pk),
                PERIOD_SET,
                at,
                unit_id=by.unit_id,
                person_id=by.person_id,
                data={"rule": rule, "days": days},
            )
        )


def run_retention(
    *,
    at: datetime,
    progress: Callable[[str, int], object] | None = None,
    seconds: float = inf,
) -> dict[str, int]:
    """Apply every rule as of `at`; returns how many items each erased.

    Works in chunks, each a transaction with its own event, so a killed run loses nothing and the
    next one goes on, as it does when `seconds` have passed.
    """
    until = monotonic() + seconds
    return {
        view.name: _apply(view, at=at, progress=progress, until=until) for view in retention_rules()
    }


def _apply(
    view: RuleView,
    *,
    at: datetime,
    progress: Callable[[str, int], object] | None,
    until: float,
) -> int:
    rule, cutoff = _known(view.name), at - timedelta(days=view.days)
    total = 0
    while monotonic() < until:
        with transaction.atomic():
            erased = rule.apply(cutoff=cutoff, limit=_CHUNK, at=at)
            if not erased:
                return total
            row, _ = RetentionPeriod.objects.get_or_create(rule=rule.name)
            record(
                NewEvent(
                    Subject("retention", row.pk),
                    APPLIED,
                    at,
                    data={"rule": rule.name, "cutoff": cutoff.isoformat(), "items": erased},
                )
            )
        total += erased
        if progress:
            progress(rule.name, erased)
    return total


def _known(name: str) -> RetentionRule:
    if name not in _rules:
        raise UnknownRule(f"no retention rule {name!r}; known: {', '.join(sorted(_rules))}")
    return _rules[name]
