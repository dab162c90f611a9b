"""Topics: the list for everyone, and one topic whole for who may read it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from gongzhi.affairs.assemblies.choices import Capacity, StatementState, TopicSource, TopicState
from gongzhi.affairs.assemblies.figures import Figures, figures_of
from gongzhi.affairs.assemblies.lifecycle import TOPIC, NotInAssembly, Step, can
from gongzhi.affairs.assemblies.models import Material, Statement, Topic
from gongzhi.affairs.assemblies.queries.decisions import DecisionRow, decisions_about
from gongzhi.commons.attachments.queries import AttachmentView, attachments_of_many
from gongzhi.commons.ledger.reading import EventView, events_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.notices.public_queries import PublicNoticeView, notice_about
from gongzhi.commons.organisations.queries import find_unit
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import allowed, reach
from gongzhi.commons.territory.queries import find_place, public_name

PAGE = 20
RUNNING = (TopicState.OPEN, TopicState.NOTICED)
OVER = (TopicState.DECIDED, TopicState.CARRIED_OUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRow:
    """One line of the list. `voters` is None where fewer than ten have voted."""

    id: int
    title: str
    question: str
    state: TopicState
    source: TopicSource
    place_id: int
    place_name: str
    unit_name: str
    proposed_at: datetime
    closes_at: datetime | None
    ended_at: datetime | None
    touched_at: datetime
    voters: int | None


@dataclass(frozen=True, slots=True)
class TopicPage:
    """A page of topics, and where the next one begins ("" after the last)."""

    rows: tuple[TopicRow, ...]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class MaterialView:
    """A version of something to read, with the files that came with it."""

    id: int
    title: str
    version: int
    text: str
    change: str
    at: datetime
    files: tuple[AttachmentView, ...]

    @property
    def pictures(self) -> list[AttachmentView]:
        return [each for each in self.files if each.is_image]

    @property
    def papers(self) -> list[AttachmentView]:
        return [each for each in self.files if not each.is_image]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicStory:
    """One topic whole."""

    row: TopicRow
    text: str
    reason: str
    origin: Subject | None
    capacities: tuple[Capacity, ...]
    by_invitation: bool
    statements: int
    figures: Figures | None  # for staff; everyone reads the row's rounded count
    materials: tuple[MaterialView, ...]
    notice: PublicNoticeView | None
    decisions: tuple[DecisionRow, ...]
    events: tuple[EventView, ...]
    waiting: int  # statements to review
    may_run: bool
    may_decide: bool
    may_enter: bool
    steps: frozenset[Step]  # what the table allows from here


def topics_in_public(
    *, states: tuple[TopicState, ...], community_id: int | None = None, cursor: str = ""
) -> TopicPage:
    """Topics that were opened, newest first; three queries."""
    found = Topic.objects.filter(state__in=states).exclude(opened_at=None)
    if community_id is not None:
        found = found.filter(community_id=community_id)
    return _page(found, cursor)


def topics_to_take_up(*, by: Actor, most: int = PAGE) -> tuple[TopicRow, ...]:
    """Proposals within `by`'s reach that nobody has answered yet, oldest first."""
    here = _within(by, "topics.run")
    if here is None:
        return ()
    found = Topic.objects.filter(here, state=TopicState.PROPOSED).select_related("drawing", "unit")
    return tuple(_row(topic) for topic in found.order_by("pk")[:most])


