"""Claims as each side sees them, and one need or offer whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from gongzhi.affairs.resources.choices import ClaimSide, ClaimState, NeedState
from gongzhi.affairs.resources.claims import gives, receives
from gongzhi.affairs.resources.lifecycle import CLAIM, NotInPool, Step, can
from gongzhi.affairs.resources.models import Claim, Need, Offer, Project, Wish
from gongzhi.affairs.resources.queries.pool import (
    NeedRow,
    OfferRow,
    condition_labels,
    may_read_need,
    need_rows,
    offer_rows,
)
from gongzhi.affairs.resources.wishes import Identity, read_identity
from gongzhi.commons.ledger.reading import EventView, events_of_many
from gongzhi.commons.organisations.queries import units
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import allowed, reach
from gongzhi.commons.territory.queries import find_place, public_name

_ALIVE = [ClaimState.PROPOSED, ClaimState.AGREED, ClaimState.DONE]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimView:
    """One claim, with what the reader may do about it."""

    id: int
    state: ClaimState
    begun_by: ClaimSide
    need_id: int
    need_title: str
    place_name: str
    offer_id: int | None
    giver_id: int
    giver_name: str
    quantity: int
    day: date
    made_at: datetime
    expires_at: datetime
    giver_agreed: bool
    receiver_agreed: bool
    done_at: datetime | None
    confirmed_at: datetime | None
    report: str
    reason: str
    steps: tuple[str, ...]  # what the reader may do: agree, decline, done, confirm, …


@dataclass(frozen=True, slots=True)
class Other:
    """Another record by its name."""

    id: int
    title: str


@dataclass(frozen=True, slots=True)
class Excluded:
    """People decided that an offer shall not serve this need."""

    offer_id: int
    offer_title: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedStory:
    """One need whole: what is wanted, who claimed it, how it went."""

    row: NeedRow
    text: str
    beneficiaries: int
    whole: bool
    asks: tuple[str, ...]
    gives: tuple[str, ...]
    source_kind: str
    source_id: int | None
    after: Other | None  # the need it waits for
    exclusions: tuple[Excluded, ...]
    projects: tuple[Other, ...]
    claims: tuple[ClaimView, ...]
    events: tuple[EventView, ...]
    is_wish: bool
    cap: int | None
    identity: Identity | None
    revealed_to: int | None
    may_publish: bool
    may_review: bool
    giving_units: tuple[int, ...]  # of the reader


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferStory:
    """One offer whole."""

    row: OfferRow
    openings: tuple[tuple[int, str, str], ...]  # weekday, from, to
    claims: tuple[ClaimView, ...]
    may_open: bool
    may_receive: bool


def need_story(*, by: Actor, need_id: int) -> NeedStory:
    """One need; raises `NotInPool` where there is none or `by` may not know of it."""
    need = Need.objects.filter(may_read_need(by), pk=need_id).first()
    if need is None:
        raise NotInPool
    claims = list(need.claims.select_related("need").order_by("-id"))
    wish = Wish.objects.filter(need=need).first()
    staff = not reach(by, "resources.read").nowhere
    told = events_of_many("need", [need_id]).get(need_id, [])
    if staff:
        for events in events_of_many("claim", [claim.pk for claim in claims]).values():
            told.extend(events)
    return NeedStory(
        row=need_rows([need])[0],
        text=need.text,
        beneficiaries=need.beneficiaries,
        whole=need.whole,
        asks=condition_labels(need.asks),
        gives=condition_labels(need.gives),
        source_kind=need.source_kind if staff else "",
        source_id=need.source_id if staff else None,
        after=_other(need.after_id),
        exclusions=_exclusions(need) if staff else (),
        projects=_projects(claims) if staff else (),
        claims=claim_views(claims, by=by) if staff else (),
        events=tuple(sorted(told, key=lambda event: (event.at, event.id))),
        is_wish=wish is not None,
        cap=wish.cap if wish else None,
        identity=read_identity(need_id=need_id, by=by) if wish else None,
        revealed_to=wish.revealed_to_id if wish else None,
        may_publish=allowed(
            by, "needs.publish", place_path=need.place_path, unit_ids=[need.publisher_id]
        ),
        may_review=allowed(by, "needs.review", place_path=need.place_path),
        giving_units=tuple(sorted(reach(by, "claims.give").unit_ids)),
    )


def _other(need_id: int | None) -> Other | None:
    found = Need.objects.filter(pk=need_id).first() if need_id is not None else None
    return Other(found.pk, found.title) if found else None


def _exclusions(need: Need) -> tuple[Excluded, ...]:
    found = need.exclusions.select_related("offer").order_by("-at", "id")[:50]
    return tuple(Excluded(row.offer_id, row.offer.title, row.reason, row.at) for row in found)


def _projects(claims: list[Claim]) -> tuple[Other, ...]:
    ids = {claim.project_id for claim in claims if claim.project_id}
    found = Project.objects.filter(pk__in=ids).order_by("id").values_list("id", "title")
    return tuple(Other(*row) for row in found)


def offer_story(*, by: Actor, offer_id: int) -> OfferStory:
    """One offer; raises `NotInPool` where there is none."""
    offer = Offer.objects.prefetch_related("categories", "slots").filter(pk=offer_id).first()
    if offer is None:
        raise NotInPool
    may_open = allowed(by, "offers.open", place_path=offer.place_path, unit_ids=[offer.unit_id])
    claims = offer.claims.select_related("need").order_by("-id")[:50] if may_open else []
    slots = sorted(offer.slots.all(), key=lambda slot: (slot.weekday, slot.opens))
    return OfferStory(
        row=offer_rows([offer])[0],
        openings=tuple((s.weekday, f"{s.opens:%H:%M}", f"{s.closes:%H:%M}") for s in slots),
        claims=claim_views(claims, by=by),
        may_open=may_open,
        may_receive=not reach(by, "claims.receive").nowhere,
    )


def claims_within_reach(*, by: Actor, alive: bool = True, most: int = 50) -> list[ClaimView]:
    """The claims of the reader's units and places, what expires first on top. Two queries."""
    giving, receiving = reach(by, "claims.give"), reach(by, "claims.receive")
    condition = Q(giver_id__in=giving.unit_ids)
    if receiving.everywhere:
        condition = Q()
    for place_id in receiving.place_ids:
        place = find_place(place_id)
        if place is not None:
            condition |= Q(need__place_path__startswith=place.path)
    found = Claim.objects.filter(condition).select_related("need")
    if alive:
        found = found.filter(state__in=_ALIVE).order_by("expires_at", "id")
    else:
        found = found.order_by("-id")
    return list(claim_views(found[:most], by=by))


