"""Two people act at once on one owners' vote: one ballot, one count, a whole chain."""

from collections.abc import Iterator

import pytest

from gongzhi.affairs.assemblies.models import OwnersBallot, VoteItem
from gongzhi.affairs.assemblies.owners_ballots import type_paper, vote_by_link
from gongzhi.affairs.assemblies.owners_choices import Choice
from gongzhi.affairs.assemblies.owners_counting import count_vote
from gongzhi.affairs.assemblies.owners_lifecycle import NoSuchVote
from gongzhi.affairs.assemblies.owners_links import renew_link
from gongzhi.commons.ledger.verifying import verify
from gongzhi.commons.permissions.actors import RESIDENT
from tests.affairs.assemblies.buildings import (
    AFTER,
    BEGINS,
    announced,
    click,
    paper,
    second_reader,
    token,
)
from tests.affairs.small_district import SmallDistrict, build
from tests.affairs.tickets.test_at_once import at_once, one_wins, refusals

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture
def district(transactional_db: None) -> Iterator[SmallDistrict]:
    yield build()
    assert verify().findings == ()


def test_a_link_that_is_used_twice_at_once_makes_one_ballot(district: SmallDistrict) -> None:
    vote = announced(district)
    refusal = one_wins(lambda: click(vote, 1, Choice.FOR), lambda: click(vote, 1, Choice.AGAINST))
    assert "已经投过一次票" in str(refusal)
    assert OwnersBallot.objects.count() == 1


def test_two_who_type_one_paper_at_once_agree_on_one_ballot(district: SmallDistrict) -> None:
    vote, slip = announced(district), paper(2, Choice.FOR)
    readers = (district.worker, second_reader(district))
    outcome = at_once(
        *(
            lambda by=by: type_paper(vote_id=vote, paper=slip, by=by, at=AFTER)  # type: ignore[misc]
            for by in readers
        )
    )
    assert refusals(outcome) == []
    assert OwnersBallot.objects.count() == 1


def test_a_vote_that_two_count_at_once_is_counted_once(district: SmallDistrict) -> None:
    vote = announced(district)
    click(vote, 1, Choice.FOR)
    refusal = one_wins(
        lambda: count_vote(vote_id=vote, by=district.worker, at=AFTER),
        lambda: count_vote(vote_id=vote, by=district.coordinator, at=AFTER),
    )
    assert "已计票" in str(refusal)


def test_a_link_replaced_while_it_is_used_either_voted_before_or_not_at_all(
    district: SmallDistrict,
) -> None:
    vote = announced(district)
    old = token(vote, 1)
    outcome = at_once(
        lambda: vote_by_link(token=old, choices={1: Choice.FOR}, by=RESIDENT, at=BEGINS),
        lambda: renew_link(vote_id=vote, number=1, by=district.worker, at=BEGINS),
    )
    assert all(isinstance(one, NoSuchVote) for one in refusals(outcome))
    assert OwnersBallot.objects.count() == 1 - len(refusals(outcome))


def test_a_paper_agreed_on_while_the_vote_is_counted_is_counted_or_the_count_waits(
    district: SmallDistrict,
) -> None:
    vote, slip = announced(district), paper(2, Choice.FOR)
    type_paper(vote_id=vote, paper=slip, by=district.worker, at=AFTER)
    at_once(
        lambda: type_paper(vote_id=vote, paper=slip, by=second_reader(district), at=AFTER),
        lambda: count_vote(vote_id=vote, by=district.worker, at=AFTER),
    )
    figures = VoteItem.objects.get(vote_id=vote).figures
    assert figures is None or figures["taking_part"]["heads"] == 1
    assert OwnersBallot.objects.count() == 1
