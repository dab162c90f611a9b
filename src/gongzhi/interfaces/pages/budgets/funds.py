"""The fund: public for everyone, entered by one and approved by another."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.affairs.budgets.amounts import fen, yuan
from gongzhi.affairs.budgets.choices import EntryKind
from gongzhi.affairs.budgets.funds import (
    VOUCHER,
    CannotEnter,
    NewEntry,
    approve_amount,
    enter_amount,
    refuse_amount,
    reverse_amount,
)
from gongzhi.affairs.budgets.queries.funds import entry_of, fund_view
from gongzhi.commons.attachments.attaching import CannotAttach, attach
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.interfaces.pages.budgets.forms import EntryForm, WhyForm
from gongzhi.interfaces.pages.budgets.rounds import crumbs
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of


def _lines(rows: object) -> list[tuple[object, str]]:
    return [(row, yuan(row.amount)) for row in rows]  # type: ignore[attr-defined]


@require_safe
def fund(request: HttpRequest, place_id: int) -> HttpResponse:
    """Every amount that came in and went out, for everyone."""
    by = visitor_of(request).actor
    view = fund_view(by=by, place_id=place_id, cursor=request.GET.get("after", ""))
    context = {
        "view": view, "balance": yuan(view.balance), "income": yuan(view.income),
        "spending": yuan(view.spending), "entries": _lines(view.entries),
        "waiting": _lines(view.waiting), "crumbs": crumbs(),
    }  # fmt: skip
    return render(request, "budgets/fund.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def enter(request: HttpRequest, place_id: int) -> HttpResponse:
    """Enter an amount with its vouchers; somebody else approves it."""
    by = visitor_of(request).actor
    view = fund_view(by=by, place_id=place_id)
    if not view.may_enter:
        raise NotPermitted("funds.enter")
    form = EntryForm(request.POST or None, request.FILES or None, community_id=place_id)
    if request.method == "POST" and form.is_valid():
        asked, at = form.cleaned_data, timezone.now()
        new = NewEntry(
            place_id=place_id,
            kind=EntryKind(asked["kind"]),
            amount=fen(asked["amount"]),
            day=asked["day"],
            title=asked["title"],
            counterparty=asked["counterparty"],
            proposal_id=int(asked["project"]) if asked["project"] else None,
        )
        try:
            with transaction.atomic():
                made = enter_amount(new=new, by=by, at=at)
                for file in asked["vouchers"]:
                    attach(file, subject=Subject(VOUCHER, made), by=by, at=at)
        except CannotEnter as refused:
            name = "project" if refused.field == "proposal" else refused.field
            form.add_error(name if name in form.fields else None, str(refused))
        except CannotAttach as refused:
            form.add_error("vouchers", str(refused))
        else:
            messages.success(request, _("已录入，等另一人复核"))
            return redirect("fund", place_id)
    context = {
        "form": form, "title": _("录入收支"), "has_files": True,
        "crumbs": [*crumbs(), Crumb(view.place.name, f"/budgets/funds/{place_id}")],
    }  # fmt: skip
    return render(request, "budgets/form.html", context)


@require_safe
@for_staff
def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """One amount with its vouchers, for the staff of its community."""
    place, row = entry_of(by=visitor_of(request).actor, entry_id=entry_id)
    context = {
        "row": row, "amount": yuan(row.amount), "place": place, "form": WhyForm(),
        "crumbs": [*crumbs(), Crumb(place.name, f"/budgets/funds/{place.id}")],
    }  # fmt: skip
    return render(request, "budgets/entry.html", context)


@require_POST
@for_staff
def step(request: HttpRequest, entry_id: int, name: str) -> HttpResponse:
    """Approve, refuse or undo an amount."""
    by, at = visitor_of(request).actor, timezone.now()
    reason = request.POST.get("reason", "")[:1000]
    place, _row = entry_of(by=by, entry_id=entry_id)
    try:
        if name == "approve":
            approve_amount(entry_id=entry_id, by=by, at=at)
        elif name == "refuse":
            refuse_amount(entry_id=entry_id, reason=reason, by=by, at=at)
        elif name == "reverse":
            reverse_amount(entry_id=entry_id, reason=reason, by=by, at=at)
        else:
            raise Http404
    except CannotEnter as refused:
        messages.error(request, str(refused))
        return redirect("fund_entry", entry_id)
    messages.success(request, _("已登记"))
    return redirect("fund", place.id)
