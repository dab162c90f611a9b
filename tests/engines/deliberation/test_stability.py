"""How firm the map is: clear camps stay, a cloud does not."""

import numpy as np
import pytest

from gongzhi.engines.deliberation.opinion_map import MapSettings, draw_map
from gongzhi.engines.deliberation.stability import measure_stability, silhouette_of_clouds
from gongzhi.engines.deliberation.votes import gather_votes
from tests.engines.deliberation.oracles import make_votes

VOTES, _ = make_votes(voters=300, statements=50, camps=3, seed=11, answered=0.6)


def nobody_agrees() -> "object":
    """Voters who each toss a coin on every statement: there are no groups."""
    values = np.random.default_rng(3).choice([-1, 1], (300, 40))
    voter, statement = np.indices(values.shape).reshape(2, -1)
    return gather_votes(voters=voter, statements=statement, values=values.ravel())


def test_clear_camps_stay_when_other_people_come() -> None:
    drawn = draw_map(VOTES)
    found = measure_stability(VOTES, drawn, trials=12, seed=1)
    assert dict(found.k_share)[3] > 0.9
    assert found.agreement > 0.95
    assert found.group_kept.min() > 0.95
    assert found.firm > 0.95
    assert drawn.chosen is not None
    assert drawn.chosen.silhouette > found.cloud_silhouette + 0.1


def test_coin_tosses_show_no_firm_groups() -> None:
    votes = nobody_agrees()
    drawn = draw_map(votes)  # type: ignore[arg-type]
    found = measure_stability(votes, drawn, trials=12, seed=1)  # type: ignore[arg-type]
    assert found.agreement < 0.4
    assert found.firm < 0.3
    assert drawn.chosen is None or drawn.chosen.silhouette < found.cloud_silhouette + 0.03


def test_a_few_more_voters_change_less_than_all_other_voters() -> None:
    votes = nobody_agrees()
    drawn = draw_map(votes)  # type: ignore[arg-type]
    all_new = measure_stability(votes, drawn, trials=10, seed=1)  # type: ignore[arg-type]
    few_more = measure_stability(votes, drawn, trials=10, extra=3, seed=1)  # type: ignore[arg-type]
    assert few_more.extra == 3
    assert few_more.agreement > all_new.agreement
    width = (few_more.shared_high - few_more.shared_low).mean()
    assert width < (all_new.shared_high - all_new.shared_low).mean()


def test_the_interval_of_common_ground_holds_the_map_in_most_cases() -> None:
    drawn = draw_map(VOTES)
    found = measure_stability(VOTES, drawn, trials=40, seed=2)
    inside = (found.shared_low <= drawn.agree.mean) & (drawn.agree.mean <= found.shared_high)
    assert inside.mean() > 0.8
    assert found.shared_kept.sum() == pytest.approx(5)


def test_stability_is_the_same_for_the_same_seed() -> None:
    drawn = draw_map(VOTES)
    one, two = (measure_stability(VOTES, drawn, trials=3, seed=4) for _ in range(2))
    assert one.agreement == two.agreement
    assert np.array_equal(one.shared_low, two.shared_low)


def test_one_group_is_firm_in_itself() -> None:
    drawn = draw_map(VOTES, settings=MapSettings(groups=1))
    found = measure_stability(VOTES, drawn, trials=3)
    assert found.k_share == ((1, 1.0),)
    assert found.firm == 1
    assert found.cloud_silhouette == 0


def test_clouds_without_groups_score_about_a_third() -> None:
    points = np.random.default_rng(1).normal(size=(400, 2))
    assert 0.3 < silhouette_of_clouds(points, k=3, seed=0) < 0.42


def test_no_trials_are_refused() -> None:
    drawn = draw_map(VOTES)
    for trials, extra in ((0, None), (1, 0)):
        with pytest.raises(ValueError, match="at least one"):
            measure_stability(VOTES, drawn, trials=trials, extra=extra)
