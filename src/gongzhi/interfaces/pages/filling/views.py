"""Forms to fill and forms asked; a form whole with its cost; filling one."""

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.commons.permissions.table import NotPermitted, reach
from gongzhi.commons.tables.problems import CannotRead
from gongzhi.commons.tables.writing import write_xlsx
from gongzhi.insights.forms.asking import CannotAsk, ask_form, close_form, decide_form
from gongzhi.insights.forms.choices import FormState
from gongzhi.insights.forms.filling import CannotFill, fill_form
from gongzhi.insights.forms.queries import (
    copy_view,
    form_view,
    forms_asked,
    forms_to_fill,
    table_of,
)
from gongzhi.insights.forms.templates import fields_of_template
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.filling.forms import AskForm, FillForm, lines_of
from gongzhi.interfaces.pages.framing.paging import page_number
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of

PER_PAGE = 20
_MOST_BYTES = 2_000_000
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _crumbs() -> list[Crumb]:
    return [Crumb(_("表格"), reverse("forms"))]


@require_safe
@for_staff
def listed(request: HttpRequest) -> HttpResponse:
    by, number = visitor_of(request).actor, page_number(request)
    asked, total = forms_asked(by=by, offset=(number - 1) * PER_PAGE, limit=PER_PAGE)
    context = {
        "to_fill": forms_to_fill(by=by),
        "asked": asked,
        "page": Paginator(range(total), PER_PAGE).get_page(number),
        "may_ask": not reach(by, "forms.ask").nowhere,
        "today": timezone.localdate(),
    }
    return render(request, "filling/forms.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a form. A template that was sent along is read first and shown, not asked yet."""
    by = visitor_of(request).actor
    if reach(by, "forms.ask").nowhere:
        raise NotPermitted("forms.ask")
    initial = {"period": str(timezone.localdate().year)}
    form = AskForm(request.POST or None, request.FILES or None, by=by, initial=initial)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["template"]:
            _read_template(form)
        else:
            try:
                made = ask_form(new=form.new_form(), by=by, at=timezone.now())
            except CannotAsk as refused:
                field = "fields_text" if refused.field == "fields" else refused.field
                form.add_error(field if field in form.fields else None, str(refused))
            else:
                messages.success(request, _("已提出"))
                return redirect("form", made)
    context = {"form": form, "title": _("请社区填表"), "crumbs": _crumbs()}
    return render(request, "reports/form.html", context, status=400 if form.errors else 200)


def _read_template(form: AskForm) -> None:
    file: Any = form.cleaned_data["template"]
    if file.size > _MOST_BYTES:
        form.add_error("template", _("文件太大，模板不超过 2 MB。"))
        return
    try:
        found = fields_of_template(file.read(), name=file.name)
    except CannotRead as error:
        form.add_error("template", error.message(get_language() or "zh-hans"))
        return
    data: Any = form.data
    data = data.copy()
    data["fields_text"] = lines_of(found)
    form.data = data


@require_safe
@for_staff
def form(request: HttpRequest, form_id: int) -> HttpResponse:
    """A form whole: ground, cost, who has filled it."""
    by = visitor_of(request).actor
    view = form_view(form_id, by=by)
    own = by.person_id is not None and by.person_id == view.asked_by_person_id
    context = {
        "view": view,
        "waiting": view.row.state is FormState.WAITING,
        "open": view.row.state is FormState.OPEN,
        "expired": view.row.expires < timezone.localdate(),
        "may_decide": not reach(by, "forms.approve").nowhere and not own,
        "may_ask": not reach(by, "forms.ask").nowhere,
        "crumbs": _crumbs(),
    }
    return render(request, "filling/form.html", context)


@require_POST
@for_staff
def step(request: HttpRequest, form_id: int, name: str) -> HttpResponse:
    """Approve, refuse or close."""
    by, at = visitor_of(request).actor, timezone.now()
    try:
        if name in {"approve", "refuse"}:
            decide_form(form_id=form_id, approved=name == "approve", by=by, at=at)
        elif name == "close":
            close_form(form_id=form_id, by=by, at=at)
        else:
            raise Http404
    except CannotAsk as refused:
        messages.error(request, str(refused))
    return redirect("form", form_id)


@require_safe
@for_staff
def table(request: HttpRequest, form_id: int) -> HttpResponse:
    """What was filled in, as a workbook."""
    columns, rows = table_of(form_id, by=visitor_of(request).actor)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        write_xlsx(path, columns, rows)
        response = HttpResponse(path.read_bytes(), content_type=_XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="form-{form_id}.xlsx"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def fill(request: HttpRequest, asked_id: int) -> HttpResponse:
    """Confirm what is known, type the rest."""
    by, at = visitor_of(request).actor, timezone.now()
    copy = copy_view(asked_id, by=by, at=at)
    asked = FillForm(request.POST or None, copy=copy)
    if request.method == "POST" and copy.filled_at is None and asked.is_valid():
        try:
            fill_form(asked_id=asked_id, given=asked.given(), by=by, at=at)
        except CannotFill as refused:
            for field_id, words in refused.faults.items():
                asked.add_error(f"f{field_id}", words)
            if not refused.faults:
                asked.add_error(None, str(refused))
        else:
            messages.success(request, _("已送出，谢谢"))
            return redirect("form_fill", asked_id)
    known = sum(1 for each in copy.fields if each.known)
    context = {
        "copy": copy,
        "form": asked,
        "known": known,
        "typed": len(copy.fields) - known,
        "crumbs": _crumbs(),
    }
    return render(request, "filling/fill.html", context, status=400 if asked.errors else 200)
