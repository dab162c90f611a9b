"""What the tests of the commons share."""

import pytest

from tests.commons.small_district import SmallDistrict, build


@pytest.fixture
def small(db) -> SmallDistrict:
    """The small district, loaded."""
    return build()
