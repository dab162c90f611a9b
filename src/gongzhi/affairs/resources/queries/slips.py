"""Dual-report slips: for the member by link, for the community that wrote them, for the employer
once the member has let them go."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from gongzhi.affairs.resources.choices import SlipState
from gongzhi.affairs.resources.models import ReportSlip
from gongzhi.affairs.resources.queries.undertakings import reach_of_places
from gongzhi.affairs.resources.slips import slip_of_link
from gongzhi.commons.organisations.queries import units
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import reach
from gongzhi.commons.privacy.encryption import open_text
from gongzhi.commons.privacy.links import sign_link
from gongzhi.commons.territory.queries import public_name


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipView:
    """One slip: hours and deeds of a quarter, no mark and no rank."""

    id: int
    name: str
    quarter: str
    minutes: int
    deeds: str
    remark: str
    state: SlipState
    employer_name: str
    place_name: str
    drafted_at: datetime
    token: str  # of the member's page; for who wrote the slip alone


def slip_of_member(token: str) -> SlipView:
    """What the member sees; raises `NotInPool`."""
    return _views([slip_of_link(token)], with_tokens=False)[0]


def drafted_slips(*, by: Actor, most: int = 60) -> list[SlipView]:
    """Slips that the reader's community wrote, newest first."""
    condition = Q(pk__in=[])
    for path in reach_of_places(by, "slips.draft"):
        condition |= Q(place_path__startswith=path)
    found = ReportSlip.objects.filter(condition, erased_at=None).order_by("-id")
    return _views(found[:most], with_tokens=True)


def released_slips(*, by: Actor, most: int = 60) -> list[SlipView]:
    """Slips that members let go to the reader's own units, newest quarter first."""
    found = ReportSlip.objects.filter(
        employer_id__in=reach(by, "slips.read").unit_ids, state=SlipState.RELEASED, erased_at=None
    )
    return _views(found.order_by("-quarter", "id")[:most], with_tokens=False)


def _views(rows: Iterable[ReportSlip], *, with_tokens: bool) -> list[SlipView]:
    held = list(rows)
    names = {unit.id: unit.name for unit in units({row.employer_id for row in held}).values()}
    return [
        SlipView(
            id=row.pk,
            name=open_text(row.name_sealed),
            quarter=row.quarter,
            minutes=row.minutes,
            deeds=row.deeds,
            remark=row.remark,
            state=SlipState(row.state),
            employer_name=names.get(row.employer_id, ""),
            place_name=public_name(row.place_id),
            drafted_at=row.drafted_at,
            token=sign_link("slip", row.pk, row.link_version)
            if with_tokens and row.state == SlipState.DRAFTED
            else "",
        )
        for row in held
    ]
