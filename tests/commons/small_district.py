"""A district small enough to hold in the head, made by the real actions."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from gongzhi.commons.calendar.limits import Limit, LimitUnit
from gongzhi.commons.categories.editing import NewCategory, import_categories
from gongzhi.commons.organisations.actors import SYSTEM, Actor, HeldRole, Voice
from gongzhi.commons.organisations.duties import NewDuty, import_duties
from gongzhi.commons.organisations.editing import NewUnit, open_units, set_coordinating_unit
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.territory.editing import NewPlace, add_places

AT = datetime(2025, 1, 1, tzinfo=UTC)
BEGINS = date(2025, 1, 1)
DAY = date(2025, 6, 2)

PLACES = [
    NewPlace("district", "湖东区", begins=BEGINS, codes={"stat12": "990101000000"}),
    NewPlace("subdistrict", "云桥街道", parent_row=0),
    NewPlace("subdistrict", "石鼓街道", parent_row=0),
    NewPlace("community", "柳岸社区", parent_row=1, households=2100),
    NewPlace("community", "槐荫社区", parent_row=1, households=1900),
    NewPlace("community", "塔影社区", parent_row=2),
    NewPlace("grid", "第一网格", parent_row=3),
    NewPlace("grid", "第二网格", parent_row=3),
    NewPlace(
        "estate",
        "明珠小区",
        parent_row=6,
        aliases=("明珠花园",),
        addresses=("青禾路18号",),
        longitude=120.01,
        latitude=31.01,
    ),
    NewPlace("building", "3号楼", parent_row=8),
    NewPlace("building", "12号楼", parent_row=8),
]


@dataclass(frozen=True)
class SmallDistrict:
    """Ids by name."""

    places: dict[str, int]
    units: dict[str, int]


def limit(text: str) -> Limit:
    """A limit from "5 work_day"."""
    amount, unit = text.split()
    return Limit(int(amount), LimitUnit(unit))


def build() -> SmallDistrict:
    """One district, two streets, three communities, six units, a few duties."""
    ids = add_places(rows=PLACES, by=SYSTEM, at=AT)
    places = dict(zip([row.name for row in PLACES], ids, strict=True))
    import_categories(
        rows=[
            NewCategory("env", "环境", "Environment", BEGINS),
            NewCategory("env.waste", "垃圾", "Waste", BEGINS, keywords={"垃圾": 2}),
            NewCategory("env.waste.bulky", "大件垃圾", "Bulky waste", BEGINS),
            NewCategory("water", "供水", "Water", BEGINS, keywords={"停水": 3}),
        ],
        by=SYSTEM,
        at=AT,
    )
    rows = [
        NewUnit("department", "湖东区城管局", places["湖东区"]),
        NewUnit("enterprise", "湖东供水公司", places["湖东区"]),
        NewUnit("subdistrict_office", "云桥街道办事处", places["云桥街道"]),
        NewUnit("community_party_org", "柳岸社区党委", places["柳岸社区"], parent_row=2),
        NewUnit("residents_committee", "柳岸社区居委会", places["柳岸社区"], parent_row=2),
        NewUnit("property_manager", "明珠物业", places["明珠小区"]),
    ]
    made = open_units(rows=rows, by=SYSTEM, at=AT)
    units = dict(zip([row.name for row in rows], made, strict=True))
    lines = [
        ("", "湖东区", "湖东区城管局", "1 work_day", "15 work_day"),
        ("env", "湖东区", "湖东区城管局", "1 work_day", "5 work_day"),
        ("env.waste", "柳岸社区", "柳岸社区居委会", "4 work_hour", "2 work_day"),
        ("", "柳岸社区", "柳岸社区居委会", "1 work_day", "7 natural_day"),
        ("", "明珠小区", "明珠物业", "1 work_day", "7 natural_day"),
        ("water", "湖东区", "湖东供水公司", "2 hour", "24 hour"),
    ]
    import_duties(
        rows=[
            NewDuty(code, places[place], units[unit], limit(contact), limit(handling), BEGINS)
            for code, place, unit, contact, handling in lines
        ],
        by=SYSTEM,
        at=AT,
    )
    set_coordinating_unit(
        place_id=places["柳岸社区"],
        unit_id=units["柳岸社区党委"],
        begins=BEGINS,
        by=SYSTEM,
        at=AT,
    )
    return SmallDistrict(places, units)


def actor(kind: RoleKind, *, unit_id: int = 1, place_id: int = 1, path: str = "/") -> Actor:
    """Somebody with one role."""
    role = HeldRole(kind, unit_id, place_id, path)
    return Actor(Voice.STAFF, person_id=1, roles=(role,))
