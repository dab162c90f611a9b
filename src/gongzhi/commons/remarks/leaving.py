"""Leaving a remark about a page."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.commons.ledger.kinds import declare
from gongzhi.commons.ledger.recording import NewEvent, Subject, record
from gongzhi.commons.organisations.actors import Actor
from gongzhi.commons.privacy.retention import RetentionRule, declare_retention
from gongzhi.commons.remarks.models import Remark

LEFT = declare("remark.left", "somebody said something about a page of this software")
LONGEST = 2000


class CannotLeaveRemark(ValueError):
    """A remark without words, or too long."""


def leave_remark(*, page: str, text: str, by: Actor, at: datetime) -> int:
    """Keep a remark; anyone may leave one, and nobody is asked who they are."""
    words = text.strip()
    if not words or len(words) > LONGEST:
        raise CannotLeaveRemark(_("意见要有内容，且不超过 %(most)d 字。") % {"most": LONGEST})
    with transaction.atomic():
        remark = Remark.objects.create(page=page[:200], text=words, at=at)
        record(NewEvent(Subject("remark", remark.pk), LEFT, at, unit_id=by.unit_id, opens=True))
    return remark.pk


def _forget(*, cutoff: datetime, limit: int, at: datetime) -> int:  # noqa: ARG001
    old = Remark.objects.filter(at__lt=cutoff).order_by("at").values_list("pk", flat=True)[:limit]
    count, _ = Remark.objects.filter(pk__in=list(old)).delete()
    return count


def declare_privacy() -> None:
    """Remarks may hold what people wrote about themselves: they go after a year."""
    declare_retention(RetentionRule("remarks.text", "对系统的意见", 365, _forget))
