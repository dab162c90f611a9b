"""Which place a Chinese address, or a text with place names in it, speaks of.

Every name of a place in the text (区, 街道, 社区, 网格, 小区, a gate such as 青禾路18号, a road) is
found, the longest at each position, and each is evidence for the places that bear it. The place
for which most names speak, itself or through what it lies in, is the answer; a building and a
staircase are then read from what follows the estate's name. A road weighs half as much as any
other name, since it may run through communities from which no gate is known. Levels may be
missing, digits may be full-width or Chinese, and aliases count as names. Nothing is guessed:

- certain: every name speaks for one place;
- conflicting: most names speak for one place, others for somewhere else;
- ambiguous: as many names speak for several places; the answer is what they all lie in;
- none: no name was found.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from gongzhi.commons.calendar.days import today
from gongzhi.commons.revisions import Kept
from gongzhi.commons.territory.address_text import (
    Plain,
    building_at,
    building_number,
    entrance_at,
    entrance_number,
    names_of,
    plain,
    road_of,
)
from gongzhi.commons.territory.models import Place
from gongzhi.commons.territory.queries import revision, tree
from gongzhi.commons.territory.tree import PlaceView, Tree
from gongzhi.engines.triage.rules import compile_words, find_words

_LONGEST_TEXT = 2_000
_NUMBERED = frozenset({"building", "entrance"})


class Certainty(StrEnum):
    """How sure it is which place an address means."""

    CERTAIN = "certain"
    CONFLICTING = "conflicting"
    AMBIGUOUS = "ambiguous"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class AddressMatch:
    """The place an address means, the words that said so, and what else the text holds."""

    place_id: int | None
    matched: tuple[str, ...]
    rest: str
    certainty: Certainty
    candidates: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in the text, and the places that bear it. A road weighs half."""

    start: int
    end: int
    place_ids: tuple[int, ...]
    weight: int


def locate_address(text: str) -> AddressMatch:
    """The deepest place that an address or a message names; see above for what is unclear.

    Of a long text the first 2,000 characters count. Cost: one pass over the text.
    """
    return _book.value().locate(text[:_LONGEST_TEXT])


class AddressBook:
    """Every name by which places are known, ready to be found in texts."""

    def __init__(self, tree: Tree, names: dict[str, set[int]], roads: set[str]) -> None:
        self._tree = tree
        self._roads = roads
        self._names = {name: tuple(sorted(ids)) for name, ids in names.items() if len(name) > 1}
        self._pattern = compile_words(self._names)
        self._numbered: dict[tuple[int, str, str], int] = {}
        for view in tree.order:
            read = {"building": building_number, "entrance": entrance_number}.get(view.kind)
            number = read(view.name) if read else None
            if number and view.parent_id:
                self._numbered[view.parent_id, view.kind, number] = view.id

    def locate(self, text: str) -> AddressMatch:
        folded = plain(text)
        mentions = [
            Mention(start, end, self._names[name], weight=1 if name in self._roads else 2)
            for start, end in find_words(self._pattern, folded.text)
            if (name := folded.text[start:end])
        ]
        if not mentions:
            return AddressMatch(None, (), text, Certainty.NONE)
        best, votes = self._best(mentions)
        spans = [
            (mention.start, mention.end)
            for mention in mentions
            if any(self._lies_in(place, each) for place in best for each in mention.place_ids)
        ]
        if len(best) > 1:
            place_id, certainty = self._around(best), Certainty.AMBIGUOUS
        else:
            place_id, further = self._further(best[0], spans, folded)
            spans += further
            certain = votes == sum(mention.weight for mention in mentions)
            certainty = Certainty.CERTAIN if certain else Certainty.CONFLICTING
        matched, rest = _split(text, folded, spans)
        return AddressMatch(place_id, matched, rest, certainty, tuple(best))

    def _best(self, mentions: list[Mention]) -> tuple[list[int], int]:
        """The deepest places for which most mentions speak, and with what weight."""
        claimed = sorted({each for mention in mentions for each in mention.place_ids})
        position, ends_at = self._tree.position, self._tree.ends_at
        around = [
            ([(at, ends_at[at]) for at in map(position.__getitem__, mention.place_ids)], mention)
            for mention in mentions
        ]
        votes = {
            place: sum(
                mention.weight
                for stretches, mention in around
                if any(first <= at < end for first, end in stretches)
            )
            for place, at in ((each, position[each]) for each in claimed)
        }
        most = max(votes.values())
        winners = [place for place in claimed if votes[place] == most]
        deepest = [
            place
            for place in winners
            if not any(other != place and self._lies_in(other, place) for other in winners)
        ]
        return deepest, most

    def _lies_in(self, place_id: int, around: int) -> bool:
        at, above = self._tree.position[place_id], self._tree.position[around]
        return above <= at < self._tree.ends_at[above]

    def _around(self, places: list[int]) -> int | None:
        """The deepest place that all of these lie in."""
        chains = [self._tree.chains[self._tree.position[place]] for place in places]
        common = None
        for level in zip(*chains, strict=False):
            if any(view.id != level[0].id for view in level):
                break
            common = level[0].id
        return common

    def _further(
        self, place_id: int, spans: list[tuple[int, int]], folded: Plain
    ) -> tuple[int, list[tuple[int, int]]]:
        """From an estate into the building and staircase named right behind it."""
        end = max(end for _, end in spans)
        found: list[tuple[int, int]] = []
        for kind, read in (("building", building_at), ("entrance", entrance_at)):
            named = read(folded.text, end)
            inner = named and self._numbered.get((place_id, kind, named[0]))
            if not named or not inner:
                break
            found.append((end, named[1]))
            place_id, end = inner, named[1]
        return place_id, found


def _split(
    text: str, folded: Plain, spans: Iterable[tuple[int, int]]
) -> tuple[tuple[str, ...], str]:
    """The matched pieces of the original text in order, and the rest of it."""
    pieces, rest, position = [], "", 0
    origin = folded.origin()
    for start, end in sorted(spans):
        first, last = origin[start], origin[end - 1] + 1
        if first < position:
            continue
        pieces.append(text[first:last])
        rest += text[position:first]
        position = last
    return tuple(pieces), (rest + text[position:]).strip()


def _load() -> AddressBook:
    known, day = tree(), today()
    names: dict[str, set[int]] = {}
    roads: dict[str, set[int]] = {}
    rows = Place.objects.values_list("id", "aliases", "addresses")
    for place_id, aliases, addresses in rows:
        view = known.order[known.position[place_id]]
        if view.exists_on(day):
            if view.kind not in _NUMBERED:
                for name in names_of(view.kind, view.name, aliases):
                    names.setdefault(name, set()).add(place_id)
            for address in addresses:
                names.setdefault(plain(address).text, set()).add(place_id)
                _add_road(roads, address, known.chains[known.position[place_id]])
    fresh = {road: ids for road, ids in roads.items() if road not in names}
    return AddressBook(known, names | fresh, set(fresh))


def _add_road(roads: dict[str, set[int]], address: str, chain: tuple[PlaceView, ...]) -> None:
    """A road alone names only the communities it runs through."""
    road = road_of(address)
    community = next((view.id for view in chain if view.kind == "community"), None)
    if road and community:
        roads.setdefault(road, set()).add(community)


_book = Kept(revision, _load)
