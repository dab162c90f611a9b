"""Taking a request down on somebody's behalf, and handing over the receipt."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from gongzhi.affairs.tickets.choices import Channel, RequestKind, Urgency
from gongzhi.affairs.tickets.intake import (
    CannotReceive,
    Contact,
    Receipt,
    Request,
    is_in,
    receive_ticket,
)
from gongzhi.affairs.tickets.merging import CannotMerge, follow_ticket
from gongzhi.affairs.tickets.queries.stories import story_for_staff
from gongzhi.commons.organisations.permissions import NotPermitted, reach
from gongzhi.commons.permissions.actors import Actor
from gongzhi.interfaces.pages.desk.forms import RegisterForm, SameMatterForm
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.tickets.same_matters import (
    SameMatterLine,
    same_matters_before_sending,
)

# The form's field for each field that intake may refuse.
FIELDS = {"text": "text", "phone": "phone", "place": "address", "category": "category"}


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def register(request: HttpRequest) -> HttpResponse:
    """Sent once: what may be the same matter is asked about first, where there is any."""
    by = visitor_of(request).actor
    if reach(by, "tickets.receive_for").nowhere:
        raise NotPermitted("tickets.receive_for")
    form = RegisterForm(request.POST or None, by=by)
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        now, wanted = timezone.now(), _request_of(form)
        try:
            alike = same_matters_before_sending(by=by, request=wanted, at=now)
            which = SameMatterForm(request.POST if "asked" in request.POST else None, alike=alike)
            if is_in(wanted) or _says_which(which, alike):
                receipt = _take_down(wanted, which, by=by, at=now)
                request.session["receipt"] = [receipt.ticket_id, receipt.number, receipt.link_token]
                return redirect("registered")
            context |= {"which": which, "alike": alike}
        except CannotReceive as error:
            form.add_error(FIELDS.get(error.field), str(error))
        except CannotMerge as error:
            form.add_error(None, str(error))
    return render(request, "desk/register.html", context)


def _says_which(which: SameMatterForm, alike: list[SameMatterLine]) -> bool:
    """Whether it is known which matter is meant; with nothing alike there is no question."""
    chosen = which.data.get("follow", "0")
    return which.is_valid() if alike or chosen not in {"", "0"} else True


def _take_down(wanted: Request, which: SameMatterForm, *, by: Actor, at: datetime) -> Receipt:
    followed = which.cleaned_data.get("follow") if which.is_bound and which.is_valid() else None
    if followed:
        return follow_ticket(ticket_id=followed, request=wanted, by=by, at=at)
    return receive_ticket(request=wanted, by=by, at=at)


def _request_of(form: RegisterForm) -> Request:
    asked = form.cleaned_data
    return Request(
        text=asked["text"],
        channel=Channel(asked["channel"]),
        kind=RequestKind(asked["kind"]),
        category_code=asked["category"],
        place_id=int(asked["place"]) if not asked["address"] else None,
        address=_address(form) if asked["address"] else "",
        urgency=Urgency(asked["urgency"]),
        contact=Contact(name=asked["name"], phone=asked["phone"]),
        idempotency_key=f"desk-{asked['key']}" if asked["key"] else "",
    )


def _address(form: RegisterForm) -> str:
    """The community's own name before the address, unless the address names it."""
    places = dict(form.fields["place"].choices)  # type: ignore[attr-defined]
    where = str(places.get(form.cleaned_data["place"], ""))
    address: str = form.cleaned_data["address"]
    return address if where and where in address else where + address


@require_safe
@for_staff
def registered(request: HttpRequest) -> HttpResponse:
    """The receipt to read out or to print for whoever asked."""
    kept = request.session.get("receipt")
    if not kept:
        return redirect("register")
    ticket_id, number, token = kept
    link = request.build_absolute_uri(reverse("my_ticket", args=[token]))
    story = story_for_staff(by=visitor_of(request).actor, ticket_id=ticket_id)
    followed = story.row.merged_into
    context = {"ticket_id": ticket_id, "number": number, "link": link, "followed": followed}
    return render(request, "desk/registered.html", context)
