"""Who must have a second factor, and whether they do."""

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest

from gongzhi.commons.organisations.actors import Actor

# They see the whole district or change its rules; a stolen password alone must not be enough.
ROLES_THAT_NEED_IT = frozenset({"administrator", "auditor"})
CONFIRMED = "second_factor_set_up"


def is_required(request: HttpRequest, actor: Actor) -> bool:
    """Whether this person needs one. Demonstration accounts of a sample district don't."""
    if getattr(request.user, "is_demo", False):
        return False
    return any(role.kind.value in ROLES_THAT_NEED_IT for role in actor.roles)


def is_missing(request: HttpRequest, actor: Actor) -> bool:
    """Whether this person needs a second factor and has set up none (asked once a session)."""
    if request.session.get(CONFIRMED) == request.user.pk or not is_required(request, actor):
        return False
    if is_mfa_enabled(request.user, [Authenticator.Type.TOTP]):
        request.session[CONFIRMED] = request.user.pk
        return False
    return True
