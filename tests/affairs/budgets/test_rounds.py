"""A round from its draft to the vote: what is fixed when, and who may do what."""

from dataclasses import replace
from datetime import date

import pytest

from gongzhi.affairs.budgets.choices import AllocationRule, BallotKind, Gain, Growth
from gongzhi.affairs.budgets.lifecycle import CannotMove
from gongzhi.affairs.budgets.models import Proposal, Round
from gongzhi.affairs.budgets.proposals import (
    CannotPropose,
    check_proposal,
    make_proposal,
    proposal_of_link,
    withdraw_proposal,
)
from gongzhi.affairs.budgets.queries.rounds import proposal_behind, round_story, rounds_page
from gongzhi.affairs.budgets.rounds import (
    CannotRun,
    begin_checking,
    change_round,
    draft_round,
    finish_round,
    open_collecting,
    open_voting,
    withdraw_round,
)
from gongzhi.affairs.budgets.rules import RuleChoice
from gongzhi.commons.ledger.models import Event
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.permissions.table import NotPermitted
from tests.affairs.budgets.small_rounds import (
    CALENDAR,
    LINE,
    MARCH_2,
    MARCH_12,
    SmallRound,
)
from tests.affairs.small_district import moment

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def kinds(subject: str, subject_id: int) -> list[str]:
    rows = Event.objects.filter(subject_kind=subject, subject_id=subject_id).order_by("sequence")
    return list(rows.values_list("kind", flat=True))


def test_a_draft_is_seen_by_who_runs_it_and_by_nobody_else(round_: SmallRound) -> None:
    made = round_.drafted()
    assert [row.id for row in rounds_page(by=round_.runs).rows] == [made]
    assert rounds_page(by=RESIDENT).rows == ()
    open_collecting(round_id=made, by=round_.runs, at=MARCH_2)
    assert [row.id for row in rounds_page(by=RESIDENT).rows] == [made]
    assert kinds("round", made) == ["round.drafted", "round.collecting_begun"]


def test_only_the_coordinator_and_who_stands_above_may_run_a_round(round_: SmallRound) -> None:
    for by in (RESIDENT, round_.worker, round_.district.sanitation):
        with pytest.raises(NotPermitted):
            draft_round(new=round_.new(), by=by, at=MARCH_2)
    elsewhere = round_.new(place_id=round_.district.places["pine"].pk)
    with pytest.raises(NotPermitted):
        draft_round(new=elsewhere, by=round_.runs, at=MARCH_2)
    assert not Round.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"budget": 0}, "budget"),
        ({"budget": -5}, "budget"),
        ({"budget": 10**15}, "budget"),
        ({"title": "  "}, "title"),
        ({"title": "长" * 81}, "title"),
        ({"year": 12}, "year"),
        ({"may_fund": ["甲" * 81]}, "may_fund"),
        ({"calendar": replace(CALENDAR, check_until=date(2026, 3, 1))}, "check_until"),
        ({"calendar": replace(CALENDAR, ballots_until=date(2026, 3, 14))}, "ballots_until"),
        ({"rule": RuleChoice(gain=Gain.POINTS)}, "gain"),
        ({"rule": RuleChoice(gain=Gain.BORDA)}, "gain"),
        ({"rule": RuleChoice(rule=AllocationRule.GREEDY)}, "growth"),
        ({"rule": RuleChoice(ballot_kind=BallotKind.POINTS)}, "points_each"),
        ({"rule": RuleChoice(points_each=5)}, "points_each"),
        ({"rule": RuleChoice(most_listed=0)}, "most_listed"),
        ({"rule": RuleChoice(seed=-1)}, "seed"),
        ({"rule": RuleChoice(step=0)}, "step"),
        ({"budget": 9_000_000_00, "rule": RuleChoice(step=17)}, "step"),
    ],
)
def test_a_round_that_can_not_be_is_refused_at_its_field(
    round_: SmallRound, wrong: dict[str, object], field: str
) -> None:
    with pytest.raises(CannotRun) as refused:
        round_.drafted(**wrong)
    assert refused.value.field == field
    assert not Round.objects.exists()


def test_the_rule_may_change_until_the_vote_opens_and_never_after(round_: SmallRound) -> None:
    made = round_.checking()
    greedy = RuleChoice(rule=AllocationRule.GREEDY, growth=Growth.NONE)
    change_round(round_id=made, new=round_.new(rule=greedy), by=round_.runs, at=MARCH_12)
    assert round_.row(made).rule == "greedy"
    open_voting(round_id=made, by=round_.runs, at=MARCH_12)
    for more in ({"rule": RuleChoice()}, {"budget": 9_000_00}, {"may_fund": ["别的"]}):
        with pytest.raises(CannotRun, match="不能再改"):
            change_round(round_id=made, new=round_.new(**more), by=round_.runs, at=MARCH_12)
    assert (round_.row(made).rule, round_.row(made).budget) == ("greedy", 80_000_00)
    opened = Event.objects.get(kind="round.voting_opened")
    assert (opened.data["rule"], opened.data["proposals"]) == ("greedy", 3)


def test_a_round_keeps_to_its_calendar(round_: SmallRound) -> None:
    made = round_.collecting()
    with pytest.raises(CannotRun, match="当天结束以前"):
        begin_checking(round_id=made, by=round_.runs, at=moment("2026-03-10", "23:00"))
    with pytest.raises(CannotPropose, match="不收提案"):
        make_proposal(round_id=made, new=round_.proposal(), by=RESIDENT, at=moment("2026-03-11"))
    late = round_.drafted()
    with pytest.raises(CannotRun, match="已过"):
        open_collecting(round_id=late, by=round_.runs, at=MARCH_12)


