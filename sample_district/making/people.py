"""People who work in the invented district, with their roles; all names are made up."""

import numpy as np

from sample_district.making import names
from sample_district.making.places import BEGINS, PlaceRow
from sample_district.making.units import SOCIAL_WORK, UnitRow

Line = dict[str, object]
_WORKERS = 3  # in each residents' committee, besides the grid workers


class _Names:
    """Made-up names, none twice."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._given: set[str] = set()

    def next(self) -> str:
        while True:
            surname = names.SURNAMES[int(self._rng.integers(len(names.SURNAMES)))]
            first, second = self._rng.integers(len(names.GIVEN), size=2)
            name = surname + names.GIVEN[first] + (names.GIVEN[second] if second % 3 else "")
            if name not in self._given:
                self._given.add(name)
                return name


def make_people(
    places: list[PlaceRow], units: list[UnitRow], rng: np.random.Generator
) -> list[Line]:
    """One line for each person and role, by unit."""
    made_up, lines = _Names(rng), []

    def add(role: str, unit: str, place: str) -> None:
        login = f"u{len(lines) + 1:04}"
        lines.append(_line(login, made_up.next(), role, unit, place))

    for unit in units:
        match unit.kind:
            case "community_party_org":
                add("coordinator", unit.name, unit.place)
            case "residents_committee":
                for _ in range(_WORKERS):
                    add("community_worker", unit.name, unit.place)
                for grid in places:
                    if grid.kind == "grid" and grid.place == unit.place:
                        add("grid_worker", unit.name, grid.names)
            case "subdistrict_office":
                add("subdistrict_lead", unit.name, unit.place)
                add("unit_member", unit.name, unit.place)
            case "department" | "enterprise":
                add("unit_lead", unit.name, unit.place)
                add("unit_member", unit.name, unit.place)
            case "property_manager":
                add("unit_member", unit.name, unit.place)
            case "partner_unit" | "social_organization" | "community_group" | "owners_committee":
                add("partner", unit.name, unit.place)
    for role in ("district_officer", "district_officer", "researcher", "auditor"):
        add(role, SOCIAL_WORK, "")
    return lines


def make_demo(places: list[PlaceRow], units: list[UnitRow], rng: np.random.Generator) -> list[Line]:
    """A sign-in for each kind of role, in the first community, to try the system out."""
    made_up = _Names(rng)
    community = next(row for row in places if row.kind == "community")
    here, street = community.names, community.place

    def unit(kind: str, place: str) -> str:
        return next(row.name for row in units if (row.kind, row.place) == (kind, place))

    committee = unit("residents_committee", here)
    roles = [
        ("grid", "grid_worker", committee, f"{here}/第一网格"),
        ("worker", "community_worker", committee, here),
        ("secretary", "coordinator", unit("community_party_org", here), here),
        ("member", "unit_member", f"{names.DISTRICT}城市管理局", ""),
        ("lead", "unit_lead", f"{names.DISTRICT}城市管理局", ""),
        ("partner", "partner", unit("partner_unit", here), here),
        ("street", "subdistrict_lead", unit("subdistrict_office", street), street),
        ("district", "district_officer", SOCIAL_WORK, ""),
        ("researcher", "researcher", SOCIAL_WORK, ""),
        ("admin", "administrator", SOCIAL_WORK, ""),
        ("auditor", "auditor", SOCIAL_WORK, ""),
    ]
    return [_line(login, made_up.next(), role, at, place) for login, role, at, place in roles]


def _line(login: str, name: str, role: str, unit: str, place: str) -> Line:
    return {
        "login": login,
        "name": name,
        "role": role,
        "unit": unit,
        "place": place,
        "begins": BEGINS,
    }
