"""Units of the invented district."""

from dataclasses import dataclass

import numpy as np

from sample_district.making import names
from sample_district.making.places import BEGINS, PlaceRow

HOTLINE = f"{names.DISTRICT}市民热线服务中心"
SOCIAL_WORK = f"{names.DISTRICT}委社会工作部"


@dataclass(frozen=True)
class UnitRow:
    """One line of units.csv."""

    kind: str
    name: str
    place: str
    parent: str = ""
    phone: str = ""
    coordinates: bool = False

    def cells(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "name": self.name,
            "place": self.place,
            "parent": self.parent,
            "phone": self.phone,
            "email": "",
            "webhook_url": "",
            "begins": BEGINS,
            "coordinates": "是" if self.coordinates else "",
        }


def department(short: str) -> str:
    return f"{names.DISTRICT}{short}"


def enforcement(street: str) -> str:
    return f"{street}综合行政执法队"


def make_units(places: list[PlaceRow], rng: np.random.Generator) -> list[UnitRow]:
    """Every unit, each after the one above it."""
    units = [UnitRow("department", SOCIAL_WORK, "", coordinates=True)]
    units.append(UnitRow("department", HOTLINE, "", phone=_phone(rng)))
    units += [
        UnitRow("department", department(short), "", phone=_phone(rng))
        for short in names.DEPARTMENTS
    ]
    units += [
        UnitRow("enterprise", department(short), "", phone=_phone(rng))
        for short in names.ENTERPRISES.values()
    ]
    for nth, association in enumerate(names.ASSOCIATIONS):
        for part in ("同心", "暖阳", "益邻"):
            street = list(names.STREETS)[(nth + len(part)) % len(names.STREETS)]
            units.append(UnitRow("social_organization", f"{part}{association}", street))
    for street in names.STREETS:
        office = f"{street}办事处"
        units.append(
            UnitRow("subdistrict_office", office, street, phone=_phone(rng), coordinates=True)
        )
        units.append(UnitRow("department", enforcement(street), street, parent=office))
    for community in [row for row in places if row.kind == "community"]:
        units += _of_community(community, places, rng)
    return units


def _of_community(
    community: PlaceRow, places: list[PlaceRow], rng: np.random.Generator
) -> list[UnitRow]:
    place, name = community.names, community.name
    office, party = f"{community.place}办事处", f"{name}党委"
    units = [
        UnitRow("community_party_org", party, place, office, coordinates=True),
        UnitRow("residents_committee", f"{name}居民委员会", place, office, phone=_phone(rng)),
    ]
    managers = rng.choice(names.MANAGERS, 2, replace=False)
    units += [
        UnitRow("property_manager", _manager(str(manager), name), place, phone=_phone(rng))
        for manager in managers
    ]
    newer = [
        row
        for row in places
        if row.kind == "estate" and row.place.startswith(f"{place}/") and is_new(row.name)
    ]
    units += [
        UnitRow("owners_committee", f"{name}{row.name}业主委员会", row.names) for row in newer[:2]
    ]
    stem = name.removesuffix("社区")
    units += [
        UnitRow("partner_unit", f"{stem}{partner}", place)
        for partner in rng.choice(names.PARTNERS, 3, replace=False)
    ]
    units += [
        UnitRow("community_group", f"{name}{group}", place, parent=party)
        for group in rng.choice(names.GROUPS, 2, replace=False)
    ]
    return units


def _manager(manager: str, community: str) -> str:
    return f"{manager}物业{community.removesuffix('社区')}服务处"


def is_new(estate: str) -> bool:
    return estate.endswith(names.NEW_ENDINGS)


def _phone(rng: np.random.Generator) -> str:
    """An office line that nobody has: no exchange begins with 555-01 here."""
    return f"0999-55501{int(rng.integers(10, 100))}"
