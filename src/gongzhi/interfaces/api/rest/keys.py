"""Who calls: a unit's own system, by the key that an administrator gave it."""

from datetime import UTC, datetime

from django.http import HttpRequest
from ninja.security import HttpBearer

from gongzhi.commons.organisations.api_keys import key_holder
from gongzhi.commons.permissions.actors import Actor


class Keys(HttpBearer):
    """`Authorization: Bearer gz_…`; anything else is refused with 401."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        return key_holder(token, on=datetime.now(UTC))


def caller(request: HttpRequest) -> Actor:
    """The actor behind a request that `Keys` let in."""
    found: Actor = request.auth  # type: ignore[attr-defined]  # set by the library
    return found
