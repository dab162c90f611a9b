"""A unit's private calendar address, which can be replaced."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from gongzhi.affairs.assemblies import meeting_events as events
from gongzhi.affairs.assemblies.models import CalendarLink
from gongzhi.commons.ledger.recording import NewEvent, Subject, record
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.privacy.links import read_link, sign_link

_KIND = "unit_calendar"


def calendar_token(unit_id: int) -> str:
    """The token of a unit's private calendar address."""
    return sign_link(_KIND, unit_id, _version(unit_id))


def unit_of_calendar(token: str) -> int | None:
    """The unit whose calendar this is; None for a damaged or replaced address."""
    claim = read_link(_KIND, token)
    return claim.id if claim is not None and claim.version == _version(claim.id) else None


def _version(unit_id: int) -> int:
    row = CalendarLink.objects.filter(unit_id=unit_id).values_list("version", flat=True).first()
    return row or 1


@transaction.atomic
def renew_calendar_link(*, unit_id: int, by: Actor, at: datetime) -> None:
    """Give a unit's calendar another address; the old one ends."""
    require(by, "meetings.attend", unit_ids=[unit_id])
    CalendarLink.objects.get_or_create(unit_id=unit_id)
    # The update locks the row, so that the unit's chain has one writer.
    CalendarLink.objects.filter(unit_id=unit_id).update(version=F("version") + 1)
    record(
        NewEvent(
            Subject("unit", unit_id),
            events.LINK_RENEWED,
            at,
            unit_id=by.unit_id,
            person_id=by.person_id,
        )
    )
