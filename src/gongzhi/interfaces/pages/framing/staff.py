"""Pages for staff: who isn't signed in is led to the door first."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from gongzhi.affairs.tickets.lifecycle import NoSuchTicket
from gongzhi.affairs.tickets.queries.whistles import NoSuchWhistle
from gongzhi.interfaces.pages.framing.errors import not_found

View = Callable[..., HttpResponse]


def for_staff(view: View) -> View:
    """Signed in only; a ticket or whistle that isn't there, or isn't theirs, is a 404."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (NoSuchTicket, NoSuchWhistle) as error:
            return not_found(request, error)

    return guarded
