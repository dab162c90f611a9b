"""The native interface: one description (OpenAPI 3.1), one shape of errors."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from gongzhi.affairs.tickets.handling import CannotHandle
from gongzhi.affairs.tickets.lifecycle import CannotMove
from gongzhi.commons.calendar.days import BeyondYears
from gongzhi.commons.failures import RETRY_AFTER_SECONDS, NotThere, failure_of
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.insights.indicators.definitions import UnknownIndicator
from gongzhi.insights.indicators.periods import CannotTellPeriod
from gongzhi.interfaces.api.rest import indicators, needs, registers, tickets, together

ABOUT = """\
What the pages show, for programs. Public lists need no key. A key that speaks for a unit
(`Authorization: Bearer …`, given by an administrator) reads the tickets which that unit leads or
assists, and answers them in its name, so that nobody types an answer twice. No contact of a
requester leaves here, and small numbers about people are hidden as on the pages.
Errors are `{"errors": [{"where": …, "what": …}]}` in the language of `Accept-Language`.
"""
# What a room refuses, and the status that says whose turn it is to mend it.
REFUSALS: dict[type[Exception], int] = {
    NotPermitted: 403,
    NotThere: 404,
    UnknownIndicator: 404,
    CannotTellPeriod: 422,
    BeyondYears: 422,
    CannotMove: 409,
    CannotHandle: 409,
}
log = structlog.get_logger("rest")


def _spoken(view: Callable[..., Any]) -> Callable[..., Any]:
    """Answer in the caller's language; the way past the pages leaves out what chooses theirs."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **named: Any) -> Any:
        with translation.override(translation.get_language_from_request(request)):
            return view(request, *args, **named)

    return answered


rest = NinjaAPI(
    title="Gongzhi 共治",
    version="1",
    description=ABOUT,
    docs_url=None,  # the library's page would load its scripts from outside
    urls_namespace="rest",
)
rest.add_decorator(_spoken, mode="view")
rest.add_router("", registers.router)
rest.add_router("", needs.router)
rest.add_router("", together.router)
rest.add_router("/tickets", tickets.router)
rest.add_router("/indicators", indicators.router)


def _refusal(request: HttpRequest, status: int, *errors: tuple[str, str]) -> HttpResponse:
    body = {"errors": [{"where": where, "what": what} for where, what in errors]}
    return rest.create_response(request, body, status=status)


@rest.exception_handler(ValidationError)
def _malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    found = [(".".join(map(str, each["loc"])), str(each["msg"])) for each in error.errors]
    return _refusal(request, 422, *found)


@rest.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    response = _refusal(request, 401, ("Authorization", "a valid key is needed: Bearer gz_…"))
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


@rest.exception_handler(HttpError)
def _refused_by_library(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _refusal(request, error.status_code, ("", str(error)))


@rest.exception_handler(Exception)
def _refused(request: HttpRequest, error: Exception) -> HttpResponse:
    for kind, status in REFUSALS.items():
        if isinstance(error, kind):
            return _refusal(request, status, ("", str(error)))
    failure = failure_of(error)
    if failure is None:
        raise error
    log.error("rest.failed", error=type(error).__name__, status=failure.status)
    response = _refusal(request, failure.status, ("", failure.words))
    if failure.status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
