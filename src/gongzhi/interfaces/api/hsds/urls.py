"""Addresses of HSDS 3."""

from django.urls import path

from gongzhi.interfaces.api.hsds import views

urlpatterns = [
    path("", views.root),
    path("services", views.services),
    path("services/<str:id>", views.service),
    path("organizations", views.organizations),
    path("organizations/<str:id>", views.organization),
    path("locations", views.locations),
    path("locations/<str:id>", views.location),
    path("service_at_locations", views.service_at_locations),
    path("service_at_locations/<str:id>", views.service_at_location),
]
