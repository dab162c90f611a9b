"""The opinion map of a topic, its drawing, and its exports."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongzhi.affairs.assemblies.queries.exports import (
    TooFewVoters,
    export_statements,
    export_votes,
)
from gongzhi.affairs.assemblies.queries.opinion import opinion_of
from gongzhi.commons.permissions.table import reach
from gongzhi.commons.tables.writing import csv_parts
from gongzhi.interfaces.pages.assemblies.topics import crumbs
from gongzhi.interfaces.pages.assemblies.topics_telling import (
    claim_words,
    shares_words,
    topic_badge,
)
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of


@require_safe
def opinion(request: HttpRequest, topic_id: int) -> HttpResponse:
    """Groups, what they share and what divides them, in sentences first."""
    view = opinion_of(topic_id, language=get_language() or "")
    letters = [group.letter for group in view.groups]
    context = {
        "view": view,
        "badge_": topic_badge(view.state),
        # What all share stands in a list of its own.
        "groups": [
            (group, [claim_words(one) for one in group.claims if one.kind != "shared"])
            for group in view.groups
        ],
        "shared": [(line, shares_words(line, letters)) for line in view.shared],
        "divides": [(line, shares_words(line, letters)) for line in view.divides],
        "bridging": view.bridging,
        "totals": [
            (line, 10 * (line.agree or 0), 10 * (line.disagree or 0)) for line in view.totals
        ],
        "may_export": not reach(visitor_of(request).actor, "topics.export").nowhere,
        "crumbs": [*crumbs(), Crumb(view.title, f"/topics/{topic_id}")],
    }
    return render(request, "assemblies/opinion.html", context)


@require_safe
def drawing(request: HttpRequest, topic_id: int) -> HttpResponse:
    """The map as SVG, in the language of the page."""
    view = opinion_of(topic_id, language=request.GET.get("words", ""))
    if not view.picture:
        raise Http404
    response = HttpResponse(view.picture, content_type="image/svg+xml; charset=utf-8")
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    return response


@require_safe
@for_staff
def exported(request: HttpRequest, topic_id: int, what: str) -> HttpResponseBase:
    """Votes or statements in the columns of Polis."""
    export = {"votes": export_votes, "comments": export_statements}.get(what)
    if export is None:
        raise Http404
    try:
        found = export(by=visitor_of(request).actor, topic_id=topic_id)
    except TooFewVoters:
        messages.error(request, _("参与的人太少，导出会让人认出是谁，暂不能导出"))
        return redirect("opinion", topic_id)
    response = StreamingHttpResponse(
        csv_parts(found.columns, found.rows), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{found.name}"'
    return response
