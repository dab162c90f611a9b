"""What is boiling up and what usually rises, as far as a reader may know of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils.dateparse import parse_datetime

from gongzhi.affairs.tickets.hot_issues import MARK
from gongzhi.affairs.tickets.models import HotIssue, HotIssueTicket, Ticket
from gongzhi.affairs.tickets.queries.lists import (
    PAGE_SIZE,
    ROW_FIELDS,
    Page,
    TicketRow,
    as_rows,
    within_reach,
)
from gongzhi.affairs.tickets.seasons import MARK as SEASONS_MARK
from gongzhi.commons.categories.queries import category
from gongzhi.commons.ledger.marks import value_of
from gongzhi.commons.organisations.actors import Actor
from gongzhi.commons.organisations.permissions import NotPermitted, reach
from gongzhi.commons.territory.queries import find_place
from gongzhi.engines.triage.hot_issues import FALSE_ALARMS

__all__ = [
    "FALSE_ALARMS",
    "Coming",
    "Gathered",
    "HotOf",
    "HotView",
    "coming",
    "gathered",
    "hot_issue",
    "hot_issue_of",
    "hot_issues_within_reach",
    "tickets_of_issue",
]
MOST_SHOWN = 30
_SAMPLES = 3
_SEASON_NUMBERS = ("ratio", "low", "in_season", "years", "expected")


@dataclass(frozen=True, slots=True)
class HotView:
    """One matter with all that its heat was made from.

    The numbers are those of the whole matter; `here` of its `tickets` are within the reader's
    reach, `open_here` of those still open. Title and words come from tickets within reach only.
    """

    id: int
    rank: int
    title: str
    words: tuple[str, ...]
    place_name: str
    heat: float
    messages: int
    supporters: int
    surprise: float
    busiest_week: int
    this_week: int
    usual_week: float
    rising: bool
    first_at: datetime
    last_at: datetime
    listed_since: datetime
    tickets: int
    here: int
    open_here: int
    samples: tuple[TicketRow, ...]


@dataclass(frozen=True, slots=True)
class HotOf:
    """The matter that a ticket speaks of: numbers of the whole, no words of other tickets."""

    id: int
    rank: int
    messages: int
    rising: bool


@dataclass(frozen=True, slots=True)
class Gathered:
    """From how many tickets of which days the matters were gathered."""

    tickets: int
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Coming:
    """A matter that usually rises in the coming weeks."""

    category_name: str
    ratio: float
    low: float
    in_season: int
    years: int
    expected: float


def gathered() -> Gathered | None:
    """How the matters were gathered last; None when they never were."""
    value = value_of(MARK)
    if not value:
        return None
    since, until = (parse_datetime(value[end] or "") for end in ("since", "until"))
    return Gathered(value["tickets"], since, until)


def coming() -> tuple[Coming, ...]:
    """What usually rises in the coming weeks, strongest first; matters that ended left out."""
    found = []
    for warning in value_of(SEASONS_MARK).get("warnings", ()):
        matter = category(warning["category"])
        if matter is not None and matter.valid_to is None:
            numbers = {name: warning[name] for name in _SEASON_NUMBERS}
            found.append(Coming(category_name=matter.name, **numbers))
    return tuple(found)


def hot_issues_within_reach(*, by: Actor, most: int = MOST_SHOWN) -> tuple[HotView, ...]:
    """The hottest matters of which a ticket lies within reach, in a fixed number of queries."""
    return _views(by, _visible(by).order_by("rank")[:most])


def hot_issue(*, by: Actor, issue_id: int) -> HotView | None:
    """One matter; None where it isn't there or none of its tickets lies within reach."""
    return next(iter(_views(by, _visible(by).filter(pk=issue_id))), None)


def hot_issue_of(ticket_id: int) -> HotOf | None:
    """The matter that a ticket speaks of, for whoever may read that ticket; one query."""
    found = HotIssue.objects.filter(members__ticket=ticket_id)
    row = found.values_list("id", "rank", "messages", "rising").first()
    return HotOf(*row) if row else None


