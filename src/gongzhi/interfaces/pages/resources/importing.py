"""Whole lists of needs or offers from a spreadsheet: check, import, or take the rejects along."""

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gongzhi.affairs.resources.importing import FIELDS, MOST_BYTES, Imported, import_pool
from gongzhi.affairs.resources.needs import CannotPublish
from gongzhi.affairs.resources.offers import CannotOffer
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import NotPermitted, reach
from gongzhi.commons.tables.checking import Reject
from gongzhi.commons.tables.mapping import CannotMap, check_mapping, suggest_mapping
from gongzhi.commons.tables.reading import CannotRead, Table, parse_table
from gongzhi.commons.tables.writing import csv_parts, rejected_rows
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.resources.needs import tabs

_SHOWN = 100


class ImportForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("表里是什么"), widget=forms.RadioSelect, initial="needs",
        choices=[("needs", gettext_lazy("需求")), ("offers", gettext_lazy("资源"))],
    )  # fmt: skip
    file = forms.FileField(
        label=gettext_lazy("表格（XLSX、XLS、ODS 或 CSV）"), allow_empty_file=True
    )
    skip_faulty = forms.BooleanField(
        label=gettext_lazy("有错误的行跳过，其余照样导入"), required=False
    )

    def clean_file(self) -> UploadedFile:
        found: UploadedFile = self.cleaned_data["file"]
        if (found.size or 0) > MOST_BYTES:
            most = MOST_BYTES // 10**6
            raise forms.ValidationError(
                _("文件超过 %(most)s MB，请拆分后分别导入") % {"most": most}
            )
        return found


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def upload(request: HttpRequest) -> HttpResponse:
    """One form, three buttons: check without writing, import, or take the rejected rows along."""
    by = visitor_of(request).actor
    if reach(by, "resources.import").nowhere:
        raise NotPermitted("resources.import")
    form = ImportForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"form": form, "tabs": tabs(by, "pool_import")}
    context["columns"] = [(kind, [field.title for field in FIELDS[kind]]) for kind in FIELDS]
    if request.method == "POST" and form.is_valid():
        wanted = request.POST.get("do", "check")
        try:
            table, done = _run(form, store=wanted == "store", by=by)
        except (CannotRead, CannotMap) as refused:
            chinese = (get_language() or "").startswith("zh")
            form.add_error("file", refused.chinese if chinese else refused.english)
        except (CannotPublish, CannotOffer) as refused:
            form.add_error(None, str(refused))
        else:
            if wanted == "rejects":
                return _rejects(table, done.rejects)
            context |= _told(request, done, stored=wanted == "store")
    return render(request, "resources/import.html", context)


def _run(form: ImportForm, *, store: bool, by: Actor) -> tuple[Table, Imported]:
    asked = form.cleaned_data
    kind, file = asked["kind"], asked["file"]
    table = parse_table(file.read(), name=file.name or "")
    fields = FIELDS[kind]
    mapping = check_mapping(suggest_mapping(fields, table.columns), fields, table.columns)
    done = import_pool(
        kind=kind,
        table=table,
        mapping=mapping,
        source=file.name or "",
        skip_faulty=asked["skip_faulty"],
        dry_run=not store,
        by=by,
        at=timezone.now(),
    )
    return table, done


def _told(request: HttpRequest, done: Imported, *, stored: bool) -> dict[str, object]:
    if stored and done.stored:
        messages.success(request, _("导入 %(count)s 行") % {"count": done.stored})
    language = get_language() or "zh-hans"
    return {
        "done": done,
        "stored": stored,
        "rejects": [
            (reject.row, [(fault.column, fault.reason(language)) for fault in reject.faults])
            for reject in done.rejects[:_SHOWN]
        ],
        "more": max(0, len(done.rejects) - _SHOWN),
    }


def _rejects(table: Table, rejects: tuple[Reject, ...]) -> HttpResponse:
    columns, rows = rejected_rows(table, rejects, language=get_language() or "zh-hans")
    response = HttpResponse(b"".join(csv_parts(columns, rows)), content_type="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="rejects.csv"'
    return response
