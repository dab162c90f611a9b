"""An owners' vote is counted as article 278 of the Civil Code demands."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.engines.deliberation.owners_ballots import (
    Ballot,
    BallotRules,
    Choice,
    settle_ballots,
)
from gongzhi.engines.deliberation.owners_count import (
    ARTICLE_278,
    HALF,
    THREE_QUARTERS,
    DecisionRule,
    OwnersCount,
    Quantity,
    Threshold,
    bound_share,
    count_owners_vote,
)
from gongzhi.engines.deliberation.owners_roll import BadRoll, Flat, Roll


def roll_of(*areas: int | None, total: int | None = None, owners: str | None = None) -> Roll:
    """Flats 1, 2, 3 ... of these areas; `owners` names each flat's owner by a letter."""
    letters = owners or "abcdefghijklmnopqrstuvwxyz"
    flats = tuple(
        Flat(str(i + 1), letters[i], None if area is None else Fraction(area), row=i + 2)
        for i, area in enumerate(areas)
    )
    return Roll("1号楼", flats, None if total is None else Fraction(total))


def ballot(owner: str, choice: Choice = "for", **facts: Any) -> Ballot:
    return Ballot(**{"owner": owner, "choice": choice, "channel": "paper", "order": 0, **facts})


def count(
    roll: Roll, *ballots: Ballot, rule: DecisionRule = HALF, rules: BallotRules | None = None
) -> OwnersCount:
    return count_owners_vote(roll, settle_ballots(roll, ballots, rules=rules), rule=rule)


def met(found: OwnersCount) -> list[bool | None]:
    return [one.met for one in found.tests]


def test_exactly_two_thirds_taking_part_and_three_quarters_agreeing_pass() -> None:
    found = count(
        roll_of(100, 100, 100, 100, 100, 100),
        *(ballot(owner) for owner in "abc"),
        ballot("d", "against"),
        rule=THREE_QUARTERS,
    )
    assert [one.low for one in found.tests] == [
        Fraction(2, 3),
        Fraction(2, 3),
        Fraction(3, 4),
        Fraction(3, 4),
    ]
    assert found.verdict == "passed"


def test_exactly_half_agreeing_does_not_pass_where_more_than_half_is_asked() -> None:
    found = count(roll_of(100, 100), ballot("a"), ballot("b", "against"))
    assert met(found) == [True, True, False, False]
    assert found.tests[3].missing == 1
    assert found.verdict == "failed"


def test_heads_may_fail_where_area_passes() -> None:
    found = count(roll_of(900, 50, 50), ballot("a"))
    assert met(found) == [True, False, True, True]
    assert found.tests[1].missing == 1
    assert found.verdict == "failed"


def test_what_is_missing_for_the_quorum_is_said_in_area_and_heads() -> None:
    found = count(roll_of(100, 100, 100, 100, 100, 100, 100), ballot("a"), ballot("b"))
    assert found.tests[0].missing == Fraction(1400, 3) - 200
    assert found.tests[1].missing == 3  # 5 of 7 are the least that make two thirds


def test_an_owner_of_several_flats_is_one_head() -> None:
    found = count(roll_of(80, 80, 80, 60, owners="aaab"), ballot("a"))
    assert found.entitled == Quantity(Fraction(300), 2)
    assert found.taking_part == Quantity(Fraction(240), 1)
    assert met(found) == [True, False, True, True]


def test_an_owner_may_vote_for_one_flat_only() -> None:
    found = count(roll_of(80, 70, owners="aa"), ballot("a", flats=("1",)))
    assert found.taking_part == Quantity(Fraction(80), 1)
    assert found.silent == Quantity(Fraction(70), 0)


def test_an_owner_who_votes_differently_for_two_flats_is_a_head_that_is_not_in_favour() -> None:
    found = count(
        roll_of(80, 70, 50, owners="aab"),
        ballot("a", flats=("1",)),
        ballot("a", "against", flats=("2",)),
        ballot("b"),
    )
    assert found.divided_heads == 1
    assert found.by_choice["for"] == Quantity(Fraction(130), 1)
    assert found.by_choice["against"] == Quantity(Fraction(70), 0)
    assert found.taking_part.heads == 2
    assert found.tests[3].low == Fraction(1, 2)


def test_joint_owners_who_contradict_each_other_cancel_their_flat() -> None:
    roll = roll_of(100, 100)
    found = count(roll, ballot("a", signer="wife"), ballot("a", "against", signer="husband"))
    assert found.taking_part == Quantity(Fraction(0), 0)
    cast = settle_ballots(
        roll, [ballot("a", signer="wife"), ballot("a", "against", signer="husband")]
    )
    assert {one.reason for one in cast.refused} == {"contradiction"}
    agreed = count(roll, ballot("a", signer="wife"), ballot("a", signer="husband"))
    assert agreed.taking_part == Quantity(Fraction(100), 1)


