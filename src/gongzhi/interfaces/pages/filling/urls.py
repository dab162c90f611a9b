"""Addresses of forms."""

from django.urls import path

from gongzhi.interfaces.pages.filling import views

urlpatterns = [
    path("forms", views.listed, name="forms"),
    path("forms/new", views.new, name="form_new"),
    path("forms/<int:form_id>", views.form, name="form"),
    path("forms/<int:form_id>.xlsx", views.table, name="form_table"),
    path("forms/<int:form_id>/<slug:name>", views.step, name="form_step"),
    path("forms/fill/<int:asked_id>", views.fill, name="form_fill"),
]
