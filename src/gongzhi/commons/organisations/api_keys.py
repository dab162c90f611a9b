"""Keys with which another system speaks for a unit."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.commons.ledger.acting import done_by
from gongzhi.commons.ledger.kinds import declare
from gongzhi.commons.ledger.recording import NewEvent, Subject, record
from gongzhi.commons.organisations.models import ApiKey
from gongzhi.commons.organisations.queries import find_unit
from gongzhi.commons.organisations.register import revision
from gongzhi.commons.permissions.actors import Actor, HeldRole, Voice
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.permissions.table import require
from gongzhi.commons.revisions import Kept
from gongzhi.commons.territory.queries import place

GIVEN = declare("api_key.given", "A unit was given a key to the interfaces", "unit")
ENDED = declare("api_key.ended", "A key to the interfaces was ended", "unit")


class CannotGiveKey(ValueError):
    """A key that can't be given or ended, and why."""


@dataclass(frozen=True, slots=True)
class _Held:
    unit_id: int
    speaks_for_unit: bool
    begins: datetime
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key as administrators see it: never the key itself."""

    id: int
    unit_name: str
    name: str
    speaks_for_unit: bool
    begins: datetime
    ends: datetime | None


def given_keys(*, by: Actor) -> list[KeyView]:
    """Every key that was given, newest first."""
    require(by, "organisations.edit")
    return [
        KeyView(
            id=row.pk,
            unit_name=row.unit.name,
            name=row.name,
            speaks_for_unit=row.speaks_for_unit,
            begins=row.begins,
            ends=row.ends,
        )
        for row in ApiKey.objects.select_related("unit").order_by("-pk")
    ]


def give_key(
    *, unit_id: int, name: str, by: Actor, at: datetime, speaks_for_unit: bool = False
) -> str:
    """A new key for a unit. It is returned this once; only its digest is kept.

    A key that only passes requests on (Open311) may lie in an app that anyone can open up; one
    that speaks for the unit reads its tickets and answers them, so it belongs on a server.
    """
    require(by, "organisations.edit")
    unit = find_unit(unit_id)
    if unit is None or not name.strip():
        raise CannotGiveKey(_("请选择单位并写明密钥用途"))
    key = f"gz_{secrets.token_urlsafe(24)}"
    with revision.changing():
        row = ApiKey.objects.create(
            unit_id=unit_id,
            name=name.strip()[:60],
            digest=_digest(key),
            speaks_for_unit=speaks_for_unit,
            begins=at,
        )
        record(_told(row, GIVEN, place_id=unit.place_id, by=by, at=at, opens=True))
    return key


def end_key(*, key_id: int, by: Actor, at: datetime) -> None:
    """End a key; whoever holds it is refused from now on."""
    require(by, "organisations.edit")
    with revision.changing():
        row = ApiKey.objects.filter(pk=key_id, ends=None).first()
        if row is None or not ApiKey.objects.filter(pk=key_id, ends=None).update(ends=at):
            raise CannotGiveKey(_("没有这个密钥，或已经停用"))
        unit = find_unit(row.unit_id)
        record(_told(row, ENDED, place_id=unit.place_id if unit else None, by=by, at=at))


def key_holder(key: str, *, on: datetime) -> Actor | None:
    """The actor for whoever shows this key; None if it or its unit is unknown or over.

    Without a query, at every use: a unit that was closed speaks by no key.
    """
    held = _keys.value().get(_digest(key))
    if held is None or held.begins > on or (held.ends is not None and held.ends <= on):
        return None
    unit = find_unit(held.unit_id)
    if unit is None or not unit.exists_on(localdate(on)):
        return None
    kind = RoleKind.UNIT_SYSTEM if held.speaks_for_unit else RoleKind.INTERFACE
    role = HeldRole(kind, unit.id, unit.place_id, place(unit.place_id).path)
    return Actor(Voice.STAFF, roles=(role,))


def _digest(key: str) -> str:
    """Keys are 24 random bytes, so a plain digest gives nothing away."""
    return hashlib.sha256(key.encode()).hexdigest()


def _told(
    row: ApiKey, kind: str, *, place_id: int | None, by: Actor, at: datetime, opens: bool = False
) -> NewEvent:
    return done_by(
        by,
        kind,
        Subject("api_key", row.pk),
        at=at,
        data={"unit": row.unit_id},
        place_id=place_id,
        opens=opens,
    )


def _load() -> dict[str, _Held]:
    rows = ApiKey.objects.values_list("digest", "unit_id", "speaks_for_unit", "begins", "ends")
    return {
        digest: _Held(unit_id, speaks_for_unit, begins, ends)
        for digest, unit_id, speaks_for_unit, begins, ends in rows
    }


_keys = Kept(revision, _load)
