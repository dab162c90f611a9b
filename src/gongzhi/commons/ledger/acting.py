"""Events with their actor: who did it, in the name of which unit."""

from collections.abc import Mapping
from datetime import datetime

from gongzhi.commons.ledger.recording import NewEvent, Plain, Subject
from gongzhi.commons.permissions.actors import Actor


def done_by(
    by: Actor,
    kind: str,
    subject: Subject,
    *,
    at: datetime,
    data: Mapping[str, Plain] | None = None,
    place_id: int | None = None,
    opens: bool = False,
) -> NewEvent:
    """An event about `subject` that `by` brought about; see `NewEvent` for the rest."""
    return NewEvent(
        subject,
        kind,
        at,
        unit_id=by.unit_id,
        person_id=by.person_id,
        place_id=place_id,
        data=dict(data or {}),
        opens=opens,
    )
