"""One request, seen through its private link: follow, reply, rate, add pictures, withdraw."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.affairs.tickets.callback import CannotCallBack, answer_callback
from gongzhi.affairs.tickets.choices import OPEN_STATES, Satisfied, Solved, State
from gongzhi.affairs.tickets.closing import CannotClose
from gongzhi.affairs.tickets.handling import CannotHandle
from gongzhi.affairs.tickets.intake import TEXT_LIMIT
from gongzhi.affairs.tickets.lifecycle import CannotMove
from gongzhi.affairs.tickets.queries.stories import story_for_requester
from gongzhi.affairs.tickets.requesters import (
    CORRECTABLE,
    CannotChange,
    correct_ticket,
    holder_of,
    reply_to_link,
    withdraw_ticket,
)
from gongzhi.commons.attachments.attaching import attach
from gongzhi.commons.attachments.errors import CannotAttach
from gongzhi.commons.attachments.queries import NoAttachment, attachments_of, open_attachment
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.actors import Actor
from gongzhi.interfaces.pages.residents.report_forms import PicturesField
from gongzhi.interfaces.pages.residents.telling import (
    awaits_rating,
    due_of,
    moments_of,
    open_question,
)

# While a ticket stands here and is less than a day old, its page begins with number and link.
_JUST_SENT = frozenset({State.RECEIVED, State.ACCEPTED, State.DISPATCHED})

# The refusals of the actions that a requester can take; each says why, in words for people.
REFUSALS = (CannotHandle, CannotMove, CannotCallBack, CannotChange, CannotClose, CannotAttach)


class ReplyForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("您的补充"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class RatingForm(forms.Form):
    solved = forms.ChoiceField(
        label=gettext_lazy("事情解决了吗"), choices=Solved.choices, widget=forms.RadioSelect
    )
    satisfied = forms.ChoiceField(
        label=gettext_lazy("您满意吗"), choices=Satisfied.choices, widget=forms.RadioSelect
    )
    remark = forms.CharField(
        label=gettext_lazy("还想说的"),
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class MorePicturesForm(forms.Form):
    pictures = PicturesField(label=gettext_lazy("补充照片"))


class CorrectForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("您要反映的事情"),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": gettext_lazy("请写下您要反映的事情，几个字也行。")},
    )


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("为什么撤回"), max_length=500, required=False)


View = Callable[..., HttpResponseBase]


def with_link(view: View) -> View:
    """Opens a view to the holder of a good private link; a bad one is a page not found.

    What a room refuses is told on the page of the ticket.
    """

    @wraps(view)
    def opened(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        holder = holder_of(token)
        if holder is None:
            raise Http404("no such private link")
        try:
            response = view(request, token, holder, *args, **kwargs)
        except REFUSALS as error:
            response = _refused(request, token, error)
        # The address is the key: it goes into no cache and to no other site.
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return opened


@with_link
def ticket(request: HttpRequest, token: str, holder: Actor) -> HttpResponse:
    return _show(request, token, holder)


def _show(request: HttpRequest, token: str, holder: Actor, **wrong: forms.Form) -> HttpResponse:
    ticket_id = holder.ticket_key or 0
    story = story_for_requester(by=holder, ticket_id=ticket_id)
    is_open = story.row.state in OPEN_STATES
    rating = wrong.get("rating") or (RatingForm() if awaits_rating(story) else None)
    context = {
        "token": token,
        "story": story,
        "moments": moments_of(story),
        "question": open_question(story),
        "due": due_of(story, now=timezone.now()),
        "files": attachments_of(Subject("ticket", ticket_id)),
        "rating": rating,
        "reply": wrong.get("reply") or (ReplyForm() if is_open else None),
        "pictures": wrong.get("pictures") or (MorePicturesForm() if is_open else None),
        "wrong": next(iter(wrong.values()), None),
        "can_correct": story.row.state in CORRECTABLE,
        "can_withdraw": "withdraw" in {step.value for step in story.steps},
        "link": request.build_absolute_uri(request.path),
        "is_new": story.row.state in _JUST_SENT
        and timezone.now() - story.row.received_at < timedelta(days=1),
    }
    return render(request, "residents/ticket.html", context)


def _done(request: HttpRequest, token: str, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("my_ticket", token=token)


def _refused(request: HttpRequest, token: str, error: Exception) -> HttpResponse:
    messages.error(request, str(error))
    return redirect("my_ticket", token=token)


@require_POST
@with_link
def reply(request: HttpRequest, token: str, holder: Actor) -> HttpResponse:
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return _show(request, token, holder, reply=form)
    reply_to_link(holder=holder, text=form.cleaned_data["text"], at=timezone.now())
    return _done(request, token, _("补充的内容已经送到。"))


@require_POST
@with_link
def rate(request: HttpRequest, token: str, holder: Actor) -> HttpResponse:
    form = RatingForm(request.POST)
    if not form.is_valid():
        return _show(request, token, holder, rating=form)
    said = form.cleaned_data
    answer_callback(
        ticket_id=holder.ticket_key or 0,
        solved=Solved(said["solved"]),
        satisfied=Satisfied(said["satisfied"]),
        remark=said["remark"],
        by=holder,
        at=timezone.now(),
    )
    if said["solved"] == Solved.NO:
        return _done(request, token, _("知道了，马上重新办理，承办单位会再联系您。"))
    return _done(request, token, _("谢谢您的评价。"))


@require_POST
@with_link
def add_pictures(request: HttpRequest, token: str, holder: Actor) -> HttpResponse:
    form = MorePicturesForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, token, holder, pictures=form)
    subject = Subject("ticket", holder.ticket_key or 0)
    for picture in form.cleaned_data["pictures"]:
        attach(picture, subject=subject, by=holder, at=timezone.now())
    return _done(request, token, _("照片收到了。"))


@require_http_methods(["GET", "HEAD", "POST"])
@with_link
def withdraw(request: HttpRequest, token: str, holder: Actor) -> HttpResponse:
    """Asked once more before it is done."""
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason, ticket_id = form.cleaned_data["reason"], holder.ticket_key or 0
        withdraw_ticket(ticket_id=ticket_id, reason=reason, by=holder, at=timezone.now())
        return _done(request, token, _("诉求已撤回。以后需要，可以再提。"))
    return render(request, "residents/withdraw.html", {"form": form, "token": token})


@require_http_methods(["GET", "HEAD", "POST"])
@with_link
def correct(request: HttpRequest, token: str, holder: Actor) -> HttpResponse:
    """The words put right while nobody has answered; afterwards one adds to them instead."""
    ticket_id = holder.ticket_key or 0
    story = story_for_requester(by=holder, ticket_id=ticket_id)
    if story.row.state not in CORRECTABLE:
        raise CannotChange(_("已经有答复，不能再改；可以补充说明。"))
    form = CorrectForm(request.POST or None, initial={"text": story.text})
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        correct_ticket(ticket_id=ticket_id, text=text, by=holder, at=timezone.now())
        return _done(request, token, _("已改好，承办单位会看到新的内容。"))
    return render(request, "residents/correct.html", {"form": form, "token": token})


@require_safe
@with_link
def picture(request: HttpRequest, token: str, holder: Actor, file_id: int) -> HttpResponseBase:
    try:
        opened = open_attachment(file_id, by=holder)
    except NoAttachment as error:
        raise Http404 from error
    response = FileResponse(opened.path.open("rb"), content_type=opened.view.media_type)
    for name, value in opened.headers.items():
        response.headers[name] = value
    return response
