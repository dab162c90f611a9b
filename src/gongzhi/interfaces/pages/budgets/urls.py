"""Addresses of the community fund. `v/` is short because people copy it from a slip."""

from django.urls import path

from gongzhi.interfaces.pages.budgets import funds, papers, proposing, roster, rounds, voting

urlpatterns = [
    path("budgets", rounds.listed, name="budgets"),
    path("budgets/new", rounds.new, name="round_new"),
    path("budgets/archive", rounds.archive, name="round_archive"),
    path("budgets/<int:round_id>", rounds.round_page, name="round"),
    path("budgets/<int:round_id>/edit", rounds.edit, name="round_edit"),
    path("budgets/<int:round_id>/withdraw", rounds.withdraw, name="round_withdraw"),
    path("budgets/<int:round_id>/step/<slug:name>", rounds.step, name="round_step"),
    path("budgets/<int:round_id>/round.pb", rounds.export, name="round_export"),
    path("budgets/<int:round_id>/map", rounds.proposals_map, name="round_map"),
    path("budgets/<int:round_id>/propose", proposing.propose, name="propose"),
    path("budgets/<int:round_id>/proposals/<int:number>", proposing.proposal, name="proposal"),
    path("budgets/<int:round_id>/proposals/<int:number>/check", proposing.check, name="check"),
    path(
        "budgets/<int:round_id>/proposals/<int:number>/<slug:name>",
        proposing.finish,
        name="project_finish",
    ),
    path("budgets/<int:round_id>/roster", roster.roster_page, name="round_roster"),
    path("budgets/<int:round_id>/slips", roster.slips, name="round_slips"),
    path("budgets/<int:round_id>/paper", roster.take_paper, name="take_paper"),
    path("budgets/<int:round_id>/codes", roster.replace, name="codes_replace"),
    path("budgets/<int:round_id>/papers", papers.listed, name="papers"),
    path("budgets/<int:round_id>/papers/<int:number>", papers.enter, name="paper"),
    path("budgets/<int:round_id>/papers/<int:number>/aside", papers.aside, name="paper_aside"),
    path("budgets/<int:round_id>/count", papers.count, name="round_count"),
    path("proposal/<str:token>", proposing.mine, name="my_proposal"),
    path("vote", voting.enter, name="vote"),
    path("v/<str:code>", voting.ballot, name="ballot"),
    path("budgets/funds/<int:place_id>", funds.fund, name="fund"),
    path("budgets/funds/<int:place_id>/enter", funds.enter, name="fund_enter"),
    path("budgets/funds/entries/<int:entry_id>", funds.entry, name="fund_entry"),
    path("budgets/funds/entries/<int:entry_id>/<slug:name>", funds.step, name="fund_step"),
]
