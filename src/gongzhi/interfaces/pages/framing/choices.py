"""Lists to choose from that forms of several audiences share."""

from typing import Any

from gongzhi.commons.categories.queries import categories
from gongzhi.commons.organisations.permissions import reach
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.territory.queries import communities, find_place, places_of_kind


def place_choices(by: Actor, action: str) -> list[tuple[str, str]]:
    """The streets and communities for which `by` may do `action`."""
    granted = reach(by, action)
    held = [view for i in granted.place_ids if (view := find_place(i))]
    found = [*places_of_kind("subdistrict"), *communities()]
    return [
        (str(view.id), view.full_name)
        for view in sorted(found, key=lambda view: view.full_name)
        if granted.everywhere or any(view.path.startswith(place.path) for place in held)
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
