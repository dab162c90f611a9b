"""Who is in the back office: an administrator, whose roles are read once a request."""

from django.http import HttpRequest
from django.utils.timezone import localdate

from gongzhi.commons.organisations.actors import RESIDENT, Actor, actor_of
from gongzhi.commons.permissions.roles import RoleKind


def actor_at(request: HttpRequest) -> Actor:
    """The actor handed to every action of this request."""
    found = getattr(request, "_back_office_actor", None)
    if found is None:
        user = request.user
        found = actor_of(user, on=localdate()) if user.is_authenticated else RESIDENT
        request._back_office_actor = found  # type: ignore[attr-defined]
    actor: Actor = found
    return actor


def is_administrator(request: HttpRequest) -> bool:
    return any(role.kind is RoleKind.ADMINISTRATOR for role in actor_at(request).roles)
