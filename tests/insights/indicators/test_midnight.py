"""A reading of the record says nothing about a day that began after it."""

from datetime import datetime, timedelta

import pytest
from django.utils.timezone import get_current_timezone

from gongzhi.commons.organisations.actors import SYSTEM
from gongzhi.insights.indicators.overview import overview
from gongzhi.insights.indicators.periods import Period, period_named
from gongzhi.insights.indicators.snapshots import forget_snapshot, snapshot
from tests.affairs.small_district import SmallDistrict, build

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def district(db: None) -> SmallDistrict:
    return build()


def test_the_first_page_of_a_new_year_reads_the_record_anew(district: SmallDistrict) -> None:
    late = datetime(2026, 12, 31, 23, 58, tzinfo=get_current_timezone())
    early = late + timedelta(minutes=5)
    forget_snapshot()
    try:
        with snapshot(at=late) as snap:
            assert overview(snap, period_named("2026"), by=SYSTEM).at == late
        with snapshot(at=early) as snap:
            asked = Period(early.date(), early.date())  # "2027", until today
            assert overview(snap, asked, by=SYSTEM).at == early
    finally:
        forget_snapshot()
