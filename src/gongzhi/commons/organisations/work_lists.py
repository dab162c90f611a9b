"""What communities may be asked to do, and when offices are open, as files that people keep."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.commons.calendar.hours_lists import read_hours, write_hours
from gongzhi.commons.calendar.importing import set_office_hours
from gongzhi.commons.calendar.office_hours import OfficeHours
from gongzhi.commons.calendar.queries import office_hours, units_with_hours
from gongzhi.commons.organisations.duties import WorkListEntry, set_work_list
from gongzhi.commons.organisations.queries import unit, unit_named, work_list
from gongzhi.commons.organisations.unit_lists import ListImport
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.rows import CannotImport, Fault, RowReader, require_columns

MOST_TITLE = 120
WORK_LIST_COLUMNS = ("category_code", "title", "valid_from", "valid_to")


def import_work_list(
    *,
    rows: Sequence[Mapping[str, str | None]],
    by: Actor,
    at: datetime,
    dry_run: bool = False,
) -> ListImport:
    """Put this list in place of the one before: all rows or none."""
    if rows:
        require_columns(rows[0], ("category_code", "title"))
    readers = [RowReader(number, row) for number, row in enumerate(rows, start=1)]
    entries = [_entry(reader, at=at) for reader in readers]
    if faults := [fault for reader in readers for fault in reader.faults]:
        raise CannotImport(faults)
    there = work_list()
    if there and not entries:  # a file cut off below its header would let anything be asked
        words = _("清单里一行也没有；不再要求的事项请写上终止日期")
        raise CannotImport([Fault(1, "category_code", words)])
    with transaction.atomic():
        if entries != there:
            set_work_list(entries=entries, by=by, at=at)
        if dry_run:
            transaction.set_rollback(True)
    kept = sum(entry in there for entry in entries)
    return ListImport(len(entries) - kept, 0, kept)


def _entry(reader: RowReader, *, at: datetime) -> WorkListEntry:
    entry = WorkListEntry(
        category_code=reader.text("category_code"),
        title=reader.text("title"),
        valid_from=reader.day("valid_from") or localdate(at),
        valid_to=reader.day("valid_to"),
    )
    if not 1 <= len(entry.title) <= MOST_TITLE:
        reader.fault("title", _("标题须有 1 至 %(most)d 个字") % {"most": MOST_TITLE})
    if entry.valid_to and entry.valid_to < entry.valid_from:
        reader.fault(
            "valid_to",
            _("终止日期 %(ends)s 早于生效日期 %(valid_from)s")
            % {"ends": entry.valid_to, "valid_from": entry.valid_from},
        )
    return entry


def export_work_list() -> list[dict[str, str]]:
    """The rows that `import_work_list` reads."""
    return [
        {
            "category_code": entry.category_code,
            "title": entry.title,
            "valid_from": entry.valid_from.isoformat(),
            "valid_to": entry.valid_to.isoformat() if entry.valid_to else "",
        }
        for entry in work_list()
    ]


def import_office_hours(
    *, document: Any, by: Actor, at: datetime, dry_run: bool = False
) -> ListImport:
    """Set the hours of the units that a list names, and of everyone ("unit": ""): all or none.

    `[{"unit": "…", "hours": [{"spans": ["08:30-12:00"]}]}]`; a unit that isn't named keeps its own.
    """
    wanted = _read(document)
    changed = {
        unit_id: hours for unit_id, hours in wanted.items() if office_hours(unit_id) != hours
    }
    new = sum(not office_hours(unit_id) for unit_id in changed)
    with transaction.atomic():
        for unit_id, hours in changed.items():
            set_office_hours(unit_id=unit_id, hours=hours, by=by, at=at)
        if dry_run:
            transaction.set_rollback(True)
    return ListImport(new, len(changed) - new, len(wanted) - len(changed))


def export_office_hours() -> list[dict[str, Any]]:
    """The document that `import_office_hours` reads."""
    return [
        {
            "unit": unit(unit_id).name if unit_id else "",
            "hours": [write_hours(hours) for hours in office_hours(unit_id)],
        }
        for unit_id in units_with_hours()
    ]


def _read(document: Any) -> dict[int | None, tuple[OfficeHours, ...]]:
    if not isinstance(document, list):
        raise CannotImport([Fault(0, "hours", _("办公时间须为 JSON 数组"))])
    wanted: dict[int | None, tuple[OfficeHours, ...]] = {}
    faults: list[Fault] = []
    for number, entry in enumerate(document, start=1):
        try:
            name, hours = str(entry["unit"]), entry["hours"]
            found = unit_named(name) if name else None
            if name and found is None:
                raise ValueError(_("没有这个单位：%(text)s") % {"text": name})
            if not isinstance(hours, list):
                raise TypeError(hours)
            unit_id = found.id if found else None
            if unit_id in wanted:
                raise ValueError(_("重复：%(code)s") % {"code": name or '""'})
            wanted[unit_id] = tuple(read_hours(each) for each in hours)
        except (KeyError, TypeError):
            faults.append(Fault(number, "hours", _("每一项须有 unit 和 hours")))
        except ValueError as error:
            faults.append(Fault(number, "hours", str(error)))
    if faults:
        raise CannotImport(faults)
    return wanted
