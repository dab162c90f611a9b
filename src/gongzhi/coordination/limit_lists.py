"""The limits that no line of the catalogue holds, of every affair, as one list.

Columns: name ("urgent.contact"), limit ("2 hour").
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.affairs.resources.rules import LIMITS as OF_THE_POOL
from gongzhi.affairs.tickets.deadlines import LIMITS as OF_TICKETS
from gongzhi.commons.calendar.limit_texts import read_limit, write_limit
from gongzhi.commons.calendar.limits import Limit
from gongzhi.commons.organisations.unit_lists import ListImport
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.rows import CannotImport, RowReader, require_columns

LIMIT_COLUMNS = ("name", "limit")
_AFFAIRS = (OF_TICKETS, OF_THE_POOL)


def import_limits(
    *,
    rows: Sequence[Mapping[str, str | None]],
    by: Actor,
    at: datetime,
    dry_run: bool = False,
) -> ListImport:
    """Set the limits of a list; those it doesn't name stay. All rows or none."""
    if rows:
        require_columns(rows[0], LIMIT_COLUMNS)
    readers = [RowReader(number, row) for number, row in enumerate(rows, start=1)]
    known = {name for affair in _AFFAIRS for name in affair.all()}
    wanted: dict[str, Limit | None] = {}
    for reader in readers:
        name, limit = _read(reader, known)
        if name in wanted:
            reader.fault("name", _("重复：%(code)s") % {"code": name})
        wanted[name] = limit
    if faults := [fault for reader in readers for fault in reader.faults]:
        raise CannotImport(faults)
    changed = 0
    with transaction.atomic():
        for affair in _AFFAIRS:
            names = affair.all().keys() & wanted.keys()
            limits = {name: limit for name in sorted(names) if (limit := wanted[name])}
            changed += affair.set(limits=limits, by=by, at=at)
        if dry_run:
            transaction.set_rollback(True)
    return ListImport(0, changed, len(rows) - changed)


def export_limits() -> list[dict[str, str]]:
    """The rows that `import_limits` reads."""
    return [
        {"name": name, "limit": write_limit(limit)}
        for affair in _AFFAIRS
        for name, limit in sorted(affair.all().items())
    ]


def _read(reader: RowReader, known: set[str]) -> tuple[str, Limit | None]:
    name, limit = reader.text("name"), reader.read("limit", read_limit)
    if name not in known:
        names = "、".join(sorted(known))
        reader.fault(
            "name", _("没有这个时限：%(name)s；有：%(names)s") % {"name": name, "names": names}
        )
    elif limit is None and not reader.faults:
        reader.fault("limit", _("须写明时限"))
    return name, limit
