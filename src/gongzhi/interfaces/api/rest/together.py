"""What people decide together, as everyone may read it: topics, decisions, rounds, reports."""

from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema

from gongzhi.affairs.assemblies.queries.decisions import (
    DecisionRow,
    decision_story,
    decisions_in_public,
)
from gongzhi.affairs.assemblies.queries.opinion import opinion_of
from gongzhi.affairs.assemblies.queries.topics import OVER, RUNNING, TopicRow, topics_in_public
from gongzhi.affairs.budgets.queries.funds import fund_view
from gongzhi.affairs.budgets.queries.rounds import ProposalRow, RoundRow, round_story, rounds_page
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.insights.reports.library import EditionView, edition, editions

router = Router(tags=["together"])
Cursor = Annotated[str, Query(max_length=100)]


class Topic(Schema):
    """A topic; `voters` is there from ten on."""

    id: int
    title: str
    question: str
    state: str
    place: str
    closes_at: datetime | None
    voters: int | None


class TopicPage(Schema):
    """Some topics, and the cursor of the next page (empty after the last)."""

    topics: list[Topic]
    next: str


class StatementShares(Schema):
    """A statement with the tenths of all who agree and disagree; null under five people."""

    number: int
    text: str
    agree: int | None
    disagree: int | None


class OpinionGroup(Schema):
    """A group of at least five people."""

    letter: str
    size: int


class Opinion(Schema):
    """The opinion map of a topic, in aggregates of at least five people."""

    topic_id: int
    ready: bool
    drawn_at: datetime | None
    voters: int
    groups: list[OpinionGroup]
    statements: list[StatementShares]


class Decision(Schema):
    """What was decided, and how far it has come."""

    id: int
    about: str
    title: str
    state: str
    place: str
    taken_at: datetime
    due_at: datetime | None
    done_at: datetime | None
    late: bool
    tasks: int
    tasks_done: int


class DecisionPage(Schema):
    """Some decisions, and the cursor of the next page (empty after the last)."""

    decisions: list[Decision]
    next: str


class WholeDecision(Decision):
    """A decision with its words and what came of it."""

    text: str
    rule: str
    result: str


class Round(Schema):
    """A round of a community's fund; money in fen."""

    id: int
    title: str
    state: str
    place: str
    year: int
    budget: int
    proposals_until: date | None
    ballots_from: date | None
    ballots_until: date | None


class RoundPage(Schema):
    """Some rounds, and the cursor of the next page (empty after the last)."""

    rounds: list[Round]
    next: str


class Proposal(Schema):
    """A proposal of a round; money in fen."""

    number: int
    title: str
    state: str
    cost: int
    spent: int
    place: str


class WholeRound(Round):
    """A round with its proposals, and how many ballots were cast; null until they are counted."""

    rule: str
    ballots: int | None
    counted_at: datetime | None
    proposals: list[Proposal]


class Fund(Schema):
    """A community's fund; money in fen. `sound`: the balance is the sum of its entries."""

    place_id: int
    balance: int
    income: int
    spending: int
    sound: bool


class Report(Schema):
    """A published edition of a report."""

    id: int
    number: int
    title: str
    period: str
    language: str
    licence: str
    publisher: str
    published_at: datetime
    withdrawn_at: datetime | None


class File(Schema):
    """A file of an edition, by its digest (SHA-256)."""

    kind: str
    size: int
    digest: str


class WholeReport(Report):
    """An edition with its summary and files."""

    summary: str
    files: list[File]


@router.get("/topics", response=TopicPage)
def topics(
    request: HttpRequest, community: int | None = None, cursor: Cursor = "", *, over: bool = False
) -> TopicPage:
    """Topics that are open or posted; with `over`, those with a decision. Newest first."""
    states = OVER if over else RUNNING
    page = topics_in_public(states=states, community_id=community, cursor=cursor)
    return TopicPage(topics=[_topic(row) for row in page.rows], next=page.next_cursor)


@router.get("/topics/{id}/opinion", response=Opinion)
def opinion(request: HttpRequest, id: int) -> Opinion:
    """The opinion map of a topic."""
    view = opinion_of(id, language="")  # its pictures are for pages
    return Opinion(
        topic_id=view.topic_id,
        ready=view.ready,
        drawn_at=view.drawn_at,
        voters=view.voters,
        groups=[OpinionGroup(letter=each.letter, size=each.size) for each in view.groups],
        statements=[
            StatementShares(
                number=each.number, text=each.text, agree=each.agree, disagree=each.disagree
            )
            for each in view.totals
        ],
    )


