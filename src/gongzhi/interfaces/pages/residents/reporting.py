"""Reporting in three screens. What was written travels in the form, so no cookie is needed."""

import secrets
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gongzhi.affairs.tickets.choices import RequestKind
from gongzhi.affairs.tickets.intake import (
    CannotReceive,
    Contact,
    Receipt,
    Request,
    check_request,
    place_meant,
    receive_ticket,
)
from gongzhi.affairs.tickets.merging import CannotMerge, follow_ticket
from gongzhi.affairs.tickets.queries.alike import SameMatter, public_alike
from gongzhi.affairs.tickets.requesters import holder_of
from gongzhi.commons.attachments.attaching import attach
from gongzhi.commons.attachments.errors import CannotAttach
from gongzhi.commons.failures import failure_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.actors import RESIDENT
from gongzhi.commons.territory.locating import locate, locate_address
from gongzhi.commons.territory.queries import ancestor_of_kind, public_name
from gongzhi.interfaces.pages.residents.report_forms import ReachForm, WhatForm, WhereForm

LAST = 3


@dataclass
class Screens:
    """The forms of the three screens, bound to what has been written so far."""

    what: WhatForm
    where: WhereForm
    reach: ReachForm

    def form(self, number: int) -> forms.Form:
        return (self.what, self.where, self.reach)[number - 1]


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Each POST carries all that is written; the last one makes the request."""
    if request.method != "POST":
        return _show(request, 1, _blank(request), mended=True)
    came_from = _screen_number(request)
    bound = Screens(
        WhatForm(request.POST),
        WhereForm(request.POST),
        ReachForm(request.POST, request.FILES, request=request)
        if came_from == LAST and "back" not in request.POST
        else ReachForm(initial=_kept(request), request=request),
    )
    if "back" in request.POST:
        return _show(request, max(1, came_from - 1), bound, mended=True)
    if wrong := _first_wrong(bound, upto=came_from):
        return _show(request, wrong, bound)
    if came_from < LAST:
        return _show(request, came_from + 1, bound, mended=True)
    return _send(request, bound)


def _first_wrong(screens: Screens, *, upto: int) -> int:
    """The first screen with something to mend, or 0.

    The third is looked at last: being valid uses a turn of its guard.
    """
    if not screens.what.is_valid():
        return 1
    if upto == 1:
        return 0
    if not screens.where.is_valid():
        return 2
    request = _request_of(screens, Contact(), once="")
    if refusal := check_request(request, by=RESIDENT, at=timezone.now()):
        return _complain(screens, refusal)
    if upto < LAST:
        return 0
    screens.reach.offer(_alike(screens))
    return 0 if screens.reach.is_valid() else LAST


def _blank(request: HttpRequest) -> Screens:
    once = {"once": secrets.token_urlsafe(18)}
    return Screens(WhatForm(), WhereForm(), ReachForm(initial=once, request=request))


def _screen_number(request: HttpRequest) -> int:
    given = request.POST.get("screen", "")
    return int(given) if given in {"1", "2", "3"} else 1


def _kept(request: HttpRequest) -> dict[str, Any]:
    """What the third screen held before the visitor went back."""
    return {
        name: request.POST.get(name, "") for name in ("name", "phone", "email", "public", "once")
    }


def _show(
    request: HttpRequest, number: int, screens: Screens, *, mended: bool = False
) -> HttpResponse:
    """One screen, the others carried along; unless `mended`, with what is wrong in it."""
    if not screens.reach.is_bound:
        screens.reach.offer(_alike(screens) if number == LAST else ())
    form = screens.form(number)
    carried = [
        field
        for other in (1, 2, 3)
        if other != number
        for field in screens.form(other)
        if field.name not in {"pictures", "guard_token", "guard_answer"}
    ]
    context = {
        "form": form,
        "wrong": None if mended else form,
        "number": number,
        "carried": carried,
        "steps": [_("什么事"), _("在哪里"), _("怎样联系您")],
        "understood": _understood(screens) if number == LAST else "",
    }
    return render(request, "residents/report.html", context)


def _place_id(where: WhereForm) -> int | None:
    """The place that pin or address mean; the community chosen where they mean none in one."""
    said = where.cleaned_data
    found = None
    if said["longitude"] is not None and said["latitude"] is not None:
        found = locate(said["longitude"], said["latitude"]).place_id
    if said["address"]:
        found = locate_address(said["address"]).place_id or found
    if found is not None and ancestor_of_kind(found, "community"):
        return None  # intake finds the same, and the deeper of the two
    community: int | None = said["community"]
    return community


def _alike(screens: Screens) -> list[SameMatter]:
    """Public requests that may be about the same; nothing is looked for before it is said."""
    if not (screens.what.is_valid() and screens.where.is_valid()):
        return []
    where = screens.where.cleaned_data
    pinned = where["longitude"] is not None and where["latitude"] is not None
    return public_alike(
        screens.what.cleaned_data["text"],
        place_id=_where_it_is(screens),
        point=(where["longitude"], where["latitude"]) if pinned else None,
        at=timezone.now(),
    )


def _understood(screens: Screens) -> str:
    """Where we think it is, to be looked at before sending."""
    found = _where_it_is(screens)
    return public_name(found) if found else ""


def _where_it_is(screens: Screens) -> int | None:
    """The place that intake will take, also from the words; None where nothing names one."""
    if not (screens.what.is_valid() and screens.where.is_valid()):
        return None
    request = _request_of(screens, Contact(), once="")
    try:
        meant = place_meant(request, request.text)
    except CannotReceive:
        return None  # said beside the field
    return None if meant.parent_id is None else meant.id


def _send(request: HttpRequest, screens: Screens) -> HttpResponse:
    reach = screens.reach.cleaned_data
    contact = Contact(
        name=reach["name"],
        phone=reach["phone"],
        email=reach["email"],
        language=get_language() or "",
    )
    wanted = _request_of(screens, contact, once=reach["once"], public=reach["public"])
    try:
        if followed := reach.get("follow"):
            receipt = follow_ticket(
                ticket_id=followed, request=wanted, by=RESIDENT, at=timezone.now()
            )
        else:
            receipt = receive_ticket(request=wanted, by=RESIDENT, at=timezone.now())
    except CannotReceive as error:
        return _show(request, _complain(screens, error), screens)
    except CannotMerge as error:
        screens.reach.add_error("follow", str(error))
        return _show(request, LAST, screens)
    _keep_pictures(request, receipt, screens.reach.cleaned_data["pictures"])
    return redirect("my_ticket", token=receipt.link_token)


def _request_of(screens: Screens, contact: Contact, *, once: str, public: bool = False) -> Request:
    what, where = screens.what.cleaned_data, screens.where.cleaned_data
    both = where["longitude"] is not None and where["latitude"] is not None
    return Request(
        text=what["text"],
        kind=RequestKind(what["kind"]),
        place_id=_place_id(screens.where),
        longitude=where["longitude"] if both else None,
        latitude=where["latitude"] if both else None,
        address=where["address"],
        contact=contact,
        is_public=public,
        idempotency_key=f"page:{once}" if once else "",
    )


def _complain(screens: Screens, error: CannotReceive) -> int:
    """Put the refusal beside the field it is about; the number of that screen."""
    for number in (1, 2, LAST):
        form = screens.form(number)
        if error.field in form.fields:
            form.add_error(error.field, str(error))
            return number
    screens.where.add_error("address" if error.field == "place" else None, str(error))
    return 2


def _keep_pictures(request: HttpRequest, receipt: Receipt, pictures: list[Any]) -> None:
    """The request is safe already; a picture that can't be kept is named and may be sent again."""
    holder = holder_of(receipt.link_token)
    if holder is None or receipt.repeated:
        return
    for picture in pictures:
        try:
            attach(
                picture,
                subject=Subject("ticket", receipt.ticket_id),
                by=holder,
                at=timezone.now(),
            )
        except (CannotAttach, DatabaseError, OSError) as error:
            failure = failure_of(error)
            why = failure.words if failure else error
            messages.error(
                request, _("“%(name)s”没有收下：%(why)s") % {"name": picture.name, "why": why}
            )
