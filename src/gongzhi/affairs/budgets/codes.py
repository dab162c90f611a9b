"""Codes: one for each right to vote, on a slip of paper, good for one ballot.

A code is derived from the installation's key and is stored only as a digest: the database alone
gives no code. It is shown once, for printing.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from gongzhi.affairs.budgets import events
from gongzhi.affairs.budgets.choices import RoundState
from gongzhi.affairs.budgets.lifecycle import round_of, tell_of_round
from gongzhi.affairs.budgets.models import RosterEntry, Round
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.privacy.encryption import open_text, seal_text
from gongzhi.commons.privacy.keyring import keys, keys_on_disk
from gongzhi.commons.territory.queries import find_place

MOST_ENTRIES = 20_000
MOST_AT_ONCE = 2_000
MOST_SLIPS = 60  # on one printed page
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: they are misread
_LENGTH = 16  # signs, 80 bits
_ALIKE = str.maketrans({"I": "1", "L": "1", "O": "0"})
_PREPARING = (
    RoundState.DRAFTED, RoundState.COLLECTING, RoundState.CHECKING, RoundState.VOTING,
)  # fmt: skip


class CannotIssue(ValueError):
    """Codes that can't be given out, replaced or printed, and why."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """One right to vote: where the voter lives, and to whom the slip goes (may stay empty)."""

    place_id: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """What is printed on one slip."""

    entry_id: int
    label: str
    place_id: int
    code: str


def plain_code(text: str) -> str:
    """A code as it is meant: without spaces and hyphens, misread signs put right."""
    return re.sub(r"[\s\-–—]", "", text).upper().translate(_ALIKE)


def shown_code(code: str) -> str:
    """A code in groups of four, for reading and typing."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def code_digest(code: str) -> str:
    """What is stored of a code. Its 80 bits can't be guessed from this."""
    return hashlib.sha256(f"gongzhi:ballot-code:{plain_code(code)}".encode()).hexdigest()


def _derive(key: str, entry_id: int, version: int) -> str:
    said = f"ballot-code\0{entry_id}\0{version}".encode()
    drawn = int.from_bytes(hmac.new(bytes.fromhex(key), said, hashlib.sha256).digest()[:10], "big")
    return "".join(_SIGNS[(drawn >> (5 * at)) & 31] for at in range(_LENGTH))


def _code_of(entry: RosterEntry) -> str | None:
    """The code of an entry, under whichever key it was made; None where that key is gone."""
    for key in dict.fromkeys((*keys("link"), *keys_on_disk("link"))):
        code = _derive(key, entry.pk, entry.version)
        if hmac.compare_digest(code_digest(code), entry.code_digest):
            return code
    return None


@transaction.atomic
def issue_codes(
    *, round_id: int, entries: Sequence[NewEntry], by: Actor, at: datetime
) -> list[int]:
    """Give out rights to vote, each with a code of its own; returns their ids."""
    row = _keeping(by, round_id)
    if not 0 < len(entries) <= MOST_AT_ONCE:
        raise CannotIssue(_("一次可发 1 到 %(most)d 个投票码") % {"most": MOST_AT_ONCE})
    for place_id in {entry.place_id for entry in entries}:
        place = find_place(place_id)
        if place is None or not place.path.startswith(row.place_path):
            raise CannotIssue(_("地点应在本社区内"))
    standing = Round.objects.filter(
        pk=row.pk, state__in=_PREPARING, issued__lte=MOST_ENTRIES - len(entries)
    )
    if not standing.update(issued=F("issued") + len(entries)):
        raise CannotIssue(
            _("这一轮已经计票或撤销，或投票码超过 %(most)d 个") % {"most": MOST_ENTRIES}
        )
    made = RosterEntry.objects.bulk_create(
        [
            RosterEntry(
                round=row,
                place_id=entry.place_id,
                label_sealed=seal_text(entry.label.strip()[:60]),
                # Until its id is known, which goes into the code.
                code_digest=hashlib.sha256(f"{row.pk}:{row.issued}:{n}".encode()).hexdigest(),
            )
            for n, entry in enumerate(entries)
        ]
    )
    key = keys("link")[0]
    for entry in made:
        entry.code_digest = code_digest(_derive(key, entry.pk, entry.version))
    RosterEntry.objects.bulk_update(made, ["code_digest"], batch_size=400)
    tell_of_round(row, events.CODES_ISSUED, by=by, at=at, count=len(made))
    return [entry.pk for entry in made]


@transaction.atomic
def replace_codes(*, round_id: int, entry_ids: Sequence[int], by: Actor, at: datetime) -> int:
    """End codes that were lost or not printed well, and give the same rights to vote new ones.

    Used ones stay as they are; returns how many were replaced.
    """
    row = _keeping(by, round_id)
    if not Round.objects.filter(pk=row.pk, state__in=_PREPARING).update(issued=F("issued")):
        raise CannotIssue(_("这一轮已经计票或撤销"))
    key, replaced = keys("link")[0], 0
    wanted = list(entry_ids)[:MOST_AT_ONCE]
    for entry in RosterEntry.objects.filter(round=row, pk__in=wanted, used=""):
        version = entry.version + 1
        unused = RosterEntry.objects.filter(pk=entry.pk, used="", version=entry.version)
        replaced += unused.update(
            version=version, printed=False, code_digest=code_digest(_derive(key, entry.pk, version))
        )
    if not replaced:
        raise CannotIssue(_("这个投票码已经用过，不能换"))
    tell_of_round(row, events.CODES_REPLACED, by=by, at=at, count=replaced)
    return replaced


@transaction.atomic
def print_slips(*, round_id: int, by: Actor, at: datetime) -> list[Slip]:
    """The next codes that were never shown, for printing; the ledger says how many.

    Each is shown once. One that was lost is replaced, so that nobody prints a second slip of
    somebody who hasn't voted.
    """
    row = _keeping(by, round_id)
    if not Round.objects.filter(pk=row.pk, state__in=_PREPARING).update(issued=F("issued")):
        raise CannotIssue(_("这一轮已经计票或撤销"))
    entries = RosterEntry.objects.filter(round=row, used="", printed=False).order_by("id")
    found = [(entry, _code_of(entry)) for entry in entries[:MOST_SLIPS]]
    slips = [
        Slip(entry.pk, open_text(entry.label_sealed), entry.place_id, shown_code(code))
        for entry, code in found
        if code
    ]
    RosterEntry.objects.filter(pk__in=[slip.entry_id for slip in slips]).update(printed=True)
    if slips:
        tell_of_round(row, events.SLIPS_PRINTED, by=by, at=at, count=len(slips))
    return slips


def _keeping(by: Actor, round_id: int) -> Round:
    row = round_of(round_id)
    require(by, "roster.keep", place_path=row.place_path)
    return row
