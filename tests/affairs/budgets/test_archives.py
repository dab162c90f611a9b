"""Rounds that come as files: numbers without persons, faults with their line."""

import pytest

from gongzhi.affairs.budgets.archives import CannotArchive, NewArchive, archive_round
from gongzhi.affairs.budgets.choices import Gain
from gongzhi.affairs.budgets.lifecycle import CannotMove
from gongzhi.affairs.budgets.models import Ballot, Proposal, Round, Tally
from gongzhi.affairs.budgets.proposals import CannotPropose, accept_project
from gongzhi.affairs.budgets.queries.results import exported
from gongzhi.affairs.budgets.queries.rounds import round_story
from gongzhi.affairs.budgets.rounds import withdraw_round
from gongzhi.affairs.budgets.rules import RuleChoice
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.engines.budgeting import read_pabulib
from tests.affairs.budgets.small_rounds import AFTER, SmallRound

pytestmark = [pytest.mark.django_db, pytest.mark.database]
FILE = """META
key;value
description;Invented town
instance;2024
num_projects;3
num_votes;6
budget;100
vote_type;approval
PROJECTS
project_id;cost;votes;name;selected
BO.1;60;4;Benches;1
BO.2;40.5;2;Trees;0
BO.3;30;2;Trees;1
VOTES
voter_id;age;vote
v1;30;BO.1
v2;31;BO.1,BO.2
v3;32;BO.1
v4;33;BO.1,BO.3
v5;34;BO.2
v6;35;BO.3
"""


def archived(round_: SmallRound, text: str = FILE, rule: RuleChoice | None = None) -> int:
    new = NewArchive(
        title="", place_id=round_.district.places["willow"].pk, text=text,
        rule=rule or RuleChoice(),
    )  # fmt: skip
    return archive_round(new=new, by=round_.runs, at=AFTER)


def test_a_file_becomes_a_round_that_can_only_be_read(round_: SmallRound) -> None:
    made = archived(round_)
    story = round_story(by=RESIDENT, round_id=made)
    assert (story.row.title, story.row.year, story.row.budget) == ("Invented town", 2024, 100_00)
    assert [row.title for row in story.proposals] == ["Benches", "Trees", "Trees（3）"]
    assert story.proposals[1].cost == 40_50
    assert story.tally is not None
    assert story.tally.result["official"] == ["1", "3"]
    with pytest.raises(CannotMove):
        withdraw_round(round_id=made, reason="不要了", by=round_.runs, at=AFTER)
    with pytest.raises(CannotPropose):
        accept_project(
            proposal_id=Proposal.objects.filter(round_id=made)[0].pk, result="做了",
            by=round_.runs, at=AFTER,
        )  # fmt: skip


def test_no_voter_and_no_age_is_kept(round_: SmallRound) -> None:
    made = archived(round_)
    kept = Tally.objects.get(round_id=made).source
    assert "age" not in kept
    assert "v1" not in kept
    assert not Ballot.objects.exists()
    again = read_pabulib(exported(made))
    assert again.election.voters == 6


def test_our_own_export_comes_back_with_the_same_result(round_: SmallRound) -> None:
    made = round_.counted()
    back = archived(round_, exported(made))
    ours, theirs = Tally.objects.get(round_id=made), Tally.objects.get(round_id=back)
    assert theirs.result["funded"] == ours.result["funded"]
    assert theirs.result["official"] == sorted(ours.result["funded"])


@pytest.mark.parametrize(
    ("was", "becomes", "words"),
    [
        ("budget;100", "budget;0", "more than 0"),
        ("budget;100", "budget;none", "第 7 行"),
        ("BO.2;40.5", "BO.2;-4", "第 12 行"),
        ("BO.2;40.5", "BO.1;40.5", "第 12 行"),
        ("BO.2;40.5", "BO.2;40.555", "不是整分"),
        ("v5;34;BO.2", "v5;34;BO.9", "第 20 行"),
        ("v5;34;BO.2", "v5;34", "第 20 行"),
        ("v5;34;BO.2", "v5;34;BO.2,BO.2", "第 20 行"),
        ("num_votes;6", "num_votes;7", "第 6 行"),
        ("VOTES\n", "VOTERS\n", "读不懂"),
        ("vote_type;approval", "vote_type;shouting", "第 8 行"),
    ],
)
def test_a_fault_is_named_with_its_line_and_nothing_is_kept(
    round_: SmallRound, was: str, becomes: str, words: str
) -> None:
    with pytest.raises(CannotArchive, match=words):
        archived(round_, FILE.replace(was, becomes))
    assert not Round.objects.exists()
    assert not Proposal.objects.exists()


def test_hostile_files_and_people_without_the_right_are_refused(round_: SmallRound) -> None:
    for text in ("", "\0" * 100, "META\n" * 1000, "x" * (5 * 1024 * 1024 + 1)):
        with pytest.raises(CannotArchive):
            archived(round_, text)
    with pytest.raises(CannotArchive):
        archived(round_, rule=RuleChoice(gain=Gain.POINTS))
    new = NewArchive(
        title="甲", place_id=round_.district.places["willow"].pk, text=FILE, rule=RuleChoice()
    )
    for by in (RESIDENT, round_.worker):
        with pytest.raises(NotPermitted):
            archive_round(new=new, by=by, at=AFTER)
