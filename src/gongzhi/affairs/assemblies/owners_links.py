"""How an owner comes to their ballot without an account: a private link, or number and code."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from gongzhi.affairs.assemblies import owners_events as events
from gongzhi.affairs.assemblies.models import RollOwner
from gongzhi.affairs.assemblies.owners_choices import Phase
from gongzhi.affairs.assemblies.owners_lifecycle import CannotVote, require_phase, tell, vote_for
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.privacy.links import are_digits_of, digits_of, read_link, sign_link

_KIND = "owners_ballot"


def link_of(owner_id: int, version: int) -> str:
    """The token of an owner's private link."""
    return sign_link(_KIND, owner_id, version)


def code_of(owner_id: int, version: int) -> str:
    """The code on an owner's slip, in groups that can be read out: 123 456 7890."""
    digits = digits_of(_KIND, owner_id, version)
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}"


def owner_of_link(token: str) -> int | None:
    """The owner whose link this is; None for a damaged one, or one that was replaced."""
    claim = read_link(_KIND, token)
    if claim is None:
        return None
    found = RollOwner.objects.filter(pk=claim.id, link_version=claim.version)
    return found.values_list("pk", flat=True).first()


def link_for_code(vote_id: int, *, number: int, code: str) -> str | None:
    """The link of the owner with this number and code; None if they don't belong together."""
    row = RollOwner.objects.filter(vote_id=vote_id, number=number).first()
    if row is None or not are_digits_of(code, _KIND, row.pk, row.link_version):
        return None
    return link_of(row.pk, row.link_version)


@transaction.atomic
def renew_link(*, vote_id: int, number: int, by: Actor, at: datetime) -> None:
    """Give an owner another link and code, as after a slip was lost; the old ones end."""
    vote = vote_for(by, "owners_votes.run", vote_id, at=at)
    require_phase(vote, Phase.NOTICE, Phase.OPEN, at=at)
    owner = RollOwner.objects.filter(vote=vote, number=number, link_version__lt=1000)
    if not owner.update(link_version=F("link_version") + 1):
        raise CannotVote(_("名册中没有 %(number)d 号业主。") % {"number": number}, field="number")
    tell(vote, events.LINK_RENEWED, by=by, at=at)
