"""Filling in: page by page without JavaScript, whole and offline with it, and from paper."""

import json
import secrets
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.commons.permissions.actors import RESIDENT, Actor
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.territory.queries import find_place, places_of_kind
from gongzhi.insights.surveys.choices import Channel, SurveyState
from gongzhi.insights.surveys.fieldwork import require_somewhere
from gongzhi.insights.surveys.instruments.answering import Fault
from gongzhi.insights.surveys.instruments.asking import (
    FIELD,
    Page,
    calculations,
    faults_on,
    given_from,
    pages,
)
from gongzhi.insights.surveys.instruments.filling import Filling, Prepared
from gongzhi.insights.surveys.instruments.shapes import language_for
from gongzhi.insights.surveys.queries import SurveyRow, open_surveys, survey_named
from gongzhi.insights.surveys.receiving import (
    BadAnswers,
    CannotRespond,
    NewResponse,
    receive_response,
    unit_of_code,
)
from gongzhi.insights.surveys.registering import NoSuchSurvey, prepared_version
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.numbers import asked_number
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.guarding.addresses import client_address, neighbourhood
from gongzhi.interfaces.pages.guarding.limits import Limit

# Whole buildings share an address; a code is good for one response anyway.
_SENDINGS = Limit("survey.sent", 120, 3600)
_TRIES = Limit("survey.codes", 60, 3600)
_MOST_SO_FAR = 200_000


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("纸条上的码"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        help_text=gettext_lazy("十位字母和数字，大小写、横线都可以不管。"),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def entrance(request: HttpRequest) -> HttpResponse:
    """Enter by code, or choose one of the surveys open to all."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _TRIES.take_or_refuse(neighbourhood(client_address(request)))
        found = unit_of_code(form.cleaned_data["code"])
        if found is None:
            form.add_error("code", _("没有这个码，请核对纸条"))
        elif not found[1]:
            form.add_error("code", _("这个码已经用过了，每个码只能交一份"))
        else:
            return _start(request, _open(found[0]), form.cleaned_data["code"])
    context = {"form": form, "surveys": open_surveys(at=timezone.now())}
    return render(request, "surveys/entrance.html", context)


def _open(survey_id: int) -> SurveyRow:
    try:
        return survey_named(survey_id)
    except NoSuchSurvey as error:
        raise Http404 from error


def _language(prepared: Prepared) -> str:
    return language_for(prepared.form, get_language() or "zh-hans")


def _filling(prepared: Prepared, given: dict[str, Any]) -> Filling:
    return Filling(prepared, given, today=timezone.localdate(), language=_language(prepared))


def _posted(prepared: Prepared, request: HttpRequest) -> dict[str, Any]:
    """Answers of the fields that were shown; what was shown and not sent was left open."""
    shown = {FIELD + path: list[str]() for path in request.POST.getlist("shown")}
    return given_from(prepared.form, shown | dict(request.POST.lists()))


def _new_key() -> str:
    return secrets.token_hex(16)


def _communities(survey: SurveyRow) -> list[tuple[str, str]]:
    home = find_place(survey.place_id)
    if home is not None and home.kind == "community":
        return [(str(home.id), home.full_name)]
    found = places_of_kind("community", within=survey.place_id)
    return [(str(view.id), view.full_name) for view in found]


# Page by page


def _start(request: HttpRequest, survey: SurveyRow, code: str) -> HttpResponse:
    prepared = prepared_version(survey.version_id)
    return _page(request, survey, _filling(prepared, {}), 0, code=code, key=_new_key())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def fill(request: HttpRequest, survey_id: int) -> HttpResponse:
    """One group at a time; the answers so far travel in the form and are nowhere stored."""
    survey = _open(survey_id)
    if request.method != "POST":
        return _start(request, survey, "")
    prepared = prepared_version(survey.version_id)
    given = _so_far(request) | _posted(prepared, request)
    filling = _filling(prepared, given)
    every = pages(filling)
    number = _number(request.POST.get("page", "0"), len(every))
    here = every[number]
    if "back" in request.POST:
        return _page(request, survey, filling, _before(every, number))
    if "grow" in request.POST and here.grows:
        held = given.get(here.grows)
        copies = list(held) if isinstance(held, list) else []
        copies += [{}] * (filling.copies[here.grows] + 1 - len(copies))
        return _page(request, survey, _filling(prepared, given | {here.grows: copies}), number)
    return _forward(request, survey, filling, here)


def _forward(request: HttpRequest, survey: SurveyRow, filling: Filling, here: Page) -> HttpResponse:
    """To the next page, once this one is answered; at the end, send."""
    shown = set(request.POST.getlist("shown"))
    faults = faults_on(filling, here)
    if {block.path for block in here.blocks if block.is_asked} - shown:
        old = [fault for fault in faults if fault.path in shown]
        return _page(request, survey, filling, here.number, faults=old, grew=bool(shown))
    if faults:
        return _page(request, survey, filling, here.number, faults=faults)
    following = _after(pages(filling), here.number)
    if following is not None:
        return _page(request, survey, filling, following)
    return _finish(request, survey, filling)


def _finish(request: HttpRequest, survey: SurveyRow, filling: Filling) -> HttpResponse:
    try:
        _receive(request, survey, _so_far(request) | _posted(filling.prepared, request))
    except BadAnswers as refused:
        wrong = {fault.path for fault in refused.faults}
        every = pages(filling)
        first = next(
            (page.number for page in every if any(b.path in wrong for b in page.blocks)), 0
        )
        return _page(request, survey, filling, first, faults=list(refused.faults))
    except CannotRespond as refused:
        last = len(pages(filling)) - 1
        return _page(request, survey, filling, last, refused=str(refused))
    return redirect("survey_thanks")


def _so_far(request: HttpRequest) -> dict[str, Any]:
    text = request.POST.get("so_far", "")
    if len(text) > _MOST_SO_FAR:
        return {}
    try:
        found = json.loads(text or "{}", parse_int=str, parse_float=str, parse_constant=str)
        json.dumps(found, ensure_ascii=False).encode()  # half a surrogate is no character
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _number(text: str, many: int) -> int:
    known = text.isascii() and text.isdigit() and len(text) < 5
    return min(int(text), many - 1) if known else 0


def _after(every: Any, number: int) -> int | None:
    return next((page.number for page in every[number + 1 :] if page.blocks), None)


def _before(every: Any, number: int) -> int:
    return next((page.number for page in reversed(every[:number]) if page.blocks), 0)


def _page(
    request: HttpRequest,
    survey: SurveyRow,
    filling: Filling,
    number: int,
    *,
    faults: list[Fault] | None = None,
    refused: str = "",
    grew: bool = False,
    code: str | None = None,
    key: str | None = None,
) -> HttpResponse:
    every = pages(filling, faults or ())
    living = [page.number for page in every if page.blocks]
    here = every[number]
    context = {
        "survey": survey,
        "page": here,
        "position": living.index(number) + 1 if number in living else 1,
        "many": len(living),
        "is_first": number == (living[0] if living else 0),
        "is_last": _after(every, number) is None,
        "so_far": json.dumps(filling_given(filling), ensure_ascii=False),
        "faults": [block for block in here.blocks if block.fault],
        "refused": refused,
        "grew": grew,
        "code": request.POST.get("code", "") if code is None else code,
        "key": request.POST.get("key", "") if key is None else key,
        "place": request.POST.get("place", ""),
        "communities": _communities(survey),
        "closed": survey.state == SurveyState.CLOSED or survey.ends < timezone.localdate(),
    }
    return render(request, "surveys/fill.html", context)


def filling_given(filling: Filling) -> dict[str, Any]:
    """The answers so far in the shape in which they came."""
    given: dict[str, Any] = {}
    for path, value in filling.given.items():
        parts = path.split(".")
        if len(parts) == 1:
            given[path] = value
    for repeat, many in filling.copies.items():
        copies = [
            {
                path.split(".")[2]: value
                for path, value in filling.given.items()
                if path.startswith(f"{repeat}.{number}.")
            }
            for number in range(many)
        ]
        given[repeat] = copies
    return given


def _receive(
    request: HttpRequest,
    survey: SurveyRow,
    given: dict[str, Any],
    *,
    channel: Channel | None = None,
    by: Actor = RESIDENT,
) -> None:
    code = request.POST.get("code", "").strip()
    if by is RESIDENT:
        _SENDINGS.take_or_refuse(neighbourhood(client_address(request)))
    new = NewResponse(
        given,
        request.POST.get("key", ""),
        channel or (Channel.CODE if code else Channel.OPEN),
        code=code,
        place_id=asked_number(request.POST, "place"),
        language=_language(prepared_version(survey.version_id)),
    )
    receive_response(survey_id=survey.id, new=new, by=by, at=timezone.now())


# Whole, offline


@require_http_methods(["GET", "HEAD", "POST"])
def whole(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Everything on one page: works offline once opened, and without JavaScript as a long form."""
    survey = _open(survey_id)
    return _whole(request, survey, by=RESIDENT)


def _whole(
    request: HttpRequest, survey: SurveyRow, *, by: Actor, channel: Channel | None = None
) -> HttpResponse:
    prepared = prepared_version(survey.version_id)
    given = _posted(prepared, request) if request.method == "POST" else {}
    faults: list[Fault] = []
    refused_words = ""
    if request.method == "POST":
        try:
            _receive(request, survey, given, channel=channel, by=by)
        except BadAnswers as refused:
            faults = list(refused.faults)
        except CannotRespond as refused:
            refused_words = str(refused)
        else:
            if by is RESIDENT:
                return redirect("survey_thanks")
            messages.success(request, _("已录入，可以录下一份"))
            return redirect("survey_enter", survey.id)
    filling = _filling(prepared, given)
    every = [page for page in pages(filling, faults, whole=True) if page.blocks]
    context = {
        "survey": survey,
        "pages": every,
        "calculations": calculations(filling),
        "faults": [block for page in every for block in page.blocks if block.fault],
        "refused": refused_words,
        "key": request.POST.get("key") or _new_key(),
        "code": request.POST.get("code", ""),
        "place": request.POST.get("place", ""),
        "communities": _communities(survey),
        "by_staff": by is not RESIDENT,
        "channel": request.POST.get("channel", Channel.PAPER),
        "channels": [(each.value, each.label) for each in (Channel.PAPER, Channel.INTERVIEW)],
        "crumbs": [Crumb(_("调查"), "/surveys"), Crumb(survey.title, f"/surveys/{survey.id}")],
    }
    return render(request, "surveys/whole.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def enter(request: HttpRequest, survey_id: int) -> HttpResponse:
    """A filled-in paper, or an interview, entered by staff."""
    by = visitor_of(request).actor
    require_somewhere(by, "surveys.field")
    asked = request.POST.get("channel", "")
    channel = Channel.INTERVIEW if asked == Channel.INTERVIEW else Channel.PAPER
    return _whole(request, _open(survey_id), by=by, channel=channel)


@csrf_exempt
@require_POST
def send(request: HttpRequest) -> JsonResponse:
    """Answers kept on a telephone until there was a network; no cookie counts here.

    Only JSON is taken, which no form of another site can send.
    """
    if request.content_type != "application/json":
        return JsonResponse({"reason": _("只收 JSON")}, status=415)
    _SENDINGS.take_or_refuse(neighbourhood(client_address(request)))
    try:
        sent = json.loads(request.body)
        survey = survey_named(int(sent["survey"]))
        new = _new_of(sent, survey)
        received = receive_response(survey_id=survey.id, new=new, by=RESIDENT, at=timezone.now())
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        return _refusal(error)
    except (NoSuchSurvey, NotPermitted):
        return JsonResponse({"reason": _("没有这次调查")}, status=404)
    return JsonResponse({"again": received.again})


def _new_of(sent: Any, survey: SurveyRow) -> NewResponse:
    given, code, place = sent["given"], str(sent.get("code", "")), sent.get("place")
    if not isinstance(given, dict):
        raise TypeError("given")
    return NewResponse(
        given,
        str(sent.get("key", "")),
        Channel.CODE if code.strip() else Channel.OPEN,
        code=code[:40],
        place_id=int(place) if str(place or "").isdigit() and len(str(place)) < 16 else None,
        language=_language(prepared_version(survey.version_id)),
    )


def _refusal(error: Exception) -> JsonResponse:
    if isinstance(error, BadAnswers):
        faults = [{"path": each.path, "reason": each.reason} for each in error.faults]
        return JsonResponse({"reason": _("有几题要改"), "faults": faults}, status=422)
    if isinstance(error, CannotRespond):
        return JsonResponse({"reason": str(error)}, status=409)
    return JsonResponse({"reason": _("内容读不懂")}, status=400)


@require_safe
def offline_worker(request: HttpRequest) -> HttpResponse:
    """The service worker, served from here so that it reaches the fill-in pages and no others."""
    script = render_to_string("surveys/offline.js")
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


@never_cache
@require_safe
def thanks(request: HttpRequest) -> HttpResponse:
    return render(request, "surveys/thanks.html")
