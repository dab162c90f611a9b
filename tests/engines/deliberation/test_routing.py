"""The next statement: learn most, hear every group, starve none."""

import numpy as np
import pytest

from gongzhi.engines.deliberation.routing import (
    RoutingSettings,
    choose_statement,
    polis_priorities,
    weigh_statements,
)
from gongzhi.engines.deliberation.tallies import Tally

ALL = np.ones(4, dtype=bool)
TALLY = Tally(
    agree=np.array([[50, 90, 30, 0], [5, 1, 1, 0]]),
    disagree=np.array([[50, 5, 30, 0], [5, 9, 0, 0]]),
    seen=np.array([[100, 100, 60, 0], [10, 10, 1, 0]]),
)


def test_chances_add_up_and_only_go_to_what_was_not_seen() -> None:
    unseen = np.array([True, False, True, False])
    for group in (None, 0, 1):
        chances = weigh_statements(TALLY, shown=ALL, unseen=unseen, group=group)
        assert chances.sum() == pytest.approx(1)
        assert not chances[~unseen].any()


def test_nothing_is_left_when_all_was_seen() -> None:
    chances = weigh_statements(TALLY, shown=ALL, unseen=~ALL, group=0)
    assert not chances.any()
    assert choose_statement(chances, draw=0.5) is None


def test_a_group_is_asked_first_where_it_was_heard_least() -> None:
    settings = RoutingSettings(for_young=0, for_all=0)
    counts = Tally(
        agree=np.array([[45, 50], [5, 1]]),
        disagree=np.array([[45, 48], [5, 1]]),
        seen=np.array([[90, 98], [10, 2]]),
    )
    both = np.ones(2, dtype=bool)
    small, large, anyone = (
        weigh_statements(counts, shown=both, unseen=both, group=group, settings=settings)
        for group in (1, 0, None)
    )
    assert small[1] > 1.5 * small[0]
    assert large[0] > large[1]
    assert anyone == pytest.approx([0.5, 0.5])


def test_what_has_fewer_votes_is_shown_more_whatever_was_answered() -> None:
    settings = RoutingSettings(for_young=0, for_all=0)
    for group in (None, 0, 1):
        chances = weigh_statements(TALLY, shown=ALL, unseen=ALL, group=group, settings=settings)
        assert chances[3] > chances[2] > chances[0]
        turned = Tally(TALLY.disagree, TALLY.agree, TALLY.seen)
        assert chances == pytest.approx(
            weigh_statements(turned, shown=ALL, unseen=ALL, group=group, settings=settings)
        )


def test_a_new_statement_is_never_starved() -> None:
    """However much the others teach, each of n new ones keeps a fifth of the servings / n."""
    old = Tally(*(np.pad(part, ((0, 0), (0, 3))) for part in TALLY.parts))
    shown = np.ones(7, dtype=bool)
    for group in (None, 0, 1):
        chances = weigh_statements(old, shown=shown, unseen=shown, group=group)
        assert chances[3:].min() >= 0.2 / 4
        assert chances.min() >= 0.1 / 7


def test_a_draw_picks_in_proportion_and_never_what_has_no_chance() -> None:
    chances = np.array([0.0, 0.25, 0.0, 0.75, 0.0])
    picked = [choose_statement(chances, draw=draw) for draw in np.linspace(0, 0.999999, 1000)]
    assert set(picked) == {1, 3}
    assert picked.count(1) == pytest.approx(250, abs=2)
    assert choose_statement(chances, draw=1.0) == 3


def test_shares_set_apart_stay_within_the_whole() -> None:
    for settings in ({"for_young": -0.1}, {"for_young": 0.7, "for_all": 0.4}):
        with pytest.raises(ValueError, match="set apart"):
            RoutingSettings(**settings)


def test_polis_priorities_fall_with_votes_and_are_fixed_for_statements_about_voters() -> None:
    found = polis_priorities(
        TALLY, extremity=np.ones(4), meta=np.array([False, True, False, False])
    )
    assert found[1] == 49
    assert found[3] == pytest.approx((0.5 * 0.5 * 2 * 9) ** 2)
    assert found[3] > found[2] > found[0]
