"""The opinion map: who stands together, what each group holds, and what all share."""

from dataclasses import dataclass

import numpy as np

from gongzhi.engines.deliberation.choosing import (
    Candidate,
    Choice,
    choose_grouping,
    try_groupings,
)
from gongzhi.engines.deliberation.common_ground import (
    CommonGround,
    CommonStatements,
    find_common_ground,
    measure_division,
    pick_common_statements,
    rank_shared,
)
from gongzhi.engines.deliberation.projection import Placing, Projection, project_votes
from gongzhi.engines.deliberation.representative import Representative, pick_representative
from gongzhi.engines.deliberation.tallies import Tally, count_votes
from gongzhi.engines.deliberation.votes import Bools, Floats, Ints, Votes

# Starts of a redrawn map, beside the centres of the map before.
_FRESH_STARTS = 6


@dataclass(frozen=True)
class MapSettings:
    """What may be set about a map.

    `least_votes`: a voter is placed in a group from this many votes on (or as many as there are
    statements); `least_voters`: below this many placed, those with the most votes join them;
    `most_groups`: largest number of groups tried; `groups`: force this number; `smallest_group`:
    a division with a smaller group is not chosen; `starts`: k-means starts for each number;
    `seed` of all drawings; `most_statements`: length of every list of statements.
    """

    least_votes: int = 7
    least_voters: int = 15
    most_groups: int = 5
    groups: int | None = None
    smallest_group: int = 5
    starts: int = 20
    seed: int = 0
    placing: Placing = "scaled"
    choice: Choice = "stable"
    most_statements: int = 5

    def __post_init__(self) -> None:
        if self.groups is not None and self.groups < 1:
            raise ValueError("the number of groups is at least 1")
        if min(self.least_votes, self.most_groups - 1, self.smallest_group, self.starts) < 1:
            raise ValueError("least votes, smallest group and starts are at least 1, most groups 2")


# As Polis decides at one moment: the best silhouette, however small a group.
AS_POLIS = MapSettings(smallest_group=1, choice="silhouette", least_voters=0)


@dataclass(frozen=True, eq=False)
class OpinionMap:
    """One drawing of the map.

    `shown` (statements,); `labels` (voters,): the group, -1 when not placed; `candidates`: each
    number of groups tried; `chosen`: None when everyone is one group; `tally` (groups,
    statements) of the placed voters, `everyone` (1, statements) of all; `agree` and `reject`:
    how far every group shares each statement and its rejection; `common`: what most people
    hold; `shared`: positions of what all groups hold, furthest first; `representative`: for each
    group; `division` (statements,): the sure gap between the two furthest groups.
    """

    settings: MapSettings
    shown: Bools
    projection: Projection
    labels: Ints
    candidates: tuple[Candidate, ...]
    chosen: Candidate | None
    tally: Tally
    everyone: Tally
    agree: CommonGround
    reject: CommonGround
    common: CommonStatements
    shared: Ints
    representative: tuple[tuple[Representative, ...], ...]
    division: Floats

    @property
    def k(self) -> int:
        return 1 if self.chosen is None else self.chosen.k

    @property
    def placed(self) -> Bools:
        return self.labels >= 0

    @property
    def sizes(self) -> Ints:
        return np.bincount(self.labels[self.placed], minlength=self.k)


def draw_map(
    votes: Votes, *, settings: MapSettings | None = None, shown: Bools | None = None
) -> OpinionMap:
    """Draw the opinion map of these votes.

    `shown` (statements,): False for statements that were moderated away; they have no part in
    anything. Source: Small et al. 2021, "Polis: Scaling deliberation by mapping high dimensional
    opinion spaces"; where this departs from it, docs/engines/deliberation.md says how and why.
    Deterministic for a seed. Cost: linear in the votes, squared in the cells of a grid.

    Raises ValueError when no statement is shown or `shown` has the wrong length.
    """
    return _draw(votes, settings or MapSettings(), shown, before=None)


