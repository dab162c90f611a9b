"""One log line for each request: which page, not its address: that may be a private link."""

import time

import structlog
from django.http import HttpRequest, HttpResponseBase

from gongzhi.interfaces.pages.framing.headers import Handler

log = structlog.get_logger("gongzhi.requests")


class RequestLines:
    """Outermost of all, so that the time is the whole time. Static files are not worth a line."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = self.get_response(request)
        match = getattr(request, "resolver_match", None)
        if not request.path.startswith("/static/"):
            log.info(
                "request",
                method=request.method,
                page=match.route if match else "-",
                status=response.status_code,
                milliseconds=round((time.perf_counter() - began) * 1000, 1),
            )
        return response