def test_a_vote_opens_only_when_everything_is_checked_and_something_can_be_done(
    round_: SmallRound,
) -> None:
    made = round_.collecting()
    asked = make_proposal(round_id=made, new=round_.proposal(), by=RESIDENT, at=MARCH_2)
    begin_checking(round_id=made, by=round_.runs, at=MARCH_12)
    with pytest.raises(CannotRun, match="1 个提案没有核查"):
        open_voting(round_id=made, by=round_.runs, at=MARCH_12)
    round_.check(asked.proposal_id, feasible=False)
    with pytest.raises(CannotRun, match="没有可行的提案"):
        open_voting(round_id=made, by=round_.runs, at=MARCH_12)
    assert round_.row(made).state == "checking"


def test_a_step_out_of_turn_says_where_the_round_stands(round_: SmallRound) -> None:
    made = round_.collecting()
    with pytest.raises(CannotMove, match="征集提案"):
        open_voting(round_id=made, by=round_.runs, at=MARCH_2)
    with pytest.raises(CannotMove):
        finish_round(round_id=made, by=round_.runs, at=MARCH_2)
    withdraw_round(round_id=made, reason="上级另有安排", by=round_.runs, at=MARCH_2)
    with pytest.raises(CannotMove, match="撤销"):
        withdraw_round(round_id=made, reason="再来一次", by=round_.runs, at=MARCH_2)
    assert round_story(by=RESIDENT, round_id=made).reason == "上级另有安排"


def test_a_resident_proposes_and_sees_the_outcome_by_a_private_link(round_: SmallRound) -> None:
    made = round_.collecting()
    new = round_.proposal(name="周阿姨", contact="13800000000", once="page:1")
    first = make_proposal(round_id=made, new=new, by=RESIDENT, at=MARCH_2)
    assert make_proposal(round_id=made, new=new, by=RESIDENT, at=MARCH_2) == first
    assert Proposal.objects.count() == 1
    row = Proposal.objects.get()
    assert "周阿姨" not in row.name_sealed
    assert (row.number, row.proposer_kind) == (1, "resident")
    round_.check(first.proposal_id, cost=55_000_00, reason="三家询价取低")
    _round, shown, may_withdraw = proposal_behind(first.link_token)
    assert (shown.asked, shown.cost, shown.listed_as) == (60_000_00, 55_000_00, LINE)
    assert may_withdraw
    withdraw_proposal(token=first.link_token, by=RESIDENT, at=MARCH_2)
    assert round_story(by=RESIDENT, round_id=made).proposals == ()
    assert proposal_of_link(first.link_token) == first.proposal_id
    assert kinds("proposal", row.pk) == [
        "proposal.made", "proposal.checked", "proposal.withdrawn", "proposal.proposer_erased",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"cost": 0}, "cost"),
        ({"cost": -100}, "cost"),
        ({"cost": 80_000_01}, "cost"),
        ({"title": ""}, "title"),
        ({"title": "甲,乙"}, "title"),
        ({"text": " "}, "text"),
        ({"text": "长" * 2001}, "text"),
        ({"basis": ""}, "basis"),
    ],
)
def test_a_proposal_with_a_fault_is_refused_at_its_field(
    round_: SmallRound, wrong: dict[str, object], field: str
) -> None:
    made = round_.collecting()
    with pytest.raises(CannotPropose) as refused:
        make_proposal(round_id=made, new=round_.proposal(**wrong), by=RESIDENT, at=MARCH_2)
    assert refused.value.field == field
    assert not Proposal.objects.exists()
    assert round_.row(made).proposed == 0


def test_a_place_elsewhere_and_a_second_proposal_of_the_same_name_are_refused(
    round_: SmallRound,
) -> None:
    made = round_.collecting()
    there = round_.proposal(place_id=round_.district.places["pine"].pk)
    with pytest.raises(CannotPropose, match="本社区"):
        make_proposal(round_id=made, new=there, by=RESIDENT, at=MARCH_2)
    make_proposal(round_id=made, new=round_.proposal(), by=RESIDENT, at=MARCH_2)
    with pytest.raises(CannotPropose, match="同名"):
        make_proposal(round_id=made, new=round_.proposal(), by=RESIDENT, at=MARCH_2)


def test_units_propose_for_themselves_only(round_: SmallRound) -> None:
    made, district = round_.collecting(), round_.district
    own = round_.proposal(unit_id=district.units["water"].pk)
    receipt = make_proposal(round_id=made, new=own, by=district.water, at=MARCH_2)
    shown = round_story(by=RESIDENT, round_id=made).proposals[0]
    assert (shown.proposer, shown.number) == ("明湖水务公司", receipt.number)
    for by in (district.sanitation, district.actor(RoleKind.AUDITOR, "hotline", "district")):
        with pytest.raises(NotPermitted):
            make_proposal(round_id=made, new=own, by=by, at=MARCH_2)


def test_a_no_and_a_changed_cost_need_a_reason(round_: SmallRound) -> None:
    made = round_.collecting()
    asked = make_proposal(round_id=made, new=round_.proposal(), by=RESIDENT, at=MARCH_2)
    for wrong in (
        {"feasible": False, "listed_as": ""},
        {"cost": 1_00},
        {"listed_as": "没有这一条"},
        {"listed_as": ""},
        {"cost": 0, "reason": "白送"},
        {"cost": 90_000_00, "reason": "超过预算"},
    ):
        with pytest.raises(CannotPropose):
            round_.check(asked.proposal_id, **wrong)
    assert Proposal.objects.get().state == "proposed"
    with pytest.raises(NotPermitted):
        check_proposal(
            proposal_id=asked.proposal_id, feasible=True, cost=1, listed_as=LINE, reason="",
            by=round_.district.sanitation, at=MARCH_12,
        )  # fmt: skip
