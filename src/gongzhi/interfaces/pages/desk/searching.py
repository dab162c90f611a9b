"""Finding tickets, and keeping a search for next time."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gongzhi.affairs.tickets.queries.lists import (
    Page,
    find_by_phone,
    find_tickets,
    search_tickets,
)
from gongzhi.affairs.tickets.saved_searches import (
    CannotSaveSearch,
    drop_search,
    save_search,
    saved_searches,
)
from gongzhi.affairs.tickets.searching import CannotSearch
from gongzhi.commons.permissions.actors import Actor
from gongzhi.interfaces.pages.desk.forms import SaveForm, SearchForm
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.tickets.next_steps import lines_of


@require_safe
@for_staff
def search(request: HttpRequest) -> HttpResponse:
    """Find tickets by words, number, phone and filters."""
    by, now = visitor_of(request).actor, timezone.now()
    form = SearchForm(request.GET or None, by=by)
    narrowed = sum(bool(request.GET.get(name)) for name in form.fields if name != "words")
    context: dict[str, object] = {"form": form, "narrowed": narrowed}
    if form.is_bound and form.is_valid():
        try:
            page = _found(form, by=by, cursor=request.GET.get("after", ""))
        except CannotSearch as error:
            form.add_error("phone" if form.cleaned_data["phone"] else "words", str(error))
        else:
            query = request.GET.urlencode()
            context |= {
                "lines": lines_of(page.rows, by=by, now=now),
                "next_cursor": page.next_cursor,
                "save": None if form.cleaned_data["phone"] else SaveForm(initial={"query": query}),
            }
    context["saved"] = saved_searches(by=by)
    return render(request, "desk/search.html", context)


def _found(form: SearchForm, *, by: Actor, cursor: str) -> Page:
    filters, words = form.filters(now=timezone.now()), form.cleaned_data["words"]
    if form.cleaned_data["phone"]:
        return Page(find_by_phone(by=by, phone=form.cleaned_data["phone"]), "")
    if words:
        return search_tickets(by=by, words=words, filters=filters, cursor=cursor)
    return find_tickets(by=by, filters=filters, cursor=cursor)


@require_POST
@for_staff
def save(request: HttpRequest) -> HttpResponse:
    form = SaveForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请给这次查找取个名字"))
        return redirect(f"{reverse('search')}?{request.POST.get('query', '')[:2_000]}")
    query = form.cleaned_data["query"]
    try:
        save_search(name=form.cleaned_data["name"], query=query, by=visitor_of(request).actor)
    except CannotSaveSearch as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已保存，在“今天要办”和这里都能打开"))
    return redirect(f"{reverse('search')}?{query}")


@require_POST
@for_staff
def drop(request: HttpRequest, search_id: int) -> HttpResponse:
    drop_search(search_id=search_id, by=visitor_of(request).actor)
    messages.success(request, _("已删去"))
    return redirect("search")