@pytest.mark.parametrize(
    ("twice", "counted"),
    [("latest", "against"), ("earliest", "abstain"), ("paper", "for"), ("refuse", None)],
)
def test_of_a_paper_and_an_electronic_ballot_the_rules_say_which_counts(
    twice: Any, counted: str | None
) -> None:
    cast = settle_ballots(
        roll_of(100),
        [
            ballot("a", "against", channel="electronic", order=3),
            ballot("a", "for", channel="paper", order=2),
            ballot("a", "abstain", channel="electronic", order=1),
        ],
        rules=BallotRules(twice=twice),
    )
    assert cast.choices.get("1") == counted
    assert len(cast.refused) == (2 if counted else 3)


def test_a_ballot_repeated_with_the_same_choice_counts_once_even_if_two_are_refused() -> None:
    cast = settle_ballots(
        roll_of(100),
        [ballot("a", order=1), ballot("a", order=2, channel="electronic")],
        rules=BallotRules(twice="refuse"),
    )
    assert cast.choices == {"1": "for"}
    assert cast.channels == {"1": "electronic"}
    assert [one.reason for one in cast.refused] == ["replaced"]


def test_a_proxy_needs_written_authority_and_keeps_to_the_limit() -> None:
    roll = roll_of(100, 100, 100)
    cast = settle_ballots(
        roll,
        [
            ballot("a", proxy="p", authorised=False, order=1),
            ballot("a", proxy="p", authorised=True, order=2),
            ballot("b", proxy="p", authorised=True, order=3),
            ballot("c", proxy="p", authorised=True, order=4),
        ],
        rules=BallotRules(most_owners_per_proxy=2),
    )
    assert set(cast.choices) == {"1", "2"}
    assert [one.reason for one in cast.refused] == ["proxy_without_authority", "proxy_over_limit"]


def test_a_ballot_of_someone_else_or_for_another_flat_does_not_count() -> None:
    cast = settle_ballots(
        roll_of(100, 100),
        [ballot("z"), ballot("a", flats=("2",)), ballot("a", flats=("9",)), ballot("b")],
    )
    assert cast.choices == {"2": "for"}
    assert [(one.flat, one.reason) for one in cast.refused] == [
        (None, "not_owner"),
        ("2", "not_owner"),
        ("9", "unknown_flat"),
    ]


def test_those_not_reached_stay_in_what_two_thirds_are_taken_of() -> None:
    flats = tuple(
        Flat(str(i), f"o{i}", Fraction(100), delivered=i != 3, row=None) for i in range(1, 4)
    )
    found = count(Roll("单元", flats), ballot("o1"))
    assert found.undelivered == Quantity(Fraction(100), 1)
    assert found.silent == Quantity(Fraction(100), 1)
    assert found.tests[1].low == Fraction(1, 3)


def test_abstaining_takes_part_and_spoiling_does_so_only_by_rule() -> None:
    roll = roll_of(100, 100, 100)
    ballots = (ballot("a"), ballot("b", "abstain"), ballot("c", "spoiled"))
    without = count(roll, *ballots)
    assert without.taking_part == Quantity(Fraction(200), 2)
    rule = DecisionRule(HALF.quorum, HALF.majority, spoiled_takes_part=True)
    assert count(roll, *ballots, rule=rule).taking_part == Quantity(Fraction(300), 3)


def test_an_unknown_area_leaves_undecided_what_it_could_turn() -> None:
    silent_unknown = count(roll_of(100, 100, None), ballot("a"), ballot("b"))
    assert met(silent_unknown) == [None, True, True, True]
    assert silent_unknown.verdict == "undecided"
    assert silent_unknown.tests[0].missing is None


def test_a_total_settles_what_unknown_areas_can_be() -> None:
    small = count(roll_of(100, 100, None, total=260), ballot("a"), ballot("b"))
    assert small.tests[0].low == small.tests[0].high == Fraction(200, 260)
    assert small.verdict == "passed"
    large = count(roll_of(100, 100, None, total=400), ballot("a"), ballot("b"))
    assert large.verdict == "failed"
    assert large.tests[0].missing == Fraction(800, 3) - 200


def test_unknown_areas_on_both_sides_of_a_majority_are_bounded_by_the_total() -> None:
    found = count(
        roll_of(300, 100, None, None, total=420),
        ballot("a"),
        ballot("b", "against"),
        ballot("c"),
        ballot("d", "against"),
        rule=THREE_QUARTERS,
    )
    assert (found.tests[2].low, found.tests[2].high) == (Fraction(300, 420), Fraction(320, 420))
    assert found.tests[2].met is None


