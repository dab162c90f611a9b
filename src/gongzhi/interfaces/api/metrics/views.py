"""`/metrics`: for whoever has the token, or asks from this machine itself."""

import hmac
import ipaddress
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from gongzhi.interfaces.api.metrics.collecting import District


@csrf_exempt
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The text format of Prometheus; 403 for anybody else."""
    if not _may_read(request):
        return HttpResponseForbidden("403: a token or the loopback is needed\n", "text/plain")
    counted, now = _counted(settings.METRICS_FOLDER), CollectorRegistry()
    now.register(District(datetime.now(UTC)))
    return HttpResponse(
        generate_latest(counted) + generate_latest(now), content_type=CONTENT_TYPE_LATEST
    )


def _counted(folder: Path | None) -> CollectorRegistry:
    """What all web processes counted, which meet in a folder; without one, this process alone."""
    if folder is None:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(folder))
    return registry


def _may_read(request: HttpRequest) -> bool:
    """With a token set, its bearer; without one, this machine, where no proxy stands between."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        return hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    if settings.TRUSTED_PROXIES or "X-Forwarded-For" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
