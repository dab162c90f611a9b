"""What is not for dispatch, or not for assessment: a reason code, evidence, and a reviewer."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.affairs.tickets import events
from gongzhi.affairs.tickets.choices import ExclusionReason, RemarkKind, Review
from gongzhi.affairs.tickets.deadlines import end_pauses
from gongzhi.affairs.tickets.endings import end_merge, hand_over_followers, lapse_reviews
from gongzhi.affairs.tickets.lifecycle import MOVES, Step, move, tell, ticket_for, touch
from gongzhi.affairs.tickets.models import Exclusion
from gongzhi.commons.organisations.actors import Actor


class CannotExclude(ValueError):
    """An exclusion that is refused, and why."""


@transaction.atomic
def ask_exclusion(
    *,
    ticket_id: int,
    code: ExclusionReason,
    reason: str,
    evidence: str,
    by: Actor,
    at: datetime,
) -> None:
    """Ask that a ticket be left out, with the reason code, what the requester is told, evidence."""
    ticket = ticket_for(by, "tickets.apply_exclusion", ticket_id)
    if not reason.strip() or not evidence.strip():
        raise CannotExclude(_("请写明给诉求人的说明和依据材料"))
    if Exclusion.objects.filter(ticket=ticket, review=Review.PENDING).exists():
        raise CannotExclude(_("已有一个剔除申请在等待审核"))
    touch(ticket, at=at)
    Exclusion.objects.create(
        ticket=ticket,
        unit_id=by.unit_id,
        asked_by_id=by.person_id,
        asked_at=at,
        reason=reason.strip(),
        evidence=evidence.strip(),
        code=code,
    )
    tell(
        ticket,
        events.EXCLUSION_ASKED,
        by=by,
        at=at,
        text=f"{reason.strip()}\n{evidence.strip()}",
        text_kind=RemarkKind.REASON,
        code=code,
    )


@transaction.atomic
def review_exclusion(
    *, ticket_id: int, approved: bool, reason: str, by: Actor, at: datetime
) -> None:
    """Decide it: approved, the ticket leaves the assessment.

    One that nobody has answered yet also ends here; its requester reads why and where to turn.
    """
    ticket = ticket_for(by, "tickets.review_exclusion", ticket_id)
    asked = Exclusion.objects.filter(ticket=ticket, review=Review.PENDING).first()
    if asked is None:
        raise CannotExclude(_("没有等待审核的剔除申请"))
    if asked.asked_by_id == by.person_id and by.person_id is not None:
        raise CannotExclude(_("申请人不能审核自己的申请"))
    ends = approved and ticket.state in MOVES[Step.EXCLUDE].sources
    if ends:
        end_pauses(ticket, at=at)
        move(ticket, Step.EXCLUDE, at=at, assessed=False, closed_at=at, merged_into_id=None)
        lapse_reviews(ticket, at=at, kinds=("objection", "extension", "parking"))
        end_merge(ticket, at=at)
        hand_over_followers(ticket, by=by, at=at)
    else:
        touch(ticket, at=at, **({"assessed": False} if approved else {}))
    decision = Review.APPROVED if approved else Review.REFUSED
    Exclusion.objects.filter(pk=asked.pk, review=Review.PENDING).update(
        review=decision, reviewed_by_id=by.person_id, reviewed_at=at, review_reason=reason
    )
    tell(
        ticket,
        events.EXCLUSION_REVIEWED,
        by=by,
        at=at,
        text=asked.reason if ends else reason,
        text_kind=RemarkKind.ANSWER if ends else RemarkKind.REASON,
        for_requester=ends,
        approved=approved,
        code=asked.code,
    )