def claim_story(*, by: Actor, claim_id: int) -> ClaimView:
    """One claim of the reader's; raises `NotInPool` for anybody else."""
    claim = Claim.objects.select_related("need").filter(pk=claim_id).first()
    if claim is None or not (gives(by, claim) or receives(by, claim)):
        raise NotInPool
    return claim_views([claim], by=by)[0]


def claim_in_public(claim_id: int) -> tuple[str, str, str, ClaimState]:
    """What the people served may read of a claim: need, place, giver, state."""
    claim = Claim.objects.select_related("need").filter(pk=claim_id).first()
    if claim is None:
        raise NotInPool
    giver = units([claim.giver_id]).get(claim.giver_id)
    place = public_name(claim.need.place_id)
    return claim.need.title, place, giver.name if giver else "", ClaimState(claim.state)


def claim_views(claims: Iterable[Claim], *, by: Actor) -> tuple[ClaimView, ...]:
    """Claims with their names and the reader's steps; names come from memory."""
    rows = list(claims)
    names = {unit.id: unit.name for unit in units({row.giver_id for row in rows}).values()}
    return tuple(
        ClaimView(
            id=row.pk,
            state=ClaimState(row.state),
            begun_by=ClaimSide(row.begun_by),
            need_id=row.need_id,
            need_title=row.need.title,
            place_name=public_name(row.need.place_id),
            offer_id=row.offer_id,
            giver_id=row.giver_id,
            giver_name=names.get(row.giver_id, ""),
            quantity=row.quantity,
            day=row.day,
            made_at=row.made_at,
            expires_at=row.expires_at,
            giver_agreed=row.giver_agreed_at is not None,
            receiver_agreed=row.receiver_agreed_at is not None,
            done_at=row.done_at,
            confirmed_at=row.confirmed_at,
            report=row.report,
            reason=row.reason,
            steps=_steps(row, by=by),
        )
        for row in rows
    )


def _steps(claim: Claim, *, by: Actor) -> tuple[str, ...]:
    giver, receiver = gives(by, claim), receives(by, claim)
    waits = (giver and claim.giver_agreed_at is None) or (
        receiver and claim.receiver_agreed_at is None
    )
    offered = (
        ("agree", Step.AGREE, waits),
        ("decline", Step.DECLINE, waits),
        ("done", Step.FINISH, giver),
        ("confirm", Step.CONFIRM, receiver),
        ("return", Step.RETURN, receiver),
        ("no-show", Step.NO_SHOW, receiver),
        ("withdraw", Step.WITHDRAW, giver or receiver),
    )
    found = [name for name, step, may in offered if may and can(CLAIM, step, claim.state)]
    over = {ClaimState.DONE, ClaimState.CONFIRMED, ClaimState.NO_SHOW}
    if claim.state in over and (giver or receiver):
        found.append("rate")
    if claim.state in {ClaimState.DONE, ClaimState.CONFIRMED} and receiver:
        found += ["served", "note"]
    return tuple(found)


def needs_waiting_for_review(*, by: Actor, most: int = 30) -> list[NeedRow]:
    """Micro-wishes that wait for the reader's yes."""
    granted = reach(by, "needs.review")
    condition = Q() if granted.everywhere else Q(pk__in=[])
    for place_id in granted.place_ids:
        place = find_place(place_id)
        if place is not None:
            condition |= Q(place_path__startswith=place.path)
    found = Need.objects.filter(condition, state=NeedState.DRAFTED).order_by("id")
    return need_rows(found[:most])
