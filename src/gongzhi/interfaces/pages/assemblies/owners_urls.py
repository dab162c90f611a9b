"""Addresses of owners' votes. `ballot/` is short because people copy it by hand."""

from django.urls import path

from gongzhi.interfaces.pages.assemblies import owners_votes as votes
from gongzhi.interfaces.pages.assemblies import owners_votes_ballots as ballots
from gongzhi.interfaces.pages.assemblies import owners_votes_rolls as rolls

_ONE = "owners-votes/<int:vote_id>"
urlpatterns = [
    path("owners-votes", votes.listed, name="owners_votes"),
    path("owners-votes/new", votes.new, name="owners_vote_new"),
    path(_ONE, votes.vote, name="owners_vote"),
    path(f"{_ONE}/edit", votes.edit, name="owners_vote_edit"),
    path(f"{_ONE}/printed", votes.printed, name="owners_vote_printed"),
    path(f"{_ONE}/items", votes.add, name="owners_item_add"),
    path(
        f"{_ONE}/items/<int:number>/remove",
        votes.act,
        {"name": "remove"},
        name="owners_item_remove",
    ),
    path(f"{_ONE}/items/<int:number>/decide", votes.decide, name="owners_item_decide"),
    path(
        f"{_ONE}/items/<int:number>/record.xlsx",
        rolls.record,
        {"form": "xlsx"},
        name="owners_record",
    ),
    path(
        f"{_ONE}/items/<int:number>/record.json",
        rolls.record,
        {"form": "json"},
        name="owners_figures",
    ),
    path(f"{_ONE}/roll", rolls.roll, name="owners_roll"),
    path(f"{_ONE}/roll/delivered", rolls.delivered, name="owners_delivered"),
    path(f"{_ONE}/roll/<int:number>/renew", rolls.renew, name="owners_link_renew"),
    path(f"{_ONE}/slips", rolls.slips, name="owners_slips"),
    path(f"{_ONE}/papers", rolls.papers, name="owners_papers"),
    path(f"{_ONE}/papers/<int:entry_id>/drop", rolls.drop, name="owners_paper_drop"),
    path(f"{_ONE}/code", ballots.code, name="owners_code"),
    path(f"{_ONE}/do/<slug:name>", votes.act, name="owners_vote_act"),
    path(f"{_ONE}/<slug:name>", votes.step, name="owners_vote_step"),
    path("ballot/<str:token>", ballots.ballot, name="owners_ballot"),
]
