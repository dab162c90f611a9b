"""Refusals as pages: each says what happened, whose turn it is, and a way on."""

import sys
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from gongzhi.commons.failures import RETRY_AFTER_SECONDS, Failure, NotThere, failure_of
from gongzhi.commons.organisations.permissions import NotPermitted
from gongzhi.interfaces.pages.framing.headers import Handler
from gongzhi.interfaces.pages.guarding.limits import TooMany

LARGEST_ID = 2**63 - 1
log = structlog.get_logger("pages")


def _refusal(request: HttpRequest, status: int, **context: object) -> HttpResponse:
    return render(request, f"{status}.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _refusal(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _refusal(request, 403, reason=str(exception or ""))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _refusal(request, 404)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its token: the page was open too long, or cookies are off."""
    return _refusal(request, 403, expired=True)


def failed(request: HttpRequest) -> HttpResponse:
    """Our fault. The page asks nothing of the database, which may be what failed."""
    if failure := failure_of(sys.exc_info()[1]):
        return unavailable(failure)
    html = render_to_string("500.html", {"site_title": _("共治")})
    return HttpResponse(html, status=500)


def unavailable(failure: Failure) -> HttpResponse:
    """Nothing was stored, and why; without the database, as `failed`."""
    context = {"site_title": _("共治"), "status": failure.status, "words": failure.words}
    response = HttpResponse(render_to_string("503.html", context), status=failure.status)
    if failure.status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def too_many(request: HttpRequest, error: TooMany) -> HttpResponse:
    """Slow down: when to try again, and other ways to be heard meanwhile."""
    response = _refusal(request, 429, minutes=error.minutes)
    response.headers["Retry-After"] = str(error.seconds)
    return response


class RefusalsAsPages:
    """Turns the rooms' own refusals into pages with the right status."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Handler, args: Any, named: dict[str, Any]
    ) -> HttpResponse | None:
        """No table holds a number beyond 64 bits, and some databases fail when asked for one."""
        beyond = any(isinstance(each, int) and each > LARGEST_ID for each in named.values())
        return not_found(request) if beyond else None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, TooMany):
            return too_many(request, exception)
        if isinstance(exception, NotThere):
            return not_found(request, exception)
        if isinstance(exception, NotPermitted):
            return forbidden(request, exception)
        failure = failure_of(exception)
        if failure is None:
            return None
        log.error("page.failed", error=type(exception).__name__, status=failure.status)
        return unavailable(failure)
