"""Writing one chapter or part of a study. Whoever was overtaken keeps the text in hand."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gongzhi.insights.reports.editing import (
    CannotEditStudy,
    add_part,
    review_section,
    write_section,
)
from gongzhi.insights.reports.queries import SectionView, StudyView, study_of_section, study_view
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.reports.forms import PartForm, RevisionForm, SectionForm
from gongzhi.interfaces.pages.reports.studies import crumbs


def _found(request: HttpRequest, section_id: int) -> tuple[StudyView, SectionView]:
    by = visitor_of(request).actor
    view = study_view(study_of_section(section_id, by=by), by=by)
    every = [part for each in view.sections for part in (each, *each.parts)]
    return view, next(each for each in every if each.id == section_id)


def _back(view: StudyView, section_id: int) -> str:
    return reverse("study", args=[view.id]) + f"#section-{section_id}"


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def section(request: HttpRequest, section_id: int) -> HttpResponse:
    """Write a chapter or part; what can't be taken comes back with the reason beside it."""
    view, there = _found(request, section_id)
    initial = {"heading": there.heading, "text": there.text, "revision": there.revision}
    form = SectionForm(request.POST or None, prefix=f"s{section_id}", initial=initial)
    overtaken = False
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            write_section(
                section_id=section_id,
                heading=asked["heading"],
                text=asked["text"],
                seen_revision=asked["revision"],
                by=visitor_of(request).actor,
                at=timezone.now(),
            )
        except CannotEditStudy as refused:
            overtaken = asked["revision"] != there.revision
            if overtaken:  # sent again, it is meant for what is shown now
                data = request.POST.copy()
                data[f"s{section_id}-revision"] = str(there.revision)
                form.data = data
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("已保存"))
            return redirect(_back(view, section_id))
    context = {
        "form": form,
        "section": there,
        "overtaken": overtaken,
        "crumbs": crumbs(view),
    }
    status = 409 if overtaken else 400 if form.errors else 200
    return render(request, "reports/section.html", context, status=status)


@require_POST
@for_staff
def review(request: HttpRequest, section_id: int) -> HttpResponse:
    """Mark as reviewed, or as a draft again."""
    view, there = _found(request, section_id)
    form = RevisionForm(request.POST)
    try:
        review_section(
            section_id=section_id,
            reviewed=not there.reviewed,
            seen_revision=form.cleaned_data["revision"] if form.is_valid() else 0,
            by=visitor_of(request).actor,
            at=timezone.now(),
        )
    except CannotEditStudy as refused:
        messages.error(request, str(refused))
    return redirect(_back(view, section_id))


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def part(request: HttpRequest, section_id: int) -> HttpResponse:
    """Add a part to a chapter."""
    view, there = _found(request, section_id)
    form = PartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            made = add_part(
                section_id=section_id,
                heading=asked["heading"],
                text=asked["text"],
                difficulty=asked["difficulty"],
                by=visitor_of(request).actor,
                at=timezone.now(),
            )
        except CannotEditStudy as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("已加一节"))
            return redirect(_back(view, made))
    title = _("在“%(heading)s”里加一节") % {"heading": there.heading}
    context = {"form": form, "title": title, "crumbs": crumbs(view)}
    return render(request, "reports/form.html", context, status=400 if form.errors else 200)
