"""Lists to choose from that forms of several audiences share."""

from typing import Any

from gongzhi.commons.categories.queries import categories
from gongzhi.commons.organisations.permissions import reach
from gongzhi.commons.organisations.queries import units_at, units_in
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.territory.queries import (
    PlaceView,
    ancestors,
    communities,
    find_place,
    places_of_kind,
)

PLACED_AT = frozenset({"subdistrict", "community"})  # the kinds of place to choose from


def place_choices(by: Actor, action: str) -> list[tuple[str, str]]:
    """The streets and communities for which `by` may do `action`."""
    granted = reach(by, action)
    held = [view for i in granted.place_ids if (view := find_place(i))]
    return [
        (str(view.id), view.full_name)
        for view in _streets_and_communities()
        if granted.everywhere or any(view.path.startswith(place.path) for place in held)
    ]


def streets_and_communities() -> list[tuple[str, str]]:
    """Those of the whole district."""
    return [(str(view.id), view.full_name) for view in _streets_and_communities()]


def _streets_and_communities() -> list[PlaceView]:
    found = [*places_of_kind("subdistrict"), *communities()]
    return sorted(found, key=lambda view: view.full_name)


def unit_choices(by: Actor, action: str) -> list[tuple[str, Any]]:
    """The units that may lead where `by` may do `action`, by level: district, streets, below."""
    granted = reach(by, action)
    held = sorted(granted.place_ids)
    above = {place.id: place for i in held for place in ancestors(i)}
    levels = [*places_of_kind("district"), *places_of_kind("subdistrict")]
    shown = [place for place in levels if granted.everywhere or place.id in above]
    groups = [(place.name, units_at(place.id)) for place in shown]
    for place_id in held:
        if place_id in above and above[place_id].kind == "community":
            groups.append((above[place_id].name, units_in(place_id)))
    return [
        (name, [(str(unit.id), unit.name) for unit in found]) for name, found in groups if found
    ]


def category_choices() -> list[tuple[str, Any]]:
    """Matters by group, as an option list has them."""
    groups: dict[str, list[tuple[str, str]]] = {}
    found = {view.code: view for view in categories()}
    for view in found.values():
        if view.is_leaf:
            above = found.get(view.parent_code or "")
            groups.setdefault((above or view).name, []).append((view.code, view.name))
    return list(groups.items())
