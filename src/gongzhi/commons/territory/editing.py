"""Actions that change the tree of places."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from gongzhi.commons.ledger.acting import done_by
from gongzhi.commons.ledger.recording import Plain, Subject, record, record_many
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.rows import CannotImport
from gongzhi.commons.territory import events
from gongzhi.commons.territory.boundaries import import_boundaries, set_boundary
from gongzhi.commons.territory.models import Place, PlaceCode
from gongzhi.commons.territory.new_places import (
    LONGEST_NAME,
    NewPlace,
    faults_of,
    insert,
    parents_of,
)
from gongzhi.commons.territory.queries import revision

__all__ = [
    "CannotEditPlace",
    "NewPlace",
    "add_place",
    "add_places",
    "change_place",
    "close_place",
    "import_boundaries",
    "set_boundary",
    "set_code",
]


class CannotEditPlace(ValueError):
    """A change of the tree that makes no sense, and why."""


def add_place(*, new: NewPlace, by: Actor, at: datetime) -> int:
    """Add one place and return its id; see `add_places`."""
    return add_places(rows=[new], by=by, at=at)[0]


def add_places(*, rows: Sequence[NewPlace], by: Actor, at: datetime) -> list[int]:
    """Add places and return their ids in the order of the rows: all of them or none.

    A place lies in one of a higher kind; the district lies in none, and there is one district.
    Raises `CannotImport` with every faulty row.
    """
    require(by, "territory.edit")
    with revision.changing():
        parents = parents_of(rows)
        if faults := list(faults_of(rows, parents)):
            raise CannotImport(faults)
        made = insert(rows, parents)
        PlaceCode.objects.bulk_create(
            PlaceCode(
                place_id=place.pk,
                scheme=scheme,
                code=code,
                valid_from=row.begins or at.date(),
            )
            for row, place in zip(rows, made, strict=True)
            for scheme, code in row.codes.items()
        )
        record_many(
            [
                done_by(
                    by,
                    events.ADDED,
                    Subject("place", place.pk),
                    at=at,
                    place_id=place.pk,
                    data={"kind": place.kind, "parent": place.parent_id},
                    opens=True,
                )
                for place in made
            ]
        )
    return [place.pk for place in made]


def change_place(*, place_id: int, by: Actor, at: datetime, **facts: Any) -> None:
    """Correct facts of a place: name, aliases, addresses, households, latitude, longitude, begins.

    Facts that are as given already leave no trace.
    """
    require(by, "territory.edit")
    if unknown := set(facts) - _CORRECTABLE:
        raise CannotEditPlace(_("不能更改：%(names)s") % {"names": "、".join(sorted(unknown))})
    if "name" in facts and not 0 < len(str(facts["name"]).strip()) <= LONGEST_NAME:
        raise CannotEditPlace(
            _("名称须为 1 至 %(longest_name)s 个字") % {"longest_name": LONGEST_NAME}
        )
    with revision.changing():
        place = _open_place(place_id)
        changed = {name: new for name, new in facts.items() if getattr(place, name) != new}
        if not changed:
            return
        if "name" in changed and _siblings(place).filter(name=changed["name"]).exists():
            raise CannotEditPlace(
                _("同一处已有名为“%(changed)s”的地点") % {"changed": changed["name"]}
            )
        Place.objects.filter(pk=place_id).update(**changed)
        _tell(by, events.CHANGED, place_id, at=at, data={"fields": [*sorted(changed)]})


def close_place(*, place_id: int, ends: date, by: Actor, at: datetime) -> None:
    """End a place with a day; refused while places in it go on."""
    require(by, "territory.edit")
    with revision.changing():
        place = _open_place(place_id)
        if place.begins and ends < place.begins:
            raise CannotEditPlace(
                _("终止日期 %(ends)s 早于设立日期 %(begins)s")
                % {"ends": ends, "begins": place.begins}
            )
        inside = Place.objects.filter(parent_id=place_id, ends__isnull=True)
        if names := list(inside.values_list("name", flat=True)[:3]):
            raise CannotEditPlace(
                _("“%(name)s”内还有未撤销的地点：%(names)s等")
                % {"name": place.name, "names": "、".join(names)}
            )
        Place.objects.filter(pk=place_id).update(ends=ends)
        _tell(by, events.CLOSED, place_id, at=at, data={"ends": ends.isoformat()})


def set_code(
    *, place_id: int, scheme: str, code: str, valid_from: date, by: Actor, at: datetime
) -> None:
    """Give a place an official code from a day on; the code before it ends the day before."""
    require(by, "territory.edit")
    if not code.strip() or not scheme.strip():
        raise CannotEditPlace(_("编码和编码方案不能为空"))
    with revision.changing():
        _open_place(place_id)
        held = PlaceCode.objects.filter(place_id=place_id, scheme=scheme)
        if held.filter(valid_from__gte=valid_from).exists():
            raise CannotEditPlace(
                _("已有从 %(valid_from)s 或更晚开始的 %(scheme)s 编码")
                % {"valid_from": valid_from, "scheme": scheme}
            )
        taken = PlaceCode.objects.filter(scheme=scheme, code=code, valid_to__isnull=True)
        if taken.exclude(place_id=place_id).exists():
            raise CannotEditPlace(_("编码 %(code)s 正由另一地点使用") % {"code": code})
        held.filter(valid_to__isnull=True).update(valid_to=valid_from - timedelta(days=1))
        PlaceCode.objects.create(place_id=place_id, scheme=scheme, code=code, valid_from=valid_from)
        facts = {"scheme": scheme, "code": code, "from": valid_from.isoformat()}
        _tell(by, events.CODED, place_id, at=at, data=facts)


_CORRECTABLE = frozenset(
    {"name", "aliases", "addresses", "households", "latitude", "longitude", "begins"}
)


def _open_place(place_id: int) -> Place:
    place = Place.objects.defer("boundary").filter(pk=place_id, ends__isnull=True).first()
    if place is None:
        raise CannotEditPlace(_("没有这个地点，或已撤销：%(place_id)s") % {"place_id": place_id})
    return place


def _siblings(place: Place) -> Any:
    return Place.objects.filter(parent_id=place.parent_id, kind=place.kind).exclude(pk=place.pk)


def _tell(by: Actor, kind: str, place_id: int, *, at: datetime, data: Mapping[str, Plain]) -> None:
    record(done_by(by, kind, Subject("place", place_id), at=at, place_id=place_id, data=data))
