"""The map: planted camps are found, and what is said of them is counted from the votes."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from gongzhi.engines.deliberation.common_ground import (
    find_common_ground,
    measure_division,
    pick_common_statements,
    rank_shared,
)
from gongzhi.engines.deliberation.describing import describe_groups, name_amount
from gongzhi.engines.deliberation.opinion_map import (
    AS_POLIS,
    MapSettings,
    draw_map,
    redraw_map,
)
from gongzhi.engines.deliberation.representative import pick_representative
from gongzhi.engines.deliberation.tallies import (
    Tally,
    contrast_groups,
    share_interval,
)
from gongzhi.engines.deliberation.votes import cast_vote, gather_votes
from tests.engines.deliberation.oracles import as_matrix, make_votes

VOTES, CAMP = make_votes(voters=400, statements=60, camps=3, seed=11, answered=0.6)


def tally(agree: list[list[int]], disagree: list[list[int]], seen: list[list[int]]) -> Tally:
    return Tally(np.array(agree), np.array(disagree), np.array(seen))


def test_planted_camps_are_found() -> None:
    drawn = draw_map(VOTES)
    assert drawn.k == 3
    assert adjusted_rand_score(CAMP, drawn.labels) > 0.98
    assert drawn.sizes.tolist() == sorted(drawn.sizes.tolist(), reverse=True)


def test_the_map_is_the_same_for_the_same_seed_and_for_voters_in_any_order() -> None:
    one, two = draw_map(VOTES), draw_map(VOTES)
    assert np.array_equal(one.labels, two.labels)
    assert np.array_equal(one.projection.positions, two.projection.positions)
    mixed = np.random.default_rng(1).permutation(len(VOTES.values))
    again = draw_map(
        gather_votes(
            voters=VOTES.voters[mixed],
            statements=VOTES.statements[mixed],
            values=VOTES.values[mixed],
        )
    )
    assert np.array_equal(one.labels, again.labels)


def test_votes_are_counted_by_group_and_statement() -> None:
    drawn = draw_map(VOTES)
    matrix = as_matrix(VOTES)
    for g in range(drawn.k):
        own = matrix[drawn.labels == g]
        assert np.array_equal(drawn.tally.agree[g], (own == 1).sum(axis=0))
        assert np.array_equal(drawn.tally.disagree[g], (own == -1).sum(axis=0))
        assert np.array_equal(drawn.tally.seen[g], (~np.isnan(own)).sum(axis=0))


def test_those_with_few_votes_are_not_placed_and_still_count_among_everyone() -> None:
    voters = np.concatenate((VOTES.voters, [1000] * 3))
    statements = np.concatenate((VOTES.statements, [0, 1, 2]))
    values = np.concatenate((VOTES.values, [1, 1, 1]))
    votes = gather_votes(voters=voters, statements=statements, values=values)
    drawn = draw_map(votes)
    assert drawn.labels[-1] == -1
    assert drawn.everyone.agree[0, 0] == draw_map(VOTES).everyone.agree[0, 0] + 1
    assert drawn.tally.seen.sum() == len(VOTES.values)


def test_in_a_small_conversation_those_with_most_votes_are_placed() -> None:
    voters = np.repeat(np.arange(20), [*range(1, 7)] * 3 + [6, 6])
    first = np.concatenate(([0], np.flatnonzero(np.diff(voters)) + 1))
    statements = np.arange(len(voters)) - np.repeat(first, np.bincount(voters))
    votes = gather_votes(
        voters=voters,
        statements=statements,
        values=np.where((voters + statements) % 2, 1, -1),
        known_statements=range(12),
    )
    assert draw_map(votes, settings=MapSettings(least_voters=15)).placed.sum() == 15
    assert draw_map(votes, settings=MapSettings(least_voters=0)).placed.sum() == 0


def test_one_group_is_said_where_no_division_may_be_shown() -> None:
    votes, _ = make_votes(voters=8, statements=20, seed=1, answered=0.9)
    drawn = draw_map(votes)
    assert drawn.k == 1
    assert drawn.chosen is None
    assert drawn.representative == ((),)
    assert drawn.agree.product == pytest.approx(drawn.tally.p_agree[0])


def test_the_number_of_groups_can_be_forced_as_far_as_voters_differ() -> None:
    assert draw_map(VOTES, settings=MapSettings(groups=7)).k == 7
    assert draw_map(VOTES, settings=MapSettings(groups=1)).k == 1
    same = gather_votes(voters=[0, 1, 2, 3], statements=[0] * 4, values=[1, 1, -1, -1])
    with pytest.raises(ValueError, match="fewer than 3"):
        draw_map(same, settings=MapSettings(groups=3))


def test_settings_and_moderation_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        MapSettings(groups=0)
    with pytest.raises(ValueError, match="at least 1"):
        MapSettings(starts=0)
    for shown in (np.zeros(60, dtype=bool), np.ones(59, dtype=bool)):
        with pytest.raises(ValueError, match="shown"):
            draw_map(VOTES, shown=shown)


def test_moderated_statements_appear_nowhere() -> None:
    plain = draw_map(VOTES)
    hidden = {
        *plain.common.agree[:1].tolist(),
        *plain.shared[:1].tolist(),
        plain.representative[0][0].statement,
    }
    shown = ~np.isin(np.arange(60), list(hidden))
    drawn = draw_map(VOTES, shown=shown)
    named = {*drawn.common.agree.tolist(), *drawn.shared.tolist()}
    named |= {one.statement for group in drawn.representative for one in group}
    named |= {one.statement for account in describe_groups(drawn) for one in account.claims}
    assert not named & hidden


def test_one_more_vote_redraws_the_map_as_a_fresh_drawing_would() -> None:
    before = draw_map(VOTES)
    votes = cast_vote(VOTES, voter=17, statement=5, value=-1)
    after, fresh = redraw_map(before, votes), draw_map(votes)
    assert adjusted_rand_score(after.labels, fresh.labels) == 1
    assert after.chosen is not None
    assert fresh.chosen is not None
    assert after.chosen.clustering.inertia == pytest.approx(fresh.chosen.clustering.inertia)
    assert np.abs(np.abs(after.projection.axes) - np.abs(fresh.projection.axes)).max() < 1e-9
    assert np.array_equal(after.tally.all.seen, fresh.tally.all.seen)


def test_groups_keep_their_place_and_order_when_the_map_is_redrawn() -> None:
    turned = replace(draw_map(VOTES), projection=replace(draw_map(VOTES).projection, axes=-AXES))
    after = redraw_map(turned, cast_vote(VOTES, voter=3, statement=1, value=1))
    assert (after.projection.axes * -AXES).sum(axis=1).min() > 0.99


AXES = draw_map(VOTES).projection.axes


def test_a_new_statement_and_a_new_voter_fit_into_the_map() -> None:
    before = draw_map(VOTES)
    votes = cast_vote(VOTES, voter=5000, statement=77, value=1)
    after = redraw_map(before, votes)
    assert after.labels[-1] == -1
    assert len(after.shown) == 61


def test_group_aware_consensus_is_the_product_of_smoothed_shares() -> None:
    found = find_common_ground(tally([[8, 0], [3, 5]], [[1, 0], [0, 0]], [[10, 0], [4, 6]]))
    assert found.product == pytest.approx([9 / 12 * 4 / 6, 1 / 2 * 6 / 8])
    assert found.mean == pytest.approx(np.sqrt(found.product))
    assert found.weakest == pytest.approx([4 / 6, 1 / 2])
    assert found.floor[1] == 0


def test_the_mean_does_not_shrink_when_a_group_is_split_in_two() -> None:
    one = find_common_ground(tally([[98]], [[0]], [[98]]))
    two = find_common_ground(tally([[98]] * 2, [[0]] * 2, [[98]] * 2))
    assert two.product[0] < one.product[0]
    assert two.mean[0] == pytest.approx(one.mean[0])


def test_common_statements_are_those_most_people_surely_hold() -> None:
    counts = tally([[90, 6, 3, 10, 55]], [[5, 3, 80, 80, 45]], [[100, 9, 100, 100, 100]])
    found = pick_common_statements(counts, shown=np.ones(5, dtype=bool))
    assert found.agree.tolist() == [0]
    assert found.disagree.tolist() == [2, 3]
    assert not pick_common_statements(counts, shown=np.zeros(5, dtype=bool)).agree.size
    ground = find_common_ground(counts)
    assert rank_shared(ground, shown=np.ones(5, dtype=bool), most=2).tolist() == [0, 1]


def test_division_is_only_what_is_sure() -> None:
    few = measure_division(tally([[3], [0]], [[0], [3]], [[3], [3]]))
    many = measure_division(tally([[90], [10]], [[10], [90]], [[100], [100]]))
    assert few[0] < 0.35 < many[0] < 0.8


def test_intervals_are_wilsons() -> None:
    low, high = share_interval(np.array([0, 9, 0]), np.array([0, 10, 10]), z=1.959963984540054)
    assert low == pytest.approx([0, 0.5958, 0], abs=1e-4)  # Wilson 1927, 9 of 10 at 95 %
    assert high == pytest.approx([1, 0.9821, 0.2775], abs=1e-4)


def test_contrast_compares_a_group_with_all_others() -> None:
    found = contrast_groups(tally([[8], [2], [1]], [[1], [7], [3]], [[10], [10], [5]]), agree=True)
    p, p_other = 9 / 12, 4 / 17
    assert found.ratio[0, 0] == pytest.approx(p / p_other)
    pooled = (9 + 4) / (11 + 16)
    error = np.sqrt(pooled * (1 - pooled) * (1 / 11 + 1 / 16))
    assert found.ratio_test[0, 0] == pytest.approx((9 / 11 - 4 / 16) / error)
    assert found.p_test[0, 0] == pytest.approx(2 * np.sqrt(11) * (9 / 11 - 0.5))


def test_every_group_of_two_or_more_has_something_that_stands_for_it() -> None:
    nothing = tally([[0, 0], [0, 0]], [[0, 0], [0, 0]], [[0, 0], [0, 0]])
    shown = np.ones(2, dtype=bool)
    assert [len(group) for group in pick_representative(nothing, shown=shown)] == [1, 1]
    assert pick_representative(nothing, shown=~shown) == ((), ())


def test_an_account_of_a_group_rests_on_its_votes() -> None:
    drawn = draw_map(VOTES)
    matrix = as_matrix(VOTES)
    accounts = describe_groups(drawn)
    assert sum(one.share for one in accounts) == pytest.approx(1)
    for account in accounts:
        own = matrix[drawn.labels == account.group]
        others = matrix[drawn.labels != account.group]
        assert {claim.kind for claim in account.claims} >= {"distinct"}
        for claim in account.claims:
            vote = 1 if claim.agree else -1
            assert claim.yes == (own[:, claim.statement] == vote).sum()
            assert claim.other_yes == (others[:, claim.statement] == vote).sum()
            assert claim.seen == (~np.isnan(own[:, claim.statement])).sum()
            assert claim.seen >= 5


def test_an_account_says_nothing_that_rests_on_fewer_than_five() -> None:
    votes, _ = make_votes(voters=60, statements=120, seed=3, answered=0.12)
    drawn = draw_map(votes)
    seen = [claim.seen for account in describe_groups(drawn) for claim in account.claims]
    everything = [
        claim for account in describe_groups(drawn, least_seen=1) for claim in account.claims
    ]
    assert min(seen, default=5) >= 5
    assert min(claim.seen for claim in everything) < 5


@pytest.mark.parametrize(
    ("yes", "seen", "word"),
    [
        (10, 10, "nearly_all"),
        (9, 10, "nearly_all"),
        (2, 3, "most"),
        (6, 10, "over_half"),
        (5, 10, "half"),
        (4, 10, "under_half"),
        (0, 10, "few"),
        (0, 0, "few"),
    ],
)
def test_shares_have_words(yes: int, seen: int, word: str) -> None:
    assert name_amount(yes, seen) == word


def test_a_lone_voter_is_no_group_unless_asked_for_as_polis_does() -> None:
    votes, _ = make_votes(voters=200, statements=40, camps=2, seed=5, answered=0.8)
    drawn = draw_map(votes)
    assert drawn.sizes.min() >= 5
    assert draw_map(votes, settings=AS_POLIS).settings.smallest_group == 1
