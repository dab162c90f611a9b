"""How long requests take, by page and answer, counted over all web processes."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from prometheus_client import Histogram

SECONDS = Histogram(
    "gongzhi_request_seconds",
    "Time of a request, by the route of its page (never its address) and its answer",
    ("method", "page", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
_METHODS = frozenset({"GET", "HEAD", "POST"})


class RequestTimes:
    """Counts every request but those for static files and for the metrics themselves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = self.get_response(request)
        if not request.path_info.startswith(("/static/", "/metrics")):
            match = getattr(request, "resolver_match", None)
            SECONDS.labels(
                request.method if request.method in _METHODS else "other",
                match.route if match else "-",
                str(response.status_code),
            ).observe(time.perf_counter() - began)
        return response
