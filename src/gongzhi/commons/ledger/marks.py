"""Named marks: when a schedule is due again, and how far a long job has come."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gongzhi.commons.ledger.models import Mark


def claim(name: str, *, at: datetime, until: datetime) -> bool:
    """Whether `name` is due; claiming it moves it to `until`, so one worker of many wins."""
    if Mark.objects.filter(name=name, at__lte=at).update(at=until):
        return True
    _, new = Mark.objects.get_or_create(name=name, defaults={"at": until})
    return new


def put_back(name: str, *, until: datetime) -> None:
    """Let `name` be due again sooner than it was claimed for."""
    Mark.objects.filter(name=name, at__gt=until).update(at=until)


def value_of(name: str) -> dict[str, Any]:
    """What was last kept under this name; empty where nothing was."""
    found = Mark.objects.filter(name=name).values_list("value", flat=True).first()
    return found or {}


def hold(name: str) -> None:
    """Let nobody else change a mark until this transaction ends: one goes on with a job, not two.

    Of a mark that isn't there yet nothing is held.
    """
    Mark.objects.select_for_update().filter(name=name).first()


def keep(name: str, *, at: datetime, value: dict[str, Any]) -> None:
    """Keep how far a job has come."""
    Mark.objects.update_or_create(name=name, defaults={"at": at, "value": value})


def moments_of(names: Sequence[str]) -> dict[str, datetime]:
    """When each of these marks is due, those that were never set left out."""
    return dict(Mark.objects.filter(name__in=names).values_list("name", "at"))
