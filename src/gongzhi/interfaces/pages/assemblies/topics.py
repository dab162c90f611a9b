"""Topics for everyone: the list, one topic, proposing one, and objecting to what is posted."""

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.affairs.assemblies.choices import TopicState
from gongzhi.affairs.assemblies.lifecycle import NotInAssembly, Step
from gongzhi.affairs.assemblies.proposers import contact_shown, erase_contact
from gongzhi.affairs.assemblies.queries.topics import (
    OVER,
    RUNNING,
    TopicStory,
    proposal_of,
    topic_story,
    topics_in_public,
    topics_to_take_up,
)
from gongzhi.affairs.assemblies.topics import (
    CannotDeliberate,
    NewTopic,
    proposal_link,
    propose_topic,
    topic_of_proposal,
)
from gongzhi.affairs.assemblies.topics_of_meetings import (
    propose_resolution,
    resolution_for_topic,
)
from gongzhi.commons.attachments.errors import CannotAttach
from gongzhi.commons.notices.public import (
    CannotPost,
    NoSuchNotice,
    answer_objection,
    object_to_notice,
)
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.table import NotPermitted, reach
from gongzhi.coordination.topics_of_hot_issues import hot_issue_for_topic, propose_hot_issue
from gongzhi.insights.indicators.measures import Measure, measure_named
from gongzhi.interfaces.pages.assemblies import topics_forms as forms
from gongzhi.interfaces.pages.assemblies.topics_telling import (
    decision_line,
    moments_of,
    topic_badge,
    topic_line,
)
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.numbers import asked_number
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of

_DOABLE = (
    ("open", gettext_lazy("开始征集意见"), Step.OPEN, False),
    ("notice", gettext_lazy("结束征集并公示"), Step.NOTICE, False),
    ("decide", gettext_lazy("形成决议"), Step.DECIDE, False),
    ("reopen", gettext_lazy("重新征集意见"), Step.REOPEN, False),
    ("refuse", gettext_lazy("不列为议题"), Step.REFUSE, True),
    ("withdraw", gettext_lazy("撤回议题"), Step.WITHDRAW, True),
)
_STEPS = (TopicState.OPEN, TopicState.NOTICED, TopicState.DECIDED, TopicState.CARRIED_OUT)


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """What is being discussed, and what came of it; staff see proposals that wait for them."""
    by, now = visitor_of(request).actor, timezone.now()
    over = request.GET.get("over") == "1"
    page = topics_in_public(states=OVER if over else RUNNING, cursor=request.GET.get("after", ""))
    context = {
        "over": over,
        "rows": [topic_line(row, now=now) for row in page.rows],
        "next_cursor": page.next_cursor,
        "waiting": [topic_line(row, now=now) for row in topics_to_take_up(by=by)],
        "may_propose": not reach(by, "topics.propose").nowhere,
    }
    return render(request, "assemblies/topics.html", context)


@require_safe
def topic(request: HttpRequest, topic_id: int) -> HttpResponse:
    """One topic: what it is about, how to take part, where it stands."""
    by, now = visitor_of(request).actor, timezone.now()
    story = topic_story(by=by, topic_id=topic_id)
    return render(request, "assemblies/topic.html", _context(request, story) | {"now": now})


def _context(request: HttpRequest, story: TopicStory) -> dict[str, object]:
    now, row = timezone.now(), story.row
    notice = story.notice
    is_open = row.state is TopicState.OPEN and row.closes_at is not None and now < row.closes_at
    return {
        "story": story,
        "row": row,
        "badge_": topic_badge(row.state),
        "labels": [_("大家说"), _("公示"), _("决议"), _("落实")],
        "current": _STEPS.index(row.state) + 1 + (row.state is TopicState.CARRIED_OUT)
        if row.state in _STEPS
        else 0,
        "is_open": is_open,
        "seat": request.COOKIES.get("seat", "")[:64],
        "decisions": [decision_line(each, now=now) for each in story.decisions],
        "moments": moments_of(story.events),
        "may_object": notice is not None and now <= notice.objections_until,
        "answer_form": forms.AnswerForm(),
        "doable": [
            (name, label, danger)
            for name, label, step, danger in _DOABLE
            if step in story.steps and (story.may_decide if step is Step.DECIDE else story.may_run)
            and not (step is Step.REOPEN and (is_open or row.state is TopicState.DECIDED))
        ],
        "may_correct": story.may_run and row.state is TopicState.PROPOSED,
        "may_add": story.may_run and row.state in {TopicState.PROPOSED, TopicState.OPEN},
        "crumbs": crumbs(),
    }  # fmt: skip


def crumbs() -> list[Crumb]:
    return [Crumb(_("议事"), "/topics")]


