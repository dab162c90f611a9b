"""Studies: the list, one study to write in, its preview and its files, and publishing it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.commons.permissions.table import reach, require
from gongzhi.insights.reports.contents import Facts
from gongzhi.insights.reports.editing import (
    CannotEditStudy,
    accept_numbers,
    change_study,
    open_study,
)
from gongzhi.insights.reports.facts import CannotAssemble
from gongzhi.insights.reports.known_numbers import numbers_of
from gongzhi.insights.reports.library import editions_of
from gongzhi.insights.reports.pdf import CannotPrint
from gongzhi.insights.reports.publishing import CannotPublish, publish_edition
from gongzhi.insights.reports.queries import StudyView, studies, study_view
from gongzhi.insights.reports.web_page import content_security_policy
from gongzhi.insights.reports.writing import MAKERS, MEDIA_TYPES
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.paging import page_number
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.reports.assembling import changes, facts_of, told
from gongzhi.interfaces.pages.reports.forms import PublishForm, SectionForm, StudyForm

PER_PAGE = 20


def found(request: HttpRequest, study_id: int) -> StudyView:
    """The study; one that isn't there is a 404."""
    return study_view(study_id, by=visitor_of(request).actor)


def crumbs(view: StudyView | None = None) -> list[Crumb]:
    above = [Crumb(_("调研"), reverse("studies"))]
    if view is not None:
        above.append(Crumb(view.study.title, reverse("study", args=[view.id])))
    return above


