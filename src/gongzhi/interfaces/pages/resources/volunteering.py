"""Volunteer posts for everyone, and the organiser's part: who comes, and the hours they gave."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.affairs.resources.choices import SignupChannel
from gongzhi.affairs.resources.lifecycle import CannotMove, NotInPool
from gongzhi.affairs.resources.queries.volunteers import open_posts, post_story, posts_of_units
from gongzhi.affairs.resources.signups import sign_up, signup_link
from gongzhi.affairs.resources.volunteers import (
    CannotVolunteer,
    answer_dispute,
    certify_hours,
    close_post,
    open_post,
    stint_link,
)
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.table import NotPermitted, reach
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.numbers import asked_number
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.resources import undertaking_forms as forms
from gongzhi.interfaces.pages.resources.needs import tabs
from gongzhi.interfaces.pages.resources.undertaking_rows import post_line, stint_lines

REFUSALS = (CannotVolunteer, CannotMove)


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Posts that want volunteers; staff see what their own units organise, too."""
    visitor = visitor_of(request)
    by, cursor = visitor.actor, request.GET.get("after", "")
    page = open_posts(on=timezone.localdate(), cursor=cursor)
    ours = {role.unit_id for role in by.roles}
    may = bool(ours) and not reach(by, "volunteers.organise").nowhere
    context = {
        "rows": [post_line(row) for row in page.rows],
        "next_cursor": page.next_cursor,
        "ours": [post_line(row) for row in posts_of_units(ours)] if may else [],
        "may_open": may,
        "tabs": tabs(by, "posts"),
    }
    return render(request, "resources/posts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def new(request: HttpRequest) -> HttpResponse:
    """Say what volunteers are wanted for."""
    by = visitor_of(request).actor
    if reach(by, "volunteers.organise").nowhere:
        raise NotPermitted("volunteers.organise")
    form = forms.PostForm(request.POST or None, by=by)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            made = open_post(
                title=asked["title"],
                text=asked["text"],
                organiser_id=int(asked["organiser"]),
                place_id=int(asked["place"]),
                wanted=asked["wanted"],
                begins=asked["begins"],
                ends=asked["ends"],
                by=by,
                at=timezone.now(),
            )
        except REFUSALS as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("岗位已发布"))
            return redirect("post", made)
    context = {"form": form, "title": _("发布志愿岗位"), "crumbs": _crumbs()}
    return render(request, "resources/form.html", context)


def _crumbs() -> list[Crumb]:
    return [Crumb(_("志愿岗位"), reverse("posts"))]


@require_safe
def post(request: HttpRequest, post_id: int) -> HttpResponse:
    """One post; names and hours are there for its organiser alone."""
    story = post_story(by=visitor_of(request).actor, post_id=post_id)
    row, today = story.row, timezone.localdate()
    context = {
        "story": story,
        "row": row,
        "stints": stint_lines(story.stints),
        "may_join": row.state.value == "open" and row.ends >= today and row.left > 0,
        "may_certify": story.may_organise and row.begins <= today,
        "crumbs": _crumbs(),
    }
    return render(request, "resources/post.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, post_id: int) -> HttpResponse:
    """Sign up without an account; the private link is the volunteer's own page from then on."""
    story = post_story(by=visitor_of(request).actor, post_id=post_id)
    form = forms.JoinForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            made = sign_up(
                post_id=post_id,
                name=asked["name"],
                contact=asked["contact"],
                channel=SignupChannel.PAGE,
                by=RESIDENT,
                at=timezone.now(),
            )
        except REFUSALS as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("报名成功。请收藏这一页，以后用它看时长、打印证明。"))
            return redirect("own_hours", token=signup_link(made))
    context = {
        "form": form,
        "title": _("报名"),
        "about": f"{story.row.title} · {story.row.organiser_name}",
        "crumbs": [*_crumbs(), Crumb(story.row.title, reverse("post", args=[post_id]))],
    }
    return render(request, "resources/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def note(request: HttpRequest, post_id: int) -> HttpResponse:
    """The organiser writes down who rang or came by; the link is there to be handed on."""
    by = visitor_of(request).actor
    story = post_story(by=by, post_id=post_id)
    if not story.may_organise:
        raise NotPermitted("volunteers.organise")
    form = forms.NoteSignupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            sign_up(
                post_id=post_id,
                name=asked["name"],
                contact=asked["contact"],
                channel=SignupChannel(asked["channel"]),
                by=by,
                at=timezone.now(),
            )
        except REFUSALS as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已登记"))
            return redirect("post", post_id)
    context = {
        "form": form,
        "title": _("代为报名"),
        "about": story.row.title,
        "crumbs": [*_crumbs(), Crumb(story.row.title, reverse("post", args=[post_id]))],
    }
    return render(request, "resources/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def certify(request: HttpRequest, post_id: int) -> HttpResponse:
    """The organiser writes down the hours of one volunteer on one day."""
    by = visitor_of(request).actor
    story = post_story(by=by, post_id=post_id)
    if not story.may_organise:
        raise NotPermitted("volunteers.organise")
    form = forms.CertifyForm(request.POST or None, signups=story.signups)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            certify_hours(
                post_id=post_id,
                name=asked["name"],
                day=asked["day"],
                minutes=forms.minutes_of(asked["hours"]),
                signup_id=int(asked["signup"]) if asked["signup"] else None,
                by=by,
                at=timezone.now(),
            )
        except REFUSALS as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("时长已登记，请把链接交给本人核对"))
            return redirect("post", post_id)
    context = {
        "form": form,
        "title": _("登记时长"),
        "about": story.row.title,
        "crumbs": [*_crumbs(), Crumb(story.row.title, reverse("post", args=[post_id]))],
    }
    return render(request, "resources/form.html", context)


@require_POST
@for_staff
def close(request: HttpRequest, post_id: int) -> HttpResponse:
    """No more volunteers are wanted."""
    try:
        close_post(post_id=post_id, by=visitor_of(request).actor, at=timezone.now())
    except REFUSALS as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已登记"))
    return redirect("post", post_id)


@require_POST
@for_staff
def answer(request: HttpRequest, stint_id: int, name: str) -> HttpResponse:
    """The organiser puts hours right as the volunteer says, or stands by the record."""
    if name not in {"correct", "uphold"}:
        raise Http404
    by = visitor_of(request).actor
    try:
        answer_dispute(stint_id=stint_id, agreed=name == "correct", by=by, at=timezone.now())
    except REFUSALS as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已登记"))
    back = asked_number(request.POST, "post")
    return redirect("posts") if back is None else redirect("post", back)


@require_safe
@for_staff
def link_of(request: HttpRequest, kind: str, number: int, post_id: int) -> HttpResponse:
    """The address to hand to one volunteer; the organiser alone may read it."""
    story = post_story(by=visitor_of(request).actor, post_id=post_id)
    held = {each.id for each in story.signups} if kind == "signup" else set()
    held |= {each.id for each in story.stints} if kind == "stint" else set()
    if number not in held:
        raise NotInPool
    token = signup_link(number) if kind == "signup" else stint_link(number)
    context = {
        "title": _("给志愿者本人的链接"),
        "about": story.row.title,
        "path": reverse("own_hours", args=[token]),
        "address": settings.PUBLIC_URL + reverse("own_hours", args=[token]),
        "words": _("有这个链接的人不用登录就能看时长、申请更正、打印证明，请只交给本人。"),
        "crumbs": [*_crumbs(), Crumb(story.row.title, reverse("post", args=[post_id]))],
    }
    return render(request, "resources/link.html", context)
