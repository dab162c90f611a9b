"""The small district once more, built by the real actions, so that the record knows of it."""

from datetime import datetime

from gongzhi.affairs.tickets.deadlines import write_starting_rules
from gongzhi.commons.categories.queries import revision as categories_revision
from gongzhi.commons.organisations.editing import NewUnit, open_units
from gongzhi.commons.organisations.models import Unit
from gongzhi.commons.organisations.register import revision as organisations_revision
from gongzhi.commons.permissions.actors import SYSTEM
from gongzhi.commons.territory.editing import NewPlace, add_places
from gongzhi.commons.territory.models import Place
from tests.affairs.small_district import (
    BEGINS,
    SmallDistrict,
    moment,
    write_categories,
    write_duties,
)

FOUNDED = moment("2026-01-05")

_PLACES = [
    ("district", None, "district", "明湖区"),
    ("north", "district", "subdistrict", "北桥街道"),
    ("south", "district", "subdistrict", "南坡街道"),
    ("willow", "north", "community", "柳岸社区"),
    ("plum", "north", "community", "梅溪社区"),
    ("pine", "south", "community", "松林社区"),
    ("garden", "willow", "estate", "和风花园"),
    ("tower_1", "garden", "building", "1号楼"),
    ("tower_2", "garden", "building", "2号楼"),
]
_UNITS = [
    ("hotline", "department", "明湖区热线中心", "district"),
    ("sanitation", "department", "明湖区环卫中心", "district"),
    ("water", "enterprise", "明湖水务公司", "district"),
    ("street", "subdistrict_office", "北桥街道办事处", "north"),
    ("street_south", "subdistrict_office", "南坡街道办事处", "south"),
    ("party", "community_party_org", "柳岸社区党委", "willow"),
    ("committee", "residents_committee", "柳岸社区居委会", "willow"),
    ("owners", "owners_committee", "和风花园业主委员会", "garden"),
    ("clinic", "partner_unit", "北桥卫生服务中心", "willow"),
]


def build(*, at: datetime = FOUNDED) -> SmallDistrict:
    """Found the district; everything that follows in a test is later than `at`."""
    numbers = {name: row for row, (name, *_rest) in enumerate(_PLACES)}
    place_ids = add_places(
        rows=[
            NewPlace(
                kind=kind,
                name=title,
                parent_row=numbers[parent] if parent else None,
                begins=BEGINS,
            )
            for _name, parent, kind, title in _PLACES
        ],
        by=SYSTEM,
        at=at,
    )
    places = {name: Place.objects.get(pk=place_ids[row]) for name, row in numbers.items()}
    unit_ids = open_units(
        rows=[
            NewUnit(kind=kind, name=title, place_id=places[place].pk, begins=BEGINS)
            for _name, kind, title, place in _UNITS
        ],
        by=SYSTEM,
        at=at,
    )
    units = {
        name: Unit.objects.get(pk=unit_id)
        for (name, *_rest), unit_id in zip(_UNITS, unit_ids, strict=True)
    }
    write_categories()
    write_duties(places, units)
    for revision in (organisations_revision, categories_revision):
        revision.grow()
    write_starting_rules()
    return SmallDistrict(places, units)
