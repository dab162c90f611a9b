"""Pages for staff: who isn't signed in is led to the door first."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase

from gongzhi.commons.failures import NotThere
from gongzhi.interfaces.pages.framing.errors import not_found

View = Callable[..., HttpResponseBase]


def for_staff(view: View) -> View:
    """Signed in only; what isn't there, or isn't theirs, is a 404."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except NotThere as error:
            return not_found(request, error)

    return guarded
