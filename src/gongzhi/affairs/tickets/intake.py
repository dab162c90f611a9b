"""Step 1: a request comes in, from a page, an interface, a file, or staff on behalf of somebody."""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from gongzhi.affairs.tickets import events
from gongzhi.affairs.tickets.choices import Channel, RequestKind, State, Urgency
from gongzhi.affairs.tickets.models import Requester, Ticket
from gongzhi.affairs.tickets.numbers import number_of
from gongzhi.commons.categories.queries import category
from gongzhi.commons.inserting import insert_rows
from gongzhi.commons.ledger.recording import NewEvent, Subject, record_many
from gongzhi.commons.organisations.actors import Actor
from gongzhi.commons.organisations.permissions import require
from gongzhi.commons.privacy.blind_index import phone_index
from gongzhi.commons.privacy.encryption import seal_text
from gongzhi.commons.privacy.links import sign_link
from gongzhi.commons.privacy.phones import is_phone, normal_phone
from gongzhi.commons.territory.locating import locate, locate_address
from gongzhi.commons.territory.queries import PlaceView, ancestor_of_kind, district, find_place

TEXT_LIMIT = 5_000
TITLE_LIMIT = 60
ADDRESS_LIMIT = 160
ON_BEHALF = frozenset({Channel.PHONE, Channel.PAPER, Channel.VOICE, Channel.GRID})


class CannotReceive(ValueError):
    """A request that can't be taken in; `field` names what to mend."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Contact:
    """How the requester can be reached; all of it optional, all of it encrypted at rest."""

    name: str = ""
    phone: str = ""
    email: str = ""
    language: str = ""

    @property
    def empty(self) -> bool:
        return not (self.name or self.phone or self.email)


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks for, as an interface understood it."""

    text: str
    title: str = ""
    channel: Channel = Channel.PAGE
    kind: RequestKind = RequestKind.HELP
    category_code: str = ""
    place_id: int | None = None
    longitude: float | None = None
    latitude: float | None = None
    address: str = ""
    contact: Contact = field(default_factory=Contact)
    attributes: dict[str, Any] = field(default_factory=dict)
    is_public: bool = False
    urgency: Urgency = Urgency.NORMAL
    idempotency_key: str = ""
    received_at: datetime | None = None  # an imported row's own time; otherwise `at`


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the requester gets at once: the number, and a private link that is the key to it."""

    ticket_id: int
    number: str
    link_token: str
    repeated: bool = False


def receive_ticket(*, request: Request, by: Actor, at: datetime) -> Receipt:
    """Take one request in; the receipt is given only once it is stored durably.

    Raises `CannotReceive` for what the requester can mend, `NotPermitted` for a channel that is
    not the actor's. A repeated idempotency key gives the first receipt again.
    """
    return receive_tickets(requests=[request], by=by, at=at)[0]


def receive_part(*, request: Request, by: Actor, at: datetime) -> Receipt:
    """Take in what was part of a request that is here already, by the channel that one came by.

    Whoever may split a ticket needs no permission for that channel; the caller checks theirs.
    """
    return _store([(request, _draft(request, by=by, at=at, came_before=True))], by=by)[0]


def receive_tickets(*, requests: Sequence[Request], by: Actor, at: datetime) -> list[Receipt]:
    """Take a chunk of requests in together, all or none, under the rules of `receive_ticket`.

    Receipts come in the order of the requests. Cost: five statements a chunk.
    """
    drafts = [_draft(request, by=by, at=at) for request in requests]
    return _store(list(zip(requests, drafts, strict=True)), by=by)


def receive_what_can_be(
    *, requests: Sequence[Request], by: Actor, at: datetime
) -> list[Receipt | CannotReceive]:
    """As `receive_tickets`, but a request that can't be received leaves its error in its place."""
    outcome: list[Receipt | CannotReceive | None] = []
    good: list[tuple[Request, Ticket]] = []
    for request in requests:
        try:
            good.append((request, _draft(request, by=by, at=at)))
            outcome.append(None)
        except CannotReceive as error:
            outcome.append(error)
    receipts = iter(_store(good, by=by))
    return [next(receipts) if error is None else error for error in outcome]