def redraw_map(before: OpinionMap, votes: Votes, *, shown: Bools | None = None) -> OpinionMap:
    """Draw the map again after a few more votes, near the map that was.

    Axes keep their direction, groups their number while it is as good as any, and their order;
    the centres of each number of groups start where they were; the number chosen before, and one
    other in turn, are given fresh starts too.
    """
    if shown is None and len(before.shown) == votes.statement_count:
        shown = before.shown
    return _draw(votes, before.settings, shown, before=before)


def _draw(
    votes: Votes, settings: MapSettings, shown: Bools | None, *, before: OpinionMap | None
) -> OpinionMap:
    shown = np.ones(votes.statement_count, dtype=bool) if shown is None else shown
    if len(shown) != votes.statement_count or not shown.any():
        raise ValueError("`shown` tells of every statement whether it is shown; one must be")
    axes = None if before is None else before.projection.axes
    projection = project_votes(votes, shown=shown, placing=settings.placing, like=axes)
    placed = place_voters(votes, shown=shown, settings=settings)
    candidates, chosen = divide_voters(
        projection.positions[placed], settings, before=before, turn=len(votes.values)
    )
    labels = np.full(votes.voter_count, -1, dtype=np.int64)
    labels[placed] = 0 if chosen is None else chosen.clustering.labels
    k = 1 if chosen is None else chosen.k
    # Those who are not placed are counted as one group more, to have everyone in one pass.
    counted = count_votes(votes, labels=np.where(labels < 0, k, labels), groups=k + 1)
    tally, everyone = counted.first(k), counted.all
    agree = find_common_ground(tally)
    most = settings.most_statements
    return OpinionMap(
        settings=settings,
        shown=shown,
        projection=projection,
        labels=labels,
        candidates=candidates,
        chosen=chosen,
        tally=tally,
        everyone=everyone,
        agree=agree,
        reject=find_common_ground(tally, agree=False),
        common=pick_common_statements(everyone, shown=shown, most=most),
        shared=rank_shared(agree, shown=shown, most=most),
        representative=pick_representative(tally, shown=shown, most=most),
        division=measure_division(tally),
    )


def place_voters(votes: Votes, *, shown: Bools, settings: MapSettings) -> Bools:
    """Who has voted on enough shown statements to stand in a group (voters,)."""
    cast = votes.only(statements=shown).votes_of_voter
    enough = cast >= min(settings.least_votes, int(shown.sum()))
    if enough.sum() < settings.least_voters:
        most = np.argsort(-cast, kind="stable")[: settings.least_voters]
        enough[most[cast[most] > 0]] = True
    return enough


def divide_voters(
    points: Floats, settings: MapSettings, *, before: OpinionMap | None = None, turn: int = 0
) -> tuple[tuple[Candidate, ...], Candidate | None]:
    """Try each number of groups on the placed voters (placed, 2) and choose one."""
    if settings.groups == 1 or len(points) < 2:
        return (), None
    forced = settings.groups is not None
    ks = range(settings.groups, settings.groups + 1) if settings.groups else None
    near, fresh = None, frozenset[int]()
    if before is not None:
        near = {one.k: one.clustering.centres for one in before.candidates}
        fresh = frozenset((before.k, 2 + turn % (settings.most_groups - 1)))
    candidates = try_groupings(
        points,
        ks=ks or range(2, settings.most_groups + 1),
        starts=settings.starts if before is None else _FRESH_STARTS,
        seed=settings.seed,
        smallest=1 if forced else settings.smallest_group,
        near=near,
        fresh=fresh,
    )
    if forced and not candidates:
        raise ValueError(f"fewer than {settings.groups} distinct positions")
    return choose_grouping(
        points,
        candidates,
        choice=settings.choice,
        seed=settings.seed,
        before=None if before is None else before.k,
    )
