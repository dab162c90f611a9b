"""Needs: the public list, publishing, micro-wishes, and one need whole."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.affairs.resources.choices import SourceKind
from gongzhi.affairs.resources.lifecycle import CannotMove
from gongzhi.affairs.resources.needs import (
    CannotPublish,
    publish_need,
    settle_need,
    withdraw_need,
)
from gongzhi.affairs.resources.queries.claims import need_story, needs_waiting_for_review
from gongzhi.affairs.resources.queries.pool import needs_within_reach, open_needs
from gongzhi.affairs.resources.wishes import CannotWish, Identity, make_wish, review_wish
from gongzhi.affairs.tickets.queries.stories import story_for_staff
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import NotPermitted, reach
from gongzhi.commons.territory.queries import ancestor_of_kind
from gongzhi.coordination.needs_of_surveys import publish_need_of_survey
from gongzhi.coordination.needs_of_tickets import publish_need_of_ticket
from gongzhi.insights.surveys.queries import survey_for_staff
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.numbers import asked_number
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.resources.forms import FilterForm, NeedForm, WishForm
from gongzhi.interfaces.pages.resources.rows import (
    claim_badge,
    line_of,
    moments,
    need_badge,
    need_line,
)

REFUSALS = (CannotPublish, CannotWish, CannotMove)
_LIVING = ("published", "claimed", "done")


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Open needs for everyone; staff see those under way and what waits for their yes too."""
    visitor, today = visitor_of(request), timezone.localdate()
    form, cursor = FilterForm(request.GET or None), request.GET.get("after", "")
    by = visitor.actor
    if visitor.signed_in and not reach(by, "resources.read").nowhere:
        page = needs_within_reach(by=by, filters=form.filters(states=_LIVING), cursor=cursor)
    else:
        page = open_needs(filters=form.filters(ends_from=today), cursor=cursor)
    context = {
        "form": form,
        "rows": [need_line(row, today=today) for row in page.rows],
        "next_cursor": page.next_cursor,
        "waiting": [need_line(row, today=today) for row in needs_waiting_for_review(by=by)],
        "may_publish": not reach(by, "needs.publish").nowhere,
        "tabs": tabs(by, "needs"),
    }
    return render(request, "resources/needs.html", context)


def tabs(by: Actor, here: str) -> list[tuple[str, str, bool]]:
    """The parts of the pool that the reader may see: (name of the page, label, whether here)."""
    staff = not reach(by, "resources.read").nowhere
    found = [
        ("needs", _("需求"), True),
        ("offers", _("可用资源"), True),
        ("rooms", _("场地"), True),
    ]
    drafts, reads = reach(by, "slips.draft"), reach(by, "slips.read")
    signs = not (reach(by, "agreements.sign").nowhere and reach(by, "projects.run").nowhere)
    found.append(("posts", _("志愿岗位"), True))
    found.append(("claims", _("我方认领"), staff))
    found.append(("projects", _("项目"), staff))
    found.append(("agreements", _("共建协议"), signs))
    found.append(("slips", _("双报到"), not (drafts.nowhere and reads.nowhere)))
    found.append(("gap", _("供需差距"), staff))
    found.append(("pool_import", _("批量导入"), not reach(by, "resources.import").nowhere))
    found.append(("plans", _("匹配方案"), not reach(by, "plans.compute").nowhere))
    return [(name, label, name == here) for name, label, shown in found if shown]


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def new(request: HttpRequest) -> HttpResponse:
    """Publish a need, from a ticket or a survey where one is named."""
    by = visitor_of(request).actor
    if reach(by, "needs.publish").nowhere:
        raise NotPermitted("needs.publish")
    ticket_id, survey_id = asked_number(request.GET, "ticket"), asked_number(request.GET, "survey")
    survey = survey_for_staff(survey_id=survey_id, by=by) if survey_id else None
    story = story_for_staff(by=by, ticket_id=ticket_id) if ticket_id else None
    initial: dict[str, object] = {}
    if story is not None:
        community = ancestor_of_kind(story.place_id, "community")
        initial = {"title": story.row.title[:80], "place": str(community or "")}
    form = NeedForm(request.POST or None, by=by, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = _published(form, ticket_id, survey_id, by=by)
        except CannotPublish as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("需求已发布"))
            return redirect("need", made)
    context = {"form": form, "title": _("发布需求"), "story": story, "crumbs": _crumbs()}
    if survey is not None:
        context["about"] = _("调查中听到的：%(title)s。请不要写谁说的。") % {"title": survey.title}
    return render(request, "resources/form.html", context)


def _published(form: NeedForm, ticket_id: int | None, survey_id: int | None, *, by: Actor) -> int:
    at = timezone.now()
    if ticket_id:
        new = form.new_need(source=Subject("ticket", ticket_id))
        return publish_need_of_ticket(ticket_id=ticket_id, new=new, by=by, at=at)
    if survey_id:
        new = form.new_need(source=Subject("survey", survey_id))
        return publish_need_of_survey(survey_id=survey_id, new=new, by=by, at=at)
    return publish_need(new=form.new_need(), by=by, at=at)


def _crumbs() -> list[Crumb]:
    return [Crumb(_("需求"), "/needs")]


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def wish(request: HttpRequest) -> HttpResponse:
    """Write down somebody's small wish."""
    by = visitor_of(request).actor
    if reach(by, "needs.publish").nowhere:
        raise NotPermitted("needs.publish")
    form = WishForm(request.POST or None, by=by)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            made = make_wish(
                new=form.new_need(),
                cap=asked["cap"],
                identity=Identity(asked["name"], asked["contact"]),
                consents=asked["consents"],
                by=by,
                at=timezone.now(),
            )
        except REFUSALS as refused:
            field = getattr(refused, "field", None)
            form.add_error(field if field in form.fields else None, str(refused))
        else:
            messages.success(request, _("心愿已登记，等待社区审核发布"))
            return redirect("need", made)
    context = {"form": form, "title": _("登记微心愿"), "crumbs": _crumbs()}
    return render(request, "resources/form.html", context)


@require_safe
def need(request: HttpRequest, need_id: int) -> HttpResponse:
    """One need whole: what is wanted, who helps, how it went."""
    story = need_story(by=visitor_of(request).actor, need_id=need_id)
    labels, current = line_of(story.row, story.claims, with_project=bool(story.projects))
    context = {
        "story": story,
        "row": story.row,
        "badge_": need_badge(story.row.state),
        "labels": labels,
        "current": current,
        "moments": moments(story.events),
        "claims": [(claim, claim_badge(claim.state)) for claim in story.claims],
        "may_reveal": story.may_review and story.is_wish and story.identity is not None,
        "source": SourceKind(story.source_kind).label if story.source_kind else "",
        "may_correct": (story.may_review if story.is_wish else story.may_publish)
        and story.row.state.value in {"drafted", "published"},
        "may_claim": bool(story.giving_units)
        and story.row.left > 0
        and story.row.state.value == "published",
        "crumbs": _crumbs(),
    }
    return render(request, "resources/need.html", context)


@require_POST
@for_staff
def step(request: HttpRequest, need_id: int, name: str) -> HttpResponse:
    """What the community does with its need in one press."""
    by, at = visitor_of(request).actor, timezone.now()
    try:
        if name in {"approve", "refuse"}:
            review_wish(need_id=need_id, approved=name == "approve", by=by, at=at)
        elif name == "settle":
            settle_need(need_id=need_id, by=by, at=at)
        elif name == "withdraw":
            withdraw_need(need_id=need_id, by=by, at=at)
        else:
            raise Http404
    except REFUSALS as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已登记"))
    return redirect("need", need_id)
