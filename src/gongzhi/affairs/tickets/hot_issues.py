"""Once a day: which matters are boiling up in the district, and which tickets speak of them."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from gongzhi.affairs.tickets.choices import State
from gongzhi.affairs.tickets.models import HotIssue as IssueRow
from gongzhi.affairs.tickets.models import HotIssueTicket, Merge, Ticket
from gongzhi.affairs.tickets.requesters import ERASED_TEXT
from gongzhi.commons.ledger.marks import keep
from gongzhi.commons.territory.queries import ancestors, places, subtree_ids
from gongzhi.engines.triage.hot_issues import HotIssue, Voice, hot_issues
from gongzhi.engines.triage.matters import THRESHOLD_BESIDE_NAMES
from gongzhi.engines.triage.texts import Message, fold

MARK = "tickets.hot_issues"
WINDOW = timedelta(days=60)
MOST_TICKETS = 50_000
MOST_ISSUES = 200
_FIELDS = ("id", "title", "text", "received_at", "community_id", "is_open")


@dataclass(frozen=True, slots=True)
class Heard:
    """A ticket as the engine hears it."""

    id: int
    voice: Voice
    is_open: bool


def gather_hot_issues(*, at: datetime) -> int:
    """Gather the tickets of the last 60 days into matters and keep those still open; how many.

    The days end with the newest ticket, so that a file of older requests shows its own last days.
    Tickets that ended are heard, too: without them every matter would seem to rise; but a matter
    with no open ticket left isn't kept, nor are two messages that were never more than a pair.
    What was one matter yesterday stays one today, under its id. Nothing happens to a ticket, so no
    event is written. Cost: one engine run outside the transaction (11,500 tickets: 9 s of CPU),
    then a few statements.
    """
    heard = hear(at)
    before = dict(HotIssueTicket.objects.values_list("ticket_id", "issue_id"))
    issues = hot_issues(
        [each.voice for each in heard],
        most=MOST_ISSUES,
        known=[before.get(each.id) for each in heard],
        threshold=THRESHOLD_BESIDE_NAMES,
    )
    kept = [
        issue
        for issue in issues
        if worth_listing(issue, was_listed=any(heard[at].id in before for at in issue.members))
        and any(heard[at].is_open for at in issue.members)
    ]
    with transaction.atomic():
        _replace(kept, heard, before=before, at=at)
        keep(
            MARK,
            at=at,
            value={
                "tickets": len(heard),
                "since": heard[0].voice.at.isoformat() if heard else None,
                "until": heard[-1].voice.at.isoformat() if heard else None,
            },
        )
    return len(kept)


def worth_listing(issue: HotIssue, *, was_listed: bool) -> bool:
    """More than a pair, or listed before: what shrinks to two messages stays what it was.

    Two that say the same are shown as likely duplicates where one of them is opened.
    """
    return was_listed or issue.messages > 2 or issue.supporters > 0 or issue.rising


def hear(at: datetime, *, window: timedelta = WINDOW) -> list[Heard]:
    """The tickets of the last days, oldest first: each a voice, whoever raised it."""
    there = _that_count().filter(received_at__lte=at)
    newest = there.order_by("-received_at").values_list("received_at", flat=True).first()
    if newest is None:
        return []
    rows = there.filter(received_at__gt=newest - window).order_by("-received_at", "-id")
    found = list(rows.values_list(*_FIELDS)[:MOST_TICKETS])
    support = _support({row[0] for row in found}, since=newest - window)
    supporters = Counter(support.values())
    names = {community: _names_in(community) for community in {row[4] for row in found}}
    heard = [
        Heard(
            id=ticket_id,
            voice=Voice(
                Message(body=text, subject=title),
                at=received,
                supporters=supporters[ticket_id],
                place=str(community or ""),
                place_names=names[community],
            ),
            is_open=bool(is_open),
        )
        for ticket_id, title, text, received, community, is_open in found
        if ticket_id not in support
    ]
    return heard[::-1]


def _names_in(community_id: int | None) -> tuple[str, ...]:
    """What people there may call where something is: the community, what it lies in, its estates.

    Two who name one small estate speak of one place, not of one matter.
    """
    if community_id is None or not (inside := places(subtree_ids(community_id))):
        return ()
    above = [view.name for view in ancestors(community_id)]
    estates = [view.name for view in inside.values() if view.kind == "estate"]
    return tuple(dict.fromkeys([*above, *estates]))


def _support(heard: Set[int], *, since: datetime) -> dict[int, int]:
    """Tickets sent to follow another instead of as one more, and which of `heard` they follow.

    Those that staff joined afterwards were sent as messages of their own, and stay so.
    """
    since_sent = Merge.objects.filter(ticket=OuterRef("pk"), at=OuterRef("received_at"))
    those = Ticket.objects.filter(received_at__gt=since, merged_into__isnull=False)
    rows = those.filter(Exists(since_sent))
    followed = dict(rows.values_list("id", "merged_into_id"))
    return {each: into for each, into in followed.items() if each in heard and into in heard}


def _that_count() -> QuerySet[Ticket]:
    """Without what was taken back, is nobody's duty here, or was erased."""
    gone = (State.WITHDRAWN, State.EXCLUDED)
    return Ticket.objects.exclude(state__in=gone).exclude(text=ERASED_TEXT)


def _replace(
    issues: Sequence[HotIssue],
    heard: Sequence[Heard],
    *,
    before: Mapping[int, int],
    at: datetime,
) -> None:
    """Put the matters in the place of yesterday's; one that goes on keeps its row."""
    rows = {row.pk: row for row in IssueRow.objects.select_for_update()}
    HotIssueTicket.objects.all().delete()
    members: list[HotIssueTicket] = []
    for rank, issue in enumerate(issues, start=1):
        was = Counter(before.get(heard[member].id) for member in issue.members)
        was.pop(None, None)
        known = next((key for key, _ in was.most_common() if key in rows), None)
        row = rows.pop(known) if known is not None else IssueRow(listed_since=at)
        for name, value in _numbers(issue, rank).items():
            setattr(row, name, value)
        row.save()
        members += [
            HotIssueTicket(
                issue=row,
                ticket_id=heard[member].id,
                central=member == issue.central,
                words=_positions(heard[member].voice.message, issue),
            )
            for member in issue.members
        ]
    IssueRow.objects.filter(pk__in=list(rows)).delete()
    HotIssueTicket.objects.bulk_create(members, batch_size=500)


def _numbers(issue: HotIssue, rank: int) -> dict[str, Any]:
    return {
        "rank": rank,
        "heat": issue.heat,
        "messages": issue.messages,
        "supporters": issue.supporters,
        "busiest_week": issue.busiest_week,
        "surprise": issue.surprise,
        "this_week": issue.this_week,
        "usual_week": issue.usual_week,
        "rising": issue.rising,
        "first_at": issue.first,
        "last_at": issue.last,
        "place_id": int(issue.place) if issue.place.isdigit() else None,
    }


def _positions(message: Message, issue: HotIssue) -> list[list[str | int]]:
    """Where the words that name the matter stand in this text, if they do; never the words."""
    found: list[list[str | int]] = []
    texts = {"subject": fold(message.subject), "body": fold(message.body)}
    for phrase in (issue.named_place, *issue.phrases):
        wanted = fold(phrase)
        for field, text in texts.items():
            start = text.find(wanted) if wanted else -1
            if start >= 0:
                found.append([field, start, start + len(wanted)])
                break
    return found
