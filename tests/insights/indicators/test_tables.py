"""Tables are as far as an actor may see, and the records behind a number are that many."""

from pathlib import Path

import pytest

from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.insights.indicators.cells import Standing
from gongzhi.insights.indicators.definitions import INDICATORS, indicator
from gongzhi.insights.indicators.measuring import Measuring
from gongzhi.insights.indicators.periods import CannotTellPeriod, period_named
from gongzhi.insights.indicators.shapes import Level
from gongzhi.insights.indicators.sources import local_events
from gongzhi.insights.indicators.tables import records_behind, tabulate, tabulate_all
from tests.affairs.small_district import SmallDistrict, moment
from tests.affairs.tickets.journeys import closed, dispatched

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def march(district: SmallDistrict, tmp_path: Path) -> Measuring:
    for _ in range(6):
        closed(district)
    return Measuring(local_events(tmp_path), period_named("2026-03"))


def test_a_group_without_a_record_says_so_and_is_not_zero(
    district: SmallDistrict, march: Measuring
) -> None:
    table = tabulate(march, indicator("joint_share"), Level.COMMUNITY, by=district.officer)
    (plum,) = table.row_of(district.places["plum"].pk) or ()
    assert (plum.standing, plum.value) == (Standing.NO_RECORD, None)


def test_a_coordinator_sees_their_community_and_the_district(
    district: SmallDistrict, march: Measuring
) -> None:
    table = tabulate(march, indicator("joint_share"), Level.COMMUNITY, by=district.coordinator)
    assert table.groups == (district.places["willow"].pk,)
    assert table.totals[0].denominator == 6


def test_a_unit_lead_sees_their_unit_only(district: SmallDistrict, march: Measuring) -> None:
    water = tabulate(march, indicator("response_rate"), Level.UNIT, by=district.water)
    own = tabulate(march, indicator("response_rate"), Level.UNIT, by=district.sanitation)
    assert water.groups == ()
    assert own.groups == (district.units["sanitation"].pk,)


def test_residents_and_grid_workers_see_none(district: SmallDistrict, march: Measuring) -> None:
    grid = district.actor(RoleKind.GRID_WORKER, "committee", "willow")
    for actor in (RESIDENT, grid):
        with pytest.raises(NotPermitted):
            tabulate(march, indicator("joint_share"), Level.DISTRICT, by=actor)


def test_the_records_behind_a_number_are_that_many(
    district: SmallDistrict, march: Measuring
) -> None:
    willow = district.places["willow"].pk
    records, count = records_behind(
        march, indicator("joint_share"), Level.COMMUNITY, willow, by=district.officer, most=4
    )
    assert count == 6
    assert len(records) == 4
    assert {record.subject_kind for record in records} == {"ticket"}


def test_a_hidden_number_has_no_records_to_show(district: SmallDistrict, tmp_path: Path) -> None:
    for _ in range(3):
        dispatched(district)
    measuring = Measuring(local_events(tmp_path), period_named("2026-03"))
    table = tabulate(measuring, indicator("response_rate"), Level.DISTRICT, by=district.officer)
    assert table.totals[0].standing is Standing.HIDDEN
    found = records_behind(
        measuring, indicator("response_rate"), Level.DISTRICT, None, by=district.officer
    )
    assert found == ([], 0)


def test_months_stand_beside_each_other_and_empty_ones_say_so(
    district: SmallDistrict, march: Measuring
) -> None:
    by_month = Measuring(march.source, period_named("2026Q1"), by_month=True)
    table = tabulate(by_month, indicator("joint_share"), Level.DISTRICT, by=district.officer)
    assert [cell.standing for cell in table.totals] == [
        Standing.NO_RECORD,
        Standing.NO_RECORD,
        Standing.MEASURED,
    ]


def test_what_is_due_after_the_record_was_read_is_not_judged(
    district: SmallDistrict, tmp_path: Path
) -> None:
    for _ in range(6):
        dispatched(district)  # contact is due four working hours after Monday, 10:00
    period = period_named("2026-03")
    for as_of, due in (("12:00", 0), ("18:00", 6)):
        source = local_events(tmp_path, as_of=moment("2026-03-02", as_of))
        cells = Measuring(source, period).measure(indicator("response_rate"), Level.DISTRICT)
        assert sum(cell.n for cell in cells) == due


def test_a_time_that_has_not_come_is_refused_and_one_before_everything_is_empty(
    district: SmallDistrict, tmp_path: Path
) -> None:
    closed(district)
    events = local_events(tmp_path, as_of=moment("2026-12-01"))
    with pytest.raises(CannotTellPeriod, match="2027-01-01 还没有到"):
        Measuring(events, period_named("2027"))
    nothing = Measuring(events, period_named("1999"))
    tables = tabulate_all(nothing, list(INDICATORS), Level.DISTRICT, by=district.officer)
    assert {table.totals[0].standing for table in tables.values()} == {Standing.NO_RECORD}
    assert "nan" not in repr(tables)
