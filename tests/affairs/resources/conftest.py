"""What tests of the pool share."""

import pytest

from tests.affairs.resources.pools import SmallPool, build_pool
from tests.affairs.small_district import SmallDistrict


@pytest.fixture
def pool(district: SmallDistrict) -> SmallPool:
    """The small district with partners."""
    return build_pool(district)
