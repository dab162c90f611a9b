"""The opinion map as everyone may see it: groups, what they share, what divides them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from gongzhi.affairs.assemblies.choices import StatementState, TopicState
from gongzhi.affairs.assemblies.lifecycle import NotInAssembly
from gongzhi.affairs.assemblies.models import Drawing, Statement, Topic

ClaimKind = Literal["distinct", "shared", "split"]


@dataclass(frozen=True, slots=True)
class ClaimView:
    """One thing that can be said of a group; shares in tenths."""

    kind: ClaimKind
    number: int
    text: str
    agree: bool
    amount: str
    tenths: int
    others: int | None
    sure: bool


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group of at least five people; `share` in tenths of those placed."""

    letter: str
    size: int
    share: int
    claims: tuple[ClaimView, ...]


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A statement with the share of each group that agrees and that rejects it, in tenths."""

    number: int
    text: str
    agree: bool
    tenths: tuple[int, ...]
    against: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TotalLine:
    """A statement with the share of all who agree and who reject it, in tenths; None under five."""

    number: int
    text: str
    agree: int | None
    disagree: int | None


@dataclass(frozen=True, slots=True)
class Firmness:
    """How far the map may be trusted; shares of trials and people in tenths."""

    trials: int
    same_number: int
    firm: int
    above_chance: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionView:
    """The map of one topic. Not `ready`: too few people have voted so far."""

    topic_id: int
    title: str
    question: str
    state: TopicState
    ready: bool
    drawn_at: datetime | None
    newer: bool  # votes came after it was drawn
    voters: int
    placed: int
    votes: int
    picture: str
    groups: tuple[GroupView, ...]
    shared: tuple[StatementLine, ...]
    divides: tuple[StatementLine, ...]
    bridging: tuple[StatementLine, ...]
    slate: tuple[TotalLine, ...]
    represented: int
    heard: int
    totals: tuple[TotalLine, ...]
    firmness: Firmness | None


def opinion_of(topic_id: int, *, language: str) -> OpinionView:
    """What may be shown of a topic's map, as it was last drawn; three queries."""
    topic = Topic.objects.filter(pk=topic_id).exclude(opened_at=None).first()
    if topic is None:
        raise NotInAssembly
    drawing = Drawing.objects.filter(topic=topic).first()
    facts: dict[str, Any] = drawing.facts if drawing else {}
    texts = _texts(topic)
    picture = ""
    if drawing is not None:
        picture = drawing.picture_en if language == "en" else drawing.picture_zh
    slate = facts.get("slate", {})
    totals = {one["statement"]: one for one in facts.get("totals", ())}
    firm = facts.get("firmness")
    return OpinionView(
        topic_id=topic.pk,
        title=topic.title,
        question=topic.question,
        state=TopicState(topic.state),
        ready=bool(facts.get("ready")),
        drawn_at=drawing.drawn_at if drawing else None,
        newer=drawing is not None and drawing.turn < topic.voted,
        voters=facts.get("voters", 0),
        placed=facts.get("placed", 0),
        votes=facts.get("votes", 0),
        picture=picture,
        groups=tuple(_group(one, texts) for one in facts.get("groups", ())),
        shared=_lines(facts.get("shared", ()), texts),
        divides=_lines(facts.get("divides", ()), texts),
        bridging=_lines(facts.get("bridging", ()), texts),
        slate=tuple(
            _total(number, totals, texts)
            for number in slate.get("statements", ())
            if number in texts
        ),
        represented=slate.get("represented", 0),
        heard=slate.get("heard", 0),
        totals=tuple(_total(number, totals, texts) for number in sorted(texts)),
        firmness=Firmness(firm["trials"], firm["same_number"], firm["firm"], firm["above_chance"])
        if firm
        else None,
    )


def _texts(topic: Topic) -> dict[int, str]:
    """Accepted statements by number; what was rejected since the drawing is left out everywhere."""
    rows = Statement.objects.filter(topic=topic, state=StatementState.ACCEPTED)
    return dict(rows.values_list("number", "text"))


def _group(facts: dict[str, Any], texts: dict[int, str]) -> GroupView:
    claims = tuple(
        ClaimView(
            kind=one["kind"],
            number=one["statement"],
            text=texts[one["statement"]],
            agree=one["agree"],
            amount=one["amount"],
            tenths=one["tenths"],
            others=one["others"],
            sure=one["sure"],
        )
        for one in facts["claims"]
        if one["statement"] in texts
    )
    return GroupView(facts["letter"], facts["size"], facts["share"], claims)


def _lines(facts: Any, texts: dict[int, str]) -> tuple[StatementLine, ...]:
    return tuple(
        StatementLine(
            one["statement"],
            texts[one["statement"]],
            one["agree"],
            tuple(one["tenths"]),
            tuple(one["against"]),
        )
        for one in facts
        if one["statement"] in texts
    )


def _total(number: int, totals: dict[int, Any], texts: dict[int, str]) -> TotalLine:
    one = totals.get(number, {})
    return TotalLine(number, texts[number], one.get("agree"), one.get("disagree"))
