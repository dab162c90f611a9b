"""The doors of GeoReport v2: each parses, makes one call, and answers in the caller's format."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from hashlib import sha256
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from gongzhi.affairs.tickets.choices import Channel
from gongzhi.affairs.tickets.handling import CannotHandle
from gongzhi.affairs.tickets.intake import CannotReceive, Contact, Request, receive_ticket
from gongzhi.affairs.tickets.queries.public import public_requests, public_updates
from gongzhi.affairs.tickets.requesters import holder_of, reply_to_link
from gongzhi.commons.categories.queries import category
from gongzhi.commons.failures import failure_of
from gongzhi.commons.organisations.api_keys import key_holder
from gongzhi.commons.permissions.actors import RESIDENT, Actor
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.interfaces.api.open311 import documents
from gongzhi.interfaces.api.open311.formats import Refused, answer, refusal
from gongzhi.interfaces.api.open311.parameters import (
    posted,
    selection,
    span,
    text,
)

View = Callable[..., HttpResponse]
FORMATS = {"json", "xml"}
UNREADABLE = (
    BadRequest,
    SuspiciousOperation,
    MultiPartParserError,
    UnreadablePostError,
    UnicodeDecodeError,
)
log = structlog.get_logger("open311")


def door(*methods: str) -> Callable[[View], View]:
    """A view that answers only these methods, and every refusal as an error array, never a 500."""

    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest, format: str, **parts: str) -> HttpResponse:
            wanted = format if format in FORMATS else "json"
            with translation.override(translation.get_language_from_request(request)):
                try:
                    if format not in FORMATS:
                        raise Refused(404, "the format must be json or xml")
                    if request.method not in methods:
                        raise Refused(405, f"this address answers {' and '.join(methods)}")
                    _check_jurisdiction(request)
                    response = view(request, format=format, **parts)
                except Exception as error:
                    response = refusal(_refused(error), format=wanted)
            response.headers["Vary"] = "Accept-Language"
            return response

        return guarded

    return decorate


def _refused(error: Exception) -> Refused:
    """What to answer to an error; one that is nobody's fault but ours is raised again."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, NotPermitted):
        return Refused(403, "the key does not permit this")
    if isinstance(error, RequestDataTooBig):
        return Refused(413, "the form is too large")
    if isinstance(error, UNREADABLE):
        return Refused(400, "the form can't be read: send it as UTF-8, with at most 1000 fields")
    failure = failure_of(error)
    if failure is None:
        raise error
    log.error("open311.failed", error=type(error).__name__, status=failure.status)
    return Refused(failure.status, failure.words)


def _check_jurisdiction(request: HttpRequest) -> None:
    asked = text(_form(request), "jurisdiction_id")
    if asked and asked != settings.JURISDICTION:
        raise Refused(404, f"jurisdiction_id {asked} was not found")


def _form(request: HttpRequest) -> QueryDict:
    """Parameters of the query, and for a POST those of the form over them."""
    if request.method != "POST":
        return request.GET
    if not request.GET:
        return request.POST
    form = request.GET.copy()
    for key in request.POST:
        form.setlist(key, request.POST.getlist(key))
    return form


@door("GET")
def discovery(request: HttpRequest, format: str) -> HttpResponse:
    base = request.build_absolute_uri("/open311/v2").rstrip("/")
    return answer(documents.discovery(base), root="discovery", format=format)


@door("GET")
def services(request: HttpRequest, format: str) -> HttpResponse:
    return answer(documents.services(), root="services", format=format)


@door("GET")
def service(request: HttpRequest, format: str, code: str) -> HttpResponse:
    definition = documents.service_definition(code)
    if definition is None:
        raise Refused(404, f"service_code {code} was not found")
    return answer(definition, root="service_definition", format=format)


@door("GET", "POST")
def requests(request: HttpRequest, format: str) -> HttpResponse:
    if request.method == "POST":
        return _post_request(request, format)
    wanted = selection(request.GET, now=datetime.now(UTC))
    found = public_requests(
        numbers=wanted.numbers,
        categories=wanted.codes,
        since=wanted.since,
        until=wanted.until,
        is_open=wanted.is_open,
        skip=(wanted.page - 1) * wanted.page_size,
        most=wanted.page_size,
    )
    return answer(documents.requests(found), root="service_requests", format=format)


