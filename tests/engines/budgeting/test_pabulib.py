"""`.pb` files are read whole or refused with the number of the line at fault."""

import numpy as np
import pytest

from gongzhi.engines.budgeting import (
    BallotKind,
    InvalidElection,
    UnreadableElection,
    make_election,
    read_pabulib,
    write_pabulib,
)

FILE = """META
key;value
description;"A round; with a semicolon"
budget;100,50
vote_type;approval
num_projects;3
num_votes;4
PROJECTS
project_id;cost;name;selected
1;40;"The ""big"" one";1
2;60.5;Trees;0
x7;1;Bench;1
VOTES
voter_id;vote;neighborhood
1;1,x7;North
2;x7,1;South
3;;North
4;2;North
"""


def test_a_file_becomes_projects_a_budget_and_merged_ballots():
    file = read_pabulib(FILE)
    election = file.election
    assert election.project_ids == ("1", "2", "x7")
    assert (election.costs, election.budget, election.scale) == ((80, 121, 2), 201, 2)
    assert election.voters == 4
    assert sorted(election.ballots.weights.tolist()) == [1, 1, 2]
    assert election.votes.tolist() == [2, 1, 2]
    assert file.selected == ("1", "x7")
    assert file.meta["description"] == "A round; with a semicolon"
    assert file.projects[0]["name"] == 'The "big" one'


@pytest.mark.parametrize("change", [("\n", "\r\n"), ("META", "\ufeffMETA"), ("META\n", "meta ;\n")])
def test_line_ends_marks_and_case_do_not_matter(change):
    assert read_pabulib(FILE.replace(*change)).election.votes.tolist() == [2, 1, 2]


def test_voters_are_counted_by_place():
    places = read_pabulib(FILE, place_column="neighborhood").election.places
    assert places.names == ("North", "South")
    assert np.bincount(places.places, weights=places.counts).tolist() == [3, 1]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("META\n", "", 7, "META, PROJECTS, VOTES"),
        ("VOTES\n", "", 18, "no section VOTES"),
        ("PROJECTS\n", "PROJECTS\nPROJECTS\n", 9, "a second time"),
        ("key;value", "a;b", 2, "key;value"),
        ("budget;100,50\n", "", 1, "'budget'"),
        ("budget;100,50", "budget;0", 4, "more than 0"),
        ("budget;100,50", "budget;-3", 4, "more than 0"),
        ("budget;100,50", "budget;nan", 4, "must be a number"),
        ("budget;100,50", "budget;1\nbudget;2", 5, "given twice"),
        ("vote_type;approval", "vote_type;shouting", 5, "shouting"),
        ("num_projects;3", "num_projects;4", 6, "there are 3"),
        ("num_votes;4", "num_votes;9", 7, "there are 4"),
        ("project_id;cost", "id;cost", 9, "'project_id'"),
        ("1;40;", "1;0;", 10, "more than 0"),
        ("1;40;", "1;-40;", 10, "more than 0"),
        ("1;40;", "1;NaN;", 10, "must be a number"),
        ("1;40;", "1;1e400;", 10, "must be a number"),
        ("2;60.5;", "1;60.5;", 11, "on line 10 already"),
        ("2;60.5;Trees;0", "2;60.5;Trees", 11, "3 cells instead of 4"),
        (';"The ""big"" one"', ';"The "big" one"', 10, "quoting"),
        ("voter_id;vote;", "voter_id;ballot;", 14, "'vote'"),
        ("4;2;North", "4;2,9;North", 18, "'9' is not in this round"),
        ("4;2;North", "4;2,2;North", 18, "twice"),
        ("4;2;North", "4;2", 18, "2 cells instead of 3"),
    ],
)
def test_bad_files_are_refused_with_the_line(old, new, line, words):
    assert old in FILE
    with pytest.raises(UnreadableElection, match=words) as refusal:
        read_pabulib(FILE.replace(old, new, 1))
    assert refusal.value.line == line
    assert str(refusal.value).startswith(f"line {line}: ")


def test_sections_out_of_order_are_refused():
    head, votes = FILE.split("VOTES\n")
    with pytest.raises(UnreadableElection, match="META, PROJECTS, VOTES"):
        read_pabulib("VOTES\n" + votes + head)


def test_choose_one_means_one():
    text = FILE.replace("approval", "choose-1")
    with pytest.raises(UnreadableElection, match="line 15: a choose-1"):
        read_pabulib(text)


POINTS = """META
key;value
budget;10
vote_type;cumulative
PROJECTS
project_id;cost
a;4
b;6
VOTES
voter_id;vote;points
1;a,b;3,0.5
2;b;2
"""


def test_points_may_be_fractions_and_zero_points_are_no_support():
    ballots = read_pabulib(POINTS).election.ballots
    assert ballots.point_scale == 2
    assert ballots.points.tolist() == [6, 1, 4]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("a,b;3,0.5", "a,b;3", "2 projects, but 1"),
        ("b;2\n", "b;-2\n", "not a number of points"),
        ("b;2\n", "b;nan\n", "not a number of points"),
        ("vote;points", "vote;marks", "'points'"),
    ],
)
def test_bad_points_are_refused(old, new, words):
    with pytest.raises(UnreadableElection, match=words):
        read_pabulib(POINTS.replace(old, new))


def test_an_unlisted_default_score_is_refused():
    text = POINTS.replace("cumulative", "scoring\ndefault_score;1")
    with pytest.raises(UnreadableElection, match="default_score"):
        read_pabulib(text)


@pytest.mark.parametrize("text", [FILE, POINTS, FILE.replace("approval", "ordinal")])
def test_what_is_written_is_read_back(text):
    first = read_pabulib(text)
    again = read_pabulib(write_pabulib(first.election, meta=first.meta))
    assert (again.election.costs, again.election.budget) == (
        first.election.costs,
        first.election.budget,
    )
    assert contents(again.election) == contents(first.election)
    assert again.meta.get("description") == first.meta.get("description", "")


def contents(election):
    ballots = election.ballots
    points = np.zeros(len(ballots.projects), int) if ballots.points is None else ballots.points
    return {
        (tuple(ballots.projects[start:end].tolist()), tuple(points[start:end].tolist())): weight
        for start, end, weight in zip(
            ballots.starts[:-1], ballots.starts[1:], ballots.weights.tolist(), strict=True
        )
    }


def test_written_ballots_do_not_tell_who_voted_or_when():
    text = write_pabulib(read_pabulib(FILE).election, meta={})
    rows = text.split("VOTES\n")[1].splitlines()[1:]
    assert [row.split(";")[0] for row in rows] == ["1", "2", "3", "4"]
    assert [row.split(";")[1] for row in rows] == ["", "1,x7", "1,x7", "2"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"budget": 0}, "budget must be more than 0"),
        ({"costs": {"a": 0}}, "'a': the cost"),
        ({"costs": {}, "votes": [[]]}, "at least one project"),
        ({"votes": []}, "nobody voted"),
        ({"votes": [["a"], ["z"]]}, "vote 2: project 'z'"),
        ({"votes": [["a", "a"]]}, "vote 1: a project is listed twice"),
        ({"costs": {"a": 2**60}}, "too large|this large"),
    ],
)
def test_plain_values_are_checked_too(change, words):
    given = {"costs": {"a": 1}, "budget": 1, "kind": BallotKind.APPROVAL, "votes": [["a"]]}
    with pytest.raises(InvalidElection, match=words):
        make_election(**{**given, **change})
