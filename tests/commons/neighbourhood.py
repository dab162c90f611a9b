"""A small district for the tests of the commons: one street, one community, and who works there."""

from dataclasses import dataclass

from gongzhi.commons.organisations.models import Unit, UnitKind
from gongzhi.commons.permissions.actors import Actor, HeldRole, Voice
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.territory.models import Place, PlaceKind


@dataclass(frozen=True)
class Neighbourhood:
    """Places and units, and an actor for each role."""

    district: Place
    street: Place
    community: Place
    committee: Unit
    office: Unit
    department: Unit
    coordinator: Actor
    worker: Actor
    street_lead: Actor
    other_street_lead: Actor
    department_member: Actor


def build_neighbourhood() -> Neighbourhood:
    """Write the district's rows and return them with the actors."""
    district = _place(PlaceKind.DISTRICT, "青山区", None)
    street = _place(PlaceKind.SUBDISTRICT, "临江街道", district)
    community = _place(PlaceKind.COMMUNITY, "柳浪社区", street)
    committee = _unit(UnitKind.RESIDENTS_COMMITTEE, "柳浪居委会", community)
    office = _unit(UnitKind.SUBDISTRICT_OFFICE, "临江街道办事处", street)
    department = _unit(UnitKind.DEPARTMENT, "区园林局", district)
    return Neighbourhood(
        district=district,
        street=street,
        community=community,
        committee=committee,
        office=office,
        department=department,
        coordinator=_actor(1, RoleKind.COORDINATOR, committee, community),
        worker=_actor(2, RoleKind.COMMUNITY_WORKER, committee, community),
        street_lead=_actor(3, RoleKind.SUBDISTRICT_LEAD, office, street),
        other_street_lead=_actor(4, RoleKind.SUBDISTRICT_LEAD, office, street),
        department_member=_actor(5, RoleKind.UNIT_MEMBER, department, district),
    )


def _place(kind: PlaceKind, name: str, parent: Place | None) -> Place:
    place = Place.objects.create(kind=kind, name=name, parent=parent, path="")
    place.path = f"{parent.path if parent else '/'}{place.pk}/"
    place.save()
    return place


def _unit(kind: UnitKind, name: str, place: Place) -> Unit:
    return Unit.objects.create(kind=kind, name=name, place=place)


def _actor(person_id: int, kind: RoleKind, unit: Unit, place: Place) -> Actor:
    role = HeldRole(kind, unit.pk, place.pk, place.path)
    return Actor(Voice.STAFF, person_id=person_id, roles=(role,))
