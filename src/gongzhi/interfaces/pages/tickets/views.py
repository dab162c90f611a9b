"""The ticket page, and the pages of its steps."""

from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gongzhi.affairs.resources.queries.facts import need_of_source
from gongzhi.affairs.tickets.choices import OPEN_STATES
from gongzhi.affairs.tickets.lifecycle import Step, ticket_to_read
from gongzhi.affairs.tickets.practice import usual_units
from gongzhi.affairs.tickets.queries.hot import hot_issue_of
from gongzhi.affairs.tickets.queries.routing import lead_after_correction
from gongzhi.affairs.tickets.queries.stories import Story, WaitingReview, story_for_staff
from gongzhi.affairs.tickets.replies import keep_reply, kept_replies
from gongzhi.commons.attachments.attaching import attach
from gongzhi.commons.attachments.queries import attachments_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import NotPermitted, reach
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.tickets.answer_checks import lines_for
from gongzhi.interfaces.pages.tickets.forms import StepForm, WritingForm
from gongzhi.interfaces.pages.tickets.moments import moments
from gongzhi.interfaces.pages.tickets.rows import URGENCY_BADGES, due_words, moment_words
from gongzhi.interfaces.pages.tickets.same_matters import same_matters
from gongzhi.interfaces.pages.tickets.steps import BY_NAME, REFUSALS, Does, StepPage, offered
from gongzhi.interfaces.pages.tickets.texts import marked
from gongzhi.interfaces.pages.tickets.understood import urgency_lines

PREFILLED = {"merge": "number", "redispatch": "unit"}  # what a link to the step may fill in
MOST_SAME = 3  # on the ticket's own page; the step of merging shows more
CALLING = frozenset({"contact", "call-back", "ask"})  # steps that begin with a phone call


@require_safe
@for_staff
def ticket(request: HttpRequest, ticket_id: int) -> HttpResponse:
    by = visitor_of(request).actor
    story = story_for_staff(by=by, ticket_id=ticket_id)
    same = []
    if story.row.state in OPEN_STATES and any(page.name == "merge" for page in offered(story)):
        same = same_matters(by=by, ticket_id=ticket_id, at=timezone.now())[:MOST_SAME]
    context = _context(story, by) | {
        "same": same,
        "urgency_lines": urgency_lines(story),
        "hot": hot_issue_of(ticket_id),
        "usual": usual_units(ticket_id, on=timezone.localdate())
        if Step.REDISPATCH in story.steps
        else None,
    }
    return render(request, "tickets/ticket.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def step(request: HttpRequest, ticket_id: int, name: str) -> HttpResponse:
    """The form of one step; a refusal is shown beside what was filled in."""
    by = visitor_of(request).actor
    story = story_for_staff(by=by, ticket_id=ticket_id)
    page = BY_NAME.get(name)
    if page is None:
        raise Http404
    replies = kept_replies(by=by, category_code=story.category_code) if page.writes else []
    if page.writes and "fill" in request.POST:
        chosen = next((r.text for r in replies if str(r.id) == request.POST.get("reply")), "")
        form = _filled(request, page, story, chosen)
    elif "check" in request.POST and page.name == "answer":
        form = _filled(request, page, story, "")
    else:
        form = page.form(request.POST or None, request.FILES or None, story=story)
        if field := PREFILLED.get(page.name):
            form.initial[field] = request.GET.get(field, "")[:40]
        if request.method == "POST" and form.is_valid():
            try:
                _take(page, form, Does(ticket_id, by, timezone.now()))
            except REFUSALS as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, _("已完成：%(step)s") % {"step": page.label})
                return _back_to(ticket_id, by=by)
    alike = []
    if page.name == "merge" and page in offered(story):
        alike = same_matters(by=by, ticket_id=ticket_id, at=timezone.now())
    context = _context(story, by) | {
        "form": form,
        "alike": alike,
        "page": page,
        "available": page in offered(story),
        "replies": replies,
        "answer_checks": lines_for(story, page.name, request.POST.get("text", "")),
        "calls": page.name in CALLING and story.contact is not None and story.contact.open,
    }
    return render(request, "tickets/step.html", context)


def _back_to(ticket_id: int, *, by: Actor) -> HttpResponse:
    """The ticket; the day's list where it left what `by` may read, as one placed elsewhere does."""
    try:
        ticket_to_read(by, "tickets.read", ticket_id)
    except NotPermitted:
        return redirect("desk")
    return redirect("ticket", ticket_id)


def _filled(request: HttpRequest, page: StepPage, story: Story, chosen: str) -> StepForm:
    """The form with a kept reply after what is written already; nothing is checked yet."""
    assert page.writes
    typed = {name: str(value) for name, value in request.POST.items()}
    written = typed.get(page.writes, "").rstrip()
    typed[page.writes] = f"{written}\n{chosen}" if written and chosen else written or chosen
    return page.form(story=story, initial=typed)


def _take(page: StepPage, form: StepForm, does: Does) -> None:
    """The step with its files, and the reply kept for next time: all of it or nothing."""
    asked = form.cleaned_data
    with transaction.atomic():
        for file in asked.get("attached", ()):
            subject = Subject("ticket", does.ticket_id)
            attach(file, subject=subject, by=does.by, at=does.at)
        page.act(does, asked)
        if isinstance(form, WritingForm) and asked["keep_as"]:
            keep_reply(
                name=asked["keep_as"],
                text=asked[form.writes],
                category_code=form.story.category_code,
                by=does.by,
            )


_ASKED = {"objection": "object", "extension": "extend", "parking": "park", "exclusion": "exclude"}


def _waiting(review: WaitingReview) -> tuple[object, WaitingReview, str]:
    """What was asked for, and what is proposed in words: a unit, a new due date, a reason."""
    proposed = review.proposed
    if isinstance(proposed, datetime):
        proposed = moment_words(proposed, now=timezone.now())
    said = str(proposed)
    if review.what == "extension":
        said = _("延期到 %(moment)s") % {"moment": said}
    elif review.what == "parking":
        said = _("复查日期 %(day)s") % {"day": said}
    elif review.what == "objection" and said:
        said = _("建议由%(unit)s办理") % {"unit": said}
    return BY_NAME[_ASKED[review.what]].label, review, said


def _context(story: Story, by: Actor) -> dict[str, object]:
    steps = offered(story)
    due, due_tone = due_words(story.row, now=timezone.now())
    triages = any(page.name == "triage" for page in steps)
    return {
        "story": story,
        "marked_text": marked(story),
        "moments": moments(story)[::-1],
        "main_steps": [page for page in steps if page.main],
        "more_steps": [page for page in steps if not page.main],
        "may_whistle": "whistles.blow" in story.actions and bool(story.steps),
        "reviews": [_waiting(review) for review in story.reviews],
        "suggestions": [
            (code, name, round(share * 100))
            for code, name, share in story.suggestions
            if triages and story.category_by != "person"
        ],
        "may_need": bool(story.steps) and not reach(by, "needs.publish").nowhere,
        "need": need_of_source("ticket", story.row.id),
        "catalogue_lead": lead_after_correction(story, on=timezone.localdate()),
        "due": due,
        "due_tone": due_tone,
        "urgency": URGENCY_BADGES.get(story.row.urgency),
        "attachments": attachments_of(Subject("ticket", story.row.id)),
        "crumbs": [Crumb(_("今天要办"), reverse("desk"))],
    }