def test_area_no_listed_flat_accounts_for_took_no_part() -> None:
    found = count(roll_of(100, 100, total=400), ballot("a"), ballot("b"))
    assert found.unlisted_area == 200
    assert found.tests[0].low == Fraction(1, 2)


def test_nobody_voting_fails_without_dividing_by_zero() -> None:
    found = count(roll_of(100, 100))
    assert met(found) == [False] * 4
    assert found.tests[3].missing == 1


def test_the_nine_matters_ask_for_the_majorities_of_the_law() -> None:
    assert sorted(ARTICLE_278) == list(range(1, 10))
    three_quarters = [n for n, (_, rule) in ARTICLE_278.items() if rule is THREE_QUARTERS]
    assert three_quarters == [6, 7, 8]
    for _, rule in ARTICLE_278.values():
        assert rule.quorum == Threshold(Fraction(2, 3), inclusive=True)


@pytest.mark.parametrize(
    ("flats", "total", "row", "words"),
    [
        ([], None, None, "no flats"),
        ([("1", "a", 50), ("1", "b", 50)], None, 3, r"listed twice \(first in line 2\)"),
        ([("1", "a", 0)], None, 2, "not positive"),
        ([("1", "a", -5)], None, 2, "not positive"),
        ([("1", "", 50)], None, 2, "its owner"),
        ([("1", "a", 60), ("2", "b", 50)], 100, 3, "add up to 110, more than the total of 100"),
        ([("1", "a", 60), ("2", "b", 40), ("3", "c", None)], 100, 4, "unknown area"),
        ([("1", "a", 60)], 0, None, "total area is not positive"),
    ],
)
def test_a_roll_that_cannot_be_counted_by_is_refused_with_its_line(
    flats: list[tuple[str, str, int | None]], total: int | None, row: int | None, words: str
) -> None:
    with pytest.raises(BadRoll, match=words) as refusal:
        Roll(
            "小区",
            tuple(
                Flat(key, owner, None if area is None else Fraction(area), row=i + 2)
                for i, (key, owner, area) in enumerate(flats)
            ),
            None if total is None else Fraction(total),
        )
    assert refusal.value.row == row


CHOICES = st.sampled_from(["for", "against", "abstain", "spoiled", None])
FLATS = st.lists(
    st.tuples(st.integers(1, 300), st.sampled_from("abcdef"), CHOICES, st.booleans()),
    min_size=1,
    max_size=14,
)


@given(FLATS, st.booleans())
def test_every_head_and_every_area_is_counted_once(
    flats: list[tuple[int, str, Choice | None, bool]], spoiled: bool
) -> None:
    roll = Roll(
        "小区",
        tuple(
            Flat(str(i), owner, Fraction(area, 100), delivered=reached)
            for i, (area, owner, _, reached) in enumerate(flats)
        ),
    )
    ballots = [
        ballot(owner, choice, flats=(str(i),))
        for i, (_, owner, choice, _) in enumerate(flats)
        if choice is not None
    ]
    rule = DecisionRule(HALF.quorum, HALF.majority, spoiled_takes_part=spoiled)
    found = count(roll, *ballots, rule=rule)
    parts = [*found.by_choice.values(), found.silent, found.undelivered]
    assert sum((one.area for one in parts), Fraction(0)) == found.entitled.area
    assert sum(one.heads for one in parts) + found.divided_heads == found.entitled.heads
    assert sum(found.by_channel.values()) == len(ballots)
    spoiled_part = found.by_choice["spoiled"]
    assert found.taking_part.area == found.entitled.area - (
        found.silent.area + found.undelivered.area + (0 if spoiled else spoiled_part.area)
    )


@given(
    st.lists(st.integers(1, 50), max_size=3),
    st.lists(st.integers(1, 50), max_size=3),
    st.lists(st.tuples(st.sampled_from("yn-"), st.integers(1, 40)), min_size=1, max_size=4),
    st.booleans(),
)
def test_bounds_hold_whatever_the_unknown_areas_are(
    yes: list[int], no: list[int], hidden: list[tuple[str, int]], with_total: bool
) -> None:
    where = [side for side, _ in hidden]
    left = Fraction(sum(area for _, area in hidden))
    low, high = bound_share(
        Quantity(Fraction(sum(yes)), 0, where.count("y")),
        Quantity(Fraction(sum(no)), 0, where.count("n")),
        left=left if with_total else None,
        all_here="-" not in where,
    )
    true_yes = sum(yes) + sum(area for side, area in hidden if side == "y")
    true_all = true_yes + sum(no) + sum(area for side, area in hidden if side == "n")
    share = Fraction(true_yes, true_all) if true_all else Fraction(0)
    assert low <= share <= high
