"""Taking part by a private link: one statement at a time, one's own words, one's own answers."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.affairs.assemblies.choices import Capacity, VoteValue
from gongzhi.affairs.assemblies.decisions import CannotDecide, rate_result
from gongzhi.affairs.assemblies.lifecycle import NotInAssembly
from gongzhi.affairs.assemblies.queries.decisions import decision_story
from gongzhi.affairs.assemblies.queries.topics import topic_story
from gongzhi.affairs.assemblies.queries.turns import own_statements, own_votes, turn_of
from gongzhi.affairs.assemblies.rosters import CannotJoin, join_topic, leave_topic, seat_of_link
from gongzhi.affairs.assemblies.statements import CannotSay, submit_statement
from gongzhi.affairs.assemblies.votes import CannotVote, cast_vote
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.ratings.rating import CannotRate, Satisfied, Solved
from gongzhi.interfaces.pages.assemblies import topics_forms as forms
from gongzhi.interfaces.pages.assemblies.topics import crumbs, refuse
from gongzhi.interfaces.pages.assemblies.topics_telling import decision_line, statement_badge
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.numbers import asked_number
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.guarding.addresses import client_address, neighbourhood
from gongzhi.interfaces.pages.guarding.limits import Limit

# A building of two hundred homes behind one address may answer thirty statements each in an hour.
_VOTES = Limit("vote.cast", 6000, 3600)
_REMEMBER = 90 * 24 * 3600  # seconds


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, topic_id: int) -> HttpResponse:
    """Say in what capacity one takes part, and get a private link."""
    story = topic_story(by=visitor_of(request).actor, topic_id=topic_id)
    data = request.POST if request.method == "POST" else None
    form = forms.JoinForm(data, request=request, capacities=story.capacities)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            token = join_topic(
                topic_id=topic_id, capacity=Capacity(said["capacity"]), says=said["says"],
                by=RESIDENT, at=timezone.now(),
            )  # fmt: skip
        except CannotJoin as refused:
            refuse(form, refused)
        else:
            return redirect("seat", token)
    context = {
        "form": form,
        "title": _("参加商量"),
        "about": story.row.title,
        "button": _("开始"),
        "crumbs": [*crumbs(), Crumb(story.row.title, f"/topics/{topic_id}")],
    }
    return render(request, "assemblies/topic_form.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def seat(request: HttpRequest, token: str) -> HttpResponse:
    """One statement, three buttons; each answer leads to the next."""
    at = timezone.now()
    if request.method == "POST":
        _VOTES.take_or_refuse(neighbourhood(client_address(request)))
        _vote(request, token)
        return redirect("seat", token)
    turn = turn_of(token, at=at, wanted=asked_number(request.GET, "again"))
    context = {
        "turn": turn,
        "token": token,
        "choices": _CHOICES,
        "link": request.build_absolute_uri(request.path),
    }
    response = _private(render(request, "assemblies/seat.html", context))
    # The topic's page leads back here from the same device; nothing else reads it.
    response.set_cookie(
        "seat", token, max_age=_REMEMBER, path=f"/topics/{turn.topic_id}", httponly=True,
        secure=request.is_secure(), samesite="Lax",
    )  # fmt: skip
    return response


_CHOICES = (
    (VoteValue.AGREE, "a", "good"),
    (VoteValue.DISAGREE, "d", "bad"),
    (VoteValue.PASS, "p", "quiet"),
)


def _vote(request: HttpRequest, token: str) -> None:
    said, statement = request.POST.get("vote", ""), request.POST.get("statement", "")
    known = said in {"1", "0", "-1"} and statement.isascii() and statement.isdigit()
    if not known or len(statement) > 15:
        messages.error(request, _("没有看懂您的选择，请再按一次"))
        return
    try:
        cast_vote(
            token=token, statement_id=int(statement), value=VoteValue(int(said)), by=RESIDENT,
            at=timezone.now(),
        )  # fmt: skip
    except CannotVote as refused:
        messages.error(request, str(refused))
    except NotInAssembly:
        seat_of_link(token)  # a dead link is a 404; a statement that was taken away is not
        messages.error(request, _("这条说法已经撤下，请看下一条"))


@never_cache
@require_safe
def mine(request: HttpRequest, token: str) -> HttpResponse:
    """What the holder of the link has answered and said."""
    now = timezone.now()
    turn = turn_of(token, at=now)
    story = topic_story(by=RESIDENT, topic_id=turn.topic_id)
    context = {
        "turn": turn,
        "token": token,
        "votes": [(one, VoteValue(one.value).label) for one in own_votes(token)],
        "statements": [(one, statement_badge(one.state)) for one in own_statements(token)],
        "ratable": [row for row in story.decisions if row.has_result],
        "decisions": [decision_line(row, now=now) for row in story.decisions],
        "crumbs": _crumbs(turn.topic_title, turn.topic_id),
    }
    return _private(render(request, "assemblies/seat_mine.html", context))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def say(request: HttpRequest, token: str) -> HttpResponse:
    """Say something of one's own; staff look at it first."""
    turn = turn_of(token, at=timezone.now())
    data = request.POST if request.method == "POST" else None
    form = forms.SayForm(data, request=request)
    if request.method == "POST" and form.is_valid():
        try:
            submit_statement(
                token=token, text=form.cleaned_data["text"], by=RESIDENT, at=timezone.now()
            )
        except CannotSay as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("收到了，工作人员看过以后请大家表态"))
            return redirect("seat_mine", token)
    context = {
        "form": form,
        "title": _("说说我的看法"),
        "about": turn.question,
        "button": _("送出"),
        "crumbs": [
            *_crumbs(turn.topic_title, turn.topic_id),
            Crumb(_("继续表态"), f"/seat/{token}"),
        ],
    }
    return _private(render(request, "assemblies/topic_form.html", context))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, token: str, decision_id: int) -> HttpResponse:
    """Say how the result of a decision is; once."""
    seat_ = seat_of_link(token)
    story = decision_story(by=RESIDENT, decision_id=decision_id)
    if (story.row.subject.kind, story.row.subject.id) != ("topic", seat_.topic_id):
        raise NotInAssembly
    form = forms.RateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            rate_result(
                decision_id=decision_id, holder=Subject("seat", seat_.pk),
                solved=Solved(said["solved"]), satisfied=Satisfied(said["satisfied"]),
                remark=said["remark"], by=RESIDENT, at=timezone.now(),
            )  # fmt: skip
        except (CannotRate, CannotDecide) as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("谢谢您，已经记下了"))
            return redirect("seat_mine", token)
    context = {
        "form": form,
        "title": _("结果怎么样"),
        "about": story.row.title,
        "button": _("告诉社区"),
        "crumbs": _crumbs(seat_.topic.title, seat_.topic_id),
    }
    return _private(render(request, "assemblies/topic_form.html", context))


@require_POST
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Give the seat up, with all its answers."""
    topic_id = seat_of_link(token).topic_id
    try:
        leave_topic(token=token, by=RESIDENT, at=timezone.now())
    except CannotJoin as refused:
        messages.error(request, str(refused))
        return redirect("seat_mine", token)
    messages.success(request, _("您的表态已经全部删除"))
    response = redirect("topic", topic_id)
    response.delete_cookie("seat", path=f"/topics/{topic_id}")
    return response


def _crumbs(title: str, topic_id: int) -> list[Crumb]:
    return [*crumbs(), Crumb(title, f"/topics/{topic_id}")]


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["X-Robots-Tag"] = "noindex"
    return response
