"""Places about to be added: what is wrong with them, and how they get into the table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from gongzhi.commons.rows import Fault
from gongzhi.commons.territory.kinds import PlaceKind
from gongzhi.commons.territory.models import Place

_RANK = {kind.value: rank for rank, kind in enumerate(PlaceKind)}
_AT_ONCE = 500
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class NewPlace:
    """A place to add, in one that exists (`parent_id`) or in an earlier row of the same list."""

    kind: str
    name: str
    parent_id: int | None = None
    parent_row: int | None = None  # position in the list, from 0
    aliases: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    households: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    begins: date | None = None
    codes: dict[str, str] = field(default_factory=dict)  # scheme -> code, from `begins` on


def parents_of(rows: Sequence[NewPlace]) -> dict[int, Place]:
    """The parents that exist already."""
    wanted = {row.parent_id for row in rows if row.parent_id is not None}
    open_places = Place.objects.defer("boundary").filter(ends__isnull=True)
    return open_places.in_bulk(wanted) if wanted else {}


def faults_of(rows: Sequence[NewPlace], parents: dict[int, Place]) -> Iterable[Fault]:
    taken: set[tuple[object, str, str]] = {
        (parent, kind, name)
        for parent, kind, name in Place.objects.filter(parent_id__in=parents).values_list(
            "parent_id", "kind", "name"
        )
    }
    has_district = Place.objects.filter(kind=PlaceKind.DISTRICT).exists()
    for number, row in enumerate(rows, start=1):
        if row.kind not in _RANK:
            yield Fault(number, "kind", _("没有这种地点：%(kind)s") % {"kind": row.kind})
            continue
        yield from _faulty_values(number, row)
        if row.kind == PlaceKind.DISTRICT:
            if has_district or row.parent_id is not None or row.parent_row is not None:
                yield Fault(number, "kind", _("一个系统只有一个区，且区不属于其他地点"))
            has_district = True
            continue
        above = _kind_above(number, row, rows, parents)
        if above is None:
            yield Fault(number, "parent", _("没有这个上级地点，或已撤销"))
        elif _RANK.get(above, 0) >= _RANK[row.kind]:
            kind, higher = PlaceKind(row.kind).label, PlaceKind(above).label
            yield Fault(
                number,
                "parent",
                _("%(kind)s不能设在%(higher)s之内") % {"kind": kind, "higher": higher},
            )
        key = (row.parent_id or ("row", row.parent_row), row.kind, row.name.strip())
        if key in taken:
            yield Fault(number, "name", _("同一处已有名为“%(name)s”的地点") % {"name": row.name})
        taken.add(key)


def _faulty_values(number: int, row: NewPlace) -> Iterable[Fault]:
    if not 0 < len(row.name.strip()) <= LONGEST_NAME:
        yield Fault(
            number,
            "name",
            _("名称须为 1 至 %(longest_name)s 个字") % {"longest_name": LONGEST_NAME},
        )
    if row.households is not None and row.households < 0:
        yield Fault(
            number, "households", _("户数不能为负：%(households)s") % {"households": row.households}
        )
    if (row.latitude is None) != (row.longitude is None):
        yield Fault(number, "latitude", _("经度和纬度要一起给出"))
    elif abs(row.latitude or 0) > 90 or abs(row.longitude or 0) > 180:
        yield Fault(
            number,
            "latitude",
            _("经纬度超出范围：%(longitude)s, %(latitude)s")
            % {"longitude": row.longitude, "latitude": row.latitude},
        )


def _kind_above(
    number: int, row: NewPlace, rows: Sequence[NewPlace], parents: dict[int, Place]
) -> str | None:
    if row.parent_row is not None:
        return rows[row.parent_row].kind if 0 <= row.parent_row < number - 1 else None
    found = parents.get(row.parent_id or 0)
    return found.kind if found else None


def insert(rows: Sequence[NewPlace], parents: dict[int, Place]) -> list[Place]:
    """Insert level by level, since a place needs the id of what it lies in."""
    made: dict[int, Place] = {}
    waiting = list(range(len(rows)))
    while waiting:
        ready = [at for at in waiting if (above := rows[at].parent_row) is None or above in made]
        for at in ready:
            row = rows[at]
            parent = made[row.parent_row] if row.parent_row is not None else None
            parent = parent or parents.get(row.parent_id or 0)
            made[at] = Place(
                kind=row.kind,
                name=row.name.strip(),
                parent=parent,
                path=parent.path if parent else "/",
                aliases=list(row.aliases),
                addresses=list(row.addresses),
                households=row.households,
                latitude=row.latitude,
                longitude=row.longitude,
                begins=row.begins,
            )
        level = [made[at] for at in ready]
        Place.objects.bulk_create(level, batch_size=_AT_ONCE)
        for place in level:
            place.path = f"{place.path}{place.pk}/"
        Place.objects.bulk_update(level, ["path"], batch_size=_AT_ONCE)
        waiting = [at for at in waiting if at not in made]
    return [made[at] for at in range(len(rows))]
