"""Units, who coordinates where, and what a community may be asked to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from gongzhi.commons.calendar.days import today
from gongzhi.commons.organisations.catalogue import matters_up_from
from gongzhi.commons.organisations.duties import WorkListEntry
from gongzhi.commons.organisations.kinds import UnitKind
from gongzhi.commons.organisations.models import Person, WorkListItem
from gongzhi.commons.organisations.register import UnitView, register
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.territory.queries import ancestors, subtree_ids

__all__ = ["UnitView", "UnknownUnit"]


class UnknownUnit(LookupError):
    """There is no such unit."""

    def __init__(self, unit_id: object) -> None:
        super().__init__(_("没有这个单位：%(unit_id)s") % {"unit_id": unit_id})


def unit(unit_id: int) -> UnitView:
    """One unit, closed ones too; raises `UnknownUnit`."""
    found = register().units.get(unit_id)
    if found is None:
        raise UnknownUnit(unit_id)
    return found


def find_unit(unit_id: int | None) -> UnitView | None:
    """One unit, or None where there is none."""
    return None if unit_id is None else register().units.get(unit_id)


def standing_unit(unit_id: int | None, *, on: date) -> int | None:
    """The unit's id if it is there on this day; None for no unit, an unknown or a closed one."""
    found = find_unit(unit_id)
    return found.id if found and found.exists_on(on) else None


def unit_named(name: str) -> UnitView | None:
    """The unit of this name, or None where there is none."""
    return next((view for view in register().units.values() if view.name == name), None)


def units(ids: Iterable[int]) -> dict[int, UnitView]:
    """Those of the units that exist, by id."""
    known = register().units
    return {each: known[each] for each in ids if each in known}


def units_at(place_id: int, kinds: Iterable[str] = (), *, on: date | None = None) -> list[UnitView]:
    """The units of a place itself on a day (today), of these kinds or of all."""
    return _chosen([place_id], kinds, on)


def units_in(place_id: int, kinds: Iterable[str] = (), *, on: date | None = None) -> list[UnitView]:
    """The units of a place and of everything in it on a day (today)."""
    return _chosen(subtree_ids(place_id), kinds, on)


def coordinating_unit(place_id: int, on: date) -> int | None:
    """The unit that coordinates the place, or else the nearest place around it."""
    coordinators = register().coordinators
    for place in reversed(ancestors(place_id)):
        for held in coordinators.get(place.id, ()):
            if held.holds_on(on):
                return held.unit.id
    return None


def subdistrict_office(place_id: int, *, on: date | None = None) -> int | None:
    """The street office in whose area the place lies; None for the district itself."""
    for place in ancestors(place_id):
        if place.kind == "subdistrict":
            offices = _chosen([place.id], [UnitKind.SUBDISTRICT_OFFICE], on)
            return offices[0].id if offices else None
    return None


def in_work_list(category_code: str, on: date) -> bool:
    """Whether a community may be asked to work on this matter without approval."""
    work_list = register().work_list
    for code in matters_up_from(category_code):
        begins, ends = work_list.get(code, (None, None))
        if begins is not None and begins <= on and (ends is None or on <= ends):
            return True
    return False


def work_list() -> list[WorkListEntry]:
    """Every matter that a community may be asked to work on, past and future ones too."""
    rows = WorkListItem.objects.order_by("id")
    return [
        WorkListEntry(row.category_code, row.title, row.valid_from, row.valid_to) for row in rows
    ]


@dataclass(frozen=True, slots=True)
class DemoSignIn:
    """A sign-in that exists to try the system out."""

    login: str
    name: str
    role_name: str
    unit_name: str


def demo_sign_ins() -> list[DemoSignIn]:
    """The sign-ins of the sample district, one per kind of role; none in a real district."""
    kinds = {kind.value: position for position, kind in enumerate(RoleKind)}
    people = Person.objects.filter(is_demo=True, is_active=True).order_by("id")
    found = []
    for person in people.prefetch_related("roles__unit"):
        roles = list(person.roles.all())
        if roles:
            role = min(roles, key=lambda role: role.pk)
            label = str(RoleKind(role.kind).label)
            row = DemoSignIn(person.login, person.name, label, role.unit.name)
            found.append((kinds[role.kind], row))
    return [row for _, row in sorted(found, key=lambda pair: pair[0])]


def _chosen(place_ids: Iterable[int], kinds: Iterable[str], on: date | None) -> list[UnitView]:
    day, wanted, at = on or today(), set(kinds), register().units_at
    return [
        view
        for place_id in place_ids
        for view in at.get(place_id, ())
        if (not wanted or view.kind in wanted) and view.exists_on(day)
    ]
