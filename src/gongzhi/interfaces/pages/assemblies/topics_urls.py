"""Addresses of topics and decisions. `seat/` is short because people copy it by hand."""

from django.urls import path

from gongzhi.interfaces.pages.assemblies import (
    decisions,
    topics,
    topics_map,
    topics_rosters,
    topics_running,
    topics_seats,
)

_ONE = "topics/<int:topic_id>"
_SEAT = "seat/<str:token>"
urlpatterns = [
    path("topics", topics.listed, name="topics"),
    path("topics/propose", topics.propose, name="topic_propose"),
    path("topics/proposal/<str:token>", topics.proposal, name="topic_proposal"),
    path("topics/new", topics.new, name="topic_new"),
    path(_ONE, topics.topic, name="topic"),
    path(f"{_ONE}/join", topics_seats.join, name="topic_join"),
    path(f"{_ONE}/object", topics.objecting, name="topic_object"),
    path(f"{_ONE}/objections/<int:objection_id>", topics.answer, name="objection_answer"),
    path(f"{_ONE}/map", topics_map.opinion, name="opinion"),
    path(f"{_ONE}/map.svg", topics_map.drawing, name="opinion_drawing"),
    path(f"{_ONE}/<slug:what>.csv", topics_map.exported, name="topic_export"),
    path(f"{_ONE}/roster", topics_rosters.roster, name="topic_roster"),
    path(f"{_ONE}/roster/confirm", topics_rosters.confirm, name="roster_confirm"),
    path(f"{_ONE}/roster/renew", topics_rosters.renew, name="roster_renew"),
    path(f"{_ONE}/slips", topics_rosters.slips, name="topic_slips"),
    path(f"{_ONE}/sheets", topics_rosters.sheets, name="sheets"),
    path(f"{_ONE}/paper", topics_rosters.paper, name="paper_votes"),
    path(f"{_ONE}/review", topics_rosters.review, name="review"),
    path(f"{_ONE}/review/<int:statement_id>/<slug:name>", topics_rosters.moderate, name="moderate"),
    path(f"{_ONE}/run/<slug:name>", topics_running.step, name="topic_step"),
    path(_SEAT, topics_seats.seat, name="seat"),
    path(f"{_SEAT}/mine", topics_seats.mine, name="seat_mine"),
    path(f"{_SEAT}/say", topics_seats.say, name="seat_say"),
    path(f"{_SEAT}/leave", topics_seats.leave, name="seat_leave"),
    path(f"{_SEAT}/rate/<int:decision_id>", topics_seats.rate, name="seat_rate"),
    path("decisions", decisions.listed, name="decisions"),
    path("decisions/<int:decision_id>", decisions.decision, name="decision"),
    path("decisions/<int:decision_id>/<slug:name>", decisions.step, name="decision_step"),
]
