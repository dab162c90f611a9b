"""Home, privacy, health."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "welcoming/home.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "welcoming/privacy.html")


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 while pages and database answer; for the proxy in front and the process that watches."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:  # noqa: BLE001  whatever is wrong with the database, the answer is the same
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ok"})