def check_request(request: Request, *, by: Actor, at: datetime) -> CannotReceive | None:
    """What stands in the way of this request, without storing anything."""
    try:
        _draft(request, by=by, at=at)
    except CannotReceive as error:
        return error
    return None


def _store(pairs: list[tuple[Request, Ticket]], *, by: Actor) -> list[Receipt]:
    """Insert what is new, with its events, in one transaction."""
    drafts = [ticket for _, ticket in pairs]
    known = _already_received(drafts)
    fresh: dict[str, Ticket] = {}
    new: list[tuple[Request, Ticket]] = []
    for request, ticket in pairs:
        key = ticket.idempotency_key
        if key and (key in known or key in fresh):
            continue
        if key:
            fresh[key] = ticket
        new.append((request, ticket))
    try:
        with transaction.atomic():
            _insert(new, by=by)
    except IntegrityError:
        # Another process took one of these keys in meanwhile: its tickets are the ones that count.
        if _already_received(drafts).keys() == known.keys():
            raise
        for ticket in drafts:
            ticket.pk = None
        return _store(pairs, by=by)
    new_ids = {id(ticket) for _, ticket in new}
    return [_receipt(ticket, known, fresh, repeated=id(ticket) not in new_ids) for ticket in drafts]


def _insert(new: list[tuple[Request, Ticket]], *, by: Actor) -> None:
    insert_rows([ticket for _, ticket in new])
    insert_rows(
        [_requester(request, ticket) for request, ticket in new if not request.contact.empty]
    )
    record_many([_received(request, ticket, by=by) for request, ticket in new])


def is_in(request: Request) -> bool:
    """Whether this very submission was taken in before."""
    digest = _idempotency_digest(request.idempotency_key)
    return bool(digest) and Ticket.objects.filter(idempotency_key=digest).exists()


def _already_received(drafts: list[Ticket]) -> dict[str, Ticket]:
    keys = [ticket.idempotency_key for ticket in drafts if ticket.idempotency_key]
    if not keys:
        return {}
    rows = Ticket.objects.filter(idempotency_key__in=keys).only(
        "id", "received_at", "link_version", "idempotency_key"
    )
    return {row.idempotency_key: row for row in rows if row.idempotency_key}


def _draft(request: Request, *, by: Actor, at: datetime, came_before: bool = False) -> Ticket:
    text = request.text.strip()
    _check(request, text, at=at)
    place = place_meant(request, text)
    if not came_before:
        _require_channel(request.channel, place, by=by)
    chosen = request.category_code
    return Ticket(
        channel=request.channel,
        kind=request.kind,
        title=request.title.strip()[:TITLE_LIMIT] or first_words(text),
        text=text,
        text_key=secrets.token_hex(16),
        attributes=request.attributes,
        public_at=(request.received_at or at) if request.is_public else None,
        category_code=chosen,
        category_by="requester" if chosen else "",
        urgency=request.urgency,
        place_id=place.id,
        place_path=place.path,
        subdistrict_id=ancestor_of_kind(place.id, "subdistrict"),
        community_id=ancestor_of_kind(place.id, "community"),
        address=request.address.strip()[:ADDRESS_LIMIT],
        latitude=request.latitude,
        longitude=request.longitude,
        state=State.RECEIVED,
        received_at=request.received_at or at,
        touched_at=at,
        idempotency_key=_idempotency_digest(request.idempotency_key),
    )


def _require_channel(channel: Channel, place: PlaceView, *, by: Actor) -> None:
    if channel in ON_BEHALF:
        require(by, "tickets.receive_for", place_path=place.path)
    elif channel is Channel.IMPORT:
        require(by, "tickets.import", place_path=place.path)
    else:
        require(by, "tickets.receive")


