"""The ticket page, and the pages of its steps."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gongzhi.affairs.resources.queries.facts import need_of_source
from gongzhi.affairs.tickets.queries.stories import Story, story_for_staff
from gongzhi.commons.attachments.queries import attachments_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import reach
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.tickets.moments import moments
from gongzhi.interfaces.pages.tickets.rows import URGENCY_BADGES, due_words
from gongzhi.interfaces.pages.tickets.steps import BY_NAME, REFUSALS, Does, offered
from gongzhi.interfaces.pages.tickets.texts import marked


@require_safe
@for_staff
def ticket(request: HttpRequest, ticket_id: int) -> HttpResponse:
    by = visitor_of(request).actor
    story = story_for_staff(by=by, ticket_id=ticket_id)
    return render(request, "tickets/ticket.html", _context(story, by))


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def step(request: HttpRequest, ticket_id: int, name: str) -> HttpResponse:
    """The form of one step; a refusal is shown beside what was filled in."""
    by = visitor_of(request).actor
    story = story_for_staff(by=by, ticket_id=ticket_id)
    page = BY_NAME.get(name)
    if page is None:
        raise Http404
    form = page.form(request.POST or None, story=story)
    if request.method == "POST" and form.is_valid():
        try:
            page.act(Does(ticket_id, by, timezone.now()), form.cleaned_data)
        except REFUSALS as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已完成：%(step)s") % {"step": page.label})
            return redirect("ticket", ticket_id)
    context = _context(story, by) | {
        "form": form,
        "page": page,
        "available": page in offered(story),
    }
    return render(request, "tickets/step.html", context)


def _context(story: Story, by: Actor) -> dict[str, object]:
    steps = offered(story)
    due, due_tone = due_words(story.row, now=timezone.now())
    return {
        "story": story,
        "marked_text": marked(story),
        "moments": moments(story)[::-1],
        "main_steps": [step for step in steps if step.main],
        "more_steps": [step for step in steps if not step.main],
        "may_whistle": "whistles.blow" in story.actions and bool(story.steps),
        "may_need": bool(story.steps) and not reach(by, "needs.publish").nowhere,
        "need": need_of_source("ticket", story.row.id),
        "due": due,
        "due_tone": due_tone,
        "urgency": URGENCY_BADGES.get(story.row.urgency),
        "attachments": attachments_of(Subject("ticket", story.row.id)),
        "crumbs": [Crumb(_("今天要办"), "/desk")],
    }
