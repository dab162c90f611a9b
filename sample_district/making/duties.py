"""The dispatch catalogue of the invented district."""

from collections.abc import Iterator

from sample_district.making import names
from sample_district.making.matters import Matter
from sample_district.making.places import BEGINS, PlaceRow
from sample_district.making.units import HOTLINE, UnitRow, department, enforcement, is_new

_FALLBACK = {"property": "住房和城乡建设局", "street": "城市管理局"} | names.ENTERPRISES
# What a property manager does besides "property", where an estate has one.
_MANAGED = ("property", "housing.leak", "housing.sewer")
_COMMITTEES = (*_MANAGED, "community", "community.services", "safety.ebike_indoors",
               "pollution.renovation_noise")  # fmt: skip


def make_duties(
    places: list[PlaceRow], units: list[UnitRow], matters: list[Matter]
) -> list[dict[str, object]]:
    """Every matter at the district, and below it whoever is nearer to hand.

    The most specific matter counts before the deepest place, so a matter that an estate's manager
    does is not given to a department at the district too.
    """
    by_code = {matter.code: matter for matter in matters}
    lines = [_line("", "", HOTLINE, "1 work_day", "15 work_day")]
    lines += [
        line
        for matter in matters
        if not (matter.owner == "property" and matter.code.startswith("property."))
        for line in _of_district(matter)
    ]
    for community in [row for row in places if row.kind == "community"]:
        here, committee = community.names, f"{community.name}居民委员会"
        lines.append(_line("", here, committee, "1 work_day", "7 natural_day"))
        lines += [_of(by_code[code], here, committee) for code in _COMMITTEES]
        managers = [
            unit.name for unit in units if (unit.kind, unit.place) == ("property_manager", here)
        ]
        estates = [row for row in places if row.kind == "estate" and is_new(row.name)]
        within = [row for row in estates if row.place.startswith(f"{here}/")]
        for at, estate in enumerate(within):
            manager = managers[at % len(managers)]
            lines += [_of(by_code[code], estate.names, manager) for code in _MANAGED]
    return lines


def _of_district(matter: Matter) -> Iterator[dict[str, object]]:
    """A department or enterprise for the whole district, and the streets where it is theirs."""
    owner = _FALLBACK.get(matter.owner, matter.owner)
    if owner in {*names.DEPARTMENTS, *names.ENTERPRISES.values()}:
        yield _of(matter, "", department(owner))
    for street in names.STREETS:
        if matter.owner == "street":
            yield _of(matter, street, enforcement(street))
        elif matter.owner == "street_office":
            yield _of(matter, street, f"{street}办事处")


def _of(matter: Matter, place: str, unit: str) -> dict[str, object]:
    return _line(matter.code, place, unit, matter.contact, matter.handling)


def _line(code: str, place: str, unit: str, contact: str, handling: str) -> dict[str, object]:
    return {
        "category_code": code,
        "place": place,
        "unit": unit,
        "contact": contact,
        "handling": handling,
        "valid_from": BEGINS,
        "valid_to": "",
    }
