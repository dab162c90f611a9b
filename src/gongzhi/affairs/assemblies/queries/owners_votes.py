"""Reading owners' votes: lists, one vote for staff and for everyone, an owner's own ballot."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from gongzhi.affairs.assemblies.models import OwnersVote, RollOwner, VoteItem
from gongzhi.affairs.assemblies.owners_choices import (
    BallotState,
    Disclosure,
    Matter,
    Phase,
    Scope,
    VoteState,
)
from gongzhi.affairs.assemblies.owners_counting import settled_choices
from gongzhi.affairs.assemblies.owners_lifecycle import NoSuchVote, phase_of
from gongzhi.affairs.assemblies.owners_links import owner_of_link
from gongzhi.commons.organisations.queries import units
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import allowed, reach
from gongzhi.commons.tasks.queries import TaskView, tasks_of_many
from gongzhi.commons.territory.queries import find_place, public_name
from gongzhi.engines.deliberation.owners_count import ARTICLE_278, Threshold

__all__ = ["NoSuchVote"]

ACTIONS = ("owners_votes.read", "owners_votes.enter", "owners_votes.run")


@dataclass(frozen=True, slots=True)
class VoteRow:
    """One line of a list."""

    id: int
    title: str
    scope: Scope
    scope_name: str
    place_name: str
    convener_name: str
    phase: Phase
    begins_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class VotePage:
    """Some votes, the newest first, and whether there are more."""

    rows: tuple[VoteRow, ...]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class ItemView:
    """One question: what it needs, and once counted every figure."""

    number: int
    title: str
    text: str
    matter: Matter
    majority: Threshold
    verdict: str
    figures: Mapping[str, Any] | None
    decision_id: int | None
    tasks: tuple[TaskView, ...]


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many have voted so far; never what."""

    flats: int
    owners: int
    area: Decimal
    unmeasured: int
    undelivered: int  # owners whom no ballot has reached
    owners_voted: int
    ballots: int
    late: int
    to_compare: int  # papers that wait for their second reader


@dataclass(frozen=True, slots=True)
class VoteStory:
    """One vote whole, as far as the reader may see it."""

    row: VoteRow
    about: str
    terms: str
    basis: str
    disclosure: Disclosure
    twice: str
    proxy_limit: int | None
    spoiled_takes_part: bool
    notice_days: int
    total_area: Decimal | None
    announced_at: datetime | None
    counted_at: datetime | None
    published_at: datetime | None
    reason: str
    place_id: int
    convener_id: int
    items: tuple[ItemView, ...]
    turnout: Turnout | None  # for staff, and for everyone once the result is public
    actions: frozenset[str]


@dataclass(frozen=True, slots=True)
class OwnersOwn:
    """What the holder of a private link sees of their own part."""

    number: int
    flats: tuple[tuple[str, Decimal | None], ...]
    voted_at: datetime | None
    receipts: tuple[tuple[str, datetime, str, str], ...]  # receipt, when, channel, state
    story: VoteStory
    by_flat: tuple[tuple[str, Mapping[int, str]], ...]  # only where the vote is by name


def votes_within_reach(
    *, by: Actor, at: datetime, before: int | None = None, most: int = 20
) -> VotePage:
    """Votes that `by` works on, and all that were announced; the newest first."""
    public = Q(announced_at__isnull=False)
    found = OwnersVote.objects.filter(public | _worked_on(by))
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-id")[: most + 1])
    shown = rows[:most]
    more = len(rows) > most
    return VotePage(_rows(shown, at=at), shown[-1].pk if more else None)


def _worked_on(by: Actor) -> Q:
    granted = reach(by, "owners_votes.read")
    if granted.everywhere:
        return Q()
    condition = Q(pk__in=[])
    for place_id in granted.place_ids:
        place = find_place(place_id)
        if place is not None:
            condition |= Q(place_path__startswith=place.path)
    if granted.unit_ids:
        condition |= Q(convener_id__in=granted.unit_ids)
    return condition


def _rows(votes: Iterable[OwnersVote], *, at: datetime) -> tuple[VoteRow, ...]:
    votes = list(votes)
    conveners = units({vote.convener_id for vote in votes})
    return tuple(
        VoteRow(
            id=vote.pk,
            title=vote.title,
            scope=Scope(vote.scope),
            scope_name=vote.scope_name,
            place_name=public_name(vote.place_id),
            convener_name=conveners[vote.convener_id].name,
            phase=phase_of(vote.state, vote.begins_at, vote.ends_at, at=at),
            begins_at=vote.begins_at,
            ends_at=vote.ends_at,
        )
        for vote in votes
    )


