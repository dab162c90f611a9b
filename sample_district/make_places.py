"""Make the static part of the invented district anew: `python -m sample_district.make_places`.

The same seed makes the same files. Coordinates are given to six digits, a tenth of a metre.
"""

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import shapely

from sample_district.making import duties, matters, people, places, pool, units
from sample_district.making.outlines import Outlines, draw

SEED = 20_240_101
HERE = Path(__file__).resolve().parent
ATTRIBUTES = HERE / "making" / "attributes.json"


def main(folder: Path = HERE) -> None:
    rng = np.random.default_rng(SEED)
    outlines = draw(streets=6, communities=6, grids=places.GRIDS, rng=rng)
    rows = places.make(outlines, rng)
    staff = units.make_units(rows, rng)
    listed = matters.read()
    attributes = json.loads(ATTRIBUTES.read_text("utf-8"))
    _write(folder / "places.csv", (row.cells() for row in rows))
    _draw(folder / "boundaries.geojson", rows, outlines)
    _write(folder / "units.csv", (unit.cells() for unit in staff))
    _write(folder / "people.csv", people.make_people(rows, staff, rng))
    _write(folder / "demo_people.csv", people.make_demo(rows, staff, rng))
    _write(
        folder / "categories.csv",
        (matter.cells(_compact(attributes.get(matter.code))) for matter in listed),
    )
    _write(folder / "duties.csv", duties.make_duties(rows, staff, listed))
    _write(folder / "work_list.csv", _work_list(listed))
    # From a seed of their own: whoever changes the pool changes nothing else.
    fresh = np.random.default_rng(SEED + 1)
    _write(folder / "pool_offers.csv", pool.make_offers(staff, fresh))
    _write(folder / "pool_needs.csv", pool.make_needs(staff, fresh))


def _work_list(listed: list[matters.Matter]) -> Iterable[Mapping[str, object]]:
    """What a community may be asked to do: its own affairs, and what is done on its doorstep."""
    for matter in listed:
        if matter.owner in {"committee", "property"} or matter.code in _DOORSTEP:
            yield {
                "category_code": matter.code,
                "title": f"协助处理：{matter.name_zh}",
                "valid_from": places.BEGINS,
                "valid_to": "",
            }


_DOORSTEP = frozenset(
    {"environment.sorting", "welfare.canteen", "welfare.elderly_care", "safety.ebike_charging"}
)


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else ""


def _write(path: Path, lines: Iterable[Mapping[str, object]]) -> None:
    listed = list(lines)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(listed[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(listed)


def _draw(path: Path, rows: list[places.PlaceRow], outlines: Outlines) -> None:
    """The boundaries in the order of the places, one feature a line."""
    areas: list[shapely.Polygon] = [outlines.district]
    for at, street in enumerate(outlines.streets):
        areas.append(street)
        for nth, community in enumerate(outlines.communities[at]):
            areas += [community, *outlines.grids[at][nth]]
    bounded = [row for row in rows if row.kind in {"district", "subdistrict", "community", "grid"}]
    features = [
        _compact(
            {
                "type": "Feature",
                "properties": {"place": row.names},
                "geometry": json.loads(shapely.to_geojson(area)),
            }
        )
        for row, area in zip(bounded, areas, strict=True)
    ]
    body = ",\n".join(features)
    path.write_text(f'{{"type":"FeatureCollection","features":[\n{body}\n]}}\n', "utf-8")


if __name__ == "__main__":
    main()
