"""What tests of the affairs share."""

import pytest

from tests.affairs.small_district import SmallDistrict, build


@pytest.fixture
def district(db: None) -> SmallDistrict:
    """The small district, written fresh for each test."""
    return build()
