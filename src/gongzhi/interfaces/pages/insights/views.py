"""The district at a glance, a page for each named difficulty, and one for each indicator."""

from collections.abc import Collection
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongzhi.commons.permissions.table import reach
from gongzhi.insights.indicators.comparing import StandsOut, funnel_of
from gongzhi.insights.indicators.definitions import BY_CODE, INDICATORS, indicators_of
from gongzhi.insights.indicators.measures import measures_for
from gongzhi.insights.indicators.networks import CoWork
from gongzhi.insights.indicators.overview import (
    Overview,
    beside_similar,
    months_of,
    network_of,
    overview,
    together_of,
    whole_of,
)
from gongzhi.insights.indicators.peers import Comparison
from gongzhi.insights.indicators.periods import Period
from gongzhi.insights.indicators.shapes import Difficulty, Indicator, Level, Statistic
from gongzhi.insights.indicators.snapshots import Snapshot, snapshot
from gongzhi.insights.indicators.tables import readable, records_behind
from gongzhi.insights.indicators.wording import value_words
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.insights import drawing
from gongzhi.interfaces.pages.insights.diagnosis import differing, going_together, network_words
from gongzhi.interfaces.pages.insights.explaining import EXPLAINED
from gongzhi.interfaces.pages.insights.maps import map_of
from gongzhi.interfaces.pages.insights.telling import (
    Told,
    months_before,
    name_of,
    period_asked,
    period_choices,
    period_words,
    tell,
    tell_record,
)

_FIRST = ("response_rate", "resolution_rate", "satisfaction_rate", "handling_hours")
_NETWORKED = {Difficulty.POOR_COORDINATION, Difficulty.SINGLE_ACTOR, Difficulty.SCATTERED}


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator with the district's number."""

    indicator: Indicator
    told: Told
    is_local: bool = False


@dataclass(frozen=True, slots=True)
class Out:
    """Somebody who stands out, in words."""

    name: str
    group: int
    indicator: Indicator
    value: str
    target: str
    is_better: bool | None


@dataclass(frozen=True, slots=True)
class Tile:
    """A difficulty on the dashboard."""

    difficulty: Difficulty
    what: str
    lines: tuple[Line, ...]
    standing_out: int


def _out(found: StandsOut) -> Out:
    return Out(
        name=name_of(found.level, found.group),
        group=found.group,
        indicator=found.indicator,
        value=value_words(found.value, found.indicator),
        target=value_words(found.target, found.indicator),
        is_better=found.is_better,
    )


def _lines(
    seen: Overview, chosen: tuple[Indicator, ...], group: int | None = None
) -> tuple[Line, ...]:
    """The district's numbers, or those of one community where the indicator is told of it."""
    lines = []
    for each in chosen:
        table = seen.tables[each.code]
        row = table.row_of(group) if group and table.level is Level.COMMUNITY else None
        lines.append(Line(each, tell((row or table.totals)[0], each), is_local=row is not None))
    return tuple(lines)


def _communities(seen: Overview) -> tuple[int, ...]:
    """The communities that the reader may see, in the order of the register."""
    tables = (t for t in seen.tables.values() if t.level is Level.COMMUNITY)
    return tuple(group for group in next(tables).groups if group is not None)


def _asked_group(request: HttpRequest, groups: Collection[int | None]) -> int | None:
    asked = request.GET.get("group", "")
    return int(asked) if asked.isdecimal() and int(asked) in groups else None


def about_period(request: HttpRequest, snap: Snapshot, period: Period) -> dict[str, object]:
    """What every page of the record says of itself."""
    today = timezone.localdate()
    choices = period_choices(today)
    asked = request.GET.get("period", "")
    return {
        "period_words": period_words(period),
        "period_value": asked if asked in dict(choices) else choices[0][0],
        "period_query": asked,
        "choices": choices,
        "as_of": snap.at,
        "version": str(snap.version),
        "first_day": snap.first_day,
    }


@require_safe
@for_staff
def dashboard(request: HttpRequest) -> HttpResponse:
    """The three rates, and the seven difficulties."""
    by = visitor_of(request).actor
    readable(by)
    period = period_asked(request.GET.get("period", ""), timezone.localdate())
    with snapshot(at=timezone.now()) as snap:
        seen = overview(snap, period, by=by)
        about = about_period(request, snap, period)
    outs = seen.scan.standing_out
    tiles = [
        Tile(
            difficulty=each,
            what=str(EXPLAINED[each]),
            lines=_lines(seen, indicators_of(each)),
            standing_out=len({o.group for o in outs if each in o.indicator.difficulties}),
        )
        for each in Difficulty
    ]
    others = tuple(each for each in INDICATORS if not each.difficulties and each.code not in _FIRST)
    context = about | {
        "first": _lines(seen, tuple(BY_CODE[code] for code in _FIRST)),
        "tiles": tiles,
        "others": _lines(seen, others),
        "tests": seen.scan.tests,
    }
    return render(request, "insights/dashboard.html", context)


