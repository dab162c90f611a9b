"""Searches somebody on the staff wants again. They are the reader's own and no deed: no event."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.utils.translation import gettext as _

from gongzhi.affairs.tickets.models import SavedFilter
from gongzhi.commons.organisations.actors import Actor
from gongzhi.commons.organisations.permissions import NotPermitted, reach

MOST_SAVED = 20
LONGEST_NAME = 40
LONGEST_QUERY = 400
# What a saved search must not hold (a contact) or what belongs to one visit (the cursor).
LEFT_OUT = frozenset({"phone", "after"})


class CannotSaveSearch(ValueError):
    """A search that can't be saved, and why."""


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A name and the query string that it stands for."""

    id: int
    name: str
    query: str


def saved_searches(*, by: Actor) -> list[SavedSearch]:
    """The searches that this person saved, by name; one query."""
    if by.person_id is None:
        return []
    rows = SavedFilter.objects.filter(person_id=by.person_id).order_by("name")[:MOST_SAVED]
    return [SavedSearch(row.pk, row.name, row.query) for row in rows]


def save_search(*, name: str, query: str, by: Actor) -> int:
    """Save a query string under a name; the same name again replaces it. Returns its id."""
    if by.person_id is None or reach(by, "tickets.read").nowhere:
        raise NotPermitted("tickets.read")
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise CannotSaveSearch(_("名称要有 1 到 %(most)d 字") % {"most": LONGEST_NAME})
    kept = urlencode([(key, value) for key, value in parse_qsl(query) if key not in LEFT_OUT])
    if not kept:
        raise CannotSaveSearch(_("请先查找，再保存；按电话的查找不能保存"))
    if len(kept) > LONGEST_QUERY:
        raise CannotSaveSearch(_("查找条件太长，请少写几个词"))
    mine = SavedFilter.objects.filter(person_id=by.person_id)
    if mine.count() >= MOST_SAVED and not mine.filter(name=name).exists():
        raise CannotSaveSearch(_("最多保存 %(most)d 个查找，请先删去不用的") % {"most": MOST_SAVED})
    row, _new = SavedFilter.objects.update_or_create(
        person_id=by.person_id, name=name, defaults={"query": kept}
    )
    return row.pk


def drop_search(*, search_id: int, by: Actor) -> None:
    """Drop one's own saved search; one that is gone already is no mistake."""
    if by.person_id is not None:
        SavedFilter.objects.filter(pk=search_id, person_id=by.person_id).delete()
