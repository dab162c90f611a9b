"""A district small enough to keep in mind: two streets, three communities, seven units."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from gongzhi.affairs.tickets.deadlines import write_starting_rules
from gongzhi.commons.categories.models import Category
from gongzhi.commons.categories.queries import revision as categories_revision
from gongzhi.commons.organisations.models import Duty, Person, Role, Unit, WorkListItem
from gongzhi.commons.organisations.register import revision as organisations_revision
from gongzhi.commons.permissions.actors import Actor, HeldRole, Voice
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.territory.models import Place
from gongzhi.commons.territory.queries import revision as territory_revision

SHANGHAI = ZoneInfo("Asia/Shanghai")
BEGINS = date(2020, 1, 1)


def moment(day: str, clock: str = "09:00") -> datetime:
    """A moment in Shanghai: moment("2026-03-02", "10:30")."""
    return datetime.fromisoformat(f"{day}T{clock}:00").replace(tzinfo=SHANGHAI)


MONDAY = moment("2026-03-02", "10:00")


@dataclass
class SmallDistrict:
    """Ids by short names, and actors for the roles."""

    places: dict[str, Place]
    units: dict[str, Unit]

    def actor(self, kind: RoleKind, unit: str, place: str) -> Actor:
        """Somebody who holds this role; a person of their own for each."""
        login = f"{kind.value}-{unit}-{place}"
        person, _ = Person.objects.get_or_create(login=login, defaults={"name": login[:40]})
        held = self.places[place]
        Role.objects.get_or_create(person=person, unit=self.units[unit], kind=kind, place=held)
        role = HeldRole(kind, self.units[unit].pk, held.pk, held.path)
        return Actor(Voice.STAFF, person_id=person.pk, roles=(role,))

    @property
    def worker(self) -> Actor:
        return self.actor(RoleKind.COMMUNITY_WORKER, "committee", "willow")

    @property
    def coordinator(self) -> Actor:
        return self.actor(RoleKind.COORDINATOR, "party", "willow")

    @property
    def sanitation(self) -> Actor:
        return self.actor(RoleKind.UNIT_LEAD, "sanitation", "district")

    @property
    def water(self) -> Actor:
        return self.actor(RoleKind.UNIT_LEAD, "water", "district")

    @property
    def street(self) -> Actor:
        return self.actor(RoleKind.SUBDISTRICT_LEAD, "street", "north")

    @property
    def officer(self) -> Actor:
        return self.actor(RoleKind.DISTRICT_OFFICER, "hotline", "district")


def build() -> SmallDistrict:
    """Write the small district; call it inside a test's database."""
    with transaction.atomic():
        places = _places()
        units = _units(places)
        write_categories()
        write_duties(places, units)
        for revision in (territory_revision, organisations_revision, categories_revision):
            revision.grow()
        write_starting_rules()
    return SmallDistrict(places, units)


def _places() -> dict[str, Place]:
    rows = [
        ("district", None, "district", "明湖区"),
        ("north", "district", "subdistrict", "北桥街道"),
        ("south", "district", "subdistrict", "南坡街道"),
        ("willow", "north", "community", "柳岸社区"),
        ("plum", "north", "community", "梅溪社区"),
        ("pine", "south", "community", "松林社区"),
        ("garden", "willow", "estate", "和风花园"),
    ]
    places: dict[str, Place] = {}
    for name, parent, kind, title in rows:
        above = places.get(parent or "")
        place = Place.objects.create(kind=kind, parent=above, path="", name=title, begins=BEGINS)
        place.path = f"{above.path if above else '/'}{place.pk}/"
        place.save(update_fields=["path"])
        places[name] = place
    return places


def _units(places: dict[str, Place]) -> dict[str, Unit]:
    rows = [
        ("hotline", "department", "明湖区热线中心", "district", None),
        ("sanitation", "department", "明湖区环卫中心", "district", None),
        ("water", "enterprise", "明湖水务公司", "district", None),
        ("street", "subdistrict_office", "北桥街道办事处", "north", None),
        ("street_south", "subdistrict_office", "南坡街道办事处", "south", None),
        ("party", "community_party_org", "柳岸社区党委", "willow", "street"),
        ("committee", "residents_committee", "柳岸社区居委会", "willow", "street"),
    ]
    units: dict[str, Unit] = {}
    for name, kind, title, place, parent in rows:
        units[name] = Unit.objects.create(
            kind=kind,
            name=title,
            place=places[place],
            parent=units.get(parent or ""),
            begins=BEGINS,
        )
    return units


def write_categories() -> None:
    rows = [
        ("environment", "环境卫生", {}),
        ("environment.waste", "垃圾清运", {"垃圾": 1.0, "垃圾桶": 1.0, "臭": 0.4}),
        ("utilities", "公用设施", {}),
        ("utilities.water", "供水", {"停水": 1.2, "水管": 1.0, "自来水": 1.0}),
        ("order", "公共秩序", {"噪音": 1.0}),
    ]
    made: dict[str, Category] = {}
    for code, title, keywords in rows:
        made[code] = Category.objects.create(
            code=code,
            parent=made.get(code.rpartition(".")[0]),
            name_zh=title,
            name_en=code,
            keywords=keywords,
            valid_from=BEGINS,
        )
    WorkListItem.objects.create(category_code="environment", title="环境", valid_from=BEGINS)


def write_duties(places: dict[str, Place], units: dict[str, Unit]) -> None:
    rows = [
        ("", "district", "hotline", 24, "hour", 5, "work_day"),
        ("environment", "district", "sanitation", 4, "work_hour", 2, "work_day"),
        ("utilities.water", "district", "water", 2, "hour", 24, "hour"),
        ("order", "willow", "committee", 1, "work_day", 7, "natural_day"),
    ]
    for code, place, unit, contact, contact_unit, limit, limit_unit in rows:
        Duty.objects.create(
            category_code=code,
            place=places[place],
            unit=units[unit],
            contact_amount=contact,
            contact_unit=contact_unit,
            limit_amount=limit,
            limit_unit=limit_unit,
            valid_from=BEGINS,
        )
