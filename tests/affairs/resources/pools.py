"""A pool small enough to keep in mind, on the small district."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gongzhi.affairs.resources.choices import Urgency
from gongzhi.affairs.resources.needs import NewNeed, publish_need
from gongzhi.affairs.resources.offers import NewOffer, open_offer
from gongzhi.affairs.resources.rules import write_starting_lists
from gongzhi.commons.organisations.models import CoordinatingUnit, Unit
from gongzhi.commons.organisations.register import revision as organisations_revision
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.roles import RoleKind
from tests.affairs.small_district import BEGINS, MONDAY, SmallDistrict, moment

DAY = date(2026, 3, 10)
FIRST, LAST = date(2026, 3, 2), date(2026, 3, 31)


@dataclass
class SmallPool:
    """The small district with two partners, and short ways to needs and offers."""

    district: SmallDistrict

    @property
    def community(self) -> Actor:
        return self.district.coordinator

    @property
    def bank(self) -> Actor:
        return self.district.actor(RoleKind.PARTNER, "bank", "willow")

    @property
    def clinic(self) -> Actor:
        return self.district.actor(RoleKind.PARTNER, "clinic", "plum")

    def unit(self, name: str) -> int:
        return self.district.units[name].pk

    def need(self, *, at: datetime = MONDAY, place: str = "willow", **more: Any) -> int:
        told: dict[str, Any] = {
            "title": "周末陪老人聊天", "category": "people.elderly", "quantity": 10,
            "place_id": self.district.places[place].pk, "begins": FIRST, "ends": LAST,
            "urgency": Urgency.NORMAL,
        }  # fmt: skip
        return publish_need(new=NewNeed(**(told | more)), by=self.district.officer, at=at)

    def offer(self, *, unit: str = "bank", at: datetime = MONDAY, **more: Any) -> int:
        told: dict[str, Any] = {
            "title": "青年员工志愿队", "categories": ("people.elderly",), "total": 12,
            "per_day": 6, "unit_id": self.unit(unit), "begins": FIRST, "ends": LAST,
            "place_id": self.district.places["willow"].pk,
            "area_id": self.district.places["district"].pk,
        }  # fmt: skip
        return open_offer(new=NewOffer(**(told | more)), by=self.district.officer, at=at)


def build_pool(district: SmallDistrict) -> SmallPool:
    """Two partners beside the small district's units, and the starting lists."""
    write_starting_lists()
    for name, kind, title, place in (
        ("bank", "partner_unit", "柳岸银行网点", "willow"),
        ("clinic", "partner_unit", "梅溪卫生站", "plum"),
        ("plum_party", "community_party_org", "梅溪社区党委", "plum"),
        ("pine_party", "community_party_org", "松林社区党委", "pine"),
    ):
        district.units[name] = Unit.objects.create(
            kind=kind, name=title, place=district.places[place], begins=BEGINS
        )
    for unit, place in (("party", "willow"), ("plum_party", "plum"), ("pine_party", "pine")):
        CoordinatingUnit.objects.create(
            unit=district.units[unit], place=district.places[place], begins=BEGINS
        )
    organisations_revision.forget()
    return SmallPool(district)


__all__ = ["DAY", "FIRST", "LAST", "MONDAY", "SmallPool", "build_pool", "moment"]
