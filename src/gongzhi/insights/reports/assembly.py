"""A report on its way: human text, with the numbers that its placeholders name."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.territory.queries import find_place
from gongzhi.insights.indicators.overview import Overview
from gongzhi.insights.indicators.shapes import Level
from gongzhi.insights.indicators.snapshots import Snapshot
from gongzhi.insights.indicators.wording import number_of
from gongzhi.insights.reports.contents import Figure, Paragraph, Query, Run, printable
from gongzhi.insights.reports.studies import PLACEHOLDER, Study
from gongzhi.insights.surveys.queries import SurveyRow, surveys_titled


class CannotAssemble(ValueError):
    """A report that can't be put together, and why."""


def words_of(seen: Overview, query: Query) -> str:
    """The words of a query's number in an overview, in the language of now."""
    table = seen.tables[query.indicator]
    if query.level is Level.DISTRICT:
        return number_of(table.totals[0], table.indicator)
    row = table.row_of(query.group) if query.level is table.level else None
    if row is None:
        raise CannotAssemble(_("没有这个数：%(query)s") % {"query": query})
    return number_of(row[0], table.indicator)


@dataclass(slots=True)
class Assembly:
    """A report on its way: what the chapters are made from."""

    study: Study
    snap: Snapshot
    seen: Overview
    known: Mapping[str, str]  # what each number was when a person last looked
    by: Actor

    def figure(self, query: Query) -> Figure:
        """The number of a query as the overview has it; a gap is said in words."""
        words = words_of(self.seen, query)
        before = self.known.get(str(query), words)
        return Figure(query, words, before if before != words else "")

    def of_district(self, code: str) -> Figure:
        """The district's number of an indicator."""
        return self.figure(Query(code, Level.DISTRICT, None))

    def paragraphs(self, text: str, *, reviewed: bool) -> tuple[Paragraph, ...]:
        """Human text, a paragraph a line, its numbers filled in."""
        lines = [line.strip() for line in printable_lines(text) if line.strip()]
        if not lines:
            return (Paragraph((_("（待写）"),), draft=True),)
        return tuple(Paragraph(self._runs(line), draft=not reviewed) for line in lines)

    def _runs(self, line: str) -> tuple[Run, ...]:
        runs: list[Run] = []
        end = 0
        for match in PLACEHOLDER.finditer(line):
            runs += [line[end : match.start()], self.figure(self._query(match[1], match[2]))]
            end = match.end()
        return tuple(run for run in (*runs, line[end:]) if run != "")

    def _query(self, code: str, place: str | None) -> Query:
        if not place:
            return Query(code, Level.DISTRICT, None)
        table = self.seen.tables[code]
        return Query(code, table.level, self.place_called(place.strip(), table.groups))

    def place_called(self, name: str, groups: tuple[int | None, ...]) -> int:
        """The place of this name among groups; streets tell apart those that share a name."""
        found = [
            group
            for group in groups
            if group is not None
            and (place := find_place(group)) is not None
            and name in {place.name, place.full_name}
        ]
        if not found:
            raise CannotAssemble(
                _("报告里写了“%(place)s”，但没有这个地方，或这个指标不分到那里") % {"place": name}
            )
        if len(found) > 1:
            raise CannotAssemble(
                _("叫“%(place)s”的地方不止一个，请写全名：%(names)s")
                % {"place": name, "names": "、".join(_full_name(each) for each in found)}
            )
        return found[0]

    def surveys(self) -> list[SurveyRow]:
        """The surveys that the study names, as far as its author may read them."""
        found = []
        for title in self.study.surveys:
            rows = surveys_titled(title, by=self.by)
            if len(rows) != 1:
                raise CannotAssemble(
                    _("研究里写了调查“%(title)s”，系统里有 %(many)d 个叫这个名称")
                    % {"title": title, "many": len(rows)}
                )
            found.append(rows[0])
        return found

    def scope(self, groups: tuple[int | None, ...]) -> tuple[int, ...]:
        """The groups that the study is about: those it names or that lie in a street it names."""
        every = tuple(group for group in groups if group is not None)
        if not self.study.places:
            return every
        wanted = set(self.study.places)
        return tuple(group for group in every if wanted & names_around(group))


def printable_lines(text: str) -> list[str]:
    """The lines of human text, each fit for any document."""
    return [printable(line) for line in text.splitlines()]


def _full_name(place_id: int) -> str:
    place = find_place(place_id)
    return place.full_name if place else ""


def names_around(place_id: int | None) -> set[str]:
    """A place's names, and those of the places it lies in."""
    names: set[str] = set()
    while place_id is not None and (place := find_place(place_id)) is not None:
        names |= {place.name, place.full_name}
        place_id = place.parent_id
    return names
