"""Shaking the urn: ballots written anew, so that what a database knows of when it wrote a row ends.

A ballot and its code are written in one transaction. Whoever reads the raw files of a database
could tell from its own marks which rows were written together, until they are written again.
"""

import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate

from gongzhi.affairs.budgets.ballots import Choices, fresh_ballot
from gongzhi.affairs.budgets.choices import RoundState
from gongzhi.affairs.budgets.models import Ballot, PaperSheet, Round

# Fewer ballots than this from a place are counted without it.
SMALLEST_CELL = 5


def shake_urns(*, at: datetime) -> int:
    """Write the ballots of every open round anew under fresh random ids; how many ballots."""
    voting = Round.objects.filter(
        state=RoundState.VOTING, ballots_from__lte=localdate(at), ballots_until__gte=localdate(at)
    )
    return sum(_shake(row) for row in voting)


@transaction.atomic
def _shake(row: Round) -> int:
    # Locks the round, so that nobody votes meanwhile.
    if not Round.objects.filter(pk=row.pk, state=RoundState.VOTING).update(cast=F("cast")):
        return 0
    cast = [(each.choices, each.place_id) for each in Ballot.objects.filter(round=row)]
    return len(_write_anew(row, cast))


def empty_urn(row: Round) -> list[Ballot]:
    """Mix the papers in and write everything anew, once and for all, in the count's transaction.

    A place from which few voted is left out.
    """
    cast = [(each.choices, each.place_id) for each in Ballot.objects.filter(round=row)]
    for sheet in PaperSheet.objects.filter(round=row, set_aside=""):
        read: dict[str, Any] = sheet.first or {}
        cast.append((read.get("choices", []), None))
    few = Counter(place for _choices, place in cast)
    told = [(said, place if few[place] >= SMALLEST_CELL else None) for said, place in cast]
    return _write_anew(row, told)


def _write_anew(row: Round, cast: Sequence[tuple[Choices, int | None]]) -> list[Ballot]:
    Ballot.objects.filter(round=row).delete()
    mixed = [fresh_ballot(row, choices, place) for choices, place in cast]
    secrets.SystemRandom().shuffle(mixed)
    return Ballot.objects.bulk_create(mixed, batch_size=2_000)
