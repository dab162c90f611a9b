"""Reporting that a published report or its use is wrong, and the answer that can be followed.

Nobody is asked who they are; the private link given back is the only way to the answer.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.commons.ledger.kinds import declare
from gongzhi.commons.ledger.recording import NewEvent, Subject, record
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.privacy.links import read_link, sign_link
from gongzhi.commons.privacy.retention import RetentionRule, declare_retention
from gongzhi.insights.reports.models import Edition, Violation

REPORTED = declare(
    "violation.reported", "somebody says that a published report or its use is wrong", "edition"
)
ANSWERED = declare("violation.answered", "the publisher answered", "edition")
LONGEST = 2000


class CannotReport(ValueError):
    """A complaint without words, too long, or about nothing that was published."""


class CannotAnswer(ValueError):
    """An answer that can't be given, and why."""


def report_violation(*, edition_id: int, text: str, by: Actor, at: datetime) -> str:
    """Keep what somebody says; returns the token of the link that leads to the answer."""
    words = text.strip()
    if not words or len(words) > LONGEST:
        raise CannotReport(_("请写明哪里不对，不超过 %(most)d 字。") % {"most": LONGEST})
    if not Edition.objects.filter(pk=edition_id).exists():
        raise CannotReport(_("没有这一版报告。"))
    with transaction.atomic():
        violation = Violation.objects.create(edition_id=edition_id, text=words, at=at)
        record(
            NewEvent(
                Subject("violation", violation.pk),
                REPORTED,
                at,
                unit_id=by.unit_id,
                data={"edition": edition_id},
                opens=True,
            )
        )
    return sign_link("violation", violation.pk)


def answer_violation(*, violation_id: int, answer: str, by: Actor, at: datetime) -> None:
    """Answer once; the answer stands at the private link."""
    require(by, "violations.answer")
    words = answer.strip()
    if not words or len(words) > LONGEST:
        raise CannotAnswer(_("请写答复，不超过 %(most)d 字。") % {"most": LONGEST})
    with transaction.atomic():
        open_one = Violation.objects.filter(pk=violation_id, answered_at=None, erased_at=None)
        if not open_one.update(answer=words, answered_at=at):
            raise CannotAnswer(_("没有这条反映，或者已经答复过。"))
        edition_id = Violation.objects.values_list("edition_id", flat=True).get(pk=violation_id)
        record(
            NewEvent(
                Subject("violation", violation_id),
                ANSWERED,
                at,
                unit_id=by.unit_id,
                person_id=by.person_id,
                data={"edition": edition_id},
            )
        )


def violation_behind(token: str) -> int | None:
    """The complaint that a private link opens; None for a link that is none."""
    claim = read_link("violation", token)
    return claim.id if claim else None


def _forget(*, cutoff: datetime, limit: int, at: datetime) -> int:
    old = Violation.objects.filter(at__lt=cutoff, erased_at=None).order_by("at")
    ids = list(old.values_list("pk", flat=True)[:limit])
    return Violation.objects.filter(pk__in=ids).update(text="", answer="", erased_at=at)


def declare_privacy() -> None:
    """What people wrote may speak of persons: the words go after two years."""
    declare_retention(RetentionRule("violations.text", "对公开报告的反映", 730, _forget))
