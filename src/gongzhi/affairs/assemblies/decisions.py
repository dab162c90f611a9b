"""Decisions and the tasks that carry them out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gongzhi.affairs.assemblies.models import Decision
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.tasks.asking import ask_for


@dataclass(frozen=True, slots=True)
class NewTask:
    """What a unit has to do for a decision, and until when."""

    title: str
    unit_id: int
    due_at: datetime


def take_decision(
    *, subject_kind: str, subject_id: int, place_id: int, text: str, rule: str,
    figures: Mapping[str, Any], tasks: Sequence[NewTask], by: Actor, at: datetime,
) -> int:  # fmt: skip
    """Stands in until the branch with decisions is here."""
    row = Decision.objects.create(
        subject_kind=subject_kind, subject_id=subject_id, text=text, rule=rule,
        figures=dict(figures), taken_at=at,
    )  # fmt: skip
    for task in tasks:
        ask_for(
            subject=Subject("decision", row.pk), title=task.title, unit_id=task.unit_id,
            place_id=place_id, due_at=task.due_at, by=by, at=at,
        )  # fmt: skip
    return row.pk
