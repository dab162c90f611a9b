"""Units to choose from by level, for whistles and meetings."""

from typing import Any

from django import forms

from gongzhi.commons.organisations.queries import units_at, units_in
from gongzhi.commons.territory.queries import ancestors


def callable_units(place_id: int) -> list[tuple[str, Any]]:
    """The units that can be called to a place, by level: district, street, community."""
    groups: list[tuple[str, Any]] = []
    for level in ancestors(place_id):
        found = units_in(level.id) if level.kind == "community" else units_at(level.id)
        if found and level.kind in {"district", "subdistrict", "community"}:
            groups.append((level.name, [(str(unit.id), unit.name) for unit in found]))
    return groups


class UnitGroups(forms.CheckboxSelectMultiple):
    """Units to tick, folded by level: a district has more of them than a screen has lines."""

    template_name = "whistles/unit_groups.html"