@require_safe
@for_staff
def listed(request: HttpRequest) -> HttpResponse:
    number = page_number(request)
    rows, total = studies(
        by=visitor_of(request).actor, offset=(number - 1) * PER_PAGE, limit=PER_PAGE
    )
    page = Paginator(range(total), PER_PAGE).get_page(number)
    return render(request, "reports/studies.html", {"studies": rows, "page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def new(request: HttpRequest) -> HttpResponse:
    by = visitor_of(request).actor
    require(by, "studies.write")
    initial = {"period": str(timezone.localdate().year)}
    form = StudyForm(request.POST or None, initial=initial, by=by)
    if request.method == "POST" and form.is_valid():
        try:
            made = open_study(new=form.new_study(), by=by, at=timezone.now())
        except CannotEditStudy as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("研究已建立，提纲在下面，可以开始写"))
            return redirect("study", made)
    status = 400 if form.errors else 200
    context = {"form": form, "title": _("新建研究"), "crumbs": crumbs()}
    return render(request, "reports/form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def head(request: HttpRequest, study_id: int) -> HttpResponse:
    """Title, time, places, indicators, method and questionnaire."""
    view = found(request, study_id)
    known = view.study
    initial = {
        "title": known.title,
        "period": str(known.period),
        "subtitle": known.subtitle,
        "author": known.author,
        "dated": known.dated,
        "language": known.language,
        "places": list(known.places),
        "indicators": list(known.indicators),
        "method": known.method,
        "questionnaire": known.questionnaire,
        "surveys": list(known.surveys),
    }
    form = StudyForm(request.POST or None, initial=initial, by=visitor_of(request).actor)
    seen = request.POST.get("revision", "")
    if request.method == "POST" and form.is_valid():
        try:
            change_study(
                study_id=study_id,
                new=form.new_study(),
                seen_revision=int(seen) if seen.isdecimal() and len(seen) < 9 else 0,
                by=visitor_of(request).actor,
                at=timezone.now(),
            )
        except CannotEditStudy as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("已保存"))
            return redirect("study", study_id)
    context = {
        "form": form,
        "title": _("研究的范围和方法"),
        "crumbs": crumbs(view),
        "revision": view.revision,
    }
    return render(request, "reports/form.html", context, status=400 if form.errors else 200)


@require_safe
@for_staff
def study(request: HttpRequest, study_id: int) -> HttpResponse:
    """A study to write in: text in fields, and under each what the record says there."""
    view = found(request, study_id)
    by = visitor_of(request).actor
    facts: Facts | None = None
    trouble = ""
    try:
        facts = facts_of(view, by=by)
    except CannotAssemble as error:
        trouble = str(error)
    chapters = facts.chapters if facts else ()
    sections = [
        {
            "view": each,
            "form": SectionForm(
                prefix=f"s{each.id}",
                initial={"heading": each.heading, "text": each.text, "revision": each.revision},
            ),
            "told": told(chapters[position]) if facts else [],
            "parts": [
                (
                    part,
                    SectionForm(
                        prefix=f"s{part.id}",
                        initial={
                            "heading": part.heading,
                            "text": part.text,
                            "revision": part.revision,
                        },
                    ),
                )
                for part in each.parts
            ],
        }
        for position, each in enumerate(view.sections)
    ]
    context = {
        "view": view,
        "study": view.study,
        "sections": sections,
        "trouble": trouble,
        "changes": changes(facts) if facts else [],
        "is_draft": facts.is_draft if facts else True,
        "as_of": facts.as_of if facts else None,
        "editions": editions_of(study_id),
        "may_publish": not reach(by, "editions.publish").nowhere,
        "crumbs": crumbs(),
    }
    return render(request, "reports/study.html", context)


@require_POST
@for_staff
def accept(request: HttpRequest, study_id: int) -> HttpResponse:
    """The numbers were read as they are now."""
    view, by = found(request, study_id), visitor_of(request).actor
    try:
        facts = facts_of(view, by=by)
    except CannotAssemble as error:
        messages.error(request, str(error))
        return redirect("study", study_id)
    accept_numbers(study_id=study_id, numbers=numbers_of(facts), by=by, at=timezone.now())
    messages.success(request, _("已记下现在的数；以后的变化从这里算起"))
    return redirect("study", study_id)


@require_safe
@for_staff
def preview(request: HttpRequest, study_id: int) -> HttpResponse:
    """The report as a page, as it would be downloaded."""
    return _file(request, study_id, "html", inline=True)


@require_safe
@for_staff
def download(request: HttpRequest, study_id: int, kind: str) -> HttpResponse:
    """The report as Word, page or PDF."""
    return _file(request, study_id, kind, inline=False)


def _file(request: HttpRequest, study_id: int, kind: str, *, inline: bool) -> HttpResponse:
    if kind not in MAKERS:
        raise Http404
    view = found(request, study_id)
    try:
        content = MAKERS[kind](facts_of(view, by=visitor_of(request).actor))
    except (CannotAssemble, CannotPrint) as error:
        messages.error(request, str(error))
        return redirect("study", study_id)
    return file_response(content, kind, name=f"study-{study_id}", inline=inline)


def file_response(content: bytes, kind: str, *, name: str, inline: bool) -> HttpResponse:
    """A report as a file, or to read in the browser under its own narrow policy."""
    response = HttpResponse(content, content_type=MEDIA_TYPES[kind])
    how = "inline" if inline else "attachment"
    response.headers["Content-Disposition"] = f'{how}; filename="{name}.{kind}"'
    if kind == "html":
        response.headers["Content-Security-Policy"] = content_security_policy()
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def publish(request: HttpRequest, study_id: int) -> HttpResponse:
    """Publish the report as it is now."""
    by = visitor_of(request).actor
    require(by, "editions.publish")
    view = found(request, study_id)
    form = PublishForm(request.POST or None, initial={"revision": view.revision})
    if request.method == "POST" and form.is_valid():
        try:
            made = publish_edition(
                study_id=study_id,
                facts=facts_of(view, by=by),
                seen_revision=form.cleaned_data["revision"],
                terms=form.terms(),
                by=by,
                at=timezone.now(),
            )
        except (CannotPublish, CannotAssemble) as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("报告已发布"))
            return redirect("edition", made)
    about = _("发布以后，这一版的文件不再改变，只能撤回；改了再发就是新的一版。")
    context = {"form": form, "title": _("发布报告"), "about": about, "crumbs": crumbs(view)}
    return render(request, "reports/form.html", context, status=400 if form.errors else 200)
