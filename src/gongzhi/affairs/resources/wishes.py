"""Micro-wishes: collected, approved, published; a claimant learns who only from the community."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.resources import events
from gongzhi.affairs.resources.choices import ClaimState, NeedState
from gongzhi.affairs.resources.claims import claim_of, gives
from gongzhi.affairs.resources.lifecycle import NEED, Step, grow_pool, move, tell
from gongzhi.affairs.resources.models import Claim, Wish
from gongzhi.affairs.resources.needs import (
    NewNeed,
    check_need,
    check_words_of_wish,
    insert_need,
    need_for,
    tell_published,
)
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import allowed, require
from gongzhi.commons.privacy.encryption import open_text, seal_text

HIGHEST_CAP = 2_000  # yuan; above it, it is a project and not a small wish


class CannotWish(ValueError):
    """A step of a wish that is refused, and why."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who made a wish, for those who may know."""

    name: str
    contact: str


@transaction.atomic
def make_wish(
    *,
    new: NewNeed,
    cap: int,
    identity: Identity,
    consents: bool,
    by: Actor,
    at: datetime,
) -> int:
    """Write down a wish; it waits for the community's yes. Returns the need's id."""
    if not consents:
        raise CannotWish(_("须经本人同意，才能登记微心愿"))
    if not 0 <= cap <= HIGHEST_CAP:
        raise CannotWish(_("微心愿的金额上限为 %(cap)s 元") % {"cap": HIGHEST_CAP})
    if not identity.name.strip():
        raise CannotWish(_("请写明受助人怎么称呼"))
    if len(identity.name.strip()) > 40 or len(identity.contact.strip()) > 80:
        raise CannotWish(_("称呼最多 40 个字，联系方式最多 80 个字"))
    wish = Wish(
        cap=cap,
        consent_at=at,
        name_sealed=seal_text(identity.name.strip()),
        contact_sealed=seal_text(identity.contact.strip()),
    )
    check_words_of_wish(wish, f"{new.title}{new.text}")
    checked = check_need(new, on=localdate(at))
    require(by, "needs.publish", place_path=checked.place.path)
    need = insert_need(checked, state=NeedState.DRAFTED, by=by, at=at)
    wish.need = need
    wish.save(force_insert=True)
    tell(
        Subject("need", need.pk), events.NEED_DRAFTED, by=by, at=at, place_id=need.place_id,
        opens=True, category=checked.category.code, cap=cap,
    )  # fmt: skip
    return need.pk


@transaction.atomic
def review_wish(*, need_id: int, approved: bool, by: Actor, at: datetime) -> None:
    """The community's coordinator publishes a wish, or does not."""
    need = need_for(by, "needs.review", need_id)
    if not approved:
        move(need, NEED, Step.REFUSE, touched_at=at)
        tell(Subject("need", need.pk), events.NEED_REFUSED, by=by, at=at, place_id=need.place_id)
        return
    move(need, NEED, Step.APPROVE, touched_at=at, published_at=at, changed_in=grow_pool())
    tell_published(need, by=by, at=at, opens=False)


@transaction.atomic
def reveal_identity(*, claim_id: int, by: Actor, at: datetime) -> None:
    """Let the unit of an agreed claim read who made the wish."""
    claim = claim_of(claim_id)
    require(by, "needs.review", place_path=claim.need.place_path)
    wish = Wish.objects.filter(need_id=claim.need_id, erased_at=None).first()
    if wish is None:
        raise CannotWish(_("这不是微心愿，或受助人信息已删除"))
    if claim.state not in {ClaimState.AGREED, ClaimState.DONE}:
        raise CannotWish(_("双方确认认领以后，才能告知受助人信息"))
    Wish.objects.filter(pk=wish.pk).update(revealed_to_id=claim.pk)
    tell(
        Subject("need", claim.need_id), events.IDENTITY_REVEALED, by=by, at=at,
        place_id=claim.need.place_id, claim=claim.pk, unit=claim.giver_id,
    )  # fmt: skip


def read_identity(*, need_id: int, by: Actor) -> Identity | None:
    """Who made a wish: for the community, and for the one claimant it was revealed to.

    None where it isn't a wish, was erased, or hasn't been revealed to `by`.
    """
    wish = Wish.objects.select_related("need").filter(need_id=need_id, erased_at=None).first()
    if wish is None:
        return None
    if not allowed(by, "needs.review", place_path=wish.need.place_path):
        live = Claim.objects.filter(state__in=[ClaimState.AGREED, ClaimState.DONE])
        shown_to = wish.revealed_to_id
        claim = live.select_related("need").filter(pk=shown_to).first() if shown_to else None
        if claim is None or not gives(by, claim):
            return None
    return Identity(open_text(wish.name_sealed), open_text(wish.contact_sealed))


@transaction.atomic
def erase_identity(*, need_id: int, by: Actor, at: datetime) -> None:
    """Forget who made the wish, on their word or in time; the anonymous need stays."""
    need = need_for(by, "needs.review", need_id)
    held = Wish.objects.filter(need=need, erased_at=None)
    if held.update(name_sealed="", contact_sealed="", revealed_to_id=None, erased_at=at):
        tell(Subject("need", need.pk), events.WISH_ERASED, by=by, at=at, place_id=need.place_id)
