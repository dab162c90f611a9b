"""What a report says, before how it looks: human text and the record put together."""

from collections.abc import Mapping

from django.utils import translation
from django.utils.translation import gettext as _

from gongzhi.commons.permissions.actors import Actor
from gongzhi.insights.indicators.overview import overview
from gongzhi.insights.indicators.periods import CannotTellPeriod
from gongzhi.insights.indicators.snapshots import Snapshot
from gongzhi.insights.reports.annexes import annexes_of
from gongzhi.insights.reports.assembly import Assembly, CannotAssemble, names_around
from gongzhi.insights.reports.chapters import ADDED
from gongzhi.insights.reports.contents import Chapter, Facts, printable
from gongzhi.insights.reports.studies import Section, Study

__all__ = ["CannotAssemble", "assemble"]


def assemble(
    study: Study, snap: Snapshot, *, by: Actor, known: Mapping[str, str] | None = None
) -> Facts:
    """Put the human text and the numbers of the record together, in the study's language.

    `known` are the numbers as a person last saw them; paragraphs in which one changed say so.
    """
    with translation.override(study.language):
        try:
            seen = overview(snap, study.period, by=by)
        except CannotTellPeriod as error:
            raise CannotAssemble(str(error)) from error
        work = Assembly(study, snap, seen, study.known if known is None else known, by)
        _refuse_unknown_places(work)
        chapters = tuple(_chapter(work, section) for section in study.sections)
        return Facts(
            title=printable(study.title),
            subtitle=printable(study.subtitle),
            author=printable(study.author),
            dated=study.dated.isoformat() if study.dated else "",
            language=study.language,
            period=study.period,
            version=seen.version,
            as_of=seen.at,
            chapters=chapters,
            annexes=annexes_of(work, chapters),
        )


def _refuse_unknown_places(work: Assembly) -> None:
    groups = {group for table in work.seen.tables.values() for group in table.groups}
    there = {name for group in groups for name in names_around(group)}
    if unknown := [name for name in work.study.places if name not in there]:
        raise CannotAssemble(
            _("研究的地方里写了“%(place)s”，但没有这个地方") % {"place": "、".join(unknown)}
        )


def _chapter(work: Assembly, section: Section) -> Chapter:
    """A section with what the program adds; parts about a difficulty stand with its facts."""
    added: list[Chapter] = [ADDED[name](work, section) for name in section.includes]
    joined = bool({"difficulties", "suggestions"} & set(section.includes))
    parts = tuple(
        Chapter(printable(part.heading), work.paragraphs(part.text, reviewed=part.reviewed))
        for part in section.parts
        if part.difficulty is None or not joined
    )
    needed = section.text or not (section.parts or section.includes)
    own = work.paragraphs(section.text, reviewed=section.reviewed) if needed else ()
    return Chapter(
        heading=printable(section.heading),
        paragraphs=(*own, *(p for each in added for p in each.paragraphs)),
        parts=(*parts, *(part for each in added for part in each.parts)),
        pictures=tuple(picture for each in added for picture in each.pictures),
    )