def topic_story(*, by: Actor, topic_id: int) -> TopicStory:
    """One topic for who may read it: a proposal is for staff of its place alone."""
    topic = Topic.objects.select_related("drawing", "unit").filter(pk=topic_id).first()
    if topic is None:
        raise NotInAssembly
    runs = allowed(by, "topics.run", place_path=topic.place_path)
    reads = allowed(by, "topics.read", place_path=topic.place_path)
    if topic.opened_at is None and not reads:
        raise NotInAssembly
    itself = Subject("topic", topic.pk)
    counts = Statement.objects.filter(topic=topic)
    return TopicStory(
        row=_row(topic),
        text=topic.text,
        reason=topic.reason,
        origin=Subject(topic.source_kind, topic.source_id) if topic.source_id else None,
        capacities=tuple(Capacity(one) for one in topic.capacities),
        by_invitation=topic.by_invitation,
        statements=counts.filter(state=StatementState.ACCEPTED).count(),
        figures=figures_of(topic) if reads else None,
        materials=_materials(topic),
        notice=notice_about(itself, by=by),
        decisions=tuple(decisions_about(itself)),
        events=tuple(events_of(itself)),
        waiting=counts.filter(state=StatementState.WAITING).count() if runs else 0,
        may_run=runs,
        may_decide=allowed(by, "decisions.take", place_path=topic.place_path),
        may_enter=allowed(by, "topics.enter_paper", place_path=topic.place_path),
        steps=frozenset(step for step in TOPIC.moves if can(TOPIC, step, topic.state)),
    )


def proposal_of(topic_id: int) -> tuple[TopicRow, str]:
    """A proposal and, where it was not taken up, why; for the private link of who made it."""
    topic = Topic.objects.select_related("drawing", "unit").get(pk=topic_id)
    return _row(topic), topic.reason


def numbers_of(topic_id: int) -> dict[int, int]:
    """The number of each statement of a topic, by id."""
    return dict(Statement.objects.filter(topic_id=topic_id).values_list("id", "number"))


def no_topics_yet() -> bool:
    """Whether nobody has proposed anything so far."""
    return not Topic.objects.exists()


def topic_title(topic_id: int) -> str:
    """What a topic is called."""
    return Topic.objects.values_list("title", flat=True).get(pk=topic_id)


def topic_of_source(source: Subject) -> int | None:
    """The topic that grew out of a record, unless it was withdrawn."""
    found = Topic.objects.filter(source_kind=source.kind, source_id=source.id)
    living = found.exclude(state=TopicState.WITHDRAWN)
    return living.values_list("pk", flat=True).first()


def _within(by: Actor, action: str) -> Q | None:
    granted = reach(by, action)
    if granted.everywhere:
        return Q()
    if not granted.place_ids:
        return None
    condition = Q(pk__in=())
    for place_id in granted.place_ids:
        place = find_place(place_id)
        if place is not None:
            condition |= Q(place_path__startswith=place.path)
    return condition


def _page(found: "QuerySet[Topic]", cursor: str) -> TopicPage:
    if cursor.isascii() and cursor.isdigit() and len(cursor) < 16:
        found = found.filter(pk__lt=int(cursor))
    rows = list(found.select_related("drawing", "unit").order_by("-pk")[: PAGE + 1])
    more = len(rows) > PAGE
    shown = rows[:PAGE]
    return TopicPage(tuple(map(_row, shown)), str(shown[-1].pk) if more else "")


def _row(topic: Topic) -> TopicRow:
    drawing = getattr(topic, "drawing", None)
    unit = find_unit(topic.unit_id)
    return TopicRow(
        id=topic.pk,
        title=topic.title,
        question=topic.question,
        state=TopicState(topic.state),
        source=TopicSource(topic.source),
        place_id=topic.place_id,
        place_name=public_name(topic.place_id),
        unit_name=unit.name if unit else "",
        proposed_at=topic.proposed_at,
        closes_at=topic.closes_at,
        ended_at=topic.ended_at,
        touched_at=topic.touched_at,
        voters=drawing.facts.get("voters") if drawing is not None else None,
    )


def _materials(topic: Topic) -> tuple[MaterialView, ...]:
    """Every version, the newest of each title first."""
    rows = list(Material.objects.filter(topic=topic).order_by("title", "-version"))
    files = attachments_of_many("material", [row.pk for row in rows]) if rows else {}
    return tuple(
        MaterialView(
            row.pk, row.title, row.version, row.text, row.change, row.at,
            tuple(files.get(row.pk, ())),
        )
        for row in rows
    )  # fmt: skip
