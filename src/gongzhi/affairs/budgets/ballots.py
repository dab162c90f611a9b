"""Voting by code. A ballot and its code change in one transaction, and nothing joins them after.

What is written: the code's entry becomes used (no time), the round counts one more, a ballot with
a random id appears (no code, no time), and the ledger says that a ballot came in that day.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction
from django.db.models import F
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.budgets import events
from gongzhi.affairs.budgets.choices import BallotKind, Channel, ProposalState, RoundState
from gongzhi.affairs.budgets.codes import code_digest
from gongzhi.affairs.budgets.lifecycle import round_of, tell_of_round
from gongzhi.affairs.budgets.models import Ballot, Proposal, RosterEntry, Round
from gongzhi.commons.calendar.days import beginning_of_day
from gongzhi.commons.failures import NotThere
from gongzhi.commons.permissions.actors import RESIDENT, Actor
from gongzhi.commons.permissions.table import require

# A ballot says where its voter lives only where at least so many have the right to vote.
SMALLEST_PLACE = 20
Choices = list[int] | list[list[int]]


class CannotVote(ValueError):
    """A ballot that is refused, and why; nothing of it was kept."""


class NoSuchCode(NotThere):
    """A code that opens no round; misread, replaced, or never given out."""

    def __init__(self) -> None:
        super().__init__(_("没有这个投票码，请照选票上的字再核对一遍"))


@dataclass(frozen=True, slots=True)
class OpenCode:
    """What a code opens."""

    round_id: int
    used: str  # "", or how it was used


def read_code(code: str) -> OpenCode:
    """The round that a code is for; raises `NoSuchCode`."""
    entry = RosterEntry.objects.filter(code_digest=code_digest(code)).first()
    if entry is None:
        raise NoSuchCode
    return OpenCode(entry.round_id, entry.used)


def check_choices(row: Round, choices: Sequence[object], numbers: frozenset[int]) -> Choices:
    """What a ballot says, in one form: numbers ascending, or ranked, or pairs with points."""
    kind = BallotKind(row.ballot_kind)
    if kind is BallotKind.POINTS:
        return _points(row, choices, numbers)
    listed = [each for each in choices if isinstance(each, int) and not isinstance(each, bool)]
    if len(listed) != len(choices) or not set(listed) <= numbers:
        raise CannotVote(_("选票上有这一轮以外的项目"))
    if len(set(listed)) < len(listed):
        raise CannotVote(_("同一个项目选了两次"))
    if row.most_listed is not None and len(listed) > row.most_listed:
        raise CannotVote(_("最多选 %(most)d 项，现在选了 %(count)d 项") % {
            "most": row.most_listed, "count": len(listed),
        })  # fmt: skip
    return listed if kind is BallotKind.RANKED else sorted(listed)


def _points(row: Round, choices: Sequence[object], numbers: frozenset[int]) -> Choices:
    given: dict[int, int] = {}
    for each in choices:
        if not isinstance(each, list | tuple) or len(each) != 2:
            raise CannotVote(_("打分应写成项目和分数"))
        number, points = each
        if not isinstance(number, int) or number not in numbers:
            raise CannotVote(_("选票上有这一轮以外的项目"))
        if number in given:
            raise CannotVote(_("同一个项目选了两次"))
        if not isinstance(points, int) or isinstance(points, bool) or points < 0:
            raise CannotVote(_("分数应是不小于零的整数"))
        given[number] = points
    total, most = sum(given.values()), row.points_each or 0
    if total > most:
        raise CannotVote(
            _("一共可打 %(most)d 分，现在打了 %(total)d 分") % {"most": most, "total": total}
        )
    listed = [[number, points] for number, points in sorted(given.items()) if points]
    if row.most_listed is not None and len(listed) > row.most_listed:
        raise CannotVote(_("最多选 %(most)d 项，现在选了 %(count)d 项") % {
            "most": row.most_listed, "count": len(listed),
        })  # fmt: skip
    return listed


def numbers_of(round_id: int) -> frozenset[int]:
    """The numbers of the proposals on the ballot."""
    feasible = Proposal.objects.filter(round_id=round_id, state=ProposalState.FEASIBLE)
    return frozenset(feasible.values_list("number", flat=True))


def cast_ballot(*, code: str, choices: Sequence[object], by: Actor, at: datetime) -> None:
    """Vote once by a code. `by` is not kept: whoever holds the code votes."""
    cast_ballots(votes=[(code, choices)], by=by, at=at)


@transaction.atomic
def cast_ballots(*, votes: Sequence[tuple[str, Sequence[object]]], by: Actor, at: datetime) -> None:
    """Vote by several codes of one round, each under the rules for one; all of them or none."""
    require(by, "ballots.cast")
    digests = [code_digest(code) for code, _choices in votes]
    found = {
        entry.code_digest: entry for entry in RosterEntry.objects.filter(code_digest__in=digests)
    }
    if not votes or set(digests) - set(found):
        raise NoSuchCode
    rounds = {entry.round_id for entry in found.values()}
    if len(rounds) > 1 or len(found) < len(votes):
        raise CannotVote(_("一次只能为同一轮投票，每个投票码一票"))
    row = round_of(rounds.pop())
    numbers = numbers_of(row.pk)
    listed = [check_choices(row, choices, numbers) for _code, choices in votes]
    # The round's row is locked first: voters of one round go through one after the other.
    if not _open(row, at).update(touched_at=F("touched_at")):
        raise CannotVote(_closed_words(row, at))
    entries = [found[digest] for digest in digests]
    if _use(entries, Channel.ELECTRONIC) != len(entries):
        raise CannotVote(_("这个投票码已经用过了；每个投票码只能投一票"))
    Round.objects.filter(pk=row.pk).update(cast=F("cast") + len(votes))
    places = told_places(entries)
    Ballot.objects.bulk_create(
        [
            fresh_ballot(row, each, entry.place_id if entry.place_id in places else None)
            for entry, each in zip(entries, listed, strict=True)
        ]
    )
    tell_of_round(row, events.BALLOTS_CAST, by=RESIDENT, at=beginning_of_day(at), count=len(votes))


def fresh_ballot(row: Round, choices: Choices, place_id: int | None) -> Ballot:
    """A ballot under a random id, which is where it lies in the table, too."""
    return Ballot(pk=secrets.randbits(62) + 1, round=row, place_id=place_id, choices=choices)


def told_places(entries: Sequence[RosterEntry]) -> frozenset[int]:
    """Of the places of these entries those with so many rights to vote that a ballot may say it."""
    here = RosterEntry.objects.filter(
        round_id=entries[0].round_id, place_id__in={entry.place_id for entry in entries}
    )
    counted = here.values("place_id").annotate(count=models.Count("id"))
    enough = counted.filter(count__gte=SMALLEST_PLACE)
    return frozenset(enough.values_list("place_id", flat=True))


def _use(entries: Sequence[RosterEntry], how: Channel) -> int:
    """Mark codes as used; how many could be: not those used or replaced since they were read."""
    codes = [entry.code_digest for entry in entries]
    unused = RosterEntry.objects.filter(code_digest__in=codes, used="")
    return unused.update(used=how)


def _open(row: Round, at: datetime) -> "models.QuerySet[Round]":
    today = localdate(at)
    return Round.objects.filter(
        pk=row.pk, state=RoundState.VOTING, ballots_from__lte=today, ballots_until__gte=today
    )


def _closed_words(row: Round, at: datetime) -> str:
    if row.state == RoundState.VOTING and row.ballots_from and localdate(at) < row.ballots_from:
        return _("投票从 %(day)s 开始") % {"day": row.ballots_from}
    return _("投票已经结束")


@transaction.atomic
def receive_paper(*, code: str, by: Actor, at: datetime) -> None:
    """Somebody hands in a paper: the code on the slip is used up, and the paper, which carries
    no code, goes into the box. Who voted electronically can't, and the other way round."""
    entry = RosterEntry.objects.filter(code_digest=code_digest(code)).first()
    if entry is None:
        raise NoSuchCode
    row = round_of(entry.round_id)
    require(by, "ballots.take_paper", place_path=row.place_path)
    if not _open(row, at).update(touched_at=F("touched_at")):
        raise CannotVote(_closed_words(row, at))
    if not _use([entry], Channel.PAPER):
        raise CannotVote(_("这个投票码已经用过了；每个投票码只能投一票"))
    Round.objects.filter(pk=row.pk).update(papers=F("papers") + 1)
    tell_of_round(row, events.PAPER_RECEIVED, by=by, at=beginning_of_day(at))
