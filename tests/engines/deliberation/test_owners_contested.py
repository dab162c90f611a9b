"""Where an owners' vote is contested: two ballots of one party, and what is missing."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.engines.deliberation.owners_ballots import BallotRules, Choice, settle_ballots
from tests.engines.deliberation.test_owners_vote import ballot, count, roll_of


@pytest.mark.parametrize(
    ("twice", "counted"),
    [("latest", "against"), ("earliest", "for"), ("paper", "against"), ("refuse", None)],
)
def test_a_signed_paper_after_a_vote_by_link_is_the_same_partys_second_ballot(
    twice: Any, counted: str | None
) -> None:
    """A link names no signer, so that a signature on paper makes nobody a second joint owner."""
    cast = settle_ballots(
        roll_of(100),
        [
            ballot("a", "for", channel="electronic", order=1),
            ballot("a", "against", channel="paper", order=2, signer="wife"),
        ],
        rules=BallotRules(twice=twice),
    )
    assert cast.choices.get("1") == counted
    assert len(cast.refused) == (1 if counted else 2)


def test_two_signers_who_differ_after_a_vote_by_link_still_cancel_each_other() -> None:
    cast = settle_ballots(
        roll_of(100),
        [
            ballot("a", "for", channel="electronic", order=1),
            ballot("a", "against", order=2, signer="wife"),
            ballot("a", "for", order=3, signer="husband"),
        ],
    )
    assert cast.choices == {}
    assert [one.reason for one in cast.refused] == ["replaced", "contradiction", "contradiction"]


def test_a_later_vote_without_a_signer_speaks_for_all_who_signed_before() -> None:
    cast = settle_ballots(
        roll_of(100),
        [
            ballot("a", "against", order=1, signer="wife"),
            ballot("a", "abstain", order=2, signer="husband"),
            ballot("a", "for", channel="electronic", order=3),
        ],
    )
    assert cast.choices == {"1": "for"}
    assert [one.reason for one in cast.refused] == ["replaced", "replaced"]


_SIDES = st.tuples(st.integers(1, 60), st.sampled_from(["for", "against", None]), st.booleans())


@given(st.lists(_SIDES, min_size=2, max_size=6))
def test_what_is_missing_of_an_area_is_no_more_than_it_would_take(
    flats: list[tuple[int, Choice | None, bool]],
) -> None:
    """A flat of unknown area brings what the total leaves for it to the side it voted for."""
    letters, total = "abcdef", sum(area for area, _said, _hidden in flats)
    areas = [None if hidden else area for area, _said, hidden in flats]
    said = [ballot(letters[i], one) for i, (_area, one, _hidden) in enumerate(flats) if one]
    found = count(roll_of(*areas, total=total), *said)
    taking = sum(area for area, one, _hidden in flats if one)
    agreeing = sum(area for area, one, _hidden in flats if one == "for")
    for one, yes, of in ((found.tests[0], taking, total), (found.tests[2], agreeing, taking)):
        least = max(one.threshold.share * of - yes, Fraction(0))
        if one is found.tests[0] and one.met is False and one.low == one.high:
            assert one.missing == least
        elif one.missing is not None:
            assert one.missing <= least
