"""One survey for staff: drawing, opening, progress by community, slips, outcomes."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gongzhi.commons.permissions.table import NotPermitted, reach
from gongzhi.commons.territory.queries import UnknownPlace, place
from gongzhi.insights.surveys.choices import Outcome, SurveyState
from gongzhi.insights.surveys.codes import shown_code
from gongzhi.insights.surveys.fieldwork import (
    CannotRun,
    close_survey,
    draw_sample,
    households_of,
    note_outcome,
    open_survey,
    print_slips,
)
from gongzhi.insights.surveys.queries import counted_responses, progress_of, survey_for_staff
from gongzhi.insights.surveys.registering import NoSuchSurvey
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.numbers import asked_number
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.surveys.designing import survey_badge
from gongzhi.interfaces.pages.surveys.forms import OutcomeForm, SampleForm

View = Callable[..., HttpResponse]


def of_survey(view: View) -> View:
    """A survey that isn't there is a 404."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (NoSuchSurvey, UnknownPlace) as error:
            raise Http404 from error

    return guarded


def crumbs(survey_id: int, title: str) -> list[Crumb]:
    return [Crumb(_("调查"), "/surveys"), Crumb(title, f"/surveys/{survey_id}")]


@require_http_methods(["GET", "HEAD"])
@for_staff
@of_survey
def survey(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Where a survey stands, and how the field work goes in the reader's communities."""
    by = visitor_of(request).actor
    row = survey_for_staff(survey_id=survey_id, by=by)
    lines = progress_of(survey_id=survey_id, by=by)
    context = {
        "survey": row,
        "badge_": survey_badge(row.state),
        "lines": lines,
        "sample": sum(line.sample for line in lines),
        "answered": sum(line.answered for line in lines),
        "responses": counted_responses(survey_id),
        "may_design": not reach(by, "surveys.design").nowhere,
        "may_field": not reach(by, "surveys.field").nowhere,
        "may_publish": row.state != SurveyState.DRAFTED and not reach(by, "needs.publish").nowhere,
        "drafted": row.state == SurveyState.DRAFTED,
        "open": row.state == SurveyState.OPEN,
        "crumbs": [Crumb(_("调查"), "/surveys")],
    }
    return render(request, "surveys/survey.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
@of_survey
def sample(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Draw the sample."""
    by = visitor_of(request).actor
    if reach(by, "surveys.design").nowhere:
        raise NotPermitted("surveys.design")
    row = survey_for_staff(survey_id=survey_id, by=by)
    form = SampleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            drawn = draw_sample(survey_id=survey_id, design=form.design(), by=by, at=timezone.now())
        except CannotRun as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("抽出 %(many)d 户，没有记录任何姓名") % {"many": drawn})
            return redirect("survey", survey_id)
    about = _("按户数成比例抽小区或楼栋，再在里面随机抽第几户；记下的是“某小区第几户”。")
    context = {
        "form": form, "title": _("抽样本"), "about": about, "crumbs": crumbs(row.id, row.title),
    }  # fmt: skip
    return render(request, "resources/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
@of_survey
def slips(request: HttpRequest, survey_id: int, place_id: int) -> HttpResponse:
    """The households of one community, to note what became of them; posted, slips with codes.

    Printing is recorded, so only a button does it.
    """
    by, prints = visitor_of(request).actor, request.method == "POST"
    row = survey_for_staff(survey_id=survey_id, by=by)
    if prints:
        found = print_slips(survey_id=survey_id, place_id=place_id, by=by, at=timezone.now())
    else:
        found = households_of(survey_id=survey_id, place_id=place_id, by=by)
    context = {
        "survey": row,
        "place": place(place_id).full_name,
        "prints": prints,
        "slips": [(slip, shown_code(slip.code)) for slip in found],
        "outcomes": OutcomeForm.base_fields["outcome"].choices,  # type: ignore[attr-defined]
        "address": request.build_absolute_uri("/survey/"),
        "crumbs": crumbs(row.id, row.title),
    }
    return render(request, "surveys/slips.html", context)


@require_POST
@for_staff
@of_survey
def outcome(request: HttpRequest, survey_id: int, unit_id: int) -> HttpResponse:
    """Note what became of one household."""
    form = OutcomeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请选一个结果"))
    else:
        try:
            note_outcome(
                unit_id=unit_id, outcome=Outcome(form.cleaned_data["outcome"]),
                by=visitor_of(request).actor, at=timezone.now(),
            )  # fmt: skip
        except CannotRun as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("已登记"))
    back = asked_number(request.POST, "place")
    if back is not None:
        return redirect("survey_slips", survey_id, back)
    return redirect("survey", survey_id)


@require_POST
@for_staff
@of_survey
def step(request: HttpRequest, survey_id: int, name: str) -> HttpResponse:
    """Open or close a survey."""
    by, at = visitor_of(request).actor, timezone.now()
    try:
        if name == "open":
            open_survey(survey_id=survey_id, by=by, at=at)
        elif name == "close":
            close_survey(survey_id=survey_id, by=by, at=at)
        else:
            raise Http404
    except CannotRun as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已登记"))
    return redirect("survey", survey_id)
