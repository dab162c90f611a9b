"""The limits of this affair: data that people change, with what a district starts with."""

from gongzhi.affairs.resources import events
from gongzhi.affairs.resources.categories import write_starting_categories
from gongzhi.affairs.resources.models import LimitRule
from gongzhi.commons.calendar.limit_rules import LimitRules
from gongzhi.commons.calendar.limits import Limit, LimitUnit

STARTING: dict[str, Limit] = {
    "claim.answer": Limit(5, LimitUnit.WORK_DAY),
    "booking.answer": Limit(2, LimitUnit.WORK_DAY),
}
LIMITS = LimitRules(LimitRule, STARTING, events.LIMIT_SET)
limit_rules = LIMITS.all


def write_starting_lists() -> None:
    """Give a new installation its limits and kinds of help; rows that exist stay."""
    LIMITS.write_starting()
    write_starting_categories()
