"""Places, answered from a tree that every process keeps in memory."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from gongzhi.commons.calendar.days import today
from gongzhi.commons.revisions import Kept, Revision
from gongzhi.commons.territory.models import Place, PlaceCode
from gongzhi.commons.territory.tree import PlaceRow, PlaceView, Tree, plant

__all__ = ["PlaceView", "UnknownPlace"]

revision = Revision("territory.TerritoryRevision")


class UnknownPlace(LookupError):
    """There is no such place."""

    def __init__(self, place_id: object) -> None:
        super().__init__(_("没有这个地点：%(place_id)s") % {"place_id": place_id})


def place(place_id: int) -> PlaceView:
    """One place, closed ones too; raises `UnknownPlace`."""
    found = tree().find(place_id)
    if found is None:
        raise UnknownPlace(place_id)
    return found


def find_place(place_id: int | None) -> PlaceView | None:
    """One place, or None where there is none."""
    return None if place_id is None else tree().find(place_id)


def place_named(names: str) -> PlaceView | None:
    """The place with these names below the district: "云桥街道/柳岸社区"; "" is the district."""
    known = tree()
    wanted = "/".join(part.strip() for part in names.split("/")).strip("/")
    if known.order and wanted == known.order[0].name:
        wanted = ""
    return find_place(known.by_names.get(wanted))


def names_of(place_id: int) -> str:
    """The names by which `place_named` finds a place again."""
    return "/".join(view.name for view in ancestors(place_id)[1:])


def places(ids: Iterable[int]) -> dict[int, PlaceView]:
    """Those of the places that exist, by id."""
    known = tree()
    return {found.id: found for each in ids if (found := known.find(each)) is not None}


def children(place_id: int, *, on: date | None = None) -> list[PlaceView]:
    """What lies directly in a place on a day (today)."""
    place(place_id)
    return _existing(tree().children(place_id), on)


def subtree_ids(place_id: int) -> list[int]:
    """The place and everything in it, closed places too, so that history is found."""
    place(place_id)
    return [view.id for view in tree().subtree(place_id)]


def ancestors(place_id: int) -> tuple[PlaceView, ...]:
    """From the district down to the place itself."""
    known = tree()
    at = known.position.get(place_id)
    if at is None:
        raise UnknownPlace(place_id)
    return known.chains[at]


def public_name(place_id: int) -> str:
    """The full name as everyone may read it: it stops at the building (小区/楼栋)."""
    shown = [view for view in ancestors(place_id) if view.kind != "entrance"]
    return shown[-1].full_name if shown else ""


def ancestor_of_kind(place_id: int, kind: str) -> int | None:
    """The place of this kind that the place is or lies in."""
    for view in reversed(ancestors(place_id)):
        if view.kind == kind:
            return view.id
    return None


def communities(*, on: date | None = None) -> list[PlaceView]:
    """All communities of a day (today)."""
    return places_of_kind("community", on=on)


def places_of_kind(
    kind: str, *, within: int | None = None, on: date | None = None
) -> list[PlaceView]:
    """All places of one kind on a day (today), in one place or in the whole district."""
    known = tree()
    searched = known.order if within is None else known.subtree(place(within).id)
    return _existing([view for view in searched if view.kind == kind], on)


def district() -> PlaceView:
    """The district itself; raises `UnknownPlace` where none is loaded yet."""
    order = tree().order
    if not order:
        raise UnknownPlace("district")
    return order[0]


def is_empty() -> bool:
    """Whether no district is loaded yet."""
    return not tree().order


def place_with_code(scheme: str, code: str, *, on: date) -> PlaceView | None:
    """The place that carries this official code on a day."""
    rows = PlaceCode.objects.filter(scheme=scheme, code=code, valid_from__lte=on)
    holders = (
        rows.exclude(valid_to__lt=on).order_by("-valid_from").values_list("place_id", flat=True)
    )
    return find_place(holders.first())


def codes_of(place_id: int, *, on: date) -> dict[str, str]:
    """The official codes of a place on a day, by scheme."""
    rows = PlaceCode.objects.filter(place_id=place_id, valid_from__lte=on).exclude(valid_to__lt=on)
    return dict(rows.order_by("valid_from").values_list("scheme", "code"))


def tree() -> Tree:
    """The whole tree as the database has it (at most a second old)."""
    return _tree.value()


def _existing(views: list[PlaceView], on: date | None) -> list[PlaceView]:
    day = on or today()
    return [view for view in views if view.exists_on(day)]


def _load() -> Tree:
    rows = Place.objects.values_list(
        "id", "kind", "name", "parent_id", "households", "latitude", "longitude", "begins", "ends"
    )
    return plant(PlaceRow(*row) for row in rows)


_tree = Kept(revision, _load)
