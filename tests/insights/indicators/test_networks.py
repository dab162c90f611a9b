"""Who works with whom, from real actions."""

from pathlib import Path

import pytest

from gongzhi.insights.indicators.measuring import Measuring
from gongzhi.insights.indicators.networks import Tie, co_work_of
from gongzhi.insights.indicators.periods import period_named
from gongzhi.insights.indicators.sources import local_events
from tests.affairs.small_district import SmallDistrict
from tests.affairs.tickets.journeys import closed
from tests.insights.indicators.test_of_joint import close_together

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_the_one_between_others_is_named_as_a_unit_never_a_person(
    district: SmallDistrict, tmp_path: Path
) -> None:
    for helper in ("owners", "party", "owners"):
        close_together(district, helper)
    closed(district)
    network = co_work_of(Measuring(local_events(tmp_path), period_named("2026-03")))
    assert (network.units, network.pairs, network.isolated) == (3, 2, ())
    assert [unit for unit, _between in network.bridges] == [district.units["sanitation"].pk]
    assert Tie("department", "owners_committee", 2) in network.ties
    assert network.density == pytest.approx(2 / 3)


def test_nobody_at_work_is_an_empty_network(district: SmallDistrict, tmp_path: Path) -> None:
    network = co_work_of(Measuring(local_events(tmp_path), period_named("2026-03")))
    assert (network.units, network.density, network.ties) == (0, None, ())
