"""Interviews and talks: notes, checking that nobody can be recognised, quotes under codes."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gongzhi.insights.surveys.choices import NoteKind
from gongzhi.insights.surveys.notes import CannotNote, NewNote, add_quote, check_note, take_note
from gongzhi.insights.surveys.queries import notes_of, quotes_of, survey_for_staff
from gongzhi.interfaces.pages.framing.numbers import asked_number
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.surveys.fieldwork import crumbs, of_survey
from gongzhi.interfaces.pages.surveys.forms import CheckForm, NoteForm, QuoteForm


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
@of_survey
def listed(request: HttpRequest, survey_id: int) -> HttpResponse:
    """The notes of a survey, and taking another."""
    by = visitor_of(request).actor
    row = survey_for_staff(survey_id=survey_id, by=by)
    form = NoteForm(request.POST or None, by=by)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        new = NewNote(NoteKind(asked["kind"]), int(asked["place"]), asked["held_on"], asked["text"])
        try:
            take_note(survey_id=survey_id, new=new, by=by, at=timezone.now())
        except CannotNote as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已登记，请再核对一遍"))
            return redirect("survey_notes", survey_id)
    context = {
        "survey": row,
        "form": form,
        "notes": [
            (
                note,
                CheckForm(initial={"text": note.text}, auto_id=f"check-{note.id}-%s"),
                QuoteForm(auto_id=f"quote-{note.id}-%s"),
            )
            for note in notes_of(survey_id=survey_id, by=by)
        ],
        "quotes": quotes_of(survey_id=survey_id, by=by),
        "crumbs": crumbs(row.id, row.title),
    }
    return render(request, "surveys/notes.html", context)


@require_POST
@for_staff
@of_survey
def step(request: HttpRequest, note_id: int, name: str) -> HttpResponse:
    """Check a note, or quote from it."""
    by, at = visitor_of(request).actor, timezone.now()
    try:
        if name == "check":
            check_note(note_id=note_id, text=request.POST.get("text", ""), by=by, at=at)
        elif name == "quote":
            add_quote(
                note_id=note_id, code=request.POST.get("code", ""),
                passage=request.POST.get("passage", ""), by=by, at=at,
            )  # fmt: skip
        else:
            raise Http404
    except CannotNote as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已登记"))
    back = asked_number(request.POST, "survey")
    if back is not None:
        return redirect("survey_notes", back)
    return redirect("surveys")
