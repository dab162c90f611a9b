"""Actions that change units and who coordinates where."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext as _

from gongzhi.commons.ledger.acting import done_by
from gongzhi.commons.ledger.recording import Plain, Subject, record, record_many
from gongzhi.commons.organisations import events
from gongzhi.commons.organisations.kinds import UnitKind
from gongzhi.commons.organisations.models import CoordinatingUnit, Duty, Role, Unit
from gongzhi.commons.organisations.people import add_person, end_role, give_role
from gongzhi.commons.organisations.register import revision
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.rows import CannotImport, Fault
from gongzhi.commons.territory.queries import find_place

__all__ = [
    "CannotEditUnit",
    "NewUnit",
    "add_person",
    "change_unit",
    "close_unit",
    "end_role",
    "give_role",
    "open_unit",
    "open_units",
    "set_coordinating_unit",
]


class CannotEditUnit(ValueError):
    """A change of units that makes no sense, and why."""


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit to open, under one that exists (`parent_id`) or an earlier row of the same list."""

    kind: str
    name: str
    place_id: int
    parent_id: int | None = None
    parent_row: int | None = None  # position in the list, from 0
    phone: str = ""
    email: str = ""
    webhook_url: str = ""
    begins: date | None = None


def open_unit(*, new: NewUnit, by: Actor, at: datetime) -> int:
    """Open one unit and return its id; see `open_units`."""
    return open_units(rows=[new], by=by, at=at)[0]


def open_units(*, rows: Sequence[NewUnit], by: Actor, at: datetime) -> list[int]:
    """Open units and return their ids in the order of the rows: all of them or none.

    Raises `CannotImport` with every faulty row.
    """
    require(by, "organisations.edit")
    with revision.changing():
        if faults := list(_faults(rows)):
            raise CannotImport(faults)
        made: dict[int, Unit] = {}
        while len(made) < len(rows):
            ready = [
                number
                for number, row in enumerate(rows)
                if number not in made and (row.parent_row is None or row.parent_row in made)
            ]
            for number in ready:
                made[number] = _row(rows[number], made)
            Unit.objects.bulk_create([made[number] for number in ready])
        units = [made[number] for number in range(len(rows))]
        record_many(
            [
                done_by(
                    by,
                    events.UNIT_OPENED,
                    Subject("unit", unit.pk),
                    at=at,
                    place_id=unit.place_id,
                    data={"kind": unit.kind, "parent": unit.parent_id},
                    opens=True,
                )
                for unit in units
            ]
        )
    return [unit.pk for unit in units]


def change_unit(*, unit_id: int, by: Actor, at: datetime, **facts: Any) -> None:
    """Correct facts of a unit: name, phone, email, webhook_url, begins, parent_id.

    Facts that are as given already leave no trace.
    """
    require(by, "organisations.edit")
    if unknown := set(facts) - _CORRECTABLE:
        raise CannotEditUnit(_("不能更改：%(names)s") % {"names": "、".join(sorted(unknown))})
    with revision.changing():
        unit = _open_unit(unit_id)
        changed = {name: new for name, new in facts.items() if getattr(unit, name) != new}
        if not changed:
            return
        corrected = NewUnit(
            kind=unit.kind,
            name=str(changed.get("name", "x")),
            place_id=unit.place_id,
            email=changed.get("email", ""),
            webhook_url=changed.get("webhook_url", ""),
        )
        if faults := list(_faults([corrected])):
            raise CannotEditUnit(faults[0].reason)
        Unit.objects.filter(pk=unit_id).update(**changed)
        _tell(by, events.UNIT_CHANGED, unit, at=at, data={"fields": [*sorted(changed)]})


def close_unit(*, unit_id: int, ends: date, by: Actor, at: datetime) -> None:
    """End a unit with a day, and with it its duties, roles and coordination.

    What was its own then falls to the next line of the catalogue.
    """
    require(by, "organisations.edit")
    with revision.changing():
        unit = _open_unit(unit_id)
        if unit.begins and ends < unit.begins:
            raise CannotEditUnit(
                _("终止日期 %(ends)s 早于成立日期 %(begins)s")
                % {"ends": ends, "begins": unit.begins}
            )
        Unit.objects.filter(pk=unit_id).update(ends=ends)
        Duty.objects.filter(unit_id=unit_id, valid_to__isnull=True).update(valid_to=ends)
        Role.objects.filter(unit_id=unit_id, ends__isnull=True).update(ends=ends)
        CoordinatingUnit.objects.filter(unit_id=unit_id, ends__isnull=True).update(ends=ends)
        _tell(by, events.UNIT_CLOSED, unit, at=at, data={"ends": ends.isoformat()})


