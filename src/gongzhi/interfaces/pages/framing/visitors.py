"""Who is at the page: the actor handed to every action, and what the frame says about them."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from gongzhi.commons.organisations.actors import RESIDENT, Actor, actor_of
from gongzhi.interfaces.pages.framing.headers import Handler
from gongzhi.interfaces.pages.signing_in.second_factor import is_missing

# Pages that stay open to somebody who still has to set up the second factor.
OPEN_DURING_SETUP = ("/account/", "/display", "/static/", "/healthz")


@dataclass(frozen=True)
class Visitor:
    """The person at the page. Built once a request; its roles are read when first asked for."""

    request: HttpRequest
    today: date

    @property
    def signed_in(self) -> bool:
        return self.request.user.is_authenticated

    @cached_property
    def actor(self) -> Actor:
        user = self.request.user
        return actor_of(user, on=self.today) if user.is_authenticated else RESIDENT

    @property
    def name(self) -> str:
        return str(self.request.user) if self.signed_in else ""

    @property
    def role_names(self) -> list[str]:
        """What the person is, in words, each once."""
        return list(dict.fromkeys(str(role.kind.label) for role in self.actor.roles))


def visitor_of(request: HttpRequest) -> Visitor:
    """The visitor that `KnownVisitor` set."""
    visitor: Visitor = request.visitor  # type: ignore[attr-defined]
    return visitor


class KnownVisitor:
    """Sets `request.visitor`; leads whoever must have a second factor to its set-up first."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        visitor = Visitor(request, timezone.localdate())
        request.visitor = visitor  # type: ignore[attr-defined]
        if (
            visitor.signed_in
            and not request.path.startswith(OPEN_DURING_SETUP)
            and is_missing(request, visitor.actor)
        ):
            return self.to_set_up(request)
        return self.get_response(request)

    def to_set_up(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("mfa_activate_totp"))