def vote_story(*, by: Actor, vote_id: int, at: datetime) -> VoteStory:
    """One vote; raises NoSuchVote for one that is not announced and not the reader's to prepare."""
    vote = OwnersVote.objects.filter(pk=vote_id).first()
    if vote is None:
        raise NoSuchVote(_("没有这次表决，或无权查看"))
    where: dict[str, Any] = {"place_path": vote.place_path, "unit_ids": [vote.convener_id]}
    actions = frozenset(action for action in ACTIONS if allowed(by, action, **where))
    if vote.announced_at is None and not actions:
        raise NoSuchVote(_("没有这次表决，或无权查看"))
    return _story(vote, actions, at=at)


def _story(vote: OwnersVote, actions: frozenset[str], *, at: datetime) -> VoteStory:
    (row,) = _rows([vote], at=at)
    public = vote.state == VoteState.PUBLISHED
    items = list(vote.items.order_by("number"))
    decisions = [item.decision_id for item in items if item.decision_id]
    tasks = tasks_of_many("decision", decisions) if decisions else {}
    return VoteStory(
        row=row,
        about=vote.about,
        terms=vote.terms,
        basis=vote.basis,
        disclosure=Disclosure(vote.disclosure),
        twice=vote.twice,
        proxy_limit=vote.proxy_limit,
        spoiled_takes_part=vote.spoiled_takes_part,
        notice_days=vote.notice_days,
        total_area=vote.total_area,
        announced_at=vote.announced_at,
        counted_at=vote.counted_at,
        published_at=vote.published_at,
        reason=vote.reason,
        place_id=vote.place_id,
        convener_id=vote.convener_id,
        items=tuple(_item(item, tasks, counted=public or bool(actions)) for item in items),
        turnout=_turnout(vote) if actions or public else None,
        actions=actions,
    )


def _item(item: VoteItem, tasks: Mapping[int, list[TaskView]], *, counted: bool) -> ItemView:
    return ItemView(
        number=item.number,
        title=item.title,
        text=item.text,
        matter=Matter(item.matter),
        majority=ARTICLE_278[item.matter][1].majority,
        verdict=item.verdict if counted else "",
        figures=item.figures if counted else None,
        decision_id=item.decision_id,
        tasks=tuple(tasks.get(item.decision_id or 0, ())),
    )


def _turnout(vote: OwnersVote) -> Turnout:
    flats = vote.flats.aggregate(
        flats=Count("id"),
        unmeasured=Count("id", filter=Q(area=None)),
        listed=Sum("area"),
    )
    owners = vote.owners.aggregate(
        owners=Count("id", distinct=True),
        reached=Count("id", filter=Q(flats__delivered=True), distinct=True),
    )
    cast = vote.ballots.aggregate(
        owners=Count("owner", filter=Q(state=BallotState.RECEIVED), distinct=True),
        ballots=Count("id", filter=Q(state=BallotState.RECEIVED)),
        late=Count("id", filter=Q(state=BallotState.LATE)),
    )
    waiting = vote.entries.filter(ballot=None).values("owner_id", "sheet").distinct().count()
    return Turnout(
        flats=flats["flats"],
        owners=owners["owners"],
        area=flats["listed"] or Decimal(0),
        unmeasured=flats["unmeasured"],
        undelivered=owners["owners"] - owners["reached"],
        owners_voted=cast["owners"],
        ballots=cast["ballots"],
        late=cast["late"],
        to_compare=waiting,
    )


def ballot_of_link(*, token: str, at: datetime) -> OwnersOwn:
    """What an owner sees by their link; raises NoSuchVote for a bad or replaced one."""
    owner_id = owner_of_link(token)
    owner = RollOwner.objects.filter(pk=owner_id or 0).select_related("vote").first()
    if owner is None:
        raise NoSuchVote(_("这个链接不对，或已换成新的。"))
    vote = owner.vote
    cast = owner.ballots.order_by("received_at", "id")
    receipts = cast.values_list("receipt", "received_at", "channel", "state")
    return OwnersOwn(
        number=owner.number,
        flats=tuple(owner.flats.order_by("id").values_list("key", "area")),
        voted_at=owner.voted_at,
        receipts=tuple(receipts[:20]),
        story=_story(vote, frozenset(), at=at),
        by_flat=_by_flat(vote),
    )


def _by_flat(vote: OwnersVote) -> tuple[tuple[str, Mapping[int, str]], ...]:
    """The choice that counted for each flat on each item, where this is for owners to see."""
    if vote.state != VoteState.PUBLISHED or vote.disclosure != Disclosure.OWNERS:
        return ()
    return settled_choices(vote)


def no_votes_yet() -> bool:
    """Whether no owners' vote was ever prepared."""
    return not OwnersVote.objects.exists()
