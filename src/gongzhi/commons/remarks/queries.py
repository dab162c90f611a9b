"""Reading remarks."""

from dataclasses import dataclass
from datetime import datetime

from gongzhi.commons.organisations.actors import Actor
from gongzhi.commons.organisations.permissions import require
from gongzhi.commons.remarks.models import Remark


@dataclass(frozen=True, slots=True)
class RemarkView:
    """One remark."""

    id: int
    page: str
    text: str
    at: datetime


def remarks(*, by: Actor, offset: int = 0, limit: int = 50) -> tuple[list[RemarkView], int]:
    """A part of all remarks, newest first, and how many there are."""
    require(by, "remarks.read")
    rows = Remark.objects.values_list("pk", "page", "text", "at")
    return [RemarkView(*row) for row in rows[offset : offset + limit]], rows.count()
