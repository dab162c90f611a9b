"""Every address, by door."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("open311/", include("gongzhi.interfaces.api.open311.urls")),
]
