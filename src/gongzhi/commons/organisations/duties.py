"""Actions that change the dispatch catalogue and the work list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from gongzhi.commons.calendar.limits import Limit, LimitUnit
from gongzhi.commons.categories.queries import category
from gongzhi.commons.ledger.acting import done_by
from gongzhi.commons.ledger.recording import NewEvent, Plain, Subject, record, record_many
from gongzhi.commons.organisations import events
from gongzhi.commons.organisations.models import Duty, WorkListItem
from gongzhi.commons.organisations.register import register, revision
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.rows import CannotImport, Fault
from gongzhi.commons.territory.queries import find_place

_MOST = 32_767


class CannotEditDuty(ValueError):
    """A change of the catalogue that makes no sense, and why."""


@dataclass(frozen=True, slots=True)
class NewDuty:
    """A line of the catalogue: this matter ("" for every one), at this place, is this unit's."""

    category_code: str
    place_id: int
    unit_id: int
    contact: Limit
    handling: Limit
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class DutyImport:
    """What an import of lines did, or would do."""

    added: int
    unchanged: int
    ended: int  # lines that a new one takes the place of


def import_duties(
    *, rows: Sequence[NewDuty], by: Actor, at: datetime, dry_run: bool = False
) -> DutyImport:
    """Add lines to the catalogue: all of them or none.

    A line that is there already stays as it is. One for the same matter and place that still
    holds ends the day before the new one begins. Raises `CannotImport` with every faulty row.
    """
    require(by, "organisations.edit")
    with revision.changing():
        held = _held(rows)
        if faults := list(_faults(rows, held)):
            raise CannotImport(faults)
        fresh = [row for row in rows if not any(_same(row, duty) for duty in held[_key(row)])]
        ending = [
            (duty, row.valid_from - timedelta(days=1))
            for row in fresh
            for duty in held[_key(row)]
            if duty.valid_to is None or duty.valid_to >= row.valid_from
        ]
        if not dry_run:
            _write(fresh, ending, by=by, at=at)
    return DutyImport(len(fresh), len(rows) - len(fresh), len(ending))


def end_duty(*, duty_id: int, ends: date, by: Actor, at: datetime) -> None:
    """End a line with a day; the next one that applies takes over."""
    require(by, "organisations.edit")
    with revision.changing():
        duty = Duty.objects.filter(pk=duty_id, valid_to__isnull=True).first()
        if duty is None:
            raise CannotEditDuty(
                _("没有这条派单目录，或已终止：%(duty_id)s") % {"duty_id": duty_id}
            )
        if ends < duty.valid_from - timedelta(days=1):
            raise CannotEditDuty(
                _("终止日期 %(ends)s 早于生效日期 %(valid_from)s")
                % {"ends": ends, "valid_from": duty.valid_from}
            )
        Duty.objects.filter(pk=duty_id).update(valid_to=ends)
        record(_ended(duty, ends, by=by, at=at))


def export_duties(*, on: date | None = None) -> list[NewDuty]:
    """The lines of the catalogue, those of one day or all, in the shape that imports them."""
    rows = Duty.objects.order_by("category_code", "place_id", "valid_from")
    if on is not None:
        rows = rows.filter(valid_from__lte=on).exclude(valid_to__lt=on)
    return [
        NewDuty(
            category_code=duty.category_code,
            place_id=duty.place_id,
            unit_id=duty.unit_id,
            contact=Limit(duty.contact_amount, LimitUnit(duty.contact_unit)),
            handling=Limit(duty.limit_amount, LimitUnit(duty.limit_unit)),
            valid_from=duty.valid_from,
            valid_to=duty.valid_to,
        )
        for duty in rows
    ]


@dataclass(frozen=True, slots=True)
class WorkListEntry:
    """A matter that communities may be asked to work on."""

    category_code: str
    title: str
    valid_from: date
    valid_to: date | None = None


def set_work_list(*, entries: Sequence[WorkListEntry], by: Actor, at: datetime) -> None:
    """Set what communities may be asked to do, in place of the list before."""
    require(by, "organisations.edit")
    faults = [
        Fault(
            number,
            "category_code",
            _("没有这个事项分类：%(category_code)s") % {"category_code": entry.category_code},
        )
        for number, entry in enumerate(entries, start=1)
        if category(entry.category_code) is None
    ]
    codes = [entry.category_code for entry in entries]
    faults += [
        Fault(number, "category_code", _("重复：%(code)s") % {"code": code})
        for number, code in enumerate(codes, start=1)
        if code in codes[: number - 1]
    ]
    if faults:
        raise CannotImport(faults)
    with revision.changing():
        WorkListItem.objects.all().delete()
        WorkListItem.objects.bulk_create(
            WorkListItem(
                category_code=entry.category_code,
                title=entry.title,
                valid_from=entry.valid_from,
                valid_to=entry.valid_to,
            )
            for entry in entries
        )
        subject, data = Subject("work_list", 0), {"matters": len(entries)}
        record(done_by(by, events.WORK_LIST_SET, subject, at=at, data=data))


