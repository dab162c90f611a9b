"""Addresses of meetings."""

from django.urls import path

from gongzhi.interfaces.pages.assemblies import meetings, meetings_calendars

_ONE = "meetings/<int:meeting_id>"
urlpatterns = [
    path("meetings", meetings.listed, name="meetings"),
    path("meetings/new", meetings.new, name="meeting_new"),
    path("meetings/standing/new", meetings.standing, name="standing_new"),
    path("meetings/standing/<int:standing_id>", meetings.standing, name="standing"),
    path(_ONE, meetings.meeting, name="meeting"),
    path(f"{_ONE}.ics", meetings_calendars.meeting_file, name="meeting_calendar"),
    path(f"{_ONE}/agenda", meetings.agenda, name="meeting_agenda"),
    path(
        f"{_ONE}/agenda/<int:position>/take-off",
        meetings.act,
        {"name": "take-off"},
        name="meeting_take_off",
    ),
    path(f"{_ONE}/do/<slug:name>", meetings.act, name="meeting_act"),
    path(f"{_ONE}/<slug:name>", meetings.step, name="meeting_step"),
    path("calendars/<str:token>.ics", meetings_calendars.unit_calendar, name="unit_calendar"),
    path("calendars/<int:unit_id>/renew", meetings_calendars.renew, name="unit_calendar_renew"),
]
