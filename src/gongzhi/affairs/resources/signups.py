"""Signing up to help, without an account: a name, a private link, and leaving again at any time."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.resources import events
from gongzhi.affairs.resources.choices import PostState, SignupChannel
from gongzhi.affairs.resources.lifecycle import SIGNUP, NotInPool, Step, move, tell
from gongzhi.affairs.resources.models import Signup, Stint, VolunteerPost
from gongzhi.affairs.resources.volunteers import CannotVolunteer, dispute_stint, post_for
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.privacy.encryption import seal_text
from gongzhi.commons.privacy.links import read_link, sign_link


@transaction.atomic
def sign_up(
    *, post_id: int, name: str, contact: str, channel: SignupChannel, by: Actor, at: datetime
) -> int:
    """Take a volunteer's name for a post; returns the sign-up's id.

    On the page anybody signs up for themselves; who rings or comes by is written down by the
    organiser. Places are counted by a conditional update, so the last one is given once.
    """
    if channel is SignupChannel.PAGE:
        post = VolunteerPost.objects.filter(pk=post_id).first()
    else:
        post = post_for(by, post_id)
    if post is None:
        raise NotInPool
    if not 0 < len(name.strip()) <= 40 or len(contact.strip()) > 80:
        raise CannotVolunteer(_("请用 1 到 40 个字写明怎么称呼，联系方式最多 80 个字"))
    free = VolunteerPost.objects.filter(
        pk=post_id, state=PostState.OPEN, ends__gte=localdate(at), taken__lt=F("wanted")
    )
    if not free.update(taken=F("taken") + 1):
        raise CannotVolunteer(_("这个岗位已经招满或已结束"))
    row = Signup.objects.create(
        post=post, name_sealed=seal_text(name.strip()), contact_sealed=seal_text(contact.strip()),
        channel=channel, signed_at=at,
    )  # fmt: skip
    tell(
        Subject("signup", row.pk), events.SIGNED_UP, by=by, at=at, place_id=post.place_id,
        opens=True, post=post.pk, channel=channel,
    )  # fmt: skip
    return row.pk


def signup_link(signup_id: int) -> str:
    """The token of the volunteer's own page."""
    version = Signup.objects.values_list("link_version", flat=True).filter(pk=signup_id).first()
    if version is None:
        raise NotInPool
    return sign_link("signup", signup_id, version)


def signup_of_link(token: str) -> Signup:
    """The sign-up that a token opens; raises `NotInPool` for one that opens none."""
    read = read_link("signup", token)
    if read is None:
        raise NotInPool
    found = Signup.objects.select_related("post").filter(pk=read.id, link_version=read.version)
    signup = found.first()
    if signup is None:
        raise NotInPool
    return signup


@transaction.atomic
def leave_post(*, token: str, by: Actor, at: datetime) -> None:
    """The volunteer takes the sign-up back; name and contact are erased, certified hours stay."""
    signup = signup_of_link(token)
    move(signup, SIGNUP, Step.WITHDRAW, name_sealed="", contact_sealed="", erased_at=at)
    VolunteerPost.objects.filter(pk=signup.post_id).update(taken=F("taken") - 1)
    tell(
        Subject("signup", signup.pk), events.SIGNUP_LEFT, by=by, at=at,
        place_id=signup.post.place_id, post=signup.post_id,
    )  # fmt: skip


@transaction.atomic
def dispute_own_hours(
    *, token: str, stint_id: int, minutes: int, reason: str, by: Actor, at: datetime
) -> None:
    """Who signed up objects to one record of their own."""
    signup = signup_of_link(token)
    own = Stint.objects.select_related("post").filter(pk=stint_id, signup=signup, erased_at=None)
    stint = own.first()
    if stint is None:
        raise NotInPool
    dispute_stint(stint, minutes=minutes, reason=reason, by=by, at=at)