@router.get("/decisions", response=DecisionPage)
def decisions(
    request: HttpRequest, community: int | None = None, cursor: Cursor = ""
) -> DecisionPage:
    """Public decisions, newest first."""
    page = decisions_in_public(community_id=community, cursor=cursor)
    return DecisionPage(decisions=[_decision(row) for row in page.rows], next=page.next_cursor)


@router.get("/decisions/{id}", response=WholeDecision)
def decision(request: HttpRequest, id: int) -> WholeDecision:
    """One public decision."""
    story = decision_story(by=RESIDENT, decision_id=id)
    return WholeDecision(
        **_decision(story.row).dict(), text=story.text, rule=story.rule, result=story.result
    )


@router.get("/rounds", response=RoundPage)
def rounds(request: HttpRequest, place: int | None = None, cursor: Cursor = "") -> RoundPage:
    """Rounds of the community funds, newest first."""
    page = rounds_page(by=RESIDENT, place_id=place, cursor=cursor)
    return RoundPage(rounds=[_round(row) for row in page.rows], next=page.next_cursor)


@router.get("/rounds/{id}", response=WholeRound)
def one_round(request: HttpRequest, id: int) -> WholeRound:
    """One round with its proposals. Its ballots are at `/budgets/{id}/round.pb` once counted."""
    story = round_story(by=RESIDENT, round_id=id)
    return WholeRound(
        **_round(story.row).dict(),
        rule=str(story.rule.rule),
        # A number that grows by one while people vote tells when somebody voted.
        ballots=story.cast + story.papers if story.counted_at else None,
        counted_at=story.counted_at,
        proposals=[_proposal(each) for each in story.proposals],
    )


@router.get("/funds/{place}", response=Fund)
def fund(request: HttpRequest, place: int) -> Fund:
    """A community's fund."""
    view = fund_view(by=RESIDENT, place_id=place, most=1)
    return Fund(
        place_id=place,
        balance=view.balance,
        income=view.income,
        spending=view.spending,
        sound=view.sound,
    )


@router.get("/reports", response=list[Report])
def reports(
    request: HttpRequest,
    publisher: int | None = None,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    size: Annotated[int, Query(ge=1, le=100)] = 20,
) -> list[Report]:
    """Published reports, newest first; withdrawn editions say so."""
    found, _total = editions(offset=offset, limit=size, unit_id=publisher)
    return [_report(each) for each in found]


@router.get("/reports/{id}", response=WholeReport)
def report(request: HttpRequest, id: int) -> WholeReport:
    """One edition; its files lie in the library under their digests."""
    view = edition(id)
    files = [File(kind=each.kind, size=each.size, digest=each.digest) for each in view.files]
    return WholeReport(**_report(view).dict(), summary=view.summary, files=files)


def _topic(row: TopicRow) -> Topic:
    return Topic(
        id=row.id,
        title=row.title,
        question=row.question,
        state=row.state.value,
        place=row.place_name,
        closes_at=row.closes_at,
        voters=row.voters,
    )


def _decision(row: DecisionRow) -> Decision:
    return Decision(
        id=row.id,
        about=row.subject.kind,
        title=row.title,
        state=row.state.value,
        place=row.place_name,
        taken_at=row.taken_at,
        due_at=row.due_at,
        done_at=row.done_at,
        late=row.is_late(timezone.now()),
        tasks=row.tasks,
        tasks_done=row.tasks_done,
    )


def _round(row: RoundRow) -> Round:
    return Round(
        id=row.id,
        title=row.title,
        state=row.state.value,
        place=row.place_name,
        year=row.year,
        budget=row.budget,
        proposals_until=row.proposals_until,
        ballots_from=row.ballots_from,
        ballots_until=row.ballots_until,
    )


def _proposal(row: ProposalRow) -> Proposal:
    return Proposal(
        number=row.number,
        title=row.title,
        state=row.state.value,
        cost=row.cost,
        spent=row.spent,
        place=row.place_name,
    )


def _report(view: EditionView) -> Report:
    return Report(
        id=view.id,
        number=view.number,
        title=view.title,
        period=view.period,
        language=view.language,
        licence=view.licence,
        publisher=view.unit_name,
        published_at=view.published_at,
        withdrawn_at=view.withdrawn_at,
    )
