"""Taking a request down on somebody's behalf, and handing over the receipt."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from gongzhi.affairs.tickets.choices import Channel, RequestKind, Urgency
from gongzhi.affairs.tickets.intake import CannotReceive, Contact, Request, receive_ticket
from gongzhi.commons.organisations.permissions import NotPermitted, reach
from gongzhi.interfaces.pages.desk.forms import RegisterForm
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of

# The form's field for each field that intake may refuse.
FIELDS = {"text": "text", "phone": "phone", "place": "address", "category": "category"}


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def register(request: HttpRequest) -> HttpResponse:
    by = visitor_of(request).actor
    if reach(by, "tickets.receive_for").nowhere:
        raise NotPermitted("tickets.receive_for")
    form = RegisterForm(request.POST or None, by=by)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            receipt = receive_ticket(
                request=Request(
                    text=asked["text"],
                    channel=Channel(asked["channel"]),
                    kind=RequestKind(asked["kind"]),
                    category_code=asked["category"],
                    place_id=int(asked["place"]) if not asked["address"] else None,
                    address=_address(form) if asked["address"] else "",
                    urgency=Urgency(asked["urgency"]),
                    contact=Contact(name=asked["name"], phone=asked["phone"]),
                    idempotency_key=f"desk-{asked['key']}" if asked["key"] else "",
                ),
                by=by,
                at=timezone.now(),
            )
        except CannotReceive as error:
            form.add_error(FIELDS.get(error.field), str(error))
        else:
            request.session["receipt"] = [receipt.ticket_id, receipt.number, receipt.link_token]
            return redirect("registered")
    return render(request, "desk/register.html", {"form": form})


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
    context = {"ticket_id": ticket_id, "number": number, "link": link}
    return render(request, "desk/registered.html", context)
