"""What tests of the budgets share."""

import pytest

from tests.affairs.budgets.small_rounds import SmallRound
from tests.affairs.small_district import SmallDistrict


@pytest.fixture
def round_(district: SmallDistrict) -> SmallRound:
    """The small district with ways through a round."""
    return SmallRound(district)
