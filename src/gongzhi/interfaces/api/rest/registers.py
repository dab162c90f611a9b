"""The registers everyone may read: places, matters, units."""

from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from ninja.errors import HttpError

from gongzhi.commons.categories.queries import categories
from gongzhi.commons.organisations.queries import UnitView, find_unit, units_in
from gongzhi.commons.territory.queries import PlaceView, children, codes_of, district, find_place

router = Router(tags=["registers"])


class Place(Schema):
    """A place of the district's tree; `codes` are the official ones of today, by scheme."""

    id: int
    kind: str
    name: str
    full_name: str
    parent_id: int | None
    codes: dict[str, str]


class Matter(Schema):
    """A category of requests."""

    code: str
    parent_code: str | None
    name: str
    is_leaf: bool
    residents_may_choose: bool


class Unit(Schema):
    """An organisation of the district."""

    id: int
    kind: str
    name: str
    place_id: int
    parent_id: int | None


@router.get("/places", response=list[Place])
def places(request: HttpRequest, parent: int | None = None) -> list[Place]:
    """The places right below one; without `parent`, the district itself."""
    if parent is None:
        return [_place(district())]
    if find_place(parent) is None:
        raise HttpError(404, f"there is no place {parent}")
    return [_place(each) for each in children(parent, on=timezone.localdate())]


@router.get("/places/{id}", response=Place)
def place(request: HttpRequest, id: int) -> Place:
    """One place."""
    found = find_place(id)
    if found is None:
        raise HttpError(404, f"there is no place {id}")
    return _place(found)


@router.get("/categories", response=list[Matter])
def matters(request: HttpRequest) -> list[Matter]:
    """The categories of today, as one flat list."""
    return [
        Matter(
            code=each.code,
            parent_code=each.parent_code,
            name=each.name,
            is_leaf=each.is_leaf,
            residents_may_choose=each.residents_may_choose,
        )
        for each in categories(on=timezone.localdate())
    ]


@router.get("/units", response=list[Unit])
def units(
    request: HttpRequest,
    place: int | None = None,
    kind: Annotated[list[str], Query(max_length=20)] = [],  # noqa: B006  the library's form
) -> list[Unit]:
    """The units of today at a place and below it, by default of the whole district."""
    within = district().id if place is None else place
    if find_place(within) is None:
        raise HttpError(404, f"there is no place {place}")
    return [_unit(each) for each in units_in(within, kind, on=timezone.localdate())]


@router.get("/units/{id}", response=Unit)
def unit(request: HttpRequest, id: int) -> Unit:
    """One unit."""
    found = find_unit(id)
    if found is None:
        raise HttpError(404, f"there is no unit {id}")
    return _unit(found)


def _place(found: PlaceView) -> Place:
    return Place(
        id=found.id,
        kind=found.kind,
        name=found.name,
        full_name=found.full_name,
        parent_id=found.parent_id,
        codes=codes_of(found.id, on=timezone.localdate()),
    )


def _unit(found: UnitView) -> Unit:
    return Unit(
        id=found.id,
        kind=found.kind,
        name=found.name,
        place_id=found.place_id,
        parent_id=found.parent_id,
    )
