"""Needs that are open to everyone."""

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema

from gongzhi.affairs.resources.queries.pool import Filters, open_needs

router = Router(tags=["needs"])


class Need(Schema):
    """A published need; `left` is what nobody has claimed yet."""

    id: int
    title: str
    category: str
    quantity: int
    left: int
    place: str
    community_id: int
    begins: date
    ends: date


class NeedPage(Schema):
    """Some needs, and the cursor of the next page (empty after the last)."""

    needs: list[Need]
    next: str


@router.get("/needs", response=NeedPage)
def needs(
    request: HttpRequest,
    place: int | None = None,
    cursor: Annotated[str, Query(max_length=100)] = "",
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> NeedPage:
    """Open needs at a place and below it, newest first."""
    page = open_needs(filters=Filters(place_id=place), cursor=cursor, most=size)
    return NeedPage(
        needs=[
            Need(
                id=row.id,
                title=row.title,
                category=str(row.category.name),
                quantity=row.quantity,
                left=row.left,
                place=row.place_name,
                community_id=row.community_id,
                begins=row.begins,
                ends=row.ends,
            )
            for row in page.rows
        ],
        next=page.next_cursor,
    )