def tickets_of_issue(*, by: Actor, issue_id: int, cursor: str = "") -> Page:
    """The tickets within reach that speak of a matter, newest first."""
    found = _reachable(by).filter(hot_issue__issue_id=issue_id).order_by("-id")
    if cursor.isdigit():
        found = found.filter(pk__lt=int(cursor))
    rows = list(found.values(*ROW_FIELDS)[: PAGE_SIZE + 1])
    more = len(rows) > PAGE_SIZE
    return Page(as_rows(rows[:PAGE_SIZE]), str(rows[PAGE_SIZE - 1]["id"]) if more else "")


def _reachable(by: Actor) -> QuerySet[Ticket]:
    if reach(by, "tickets.read").nowhere:
        raise NotPermitted("tickets.read")
    return Ticket.objects.filter(within_reach(by))


def _visible(by: Actor) -> QuerySet[HotIssue]:
    ours = HotIssueTicket.objects.filter(issue=OuterRef("pk"), ticket__in=_reachable(by))
    return HotIssue.objects.filter(Exists(ours)).annotate(tickets=Count("members"))


def _views(by: Actor, issues: Iterable[Any]) -> tuple[HotView, ...]:
    found = list(issues)
    ids = [issue.pk for issue in found]
    ours = HotIssueTicket.objects.filter(issue__in=ids, ticket__in=_reachable(by))
    counts = {
        issue: (here, still)
        for issue, here, still in ours.order_by()
        .values_list("issue")
        .annotate(here=Count("pk"), still=Count("pk", filter=Q(ticket__is_open=1)))
    }
    shown = _shown(ours)
    return tuple(
        _view(issue, *counts[issue.pk], shown[issue.pk]) for issue in found if issue.pk in counts
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    """A ticket that stands for its matter, and the words in it that name the matter."""

    row: TicketRow
    central: bool
    words: tuple[str, ...]


def _shown(ours: QuerySet[HotIssueTicket]) -> dict[int, list[_Shown]]:
    """Of each matter the central ticket and the newest open ones, all within reach."""
    numbered = ours.annotate(
        number=Window(
            RowNumber(),
            partition_by=F("issue"),
            order_by=[F("central").desc(), F("ticket__is_open").desc(), F("ticket_id").desc()],
        )
    ).filter(number__lte=_SAMPLES + 1)
    chosen = list(numbered.values("issue_id", "ticket_id", "central", "words"))
    tickets = {
        row["id"]: row
        for row in Ticket.objects.filter(pk__in=[each["ticket_id"] for each in chosen]).values(
            *ROW_FIELDS, "text"
        )
    }
    rows = {row.id: row for row in as_rows(list(tickets.values()))}
    found: dict[int, list[_Shown]] = {}
    for each in chosen:
        ticket_id = each["ticket_id"]
        words = _words(tickets[ticket_id], each["words"])
        found.setdefault(each["issue_id"], []).append(
            _Shown(rows[ticket_id], each["central"], words)
        )
    return found


def _words(ticket: Mapping[str, Any], positions: Sequence[tuple[str, int, int]]) -> tuple[str, ...]:
    texts = {"subject": ticket["title"], "body": ticket["text"]}
    words = (texts[field][start:end] for field, start, end in positions)
    return tuple(word for word in words if word)


def _view(issue: Any, here: int, still: int, shown: Sequence[_Shown]) -> HotView:
    place = find_place(issue.place_id) if issue.place_id else None
    telling = max(shown, key=lambda each: (each.central, len(each.words)))
    return HotView(
        id=issue.pk,
        rank=issue.rank,
        title=telling.row.title,
        words=telling.words,
        place_name=place.full_name if place else "",
        heat=issue.heat,
        messages=issue.messages,
        supporters=issue.supporters,
        surprise=issue.surprise,
        busiest_week=issue.busiest_week,
        this_week=issue.this_week,
        usual_week=issue.usual_week,
        rising=issue.rising,
        first_at=issue.first_at,
        last_at=issue.last_at,
        listed_since=issue.listed_since,
        tickets=issue.tickets,
        here=here,
        open_here=still,
        samples=tuple(each.row for each in shown[:_SAMPLES]),
    )
