"""The limits of this affair: data that people change, with what a district starts with."""

from gongzhi.affairs.resources.categories import write_starting_categories
from gongzhi.affairs.resources.models import LimitRule
from gongzhi.commons.calendar.limits import Limit, LimitUnit

STARTING: dict[str, Limit] = {
    "claim.answer": Limit(5, LimitUnit.WORK_DAY),
    "booking.answer": Limit(2, LimitUnit.WORK_DAY),
}


def limit_rules() -> dict[str, Limit]:
    """Every named limit of this affair."""
    rows = LimitRule.objects.values_list("name", "amount", "unit")
    return STARTING | {name: Limit(amount, LimitUnit(unit)) for name, amount, unit in rows}


def write_starting_lists() -> None:
    """Give a new installation its limits and kinds of help; rows that exist stay."""
    LimitRule.objects.bulk_create(
        [
            LimitRule(name=name, amount=limit.amount, unit=limit.unit)
            for name, limit in STARTING.items()
        ],
        ignore_conflicts=True,
    )
    write_starting_categories()