@door("GET")
def one_request(request: HttpRequest, format: str, number: str) -> HttpResponse:
    found = public_requests(numbers=[number])
    if not found:
        raise Refused(404, f"service_request_id {number} was not found")
    return answer(documents.requests(found), root="service_requests", format=format)


@door("GET")
def token(request: HttpRequest, format: str, value: str) -> HttpResponse:
    """A token is the private link; the number behind it is there at once."""
    number = documents.number_behind(holder_of(value))
    if number is None:
        raise Refused(404, "the token was not found")
    return answer(
        [{"service_request_id": number, "token": value}], root="service_requests", format=format
    )


def _post_request(request: HttpRequest, format: str) -> HttpResponse:
    form = _form(request)
    by = _caller(form)
    asked = posted(form)
    matter = category(asked.service_code)
    if matter is None or not matter.residents_may_choose:
        raise Refused(404, f"service_code {asked.service_code} was not found")
    missing = documents.missing_attributes(matter, asked.attributes)
    if missing:
        raise Refused(400, *(f"attribute[{code}] {why}" for code, why in missing))
    try:
        receipt = receive_ticket(
            request=Request(
                text=asked.description,
                channel=Channel.OPEN311,
                category_code=asked.service_code,
                place_id=asked.address_id,
                longitude=asked.longitude,
                latitude=asked.latitude,
                address=asked.address,
                contact=Contact(name=asked.name, phone=asked.phone, email=asked.email),
                attributes=documents.known_attributes(matter, asked.attributes),
                is_public=matter.may_be_public,
                idempotency_key=_idempotency_key(request, by, form),
            ),
            by=by,
            at=datetime.now(UTC),
        )
    except CannotReceive as error:
        raise Refused(404 if error.field == "category" else 400, str(error)) from error
    body = [
        {
            "service_request_id": receipt.number,
            "token": receipt.link_token,
            "service_notice": "",
            "account_id": None,
        }
    ]
    return answer(body, root="service_requests", format=format, status=201)


def _idempotency_key(request: HttpRequest, by: Actor, form: QueryDict) -> str:
    """The caller's key together with what they sent.

    A receipt opens a ticket, so a key that two callers happen to choose must not give one the
    receipt of the other; a retry sends the same again.
    """
    given = request.headers.get("Idempotency-Key", "").strip()[:200]
    if not given:
        return ""
    sent = sha256(repr(sorted(form.lists())).encode()).hexdigest()
    return f"open311:{by.unit_id}:{given}:{sent}"


def _caller(form: QueryDict) -> Actor:
    """Whoever holds the key; without one only where the district has opened the door."""
    given = text(form, "api_key")
    if not given:
        if settings.OPEN311_NEEDS_KEY:
            raise Refused(403, "api_key is required")
        return RESIDENT
    holder = key_holder(given, on=datetime.now(UTC))
    if holder is None:
        raise Refused(403, "api_key is not valid")
    return holder


@door("GET", "POST")
def updates(request: HttpRequest, format: str) -> HttpResponse:
    """servicerequestupdates: GET what was told; POST what the requester adds, with their token."""
    if request.method == "POST":
        return _post_update(request, format)
    since, until = span(request.GET, now=datetime.now(UTC))
    found = public_updates(since=since, until=until, number=text(request.GET, "service_request_id"))
    return answer(documents.updates(found), root="service_request_updates", format=format)


def _post_update(request: HttpRequest, format: str) -> HttpResponse:
    form = _form(request)
    _caller(form)
    words, link = text(form, "description"), text(form, "token")
    problems = [
        f"{name} is required"
        for name, value in (("token", link), ("description", words))
        if not value
    ]
    if problems:
        raise Refused(400, *problems)
    holder = holder_of(link)
    if holder is None:
        raise Refused(404, "the token was not found")
    try:
        update_id = reply_to_link(holder=holder, text=words, at=datetime.now(UTC))
    except CannotHandle as error:
        raise Refused(400, str(error)) from error
    body: list[dict[str, Any]] = [{"update_id": str(update_id)}]
    return answer(body, root="service_request_updates", format=format)