@require_safe
@for_staff
def difficulty(request: HttpRequest, name: str) -> HttpResponse:
    """One difficulty: its indicators, who stands out, the network, what others did about it."""
    if name not in Difficulty.values:
        raise Http404
    by, chosen = visitor_of(request).actor, Difficulty(name)
    granted = readable(by)
    period = period_asked(request.GET.get("period", ""), timezone.localdate())
    network: CoWork | None = None
    beside: Comparison | None = None
    with snapshot(at=timezone.now()) as snap:
        seen = overview(snap, period, by=by)
        places = _communities(seen)
        group = _asked_group(request, places)
        if chosen in _NETWORKED:
            network = network_of(snap, period, community=group)
        if group:
            beside = beside_similar(snap, period, chosen, group)
        together = together_of(snap, period, chosen) if granted.everywhere else ()
        about = about_period(request, snap, period)
    outs = [_out(o) for o in seen.scan.standing_out if chosen in o.indicator.difficulties]
    context = about | {
        "difficulty": chosen,
        "what": EXPLAINED[chosen],
        "lines": _lines(seen, indicators_of(chosen), group),
        "worse": [out for out in outs if out.is_better is False],
        "better": [out for out in outs if out.is_better],
        "tests": seen.scan.tests,
        "measures": measures_for(chosen),
        "may_propose": not reach(by, "topics.propose").nowhere,
        "crumbs": [Crumb(_("指标"), "/insights")],
        "network": network,
        "everywhere": granted.everywhere,
        "places": [(each, name_of(Level.COMMUNITY, each)) for each in places],
        "group": group,
        "group_name": name_of(Level.COMMUNITY, group),
        "beside": beside,
        "together": going_together(together),
    }
    if beside:
        context["differing"] = differing(beside)
        context["better_names"] = [
            name_of(Level.COMMUNITY, each) for each in beside.better if each in places
        ]
    if network and network.units > 1:
        context |= network_words(network)
    return render(request, "insights/difficulty.html", context)


@require_safe
@for_staff
def indicator(request: HttpRequest, code: str) -> HttpResponse:
    """One indicator: what it is, each community with its doubt, months, and the records behind."""
    if code not in BY_CODE:
        raise Http404
    by, chosen = visitor_of(request).actor, BY_CODE[code]
    granted = readable(by)
    today = timezone.localdate()
    period = period_asked(request.GET.get("period", ""), today)
    with snapshot(at=timezone.now()) as snap:
        seen = overview(snap, period, by=by)
        table = seen.tables[code]
        group = _asked_group(request, table.groups)
        funnel = funnel_of(whole_of(snap, period, code))
        months = None
        if chosen.statistic is Statistic.SHARE and chosen.is_recorded:
            months = months_of(snap, months_before(today), chosen, group=group)
        level = table.level if group else Level.DISTRICT
        records, count = (
            records_behind(snap.measuring(period), chosen, level, group, by=by, most=10)
            if granted.everywhere or group
            else ([], 0)
        )
        about = about_period(request, snap, period)
    mine = frozenset(each for each in table.groups if each is not None)
    context = about | {
        "indicator": chosen,
        "total": tell(table.totals[0], chosen),
        "level": table.level,
        "rows": [
            (name_of(table.level, each), each, tell(row[0], chosen))
            for each, row in zip(table.groups, table.rows, strict=True)
            if each is not None
        ],
        "group": group,
        "group_name": name_of(table.level, group),
        "crumbs": [Crumb(_("指标"), "/insights")]
        + [Crumb(each.label, f"/insights/{each.value}") for each in chosen.difficulties],
        "records": [tell_record(each) for each in records],
        "count": count,
        "map": map_of(
            table,
            seen.scan.standing_out,
            name_of=lambda each: name_of(Level.COMMUNITY, each),
        ),
    }
    if funnel:
        plot = drawing.draw_funnel(
            funnel, name_of=lambda each: name_of(table.level, each), mine=mine
        )
        context |= {"funnel": plot, "funnel_words": drawing.alternatives(plot.dots)}
        context["widened"] = funnel.widened
    if months:
        drawn = drawing.draw_months(months)
        context |= {"months": drawn, "months_words": [dot.title for dot in drawn.dots]}
        context["months_beyond"] = [dot.title for dot in drawn.dots if dot.beyond]
    return render(request, "insights/indicator.html", context)
