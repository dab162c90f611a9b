"""Home, privacy, health."""

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from gongzhi.commons.privacy.retention import retention_rules
from gongzhi.insights.surveys.queries import open_surveys


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "welcoming/home.html", {"surveys": open_surveys(at=timezone.now())[:3]})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    periods = [{"what": gettext(rule.what), "days": rule.days} for rule in retention_rules()]
    context = {
        "operator": settings.OPERATOR or gettext("本区政务服务管理机构"),
        "operator_contact": settings.CONTACT or gettext("政务服务热线 12345"),
        "periods": periods,
    }
    return render(request, "welcoming/privacy.html", context)


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 while pages and database answer; for the proxy in front and the process that watches."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ok"})
