"""Partner agreements: proposed by one side, signed by the other, ended by either."""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.resources import events
from gongzhi.affairs.resources.choices import AgreementState
from gongzhi.affairs.resources.lifecycle import AGREEMENT, NotInPool, Step, move, tell
from gongzhi.affairs.resources.models import Agreement
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.queries import find_unit
from gongzhi.commons.permissions.actors import SYSTEM, Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.territory.queries import find_place


class CannotAgree(ValueError):
    """A step of an agreement that is refused, and why."""


@transaction.atomic
def propose_agreement(
    *,
    partner_id: int,
    host_id: int,
    title: str,
    text: str,
    begins: date,
    ends: date,
    by: Actor,
    at: datetime,
) -> int:
    """One of the two units writes down what both would do; returns the agreement's id."""
    partner, host = find_unit(partner_id), find_unit(host_id)
    place = find_place(host.place_id) if host else None
    if partner is None or host is None or place is None or partner_id == host_id:
        raise CannotAgree(_("请选择两个不同的单位"))
    require(by, "agreements.sign", place_path=place.path, unit_ids=[partner_id, host_id])
    if not 0 < len(title.strip()) <= 80 or not 0 < len(text.strip()) <= 8000:
        raise CannotAgree(_("请写明协议的名称（80 字内）和内容（8000 字内）"))
    if ends < begins:
        raise CannotAgree(_("结束日期早于开始日期，请核对"))
    if ends < localdate(at):
        raise CannotAgree(_("结束日期已经过去，请核对"))
    row = Agreement.objects.create(
        partner_id=partner_id, host_id=host_id, place_id=place.id, place_path=place.path,
        title=title.strip(), text=text.strip(), begins=begins, ends=ends,
        proposed_by_id=partner_id if by.unit_id == partner_id else host_id, touched_at=at,
    )  # fmt: skip
    _tell(row, events.AGREEMENT_PROPOSED, by=by, at=at, opens=True)
    return row.pk


@transaction.atomic
def sign_agreement(*, agreement_id: int, by: Actor, at: datetime) -> None:
    """The side that didn't propose it signs."""
    row = _agreement(agreement_id)
    others = answers_agreement(row)
    path = row.place_path if others == row.host_id else ""
    require(by, "agreements.sign", place_path=path, unit_ids=[others])
    move(row, AGREEMENT, Step.SIGN, signed_at=at, touched_at=at)
    _tell(row, events.AGREEMENT_SIGNED, by=by, at=at, until=row.ends.isoformat())


@transaction.atomic
def end_agreement(*, agreement_id: int, by: Actor, at: datetime) -> None:
    """Either side ends it; what was agreed about single needs stays."""
    row = _agreement(agreement_id)
    require(
        by, "agreements.sign", place_path=row.place_path, unit_ids=[row.partner_id, row.host_id]
    )
    move(row, AGREEMENT, Step.END, touched_at=at)
    _tell(row, events.AGREEMENT_ENDED, by=by, at=at)


def expire_agreements(*, at: datetime, most: int = 200) -> int:
    """End agreements whose time has passed; returns how many."""
    late = Agreement.objects.filter(
        state__in=[AgreementState.PROPOSED, AgreementState.SIGNED], ends__lt=localdate(at)
    )
    ids = list(late.order_by("ends", "id").values_list("id", flat=True)[:most])
    for agreement_id in ids:
        end_agreement(agreement_id=agreement_id, by=SYSTEM, at=at)
    return len(ids)


def answers_agreement(row: Agreement) -> int:
    """The unit whose signature is awaited: the one that didn't propose."""
    return row.host_id if row.proposed_by_id == row.partner_id else row.partner_id


def _agreement(agreement_id: int) -> Agreement:
    row = Agreement.objects.filter(pk=agreement_id).first()
    if row is None:
        raise NotInPool
    return row


def _tell(
    row: Agreement, kind: str, *, by: Actor, at: datetime, opens: bool = False, **data: str
) -> None:
    tell(
        Subject("agreement", row.pk), kind, by=by, at=at, place_id=row.place_id, opens=opens,
        partner=row.partner_id, **data,
    )  # fmt: skip
