"""Counting an owners' vote by article 278, and making the result public."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.affairs.assemblies import owners_events as events
from gongzhi.affairs.assemblies.models import OwnersBallot, OwnersVote, RollFlat, VoteItem
from gongzhi.affairs.assemblies.owners_choices import (
    BallotState,
    Disclosure,
    Phase,
    VoteState,
)
from gongzhi.affairs.assemblies.owners_lifecycle import (
    CannotVote,
    move,
    require_phase,
    tell,
    vote_for,
)
from gongzhi.commons.permissions.actors import Actor
from gongzhi.engines.deliberation.owners_ballots import Ballot, BallotRules, settle_ballots
from gongzhi.engines.deliberation.owners_count import ARTICLE_278, count_owners_vote
from gongzhi.engines.deliberation.owners_figures import figures_of
from gongzhi.engines.deliberation.owners_roll import Flat, Roll

_FIRST_ROW = 2  # of a table with one line of headings


@dataclass(frozen=True, slots=True)
class Counted:
    """What a vote is counted from: the roll, and the ballots with their choices by item.

    Flats and owners carry the names that an export shows. Rows are those of the export's tables.
    """

    roll: Roll
    ballots: tuple[tuple[Ballot, dict[str, str]], ...]

    def on(self, number: int) -> tuple[Ballot, ...]:
        """The ballots on one item."""
        return tuple(
            replace(ballot, choice=choices[str(number)])  # type: ignore[arg-type]
            for ballot, choices in self.ballots
        )


def counted_from(vote: OwnersVote) -> Counted:
    """The roll and the ballots of a vote as they stand in the database, in two queries."""
    flats = list(RollFlat.objects.filter(vote=vote).select_related("owner").order_by("id"))
    names = _names(vote, flats)
    total = None if vote.total_area is None else Fraction(vote.total_area)
    roll = Roll(
        vote.scope_name,
        tuple(
            Flat(
                key=names[flat.key],
                owner=owner_name(flat.owner.number),
                area=None if flat.area is None else Fraction(flat.area),
                delivered=flat.delivered,
                row=row,
            )
            for row, flat in enumerate(flats, start=_FIRST_ROW)
        ),
        total,
    )
    cast = OwnersBallot.objects.filter(vote=vote, state=BallotState.RECEIVED)
    rows = list(cast.select_related("owner").order_by("received_at", "id"))
    proxies = _aliases("P", (one.proxy for one in rows))
    signers = _aliases("S", (one.signer for one in rows))
    ballots = [
        (
            Ballot(
                owner=owner_name(one.owner.number),
                choice="abstain",
                channel=one.channel,  # type: ignore[arg-type]
                order=order,
                flats=tuple(names[key] for key in one.flats),
                signer=signers.get(one.signer),
                proxy=proxies.get(one.proxy),
                authorised=one.authorised,
                row=order + 1,
            ),
            one.choices,
        )
        for order, one in enumerate(rows, start=1)
    ]
    return Counted(roll, tuple(ballots))


def _aliases(sign: str, digests: Iterable[str]) -> dict[str, str]:
    """Short names for people of whom only a digest is kept, in the order of their ballots."""
    seen = dict.fromkeys(one for one in digests if one)
    return {one: f"{sign}{number}" for number, one in enumerate(seen, start=1)}


def owner_name(number: int) -> str:
    """What an owner is called outside the sealed contacts: by number."""
    return f"业主{number:04d}"


def _names(vote: OwnersVote, flats: Iterable[RollFlat]) -> dict[str, str]:
    """What flats are called in counts and exports: themselves only where the vote is by name."""
    if vote.disclosure == Disclosure.OWNERS:
        return {flat.key: flat.key for flat in flats}
    seen: dict[int, int] = {}
    names: dict[str, str] = {}
    for flat in flats:
        owner = flat.owner.number
        seen[owner] = seen.get(owner, 0) + 1
        names[flat.key] = f"{owner:04d}-{seen[owner]}"
    return names


def rules_of(vote: OwnersVote) -> BallotRules:
    """The vote's rules of procedure as the engine takes them."""
    return BallotRules(twice=vote.twice, most_owners_per_proxy=vote.proxy_limit)  # type: ignore[arg-type]


def figures_of_item(vote: OwnersVote, item: VoteItem, counted: Counted) -> dict[str, Any]:
    """The count of one item, every figure, as `gongzhi owners-vote` writes it."""
    matter, rule = ARTICLE_278[item.matter]
    cast = settle_ballots(counted.roll, counted.on(item.number), rules=rules_of(vote))
    rule = replace(rule, spoiled_takes_part=vote.spoiled_takes_part)
    count = count_owners_vote(counted.roll, cast, rule=rule)
    return figures_of(count, cast, item=item.matter, matter=matter)


def settled_choices(vote: OwnersVote) -> tuple[tuple[str, dict[int, str]], ...]:
    """What counted for each flat, by the number of the item."""
    counted = counted_from(vote)
    by_flat: dict[str, dict[int, str]] = {flat.key: {} for flat in counted.roll.flats}
    for number in vote.items.order_by("number").values_list("number", flat=True):
        cast = settle_ballots(counted.roll, counted.on(number), rules=rules_of(vote))
        for key, choice in cast.choices.items():
            by_flat[key][number] = choice
    return tuple(by_flat.items())


@transaction.atomic
def count_vote(*, vote_id: int, by: Actor, at: datetime) -> dict[int, str]:
    """Count every item once the time is over; returns the verdict of each by its number.

    Raises CannotVote before that, and while paper ballots wait for their second reader.
    """
    vote = vote_for(by, "owners_votes.run", vote_id, at=at)
    require_phase(vote, Phase.TO_COUNT, at=at)
    waiting = vote.entries.filter(ballot=None).values("owner_id", "sheet").distinct().count()
    if waiting:
        raise CannotVote(
            _("还有 %(count)d 张纸质票没有由第二人核对一致，核对或撤回后再计票。")
            % {"count": waiting}
        )
    counted = counted_from(vote)
    items = list(vote.items.order_by("number"))
    verdicts: dict[int, str] = {}
    refused = 0
    for item in items:
        item.figures = figures_of_item(vote, item, counted)
        item.verdict = verdicts[item.number] = item.figures["verdict"]
        refused += len(item.figures["not_counted"])
    VoteItem.objects.bulk_update(items, ["figures", "verdict"])
    move(vote, VoteState.ANNOUNCED, VoteState.COUNTED, counted_at=at)
    tell(
        vote, events.COUNTED, by=by, at=at, verdicts=list(verdicts.values()),
        ballots=len(counted.ballots), not_counted=refused, digest=_digest(items),
    )  # fmt: skip
    return verdicts


def _digest(items: Sequence[VoteItem]) -> str:
    said = json.dumps([item.figures for item in items], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


@transaction.atomic
def publish_result(*, vote_id: int, by: Actor, at: datetime) -> None:
    """Make the result public: each figure of the count, and what was decided."""
    vote = vote_for(by, "owners_votes.run", vote_id, at=at)
    require_phase(vote, Phase.COUNTED, at=at)
    move(vote, VoteState.COUNTED, VoteState.PUBLISHED, published_at=at)
    verdicts = list(vote.items.order_by("number").values_list("verdict", flat=True))
    tell(vote, events.PUBLISHED, by=by, at=at, verdicts=verdicts)
