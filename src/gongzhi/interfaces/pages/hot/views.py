"""The hot matters with what their heat is made from, and one matter with its tickets."""

from dataclasses import dataclass
from datetime import datetime
from math import sqrt

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongzhi.affairs.tickets.queries.hot import (
    FALSE_ALARMS,
    Coming,
    HotView,
    coming,
    gathered,
    hot_issue,
    hot_issues_within_reach,
    tickets_of_issue,
)
from gongzhi.commons.permissions.table import reach
from gongzhi.coordination.topics_of_hot_issues import topic_of_hot_issue
from gongzhi.interfaces.pages.components import Badge, Crumb, Row, Tone
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.tickets.rows import row_of


@dataclass(frozen=True, slots=True)
class Shown:
    """A matter as the page shows it: numbers in words, and a few of its tickets."""

    hot: HotView
    heat: str
    parts: str
    usual: str
    badges: tuple[Badge, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Ahead:
    """What usually rises, in words."""

    name: str
    times: str
    least: str
    expected: int
    years: int
    in_season: int


@require_safe
@for_staff
def hot(request: HttpRequest) -> HttpResponse:
    """The hottest matters within the visitor's reach, and the season beside them."""
    by, now = visitor_of(request).actor, timezone.now()
    found = [shown(view, now=now) for view in hot_issues_within_reach(by=by)]
    context = {
        "issues": found,
        "gathered": gathered(),
        "false_alarms": f"{FALSE_ALARMS:.0%}",
        "ahead": [ahead(each) for each in coming()],
    }
    return render(request, "hot/hot.html", context)


@require_safe
@for_staff
def issue(request: HttpRequest, issue_id: int) -> HttpResponse:
    """One matter and the tickets within reach that speak of it."""
    by, now = visitor_of(request).actor, timezone.now()
    view = hot_issue(by=by, issue_id=issue_id)
    if view is None:
        raise Http404
    page = tickets_of_issue(by=by, issue_id=issue_id, cursor=request.GET.get("after", ""))
    context = {
        "issue": shown(view, now=now),
        "rows": [row_of(ticket, now=now) for ticket in page.rows],
        "next_cursor": page.next_cursor,
        "false_alarms": f"{FALSE_ALARMS:.0%}",
        "topic": topic_of_hot_issue(issue_id),
        "may_propose": not reach(by, "topics.propose").nowhere,
        "crumbs": [Crumb(_("今天要办"), reverse("desk")), Crumb(_("热点"), reverse("hot"))],
    }
    return render(request, "hot/issue.html", context)


def shown(view: HotView, *, now: datetime) -> Shown:
    """The numbers written out, so that anybody can add them up again."""
    parts = [_("%(count)d 件不同的诉求") % {"count": view.messages}]
    if view.supporters:
        support = {"root": f"{sqrt(view.supporters):.1f}", "count": view.supporters}
        parts.append(_("支持 %(root)s（√%(count)d）") % support)
    parts.append(_("意外度 %(surprise)s") % {"surprise": f"{view.surprise:.1f}"})
    return Shown(
        hot=view,
        heat=f"{view.heat:.1f}",
        parts=" + ".join(parts),
        usual=f"{view.usual_week:.1f}",
        badges=(Badge(_("正在升温"), Tone.WARN, "diamond"),) if view.rising else (),
        rows=tuple(row_of(ticket, now=now) for ticket in view.samples),
    )


def ahead(each: Coming) -> Ahead:
    """The season's numbers, rounded as far as they can be trusted."""
    return Ahead(
        name=each.category_name,
        times=f"{each.ratio:.1f}",
        least=f"{each.low:.1f}",
        expected=round(each.expected),
        years=each.years,
        in_season=each.in_season,
    )
