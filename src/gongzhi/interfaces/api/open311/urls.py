"""Addresses of GeoReport v2."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from gongzhi.interfaces.api.open311 import views


class CodeConverter(StringConverter):
    """A code may hold dots; the format follows the last one."""

    regex = r"[^/]+"


register_converter(CodeConverter, "code")

urlpatterns = [
    path("discovery.<str:format>", views.discovery),
    path("v2/discovery.<str:format>", views.discovery),
    path("v2/services.<str:format>", views.services),
    path("v2/services/<code:code>.<str:format>", views.service),
    path("v2/requests.<str:format>", views.requests),
    path("v2/requests/<str:number>.<str:format>", views.one_request),
    path("v2/tokens/<str:value>.<str:format>", views.token),
    path("v2/servicerequestupdates.<str:format>", views.updates),
]
