"""What staff do with a topic: each step a form, one call, and back to the topic."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django import forms as django_forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from gongzhi.affairs.assemblies.choices import Capacity
from gongzhi.affairs.assemblies.decisions import CannotDecide
from gongzhi.affairs.assemblies.lifecycle import CannotMove
from gongzhi.affairs.assemblies.queries.topics import TopicStory, topic_story
from gongzhi.affairs.assemblies.statements import CannotSay, seed_statement
from gongzhi.affairs.assemblies.topics import (
    CannotDeliberate,
    add_material,
    correct_topic,
    decide_topic,
    notice_topic,
    open_topic,
    refuse_topic,
    reopen_topic,
    withdraw_topic,
)
from gongzhi.commons.attachments.attaching import CannotAttach, attach
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.notices.public import CannotPost
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.tasks.asking import CannotAsk
from gongzhi.commons.territory.queries import place
from gongzhi.interfaces.pages.assemblies import topics_forms as forms
from gongzhi.interfaces.pages.assemblies.topics import crumbs, refuse
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of

REFUSALS = (
    CannotDeliberate,
    CannotMove,
    CannotSay,
    CannotPost,
    CannotDecide,
    CannotAsk,
    CannotAttach,
)
Said = dict[str, Any]


class Step(NamedTuple):
    """A step: its title, its form, the permission it needs, and what it does."""

    title: str | Promise
    form: type[django_forms.Form]
    may: str
    act: Callable[[int, django_forms.Form, Actor, datetime], object]
    done: str | Promise


def _open(topic_id: int, form: django_forms.Form, by: Actor, at: datetime) -> None:
    said = form.cleaned_data
    open_topic(
        topic_id=topic_id, closes_at=forms.end_of(said["closes"]),
        capacities=[Capacity(one) for one in said["capacities"]],
        by_invitation=said["by_invitation"], by=by, at=at,
    )  # fmt: skip


def _decide(topic_id: int, form: django_forms.Form, by: Actor, at: datetime) -> None:
    assert isinstance(form, forms.DecideForm)
    said = form.cleaned_data
    decide_topic(
        topic_id=topic_id, text=said["text"], rule=said["rule"], tasks=form.tasks(), by=by, at=at
    )


@transaction.atomic
def _material(topic_id: int, form: django_forms.Form, by: Actor, at: datetime) -> None:
    """A version and its files, or neither."""
    said = form.cleaned_data
    made = add_material(
        topic_id=topic_id, title=said["title"], text=said["text"], change=said["change"],
        by=by, at=at,
    )  # fmt: skip
    for file in said["papers"]:
        attach(file, subject=Subject("material", made), by=by, at=at)


STEPS: dict[str, Step] = {
    "open": Step(
        gettext_lazy("开始征集意见"), forms.OpenForm, "topics.run", _open,
        gettext_lazy("已开始征集意见"),
    ),
    "correct": Step(
        gettext_lazy("修改议题"), forms.CorrectForm, "topics.run",
        lambda topic_id, form, by, at: correct_topic(
            topic_id=topic_id, **form.cleaned_data, by=by, at=at
        ),
        gettext_lazy("已修改"),
    ),
    "refuse": Step(
        gettext_lazy("不列为议题"), forms.ReasonForm, "topics.run",
        lambda topic_id, form, by, at: refuse_topic(
            topic_id=topic_id, reason=form.cleaned_data["reason"], by=by, at=at
        ),
        gettext_lazy("已登记，提议的人能看到理由"),
    ),
    "withdraw": Step(
        gettext_lazy("撤回议题"), forms.ReasonForm, "topics.run",
        lambda topic_id, form, by, at: withdraw_topic(
            topic_id=topic_id, reason=form.cleaned_data["reason"], by=by, at=at
        ),
        gettext_lazy("已撤回"),
    ),
    "notice": Step(
        gettext_lazy("结束征集并公示"), forms.NoticeForm, "topics.run",
        lambda topic_id, form, by, at: notice_topic(
            topic_id=topic_id, text=form.cleaned_data["text"],
            objections_until=forms.end_of(form.cleaned_data["until"]), by=by, at=at,
        ),
        gettext_lazy("已公示"),
    ),
    "reopen": Step(
        gettext_lazy("重新征集意见"), forms.ReopenForm, "topics.run",
        lambda topic_id, form, by, at: reopen_topic(
            topic_id=topic_id, closes_at=forms.end_of(form.cleaned_data["closes"]), by=by, at=at
        ),
        gettext_lazy("已重新开始征集意见"),
    ),
    "decide": Step(
        gettext_lazy("形成决议"), forms.DecideForm, "decisions.take", _decide,
        gettext_lazy("决议已公布，任务已交办"),
    ),
    "seed": Step(
        gettext_lazy("加一条说法"), forms.SeedForm, "topics.run",
        lambda topic_id, form, by, at: seed_statement(
            topic_id=topic_id, text=form.cleaned_data["text"], by=by, at=at
        ),
        gettext_lazy("已加上"),
    ),
    "material": Step(
        gettext_lazy("加一份资料"), forms.MaterialForm, "topics.run", _material,
        gettext_lazy("已加上"),
    ),
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def step(request: HttpRequest, topic_id: int, name: str) -> HttpResponse:
    """One step of who runs the topic."""
    wanted = STEPS.get(name)
    if wanted is None:
        raise Http404
    by = visitor_of(request).actor
    story = topic_story(by=by, topic_id=topic_id)
    require(by, wanted.may, place_path=place(story.row.place_id).path)
    form = _form(wanted, request, story, by)
    if request.method == "POST" and form.is_valid():
        try:
            wanted.act(topic_id, form, by, timezone.now())
        except REFUSALS as refused:
            refuse(form, refused)
        else:
            messages.success(request, str(wanted.done))
            return redirect("topic", topic_id)
    context = {
        "form": form,
        "title": wanted.title,
        "about": story.row.title,
        "button": wanted.title,
        "crumbs": [*crumbs(), Crumb(story.row.title, f"/topics/{topic_id}")],
    }
    return render(request, "assemblies/topic_form.html", context)


def _form(wanted: Step, request: HttpRequest, story: TopicStory, by: Actor) -> django_forms.Form:
    data = request.POST if request.method == "POST" else None
    if wanted.form is forms.DecideForm:
        text = story.notice.text if story.notice else ""
        return forms.DecideForm(
            data, by=by, initial={"text": text, "rule": _("公示期满无异议或异议已答复")}
        )
    initial = forms.default_days()
    if wanted.form is forms.CorrectForm:
        initial = {
            "title": story.row.title, "question": story.row.question, "text": story.text
        }  # fmt: skip
    return wanted.form(data, request.FILES if data is not None else None, initial=initial)
