"""The count: codes against ballots, two readings of each paper, the result and its proof."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import transaction
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gongzhi.affairs.budgets.ballots import receive_paper
from gongzhi.affairs.budgets.choices import AllocationRule, BallotKind, Gain, Growth, TieOrder
from gongzhi.affairs.budgets.counting import CannotCount, count_round
from gongzhi.affairs.budgets.lifecycle import CannotMove, NoSuchRound
from gongzhi.affairs.budgets.mixing import shake_urns
from gongzhi.affairs.budgets.models import Ballot, PaperSheet, RosterEntry, Tally
from gongzhi.affairs.budgets.papers import CannotEnter, enter_sheet, set_aside_sheet
from gongzhi.affairs.budgets.queries.results import exported, prove, turnout
from gongzhi.affairs.budgets.queries.rounds import round_story
from gongzhi.affairs.budgets.queries.votes import sheets
from gongzhi.affairs.budgets.rules import RuleChoice, choice_of, command_of
from gongzhi.commons.ledger.models import Event
from gongzhi.commons.ledger.verifying import verify
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.engines.budgeting import read_pabulib
from gongzhi.interfaces.commands.allocate import allocate_command
from tests.affairs.budgets.small_rounds import AFTER, VOTING_DAY, SmallRound
from tests.affairs.small_district import build, moment

pytestmark = [pytest.mark.django_db, pytest.mark.database]
RULES = (
    RuleChoice(),
    RuleChoice(gain=Gain.CARDINALITY, growth=Growth.ADD1E, then_greedy=True, comparison=True),
    RuleChoice(step=250),
    RuleChoice(growth=Growth.NONE, tie_order=TieOrder.LOT, seed=77),
    RuleChoice(rule=AllocationRule.PHRAGMEN, growth=Growth.NONE),
    RuleChoice(rule=AllocationRule.GREEDY, growth=Growth.NONE, then_greedy=False),
)


def test_a_round_is_counted_and_everybody_reads_why(round_: SmallRound) -> None:
    made = round_.counted()
    story = round_story(by=RESIDENT, round_id=made)
    assert story.tally is not None
    states = {row.title: row.state.value for row in story.proposals}
    assert states == {
        "楼道加装扶手": "unfunded", "活动室添置桌椅": "funded", "门口装两盏路灯": "funded",
    }  # fmt: skip
    assert story.tally.result["spent"] == 50_000_00
    lamps = story.proposals[2].account
    assert (lamps["votes"], lamps["payers"], lamps["reason"]) == (8, 8, "funded")
    rails = story.proposals[0].account
    assert rails["reason"] == "supporters-short"
    assert rails["needed_budget"] > round_.row(made).budget
    assert story.proposals[1].account["votes"] is None  # four people: too few to tell
    assert set(story.tally.result["rules"]) >= {"equal-shares", "phragmen", "greedy"}
    assert prove(made).holds
    assert verify().findings == ()


def test_a_vote_is_counted_after_its_last_day_or_when_all_have_voted(round_: SmallRound) -> None:
    made, codes = round_.voting(2)
    round_.cast(codes[0], [3])
    with pytest.raises(CannotCount, match="还没有结束"):
        count_round(round_id=made, by=round_.runs, at=VOTING_DAY)
    assert round_.row(made).state == "voting"
    round_.cast(codes[1], [3])
    count_round(round_id=made, by=round_.runs, at=VOTING_DAY)
    with pytest.raises(CannotMove):
        count_round(round_id=made, by=round_.runs, at=AFTER)
    assert Tally.objects.count() == 1


def test_a_round_without_ballots_is_not_counted(round_: SmallRound) -> None:
    made, _codes = round_.voting(2)
    with pytest.raises(CannotCount, match="没有选票"):
        count_round(round_id=made, by=round_.runs, at=AFTER)
    with pytest.raises(NoSuchRound):
        exported(made)


@pytest.mark.parametrize(("voters", "there_is_a_file"), [(4, False), (5, True)])
def test_of_fewer_than_five_ballots_there_is_no_file_but_a_second_count(
    round_: SmallRound, voters: int, there_is_a_file: bool
) -> None:
    made = round_.counted(voters=voters)
    if there_is_a_file:
        assert exported(made).count("\n") > voters
    else:
        with pytest.raises(NoSuchRound):
            exported(made)
    assert prove(made).holds


def test_a_ballot_too_many_or_too_few_stops_the_count(round_: SmallRound) -> None:
    made, codes = round_.voting(3)
    for code in codes[:2]:
        round_.cast(code, [1])
    slipped_in = Ballot.objects.create(pk=7, round_id=made, choices=[2])
    with pytest.raises(CannotCount, match="2 个投票码，却有 3 张选票"):
        count_round(round_id=made, by=round_.runs, at=AFTER)
    slipped_in.delete()
    RosterEntry.objects.filter(used="").update(used="electronic")
    with pytest.raises(CannotCount, match="审计员"):
        count_round(round_id=made, by=round_.runs, at=AFTER)
    assert round_.row(made).state == "voting"


def papers(round_: SmallRound, handed_in: int = 3) -> int:
    made, codes = round_.voting(6)
    round_.cast(codes[-1], [3])
    for code in codes[:handed_in]:
        receive_paper(code=code, by=round_.worker, at=VOTING_DAY)
    return made


def read(round_: SmallRound, made: int, number: int, first: object, second: object) -> None:
    for by, choices in ((round_.worker, first), (round_.other_worker, second)):
        enter_sheet(round_id=made, number=number, choices=choices, by=by, at=AFTER)  # type: ignore[arg-type]


def test_papers_count_when_two_people_read_the_same(round_: SmallRound) -> None:
    made = papers(round_)
    read(round_, made, 1, [1, 3], [3, 1])
    read(round_, made, 2, [2], [2])
    read(round_, made, 3, None, None)
    stood = turnout(by=round_.worker, round_id=made)
    assert (stood.agreed, stood.invalid, stood.missing, stood.used) == (2, 1, 0, 4)
    count_round(round_id=made, by=round_.runs, at=AFTER)
    tally = Tally.objects.get()
    assert (tally.electronic, tally.paper, tally.result["voters"]) == (1, 3, 4)
    assert sorted(ballot.choices for ballot in Ballot.objects.all()) == [[], [1, 3], [2], [3]]
    assert prove(made).holds


def test_readings_that_differ_are_shown_and_stop_the_count_until_mended(
    round_: SmallRound,
) -> None:
    made = papers(round_, handed_in=2)
    read(round_, made, 1, [1], [2])
    enter_sheet(round_id=made, number=2, choices=[1], by=round_.worker, at=AFTER)
    first, second = sheets(by=round_.other_worker, round_id=made)
    assert (first.state, first.first, first.second) == (
        "differing", {"choices": [1]}, {"choices": [2]},
    )  # fmt: skip
    assert (second.state, second.first) == ("half_read", None)  # never shown to the second reader
    with pytest.raises(CannotCount, match="1 张只录了一次、1 张两次录入不一致"):
        count_round(round_id=made, by=round_.runs, at=AFTER)
    enter_sheet(round_id=made, number=1, choices=[1], by=round_.other_worker, at=AFTER)
    enter_sheet(round_id=made, number=2, choices=[1], by=round_.other_worker, at=AFTER)
    count_round(round_id=made, by=round_.runs, at=AFTER)


def test_one_person_is_never_both_readers(round_: SmallRound) -> None:
    made = papers(round_, handed_in=1)
    for choices in ([1], [2]):
        enter_sheet(round_id=made, number=1, choices=choices, by=round_.worker, at=AFTER)
    sheet = PaperSheet.objects.get()
    assert (sheet.first, sheet.second) == ({"choices": [2]}, None)
    enter_sheet(round_id=made, number=1, choices=[2], by=round_.other_worker, at=AFTER)
    with pytest.raises(CannotEnter, match="已经由两人录入"):
        enter_sheet(round_id=made, number=1, choices=[2], by=round_.runs, at=AFTER)


def test_a_paper_that_can_not_be_agreed_on_is_set_aside_for_a_reason(round_: SmallRound) -> None:
    made = papers(round_, handed_in=1)
    with pytest.raises(CannotEnter, match="两人各录入一次"):
        set_aside_sheet(round_id=made, number=1, reason="看不清", by=round_.runs, at=AFTER)
    read(round_, made, 1, [1], None)
    with pytest.raises(NotPermitted):
        set_aside_sheet(round_id=made, number=1, reason="看不清", by=round_.worker, at=AFTER)
    set_aside_sheet(round_id=made, number=1, reason="看不清", by=round_.runs, at=AFTER)
    with pytest.raises(CannotEnter):
        enter_sheet(round_id=made, number=1, choices=[1], by=round_.worker, at=AFTER)
    count_round(round_id=made, by=round_.runs, at=AFTER)
    assert (Tally.objects.get().set_aside, Tally.objects.get().paper) == (1, 0)
    assert prove(made).holds


def test_missing_papers_have_to_be_stated_as_they_are(round_: SmallRound) -> None:
    made = papers(round_, handed_in=2)
    read(round_, made, 1, [1], [1])
    for stated in (0, 2):
        with pytest.raises(CannotCount, match="还有 1 张没有录入"):
            count_round(round_id=made, missing=stated, by=round_.runs, at=AFTER)
    count_round(round_id=made, missing=1, by=round_.runs, at=AFTER)
    counted = Event.objects.get(kind="round.counted")
    assert (counted.data["codes_used"], counted.data["missing"]) == (3, 1)


@pytest.mark.parametrize("wrong", [[9], [1, 1], ["1"], [[1, 2]]])
def test_a_reading_of_what_is_not_on_the_ballot_is_refused(
    round_: SmallRound, wrong: list[object]
) -> None:
    made = papers(round_, handed_in=1)
    with pytest.raises(CannotEnter):
        enter_sheet(round_id=made, number=1, choices=wrong, by=round_.worker, at=AFTER)
    for number in (0, 2, 10**9):
        with pytest.raises(CannotEnter, match="没有第"):
            enter_sheet(round_id=made, number=number, choices=[1], by=round_.worker, at=AFTER)
    with pytest.raises(CannotEnter, match="结束以后"):
        enter_sheet(round_id=made, number=1, choices=[1], by=round_.worker, at=VOTING_DAY)
    assert not PaperSheet.objects.exists()


@pytest.mark.parametrize("rule", RULES)
def test_the_command_reproduces_the_result_from_the_exported_file(
    round_: SmallRound, rule: RuleChoice, tmp_path: Path
) -> None:
    made = round_.counted(rule=rule)
    file, out = tmp_path / "round.pb", tmp_path / "result.json"
    file.write_text(exported(made), "utf-8")
    command = command_of(choice_of(round_.row(made))).split()[3:]
    ran = CliRunner().invoke(allocate_command, [str(file), *command, "--out", str(out)])
    assert ran.exit_code == 0, ran.output
    result = Tally.objects.get().result
    told = json.loads(out.read_text())
    assert told["selected"] == result["funded"]
    assert round(told["cost"] * 100) == result["spent"]


def test_an_export_carries_fresh_random_ids_and_nothing_of_persons(round_: SmallRound) -> None:
    made = round_.counted(voters=30)

    def ids() -> list[str]:
        lines = exported(made).partition("VOTES\n")[2].splitlines()
        assert lines[0] == "voter_id;vote"
        return [line.partition(";")[0] for line in lines[1:]]

    first, second = ids(), ids()
    assert len(set(first)) == 30
    assert not set(first) & set(second)
    votes = [line.partition(";")[2] for line in exported(made).partition("VOTES\n")[2].split("\n")]
    assert votes[1:-1] == sorted(votes[1:-1])  # by content, not by who came when
    assert "和风花园" not in exported(made)


@pytest.mark.parametrize(
    "rule",
    [
        RuleChoice(ballot_kind=BallotKind.RANKED, gain=Gain.BORDA),
        RuleChoice(ballot_kind=BallotKind.POINTS, gain=Gain.POINTS, points_each=10),
    ],
)
def test_ranked_and_scored_ballots_are_counted_and_exported(
    round_: SmallRound, rule: RuleChoice
) -> None:
    made, codes = round_.voting(8, rule)
    scored = rule.ballot_kind is BallotKind.POINTS
    for number, code in enumerate(codes):
        choices: list[object] = [[3, 6], [1, 4]] if scored else [3, 1]
        round_.cast(code, choices if number else [])
    count_round(round_id=made, by=round_.runs, at=AFTER)
    assert "3" in Tally.objects.get().result["funded"]
    assert prove(made).holds
    assert read_pabulib(exported(made)).election.voters == 8


def test_mixing_leaves_no_ballot_where_it_was(round_: SmallRound) -> None:
    made, codes = round_.voting(24)
    for number, code in enumerate(codes):
        round_.cast(code, [1 + number % 3])
    before = set(Ballot.objects.values_list("id", flat=True))
    count_round(round_id=made, by=round_.runs, at=AFTER)
    after = set(Ballot.objects.values_list("id", flat=True))
    assert not before & after
    assert len(after) == 24


def test_the_urn_is_shaken_while_people_vote_and_nothing_else_changes(round_: SmallRound) -> None:
    made, codes = round_.voting(6)
    for number, code in enumerate(codes[:5]):
        round_.cast(code, [1 + number % 3])
    before = sorted(Ballot.objects.values_list("id", "choices"))
    assert shake_urns(at=VOTING_DAY) == 5
    after = sorted(Ballot.objects.values_list("id", "choices"))
    assert not {pk for pk, _said in before} & {pk for pk, _said in after}
    assert sorted(said for _pk, said in before) == sorted(said for _pk, said in after)
    round_.cast(codes[5], [2])
    count_round(round_id=made, by=round_.runs, at=VOTING_DAY)
    assert prove(made).holds
    assert shake_urns(at=VOTING_DAY) == 0  # a counted round lies still


def test_a_place_from_which_few_voted_is_left_out(round_: SmallRound) -> None:
    made, codes = round_.voting(24)
    for code in codes[:4]:
        round_.cast(code, [3])
    count_round(round_id=made, by=round_.runs, at=AFTER)
    assert set(Ballot.objects.values_list("place_id", flat=True)) == {None}
    assert Tally.objects.get().result["places"] == []


def test_places_show_their_share_where_many_voted(round_: SmallRound) -> None:
    made = round_.counted(voters=24)
    (garden,) = Tally.objects.get(round_id=made).result["places"]
    assert (garden["place"], garden["voters"], garden["share"]) == ("和风花园", 24, 1.0)


@given(
    votes=st.lists(st.lists(st.sampled_from([1, 2, 3]), unique=True, max_size=3), max_size=8),
    on_paper=st.integers(0, 4),
)
@hypothesis_settings(max_examples=12)
def test_used_codes_are_always_ballots(
    django_db_blocker: object, votes: list[list[int]], on_paper: int
) -> None:
    with transaction.atomic():
        round_ = SmallRound(build())
        made, codes = round_.voting(14)
        for code, choices in zip(codes, votes, strict=False):
            round_.cast(code, choices)
        for number, code in enumerate(codes[len(votes) : len(votes) + on_paper], 1):
            receive_paper(code=code, by=round_.worker, at=moment("2026-03-17"))
            assert number <= on_paper
        for number in range(1, on_paper + 1):
            read(round_, made, number, [2], [2])
        if not votes and not on_paper:
            with pytest.raises(CannotCount):
                count_round(round_id=made, by=round_.runs, at=AFTER)
        else:
            count_round(round_id=made, by=round_.runs, at=AFTER)
            used = RosterEntry.objects.exclude(used="").count()
            assert used == Ballot.objects.count() == len(votes) + on_paper
            spent = Tally.objects.get(round_id=made).result["spent"]
            assert spent <= round_.row(made).budget
            assert prove(made).holds
        transaction.set_rollback(True)