def set_coordinating_unit(
    *, place_id: int, unit_id: int, begins: date, by: Actor, at: datetime
) -> None:
    """Let a unit of any kind coordinate a place from a day on; the one before it ends."""
    require(by, "organisations.edit")
    with revision.changing():
        unit = _open_unit(unit_id)
        if find_place(place_id) is None:
            raise CannotEditUnit(_("没有这个地点：%(place_id)s") % {"place_id": place_id})
        held = CoordinatingUnit.objects.filter(place_id=place_id)
        if held.filter(begins__gte=begins).exists():
            raise CannotEditUnit(_("已有从 %(begins)s 或更晚开始的统筹单位") % {"begins": begins})
        held.filter(ends__isnull=True).update(ends=begins - timedelta(days=1))
        CoordinatingUnit.objects.create(place_id=place_id, unit_id=unit_id, begins=begins)
        facts: dict[str, Plain] = {"place": place_id, "from": begins.isoformat()}
        _tell(by, events.COORDINATES, unit, at=at, data=facts)


_CORRECTABLE = frozenset({"name", "phone", "email", "webhook_url", "begins", "parent_id"})
_is_web_address = URLValidator(schemes=["http", "https"])


def _open_unit(unit_id: int) -> Unit:
    unit = Unit.objects.filter(pk=unit_id, ends__isnull=True).first()
    if unit is None:
        raise CannotEditUnit(_("没有这个单位，或已撤销：%(unit_id)s") % {"unit_id": unit_id})
    return unit


def _faults(rows: Sequence[NewUnit]) -> Iterable[Fault]:
    names = {row.name.strip() for row in rows}
    taken = set(Unit.objects.filter(name__in=names).values_list("name", flat=True))
    parents = set(Unit.objects.filter(ends__isnull=True).values_list("id", flat=True))
    for number, row in enumerate(rows, start=1):
        name = row.name.strip()
        if row.kind not in UnitKind.values:
            yield Fault(number, "kind", _("没有这种单位：%(kind)s") % {"kind": row.kind})
        if not 0 < len(name) <= 80:
            yield Fault(number, "name", _("名称须为 1 至 80 个字"))
        elif name in taken:
            yield Fault(number, "name", _("已有名为“%(name)s”的单位") % {"name": name})
        taken.add(name)
        if find_place(row.place_id) is None:
            yield Fault(
                number, "place", _("没有这个地点：%(place_id)s") % {"place_id": row.place_id}
            )
        if row.parent_id is not None and row.parent_id not in parents:
            yield Fault(
                number,
                "parent",
                _("没有这个上级单位，或已撤销：%(parent_id)s") % {"parent_id": row.parent_id},
            )
        if row.parent_row is not None and not 0 <= row.parent_row < number - 1:
            yield Fault(number, "parent", _("上级单位须在本行之前"))
        yield from _faulty_addresses(number, row)


def _faulty_addresses(number: int, row: NewUnit) -> Iterable[Fault]:
    try:
        if row.email:
            validate_email(row.email)
    except ValidationError:
        yield Fault(number, "email", _("不是电子邮箱地址：%(email)s") % {"email": row.email})
    try:
        if row.webhook_url:
            _is_web_address(row.webhook_url)
    except ValidationError:
        yield Fault(
            number, "webhook_url", _("不是网址：%(webhook_url)s") % {"webhook_url": row.webhook_url}
        )
    if len(row.phone) > 32:
        yield Fault(number, "phone", _("电话最多 32 个字符"))


def _row(row: NewUnit, made: dict[int, Unit]) -> Unit:
    parent_id = row.parent_id if row.parent_row is None else made[row.parent_row].pk
    return Unit(
        kind=row.kind,
        name=row.name.strip(),
        place_id=row.place_id,
        parent_id=parent_id,
        phone=row.phone,
        email=row.email,
        webhook_url=row.webhook_url,
        begins=row.begins,
    )


def _tell(by: Actor, kind: str, unit: Unit, *, at: datetime, data: Mapping[str, Plain]) -> None:
    subject = Subject("unit", unit.pk)
    record(done_by(by, kind, subject, at=at, place_id=unit.place_id, data=data))
