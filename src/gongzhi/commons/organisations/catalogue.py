"""The dispatch catalogue: whose a matter is, at a place, on a day."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from gongzhi.commons.organisations.duties import export_duties, import_duties
from gongzhi.commons.organisations.register import Assignment, register
from gongzhi.commons.territory.queries import ancestors

__all__ = [
    "Assignment",
    "NoDuty",
    "export_duties",
    "find_duty",
    "import_duties",
    "matters_up_from",
]


class NoDuty(LookupError):
    """The catalogue has no line, not even one for every matter at the district."""

    def __init__(self, category_code: str, place_id: int) -> None:
        super().__init__(
            _(
                "派单目录里没有适用于事项“%(code)s”、地点 %(place)s 的条目；"
                "请为全区补上一条适用于所有事项的条目"
            )
            % {"code": category_code, "place": place_id}
        )


def find_duty(category_code: str, place_id: int, on: date) -> Assignment:
    """The line that applies: the most specific matter first, then the deepest place.

    Lines for "" hold for every matter. A line whose unit is closed is passed over; of several
    for one matter and place, the one that began last counts. Microseconds, without a query.
    Raises `NoDuty` where nothing applies.
    """
    duties = register().duties
    chain = ancestors(place_id)
    for code in matters_up_from(category_code):
        for place in reversed(chain):
            for held in duties.get((code, place.id), ()):
                if held.holds_on(on) and held.assignment is not None:
                    return held.assignment
    raise NoDuty(category_code, place_id)


def matters_up_from(category_code: str) -> Iterator[str]:
    """The matter, those above it, and "" for every matter."""
    code = category_code
    while code:
        yield code
        code = code.rpartition(".")[0]
    yield ""