def _key(row: NewDuty | Duty) -> tuple[str, int]:
    return row.category_code, row.place_id


def _held(rows: Sequence[NewDuty]) -> dict[tuple[str, int], list[Duty]]:
    """The lines there are for the matters and places of the rows."""
    found: dict[tuple[str, int], list[Duty]] = {_key(row): [] for row in rows}
    for duty in Duty.objects.filter(category_code__in={row.category_code for row in rows}):
        if _key(duty) in found:
            found[_key(duty)].append(duty)
    return found


def _same(row: NewDuty, duty: Duty) -> bool:
    return (
        duty.unit_id == row.unit_id
        and (duty.contact_amount, duty.contact_unit) == (row.contact.amount, row.contact.unit)
        and (duty.limit_amount, duty.limit_unit) == (row.handling.amount, row.handling.unit)
        and duty.valid_from <= row.valid_from
        and duty.valid_to == row.valid_to
    )


def _faults(rows: Sequence[NewDuty], held: dict[tuple[str, int], list[Duty]]) -> Iterable[Fault]:
    seen: dict[tuple[str, int], int] = {}
    for number, row in enumerate(rows, start=1):
        if row.category_code and category(row.category_code) is None:
            yield Fault(
                number,
                "category_code",
                _("没有这个事项分类：%(category_code)s") % {"category_code": row.category_code},
            )
        if find_place(row.place_id) is None:
            yield Fault(
                number, "place", _("没有这个地点：%(place_id)s") % {"place_id": row.place_id}
            )
        unit = register().units.get(row.unit_id)
        if unit is None or not unit.exists_on(row.valid_from):
            yield Fault(
                number,
                "unit",
                _("没有这个单位，或当日已撤销：%(unit_id)s") % {"unit_id": row.unit_id},
            )
        if row.valid_to is not None and row.valid_to < row.valid_from:
            yield Fault(
                number,
                "valid_to",
                _("终止日期 %(valid_to)s 早于生效日期") % {"valid_to": row.valid_to},
            )
        if max(row.contact.amount, row.handling.amount) > _MOST:
            yield Fault(number, "handling", _("时限不能超过 %(most)s") % {"most": _MOST})
        if _key(row) in seen:
            yield Fault(
                number,
                "category_code",
                _("与第 %(seen)s 行的事项和地点相同") % {"seen": seen[_key(row)]},
            )
        seen.setdefault(_key(row), number)
        for duty in held[_key(row)]:
            if not _same(row, duty) and duty.valid_from >= row.valid_from:
                yield Fault(
                    number,
                    "valid_from",
                    _("已有从 %(valid_from)s 开始的同一条目") % {"valid_from": duty.valid_from},
                )


def _write(
    fresh: Sequence[NewDuty], ending: Sequence[tuple[Duty, date]], *, by: Actor, at: datetime
) -> None:
    for duty, ends in ending:
        duty.valid_to = ends
    Duty.objects.bulk_update([duty for duty, _ in ending], ["valid_to"], batch_size=500)
    made = [
        Duty(
            category_code=row.category_code,
            place_id=row.place_id,
            unit_id=row.unit_id,
            contact_amount=row.contact.amount,
            contact_unit=row.contact.unit,
            limit_amount=row.handling.amount,
            limit_unit=row.handling.unit,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        for row in fresh
    ]
    Duty.objects.bulk_create(made, batch_size=500)
    record_many(
        [_ended(duty, ends, by=by, at=at) for duty, ends in ending]
        + [
            done_by(
                by,
                events.DUTY_ADDED,
                Subject("duty", duty.pk),
                at=at,
                place_id=duty.place_id,
                data=_facts(duty),
                opens=True,
            )
            for duty in made
        ]
    )


def _ended(duty: Duty, ends: date, *, by: Actor, at: datetime) -> NewEvent:
    subject, data = Subject("duty", duty.pk), {"ends": ends.isoformat()}
    return done_by(by, events.DUTY_ENDED, subject, at=at, place_id=duty.place_id, data=data)


def _facts(duty: Duty) -> dict[str, Plain]:
    return {
        "category": duty.category_code,
        "unit": duty.unit_id,
        "contact": f"{duty.contact_amount} {duty.contact_unit}",
        "handling": f"{duty.limit_amount} {duty.limit_unit}",
        "from": duty.valid_from.isoformat(),
        "to": duty.valid_to.isoformat() if duty.valid_to else None,
    }