def _check(request: Request, text: str, *, at: datetime) -> None:
    if not text:
        raise CannotReceive("text", _("请写下您要反映的事情"))
    if len(text) > TEXT_LIMIT:
        raise CannotReceive(
            "text",
            _("内容最多 %(most)d 字，现有 %(length)d 字，请精简后再提交")
            % {"most": TEXT_LIMIT, "length": len(text)},
        )
    if "\x00" in text or "\x00" in request.title or "\x00" in request.address:
        raise CannotReceive("text", _("内容含有无法保存的字符，请删除后再提交"))
    if request.category_code and category(request.category_code) is None:
        raise CannotReceive(
            "category", _("没有这个事项分类：%(code)s") % {"code": request.category_code}
        )
    if request.contact.phone and not is_phone(request.contact.phone):
        raise CannotReceive("phone", _("电话号码不完整，请核对；也可以不填"))
    if (request.longitude is None) != (request.latitude is None):
        raise CannotReceive("place", _("经度和纬度要一起给出"))
    if request.received_at and request.received_at > at:
        raise CannotReceive(
            "received_at", _("收到时间 %(moment)s 还没有到") % {"moment": request.received_at}
        )


def place_meant(request: Request, text: str) -> PlaceView:
    """The deepest place that the request names; the whole district where it names none.

    Raises `CannotReceive` for a place that isn't there and a point outside the district.
    """
    if request.place_id is not None:
        chosen = find_place(request.place_id)
        if chosen is None:
            raise CannotReceive("place", _("没有这个地点，请重新选择"))
        return chosen
    found: int | None = None
    if request.longitude is not None and request.latitude is not None:
        found = locate(request.longitude, request.latitude).place_id
        if found is None:
            raise CannotReceive("place", _("这个位置不在本区范围内，请在地图上重新选择"))
    if request.address:
        named = locate_address(request.address).place_id
        if named is not None and (found is None or ancestor_of_kind(named, "community")):
            found = deeper_place(found, named)
    if found is None:
        found = locate_address(text).place_id
    return (find_place(found) if found else None) or district()


def deeper_place(first: int | None, second: int) -> int:
    """Of two places the deeper one if it lies in the other; the first where they disagree."""
    one, two = find_place(first) if first else None, find_place(second)
    if one is None or two is None:
        return second if one is None else one.id
    return two.id if two.path.startswith(one.path) else one.id


def first_words(text: str) -> str:
    """The title of a request that has none."""
    line = text.splitlines()[0]
    return line if len(line) <= TITLE_LIMIT else line[: TITLE_LIMIT - 1] + "…"


def _idempotency_digest(key: str) -> str | None:
    return sha256(key.encode()).hexdigest() if key else None


def _requester(request: Request, ticket: Ticket) -> Requester:
    contact = request.contact
    phone = normal_phone(contact.phone)
    return Requester(
        ticket=ticket,
        name_sealed=seal_text(contact.name) if contact.name else "",
        phone_sealed=seal_text(phone) if phone else "",
        phone_index=phone_index(phone) if phone else "",
        email_sealed=seal_text(contact.email) if contact.email else "",
        language=contact.language,
    )


def text_digest(ticket: Ticket) -> str:
    """A keyed digest: it proves the text unchanged, and says nothing once the key is gone."""
    words = f"{ticket.title}\n{ticket.text}".encode()
    return hmac.new(bytes.fromhex(ticket.text_key), words, sha256).hexdigest()


def _received(request: Request, ticket: Ticket, *, by: Actor) -> NewEvent:
    return NewEvent(
        subject=Subject("ticket", ticket.pk),
        kind=events.RECEIVED,
        at=ticket.received_at,
        unit_id=by.unit_id,
        person_id=by.person_id,
        place_id=ticket.place_id,
        data={
            "channel": ticket.channel,
            "kind": ticket.kind,
            "category": ticket.category_code,
            "contact": not request.contact.empty,
            "text": text_digest(ticket),
        },
        opens=True,
    )


def _receipt(
    ticket: Ticket, known: dict[str, Ticket], fresh: dict[str, Ticket], *, repeated: bool
) -> Receipt:
    row = ticket
    if repeated and ticket.idempotency_key:
        row = known.get(ticket.idempotency_key) or fresh[ticket.idempotency_key]
    return Receipt(
        ticket_id=row.pk,
        number=number_of(row.pk, row.received_at),
        link_token=sign_link("ticket", row.pk, row.link_version),
        repeated=repeated,
    )