@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """A resident proposes a topic and gets a private link to what becomes of it."""
    data = request.POST if request.method == "POST" else None
    form = forms.ProposeForm(data, request=request)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        new = NewTopic(
            title=said["title"], question=said["question"], text=said["text"],
            place_id=int(said["place"]), contact=said.get("contact", ""),
            language=get_language() or "",
        )  # fmt: skip
        try:
            made = propose_topic(new=new, by=RESIDENT, at=timezone.now())
        except CannotDeliberate as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("社区已收到您的提议"))
            return redirect("topic_proposal", proposal_link(made))
    context = {
        "form": form,
        "title": _("提一个议题"),
        "about": _("社区看过以后，会请大家一起商量；不采纳也会说明理由。"),
        "button": _("送出"),
        "crumbs": crumbs(),
    }
    return render(request, "assemblies/topic_form.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: HttpRequest, token: str) -> HttpResponse:
    """What became of a proposal, for who made it."""
    topic_id = topic_of_proposal(token)
    if request.method == "POST":
        erase_contact(token=token, by=RESIDENT, at=timezone.now())
        messages.success(request, _("联系方式已删除，以后凭这个链接看结果"))
        return redirect("topic_proposal", token)
    row, reason = proposal_of(topic_id)
    context = {
        "row": row, "reason": reason, "badge_": topic_badge(row.state), "crumbs": crumbs(),
        "contact": contact_shown(topic_id),
    }  # fmt: skip
    response = render(request, "assemblies/topic_proposal.html", context)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def new(request: HttpRequest) -> HttpResponse:
    """Staff or partners propose a topic, from a hot matter, a meeting, a measure."""
    by, at = visitor_of(request).actor, timezone.now()
    if reach(by, "topics.propose").nowhere:
        raise NotPermitted("topics.propose")
    hot_id, resolved = asked_number(request.GET, "hot"), asked_number(request.GET, "resolution")
    measure = measure_named(request.GET.get("measure", ""))
    initial = _drafted_from(measure)
    if hot_id:
        hot = hot_issue_for_topic(by=by, issue_id=hot_id)
        initial = {"title": hot.title, "text": hot.text}
    elif resolved:
        draft = resolution_for_topic(by=by, resolution_id=resolved)
        initial = {"title": draft.title, "text": draft.text}
    form = forms.TopicForm(request.POST or None, by=by, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        asked = NewTopic(
            title=said["title"], question=said["question"], text=said["text"],
            place_id=int(said["place"]),
        )  # fmt: skip
        try:
            if hot_id:
                made = propose_hot_issue(issue_id=hot_id, new=asked, by=by, at=at)
            elif resolved:
                made = propose_resolution(resolution_id=resolved, new=asked, by=by, at=at)
            else:
                made = propose_topic(new=asked, by=by, at=at)
        except CannotDeliberate as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("已建立议题，请先准备几条说法"))
            return redirect("topic", made)
    context = {"form": form, "title": _("新议题"), "button": _("建立议题"), "crumbs": crumbs()}
    return render(request, "assemblies/topic_form.html", context)


def _drafted_from(measure: Measure | None) -> dict[str, str]:
    """What a measure of the library offers as a beginning; whoever proposes it writes on."""
    if measure is None:
        return {}
    text = _("%(how)s依据：%(source)s。当心：%(beware)s") % {
        "how": measure.how, "source": measure.source, "beware": measure.beware,
    }  # fmt: skip
    return {"title": str(measure.name)[:60], "text": text}


@require_http_methods(["GET", "HEAD", "POST"])
def objecting(request: HttpRequest, topic_id: int) -> HttpResponse:
    """Anyone objects to what is posted about a topic."""
    story = topic_story(by=visitor_of(request).actor, topic_id=topic_id)
    if story.notice is None:
        raise NotInAssembly
    data = request.POST if request.method == "POST" else None
    form = forms.ObjectForm(data, request=request)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            object_to_notice(
                notice_id=story.notice.id, text=said["text"], contact=said["contact"],
                by=visitor_of(request).actor, at=timezone.now(),
            )  # fmt: skip
        except (CannotPost, NoSuchNotice) as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("已收到您的异议，答复会公布在这一页"))
            return redirect("topic", topic_id)
    context = {
        "form": form,
        "title": _("提异议"),
        "about": story.row.title,
        "button": _("送出"),
        "crumbs": [*crumbs(), Crumb(story.row.title, f"/topics/{topic_id}")],
    }
    return render(request, "assemblies/topic_form.html", context)


@require_POST
@for_staff
def answer(request: HttpRequest, topic_id: int, objection_id: int) -> HttpResponse:
    """Answer an objection in public."""
    form = forms.AnswerForm(request.POST)
    if form.is_valid():
        try:
            answer_objection(
                objection_id=objection_id, answer=form.cleaned_data["answer"],
                by=visitor_of(request).actor, at=timezone.now(),
            )  # fmt: skip
        except (CannotPost, NoSuchNotice) as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("已答复"))
    else:
        messages.error(request, _("请写明答复（4000 字以内）"))
    return redirect("topic", topic_id)


def refuse(form: Form, refused: Exception) -> None:
    """Put a refusal of an action at the field it is about."""
    field = "papers" if isinstance(refused, CannotAttach) else getattr(refused, "field", "")
    names = {"closes_at": "closes", "place": "place"}
    field = names.get(field, field)
    form.add_error(field if field in form.fields else None, str(refused))
