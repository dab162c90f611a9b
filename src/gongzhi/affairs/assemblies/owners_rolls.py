"""The roll of an owners' vote: which flats, how large, whose; and whom the ballots reached."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.affairs.assemblies import owners_events as events
from gongzhi.affairs.assemblies.models import OwnerContact, OwnersVote, RollFlat, RollOwner
from gongzhi.affairs.assemblies.owners_choices import Phase
from gongzhi.affairs.assemblies.owners_lifecycle import CannotVote, require_phase, tell, vote_for
from gongzhi.affairs.assemblies.owners_tables import (
    CannotCount,
    contacts_in,
    roll_of,
    tells_delivery,
)
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.privacy.encryption import seal_text
from gongzhi.commons.tables.reading import CannotRead, Table
from gongzhi.engines.deliberation.owners_roll import Roll

MOST_FLATS = 20_000
_NO_NUMBER = re.compile(r"[、，,;；\x00-\x1f\x7f]")  # a list of flats couldn't name such a one
_STEP = Fraction(1, 10_000)  # of a square metre: what the columns keep


@dataclass(frozen=True, slots=True)
class RollFacts:
    """What a table was understood to say."""

    flats: int
    owners: int
    area: Decimal
    unmeasured: int
    undelivered: int
    unassigned: Decimal | None  # of the total area; None without a total
    several: tuple[tuple[str, int], ...]  # owners of several flats, and how many


def set_roll(
    *, vote_id: int, table: Table, rows_of: str = "", by: Actor, at: datetime
) -> RollFacts:
    """Read the roll of a vote in preparation from a table, in place of any it had.

    `rows_of` takes only some rows, as 列=值 (column=value). Raises CannotVote with the row.
    """
    with transaction.atomic():
        vote = vote_for(by, "owners_votes.run", vote_id, at=at)
        require_phase(vote, Phase.DRAFTED, at=at)
        roll, contacts = _read(vote, table, rows_of)
        _write(vote, roll, contacts)
        OwnersVote.objects.filter(pk=vote.pk).update(contacts_erased_at=None)
        facts = _facts(roll)
        tell(
            vote, events.ROLL_SET, by=by, at=at, flats=facts.flats, owners=facts.owners,
            area=str(facts.area), unmeasured=facts.unmeasured, undelivered=facts.undelivered,
            digest=_digest(roll),
        )  # fmt: skip
    return facts


def _read(vote: OwnersVote, table: Table, rows_of: str) -> tuple[Roll, dict[str, tuple[str, str]]]:
    if len(table) > MOST_FLATS:
        raise CannotVote(_("名册最多 %(most)d 行；请按范围拆分。") % {"most": MOST_FLATS})
    column, _sign, value = rows_of.replace("＝", "=").partition("=")
    if rows_of.strip() and not (column.strip() and value.strip()):
        raise CannotVote(
            _("只取部分行时请写成“列=值”，例如“楼栋=3”；取全部请留空。"), field="rows_of"
        )
    total = None if vote.total_area is None else Fraction(vote.total_area)
    try:
        roll = roll_of(table, scope=vote.scope_name, total_area=total, rows_of=rows_of)
        contacts = contacts_in(table)
        if not tells_delivery(table):  # then nothing has been handed out yet
            unreached = tuple(replace(flat, delivered=False) for flat in roll.flats)
            roll = replace(roll, flats=unreached)
    except (CannotCount, CannotRead) as error:
        raise CannotVote(str(error)) from error
    for flat in roll.flats:
        _check(flat.key, flat.area, flat.row)
    return roll, contacts


def _check(key: str, area: Fraction | None, row: int | None) -> None:
    said = {"row": row, "flat": key[:40]}
    if len(key) > 40:
        raise CannotVote(_("第 %(row)s 行：房号超过 40 个字。") % said)
    if _NO_NUMBER.search(key):
        raise CannotVote(
            _("第 %(row)s 行：房号“%(flat)s”里有顿号、逗号、分号或看不见的字符，请去掉。") % said
        )
    if area is None:
        return
    if area >= 10**7:
        raise CannotVote(_("第 %(row)s 行：房号 %(flat)s 的面积过大，单位应是平方米。") % said)
    if area % _STEP:
        raise CannotVote(_("第 %(row)s 行：房号 %(flat)s 的面积最多写四位小数。") % said)


def _write(vote: OwnersVote, roll: Roll, contacts: dict[str, tuple[str, str]]) -> None:
    vote.owners.all().delete()  # their flats and contacts with them
    keys = list(roll.by_owner)
    RollOwner.objects.bulk_create(
        [RollOwner(vote=vote, number=number) for number in range(1, len(keys) + 1)]
    )
    made = dict(zip(keys, vote.owners.order_by("number"), strict=True))
    OwnerContact.objects.bulk_create(
        [
            OwnerContact(
                owner=owner,
                name_sealed=seal_text(contacts[key][0][:60]),
                phone_sealed=seal_text(contacts[key][1][:40]),
            )
            for key, owner in made.items()
        ]
    )
    RollFlat.objects.bulk_create(
        [
            RollFlat(
                vote=vote,
                owner=made[flat.owner],
                key=flat.key,
                area=None if flat.area is None else decimal_of(flat.area),
                delivered=flat.delivered,
            )
            for flat in roll.flats
        ]
    )


def decimal_of(area: Fraction) -> Decimal:
    """An area as a decimal number of at most four places."""
    return (Decimal(area.numerator) / Decimal(area.denominator)).quantize(Decimal("0.0001"))


def _facts(roll: Roll) -> RollFacts:
    left = roll.unassigned_area
    several = [(key, len(flats)) for key, flats in roll.by_owner.items() if len(flats) > 1]
    return RollFacts(
        flats=len(roll.flats),
        owners=roll.heads,
        area=decimal_of(roll.listed_area).normalize(),
        unmeasured=len(roll.unmeasured),
        undelivered=sum(not flat.delivered for flat in roll.flats),
        unassigned=None if left is None else decimal_of(left).normalize(),
        several=tuple(sorted(several, key=lambda pair: -pair[1])),
    )


def _digest(roll: Roll) -> str:
    """Flats, areas and which belong together, without who the owners are."""
    numbers = {key: number for number, key in enumerate(roll.by_owner, start=1)}
    lines = [f"{flat.key}\t{numbers[flat.owner]}\t{flat.area}" for flat in roll.flats]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@transaction.atomic
def mark_delivered(*, vote_id: int, numbers: Iterable[int], by: Actor, at: datetime) -> int:
    """Say that the ballots have reached these owners; returns how many it was news of."""
    vote = vote_for(by, "owners_votes.enter", vote_id, at=at)
    require_phase(vote, Phase.DRAFTED, Phase.NOTICE, Phase.OPEN, at=at)
    flats = RollFlat.objects.filter(vote=vote, owner__number__in=list(numbers), delivered=False)
    owners = flats.values("owner_id").distinct().count()
    if owners:
        flats.update(delivered=True)
        tell(vote, events.DELIVERED, by=by, at=at, owners=owners)
    return owners
