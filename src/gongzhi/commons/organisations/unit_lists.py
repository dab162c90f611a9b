"""Units, people and duties as lists: rows of text in, and the same out.

A place is named by the names of it and what it lies in, below the district, as in
"云桥街道/柳岸社区"; empty for the district. A unit is named by its name. Limits look like
"5 work_day". The columns of each list are in UNIT_COLUMNS, PEOPLE_COLUMNS and DUTY_COLUMNS.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.commons.calendar.limit_texts import read_limit, write_limit
from gongzhi.commons.organisations.duties import DutyImport, NewDuty, export_duties, import_duties
from gongzhi.commons.organisations.editing import (
    NewUnit,
    change_unit,
    open_units,
    set_coordinating_unit,
)
from gongzhi.commons.organisations.models import Person, Role
from gongzhi.commons.organisations.people import NewPerson, NewRole, add_people, give_roles
from gongzhi.commons.organisations.queries import coordinating_unit, unit
from gongzhi.commons.organisations.register import UnitView, register
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.rows import CannotImport, RowReader, require_columns
from gongzhi.commons.territory.queries import names_of, place_named

UNIT_COLUMNS = (
    "kind", "name", "place", "parent", "phone", "email", "webhook_url", "begins", "coordinates",
)  # fmt: skip
PEOPLE_COLUMNS = ("login", "name", "role", "unit", "place", "begins")
DUTY_COLUMNS = (
    "category_code", "place", "unit", "contact", "handling", "valid_from", "valid_to",
)  # fmt: skip
Rows = Sequence[Mapping[str, str | None]]


@dataclass(frozen=True, slots=True)
class ListImport:
    """What an import of a list did, or would do."""

    added: int
    changed: int
    unchanged: int


def import_units(*, rows: Rows, by: Actor, at: datetime, dry_run: bool = False) -> ListImport:
    """Open the units of a list and correct those that are there already: all rows or none.

    `coordinates` says that the unit coordinates its place from `begins` on.
    """
    readers = _readers(rows, ("kind", "name", "place"))
    read = [_read_unit(reader) for reader in readers]
    known = {view.name: view for view in register().units.values()}
    fresh: list[NewUnit] = []
    corrected: dict[int, dict[str, object]] = {}
    position: dict[str, int] = {}
    coordinating = [reader.yes("coordinates") for reader in readers]
    for reader, new in zip(readers, read, strict=True):
        above = reader.text("parent")
        parent, row = known.get(above), position.get(above)
        if above and parent is None and row is None:
            reader.fault("parent", _("没有这个上级单位：%(above)s") % {"above": above})
        placed = replace(new, parent_id=parent.id) if parent else replace(new, parent_row=row)
        if there := known.get(new.name):
            if facts := _differences(placed, there):
                corrected[there.id] = facts
            continue
        position.setdefault(new.name, len(fresh))
        fresh.append(placed)
    _refuse_faults(readers)
    with transaction.atomic():
        open_units(rows=fresh, by=by, at=at)
        for unit_id, facts in corrected.items():
            change_unit(unit_id=unit_id, by=by, at=at, **facts)
        chosen = [new for new, named in zip(read, coordinating, strict=True) if named]
        _coordinate(chosen, by=by, at=at)
        if dry_run:
            transaction.set_rollback(True)
    return ListImport(len(fresh), len(corrected), len(rows) - len(fresh) - len(corrected))


def export_units(*, on: date) -> list[dict[str, str]]:
    """The units of a day as rows, each after its parent."""
    units = [view for view in register().units.values() if view.exists_on(on)]
    return [
        {
            "kind": view.kind,
            "name": view.name,
            "place": names_of(view.place_id),
            "parent": unit(view.parent_id).name if view.parent_id else "",
            "phone": view.phone,
            "email": view.email,
            "webhook_url": view.webhook_url,
            "begins": view.begins.isoformat() if view.begins else "",
            "coordinates": "是" if coordinating_unit(view.place_id, on) == view.id else "",
        }
        for view in sorted(units, key=lambda view: (_depth(view), view.id))
    ]


def import_people(
    *,
    rows: Rows,
    by: Actor,
    at: datetime,
    demo_password: str | None = None,
    dry_run: bool = False,
) -> ListImport:
    """Give people sign-ins and roles: a row is a role, and a login may have several rows.

    With `demo_password` the new sign-ins are demo sign-ins that open with it. All rows or none.
    """
    readers = _readers(rows, ("login", "name", "role", "unit", "place"))
    known = {view.name: view.id for view in register().units.values()}
    roles = [_read_role(reader, known) for reader in readers]
    _refuse_faults(readers)
    names = {reader.text("login"): reader.text("name") for reader in readers}
    with transaction.atomic():
        there = set(Person.objects.filter(login__in=names).values_list("login", flat=True))
        new = [
            NewPerson(login, name, password=demo_password, is_demo=demo_password is not None)
            for login, name in names.items()
            if login not in there
        ]
        add_people(rows=new, by=by, at=at)
        ids = dict(Person.objects.filter(login__in=names).values_list("login", "id"))
        held = set(
            Role.objects.filter(person_id__in=ids.values(), ends__isnull=True).values_list(
                "person_id", "unit_id", "kind", "place_id"
            )
        )
        wanted = [
            replace(role, person_id=ids[reader.text("login")])
            for reader, role in zip(readers, roles, strict=True)
        ]
        fresh = [
            role
            for role in wanted
            if (role.person_id, role.unit_id, role.kind, role.place_id) not in held
        ]
        give_roles(rows=fresh, by=by, at=at)
        if dry_run:
            transaction.set_rollback(True)
    return ListImport(len(new), 0, len(names) - len(new))


def import_duty_list(*, rows: Rows, by: Actor, at: datetime, dry_run: bool = False) -> DutyImport:
    """Add the lines of a list to the dispatch catalogue: all rows or none; see `import_duties`."""
    readers = _readers(rows, ("category_code", "place", "unit", "contact", "handling"))
    known = {view.name: view.id for view in register().units.values()}
    duties = []
    for reader in readers:
        contact = reader.read("contact", read_limit)
        handling = reader.read("handling", read_limit)
        place_id, unit_id = _place(reader), _unit(reader, known)
        if contact is None or handling is None:
            reader.fault("handling", _("须写明联系时限和办理时限"))
            continue
        duties.append(
            NewDuty(
                category_code=reader.text("category_code"),
                place_id=place_id,
                unit_id=unit_id,
                contact=contact,
                handling=handling,
                valid_from=reader.day("valid_from") or at.date(),
                valid_to=reader.day("valid_to"),
            )
        )
    _refuse_faults(readers)
    return import_duties(rows=duties, by=by, at=at, dry_run=dry_run)


def export_duty_list(*, on: date | None = None) -> list[dict[str, str]]:
    """The lines of the dispatch catalogue as rows, those of one day or all."""
    return [
        {
            "category_code": duty.category_code,
            "place": names_of(duty.place_id),
            "unit": unit(duty.unit_id).name,
            "contact": write_limit(duty.contact),
            "handling": write_limit(duty.handling),
            "valid_from": duty.valid_from.isoformat(),
            "valid_to": duty.valid_to.isoformat() if duty.valid_to else "",
        }
        for duty in export_duties(on=on)
    ]


def _readers(rows: Rows, needed: Sequence[str]) -> list[RowReader]:
    if rows:
        require_columns(rows[0], needed)
    return [RowReader(number, row) for number, row in enumerate(rows, start=1)]


def _refuse_faults(readers: Sequence[RowReader]) -> None:
    if faults := [fault for reader in readers for fault in reader.faults]:
        raise CannotImport(faults)


def _place(reader: RowReader) -> int:
    found = place_named(reader.text("place"))
    if found is None:
        reader.fault("place", _("没有这个地点：%(text)s") % {"text": reader.text("place")})
        return 0
    return found.id


def _unit(reader: RowReader, known: Mapping[str, int]) -> int:
    found = known.get(reader.text("unit"))
    if found is None:
        reader.fault("unit", _("没有这个单位：%(text)s") % {"text": reader.text("unit")})
        return 0
    return found


def _read_unit(reader: RowReader) -> NewUnit:
    return NewUnit(
        kind=reader.text("kind"),
        name=reader.text("name"),
        place_id=_place(reader),
        phone=reader.text("phone"),
        email=reader.text("email"),
        webhook_url=reader.text("webhook_url"),
        begins=reader.day("begins"),
    )


def _read_role(reader: RowReader, known: Mapping[str, int]) -> NewRole:
    return NewRole(
        person_id=0,
        unit_id=_unit(reader, known),
        kind=reader.text("role"),
        place_id=_place(reader),
        begins=reader.day("begins"),
    )


def _differences(new: NewUnit, there: UnitView) -> dict[str, object]:
    """What the row says differently; an empty cell leaves the fact alone."""
    facts = ("phone", "email", "webhook_url", "begins", "parent_id")
    wanted = {name: value for name in facts if (value := getattr(new, name))}
    return {name: value for name, value in wanted.items() if getattr(there, name) != value}


def _coordinate(units: Sequence[NewUnit], *, by: Actor, at: datetime) -> None:
    """Let units coordinate their places where they don't yet."""
    known = {view.name: view.id for view in register().units.values()}
    wanted = [(new.place_id, known[new.name], new.begins or at.date()) for new in units]
    fresh = [each for each in wanted if coordinating_unit(each[0], each[2]) != each[1]]
    for place_id, unit_id, begins in fresh:
        set_coordinating_unit(place_id=place_id, unit_id=unit_id, begins=begins, by=by, at=at)


def _depth(view: UnitView) -> int:
    depth = 0
    while view.parent_id is not None:
        view, depth = unit(view.parent_id), depth + 1
    return depth
