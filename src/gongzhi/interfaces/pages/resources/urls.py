"""Addresses of the pool."""

from django.urls import path

from gongzhi.interfaces.pages.resources import (
    claims,
    feeds,
    gaps,
    needs,
    offers,
    plans,
    rooms,
    served,
)

urlpatterns = [
    path("needs", needs.listed, name="needs"),
    path("needs.atom", feeds.needs_feed, name="needs_feed"),
    path("needs/new", needs.new, name="need_new"),
    path("needs/wish", needs.wish, name="wish_new"),
    path("needs/<int:need_id>", needs.need, name="need"),
    path("needs/<int:need_id>/claim", claims.claim_need_page, name="need_claim"),
    path("needs/<int:need_id>/<slug:name>", needs.step, name="need_step"),
    path("offers", offers.listed, name="offers"),
    path("offers/new", offers.new, name="offer_new"),
    path("offers/<int:offer_id>", offers.offer, name="offer"),
    path("offers/<int:offer_id>/claim", claims.claim_offer_page, name="offer_claim"),
    path("offers/<int:offer_id>/<slug:name>", offers.step, name="offer_step"),
    path("claims", claims.listed, name="claims"),
    path("claims/<int:claim_id>/<slug:name>", claims.step, name="claim_step"),
    path("served/<str:token>", served.served, name="served"),
    path("gap", gaps.matrix, name="gap"),
    path("plans", plans.listed, name="plans"),
    path("plans/<int:plan_id>", plans.plan, name="plan"),
    path("plans/<int:plan_id>/apply", plans.apply, name="plan_apply"),
    path("plans/match/<int:match_id>", plans.claim, name="match_claim"),
    path("rooms", rooms.listed, name="rooms"),
    path("rooms/<int:room_id>", rooms.room, name="room"),
    path("rooms/<int:room_id>.ics", feeds.bookings_calendar, name="room_calendar"),
    path("bookings/<int:booking_id>/<slug:name>", rooms.step, name="booking_step"),
]
