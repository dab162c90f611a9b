"""Reading the roll of an owners' vote, its slips, its papers, and what it can be counted from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Prefetch, Q
from django.utils.translation import gettext as _

from gongzhi.affairs.assemblies.models import OwnersVote, RollFlat, RollOwner
from gongzhi.affairs.assemblies.owners_choices import BallotState, Phase
from gongzhi.affairs.assemblies.owners_counting import Counted, counted_from
from gongzhi.affairs.assemblies.owners_lifecycle import NoSuchVote, phase_of
from gongzhi.affairs.assemblies.owners_links import code_of, link_of
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import NotPermitted, allowed, require
from gongzhi.commons.privacy.encryption import open_text

PAGE = 50
MOST_SLIPS = 500


@dataclass(frozen=True, slots=True)
class RollLine:
    """One owner of the roll; name and telephone for those who run the vote alone."""

    number: int
    flats: tuple[tuple[str, Decimal | None], ...]
    reached: bool
    has_voted: bool
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class RollPage:
    """A page of owners by number, and how many there are."""

    lines: tuple[RollLine, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Slip:
    """What is printed for an owner: flats, the private link and the code to type."""

    number: int
    flats: tuple[tuple[str, Decimal | None], ...]
    name: str
    token: str
    code: str


@dataclass(frozen=True, slots=True)
class WaitingPaper:
    """A typed paper that no second person has agreed with."""

    entry_id: int
    number: int
    sheet: int
    is_own: bool
    may_drop: bool  # by who typed it, and by who runs the vote
    typed_by: int  # how many people


@dataclass(frozen=True, slots=True)
class Record:
    """What a vote can be counted again from, as two tables of the command line."""

    title: str
    scope_name: str
    total_area: Decimal | None
    twice: str
    proxy_limit: int | None
    spoiled_takes_part: bool
    item: int  # number of the question
    matter: int  # number of the matter in article 278
    counted: Counted
    figures: dict[str, Any] | None


def _vote(by: Actor, action: str, vote_id: int) -> OwnersVote:
    vote = OwnersVote.objects.filter(pk=vote_id).first()
    if vote is None:
        raise NoSuchVote(_("没有这次表决，或无权查看"))
    require(by, action, place_path=vote.place_path, unit_ids=[vote.convener_id])
    return vote


def roll_page(*, by: Actor, vote_id: int, page: int = 1, reached: bool | None = None) -> RollPage:
    """Owners by number, in a fixed number of queries; `reached` False for those not reached yet."""
    vote = _vote(by, "owners_votes.enter", vote_id)
    names = allowed(by, "owners_votes.run", place_path=vote.place_path, unit_ids=[vote.convener_id])
    received = Count("ballots", filter=Q(ballots__state=BallotState.RECEIVED))
    owners = RollOwner.objects.filter(vote=vote)
    if reached is not None:
        there = RollFlat.objects.filter(vote=vote, delivered=True).values("owner_id")
        owners = owners.filter(pk__in=there) if reached else owners.exclude(pk__in=there)
    total = owners.count()
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    rows = owners.annotate(received=received).select_related("contact").order_by("number")
    some = _with_flats(rows)[(page - 1) * PAGE : page * PAGE]
    lines = tuple(
        RollLine(
            number=row.number,
            flats=_flats(row),
            reached=any(flat.delivered for flat in row.flats.all()),
            has_voted=row.received > 0,
            name=_opened(row, "name_sealed") if names else "",
            phone=_opened(row, "phone_sealed") if names else "",
        )
        for row in some
    )
    return RollPage(lines, total, page, pages)


def _with_flats(rows: Any) -> Any:
    flats = RollFlat.objects.order_by("id")
    return rows.prefetch_related(Prefetch("flats", queryset=flats))


def _flats(row: RollOwner) -> tuple[tuple[str, Decimal | None], ...]:
    return tuple((flat.key, flat.area) for flat in row.flats.all())


def _opened(row: RollOwner, column: str) -> str:
    contact = getattr(row, "contact", None)
    return open_text(getattr(contact, column)) if contact else ""


def slips_of(
    *, by: Actor, vote_id: int, numbers: Iterable[int] = (), after: int = 0, at: datetime
) -> tuple[Slip, ...]:
    """The slips of owners beyond a number, or of some, while the vote is announced or open.

    At most MOST_SLIPS, since each has a picture.
    """
    vote = _vote(by, "owners_votes.run", vote_id)
    phase = phase_of(vote.state, vote.begins_at, vote.ends_at, at=at)
    if phase not in {Phase.NOTICE, Phase.OPEN}:
        return ()
    rows = RollOwner.objects.filter(vote=vote, number__gt=after)
    if wanted := list(numbers):
        rows = rows.filter(number__in=wanted)
    found = _with_flats(rows.select_related("contact").order_by("number"))[:MOST_SLIPS]
    return tuple(
        Slip(
            number=row.number,
            flats=_flats(row),
            name=_opened(row, "name_sealed"),
            token=link_of(row.pk, row.link_version),
            code=code_of(row.pk, row.link_version),
        )
        for row in found
    )


def waiting_papers(*, by: Actor, vote_id: int, most: int = 200) -> tuple[WaitingPaper, ...]:
    """Papers that two people have not agreed on yet."""
    vote = _vote(by, "owners_votes.enter", vote_id)
    entries = vote.entries.filter(ballot=None).select_related("owner")
    rows = list(entries.order_by("owner__number", "sheet", "id")[:most])
    runs = allowed(by, "owners_votes.run", place_path=vote.place_path, unit_ids=[vote.convener_id])
    typed: dict[tuple[int, int], int] = {}
    for one in rows:
        typed[one.owner_id, one.sheet] = typed.get((one.owner_id, one.sheet), 0) + 1
    return tuple(
        WaitingPaper(
            entry_id=one.pk,
            number=one.owner.number,
            sheet=one.sheet,
            is_own=one.entered_by == by.person_id,
            may_drop=runs or one.entered_by == by.person_id,
            typed_by=typed[one.owner_id, one.sheet],
        )
        for one in rows
    )


def record_of(*, by: Actor, vote_id: int, item: int) -> Record:
    """Roll and ballots on one item, for whoever runs the vote, once it is counted.

    Owners are numbers; flats are themselves only where the vote is by name. Raises NoSuchVote.
    """
    vote = _vote(by, "owners_votes.run", vote_id)
    asked = vote.items.filter(number=item).first()
    if asked is None or vote.counted_at is None:
        raise NoSuchVote(_("没有这个表决事项，或还没有计票"))
    return Record(
        title=vote.title,
        scope_name=vote.scope_name,
        total_area=vote.total_area,
        twice=vote.twice,
        proxy_limit=vote.proxy_limit,
        spoiled_takes_part=vote.spoiled_takes_part,
        item=item,
        matter=asked.matter,
        counted=counted_from(vote),
        figures=asked.figures,
    )


__all__ = ["NoSuchVote", "NotPermitted"]
