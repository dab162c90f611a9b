"""A stored study put together with the record of now, and its chapters as a page shows them."""

from dataclasses import dataclass

from django.utils import timezone

from gongzhi.commons.permissions.actors import Actor
from gongzhi.insights.indicators.snapshots import snapshot
from gongzhi.insights.reports.contents import Chapter, Facts, Figure, Paragraph
from gongzhi.insights.reports.facts import assemble
from gongzhi.insights.reports.queries import StudyView


@dataclass(frozen=True, slots=True)
class Told:
    """A paragraph in words."""

    text: str
    draft: bool
    changed: str  # "was → is", empty where nothing changed


@dataclass(frozen=True, slots=True)
class ToldChapter:
    """A heading of the record with its paragraphs."""

    heading: str
    paragraphs: tuple[Told, ...]
    pictures: int


def facts_of(view: StudyView, *, by: Actor) -> Facts:
    """What the report says now; raises `CannotAssemble`."""
    with snapshot(at=timezone.now()) as snap:
        return assemble(view.study, snap, by=by)


def told(chapter: Chapter) -> list[ToldChapter]:
    """What a chapter says with its numbers filled in: its own paragraphs, then its parts."""
    own = ToldChapter("", tuple(map(_told, chapter.paragraphs)), len(chapter.pictures))
    parts = [
        ToldChapter(part.heading, tuple(map(_told, part.paragraphs)), len(part.pictures))
        for part in chapter.parts
    ]
    return [each for each in (own, *parts) if each.paragraphs or each.pictures]


def changes(facts: Facts) -> list[tuple[str, Told]]:
    """The paragraphs in which a number changed, each with the chapter it stands in."""
    return [
        (part.heading or chapter.heading, paragraph)
        for chapter in facts.chapters
        for part in told(chapter)
        for paragraph in part.paragraphs
        if paragraph.changed
    ]


def _told(paragraph: Paragraph) -> Told:
    text = "".join(run.words if isinstance(run, Figure) else run for run in paragraph.runs)
    changed = "、".join(f"{each.changed_from} → {each.words}" for each in paragraph.changed)
    return Told(text, paragraph.draft, changed)
