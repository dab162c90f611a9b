"""Who acts in the model: for each unit and place somebody with the role that the step asks for."""

from datetime import date

from gongzhi.commons.organisations.actors import role_holders
from gongzhi.commons.organisations.queries import (
    coordinating_unit,
    subdistrict_office,
    unit,
    units_at,
)
from gongzhi.commons.permissions.actors import Actor, HeldRole, Voice
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.territory.queries import ancestor_of_kind, district, place


class Staff:
    """Actors by unit and place, made when first asked for.

    People in the register act under their own ids; a unit without any acts without a person.
    """

    def __init__(self, *, on: date) -> None:
        self._on = on
        self._people: dict[tuple[RoleKind, int], int] = {
            (held.kind, held.unit_id): person_id
            for person_id, held in reversed(role_holders(on=on))
        }
        self._made: dict[tuple[RoleKind, int, int], Actor] = {}

    def of_unit(self, unit_id: int) -> Actor:
        """Whoever handles tickets at this unit."""
        held = unit(unit_id)
        return self._actor(RoleKind.UNIT_LEAD, unit_id, held.place_id)

    def partner(self, unit_id: int) -> Actor:
        """Whoever speaks for a unit that gives."""
        return self._actor(RoleKind.PARTNER, unit_id, unit(unit_id).place_id)

    def worker(self, community_id: int) -> Actor:
        """A community worker of the residents' committee there."""
        committees = units_at(community_id, ["residents_committee"], on=self._on)
        unit_id = committees[0].id if committees else self._coordinates(community_id)
        return self._actor(RoleKind.COMMUNITY_WORKER, unit_id, community_id)

    def coordinator(self, community_id: int) -> Actor:
        """Whoever coordinates the community."""
        return self._actor(RoleKind.COORDINATOR, self._coordinates(community_id), community_id)

    def street(self, place_id: int) -> Actor:
        """The leader of the street office; the district where there is none."""
        office = subdistrict_office(place_id)
        street = ancestor_of_kind(place_id, "subdistrict")
        if office is None or street is None:
            return self.officer()
        return self._actor(RoleKind.SUBDISTRICT_LEAD, office, street)

    def officer(self) -> Actor:
        """Somebody at the district."""
        root = district().id
        held = [unit_id for kind, unit_id in self._people if kind is RoleKind.DISTRICT_OFFICER]
        departments = units_at(root, ["department"], on=self._on)
        return self._actor(RoleKind.DISTRICT_OFFICER, held[0] if held else departments[0].id, root)

    def _coordinates(self, community_id: int) -> int:
        """The coordinating unit; where none is named yet, the street office does it."""
        found = coordinating_unit(community_id, self._on) or subdistrict_office(community_id)
        if found is None:
            raise LookupError(f"nobody coordinates {place(community_id).full_name}")
        return found

    def _actor(self, kind: RoleKind, unit_id: int, place_id: int) -> Actor:
        key = (kind, unit_id, place_id)
        if key not in self._made:
            held = HeldRole(kind, unit_id, place_id, place(place_id).path)
            person = self._people.get((kind, unit_id))
            self._made[key] = Actor(Voice.STAFF, person_id=person, roles=(held,))
        return self._made[key]
