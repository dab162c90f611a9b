"""Every address, by door."""

from django.urls import URLPattern, URLResolver, include, path

from gongzhi.interfaces.admin.site import back_office
from gongzhi.interfaces.api.metrics.views import metrics
from gongzhi.interfaces.api.rest.addresses import rest

urlpatterns: list[URLPattern | URLResolver] = [
    path("open311/", include("gongzhi.interfaces.api.open311.urls")),
    path("metrics", metrics),
    path("admin/", back_office.urls),
    path("api/v1/", rest.urls),
    path("hsds/", include("gongzhi.interfaces.api.hsds.urls")),
    path("", include("gongzhi.interfaces.pages.urls")),
    path("account/", include("allauth.urls")),
]

_errors = "gongzhi.interfaces.pages.framing.errors"
handler400 = f"{_errors}.bad_request"
handler403 = f"{_errors}.forbidden"
handler404 = f"{_errors}.not_found"
handler500 = f"{_errors}.failed"
