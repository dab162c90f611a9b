"""The count: codes against ballots, two readings of each paper, the urn mixed, money allocated."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.budgets import events
from gongzhi.affairs.budgets.accounts import account_for
from gongzhi.affairs.budgets.choices import Channel
from gongzhi.affairs.budgets.elections import digest_of, election_of, projects_of
from gongzhi.affairs.budgets.lifecycle import (
    PROPOSAL,
    ROUND,
    Step,
    move,
    round_of,
    tell,
    tell_of_round,
)
from gongzhi.affairs.budgets.mixing import empty_urn
from gongzhi.affairs.budgets.models import Ballot, PaperSheet, Proposal, RosterEntry, Round, Tally
from gongzhi.affairs.budgets.rules import choice_of, settings_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.engines.budgeting import InvalidElection, UnresolvedTie, allocate


class CannotCount(ValueError):
    """A count that is refused: what doesn't agree, or what is still to be done."""


@dataclass(frozen=True, slots=True)
class Turnout:
    """Codes against ballots. `agreed` papers count, `differing` ones have two readings that don't
    agree, `half_read` ones only one, `set_aside` were left out for a reason."""

    issued: int
    used_electronic: int
    used_paper: int
    ballots: int
    agreed: int
    invalid: int
    differing: int
    half_read: int
    set_aside: int

    @property
    def used(self) -> int:
        return self.used_electronic + self.used_paper

    @property
    def missing(self) -> int:
        """Papers that were handed in and that nobody has read."""
        read = self.agreed + self.invalid + self.differing + self.half_read + self.set_aside
        return self.used_paper - read


def turnout_of(row: Round) -> Turnout:
    """How codes and ballots stand before the count. Three queries."""
    used = Counter(RosterEntry.objects.filter(round=row).values_list("used", flat=True))
    sheets = PaperSheet.objects.filter(round=row)
    kinds = Counter(_kind(sheet) for sheet in sheets)
    return Turnout(
        issued=sum(used.values()),
        used_electronic=used[Channel.ELECTRONIC],
        used_paper=used[Channel.PAPER],
        ballots=Ballot.objects.filter(round=row).count(),
        agreed=kinds["agreed"],
        invalid=kinds["invalid"],
        differing=kinds["differing"],
        half_read=kinds["half_read"],
        set_aside=kinds["set_aside"],
    )


def _kind(sheet: PaperSheet) -> str:
    if sheet.set_aside:
        return "set_aside"
    if sheet.first is None or sheet.second is None:
        return "half_read"
    if sheet.first != sheet.second:
        return "differing"
    return "invalid" if "invalid" in sheet.first else "agreed"


def check_turnout(row: Round, turnout: Turnout, *, missing: int) -> None:
    """Refuse a count in which codes and ballots don't agree."""
    if turnout.used_electronic != turnout.ballots or turnout.ballots != row.cast:
        raise CannotCount(
            _("网上用过 %(codes)d 个投票码，却有 %(ballots)d 张选票，不能计票；请审计员核查")
            % {"codes": turnout.used_electronic, "ballots": turnout.ballots}
        )
    if turnout.used_paper != row.papers or turnout.missing < 0:
        raise CannotCount(_("收到的纸质票与用过的投票码对不上，不能计票；请审计员核查"))
    if turnout.half_read or turnout.differing:
        raise CannotCount(
            _("纸质票还有 %(half)d 张只录了一次、%(differing)d 张两次录入不一致")
            % {"half": turnout.half_read, "differing": turnout.differing}
        )
    if turnout.missing != missing:
        raise CannotCount(
            _("收到 %(papers)d 张纸质票，还有 %(missing)d 张没有录入；确实少了的，请写明少几张")
            % {"papers": turnout.used_paper, "missing": turnout.missing}
        )
    if not turnout.ballots + turnout.agreed + turnout.invalid:
        raise CannotCount(_("没有选票，不能计票"))


@transaction.atomic
def count_round(*, round_id: int, missing: int = 0, by: Actor, at: datetime) -> None:
    """Count a round after its last day, or as soon as every code is used, and allocate the money.

    `missing` states how many papers that were handed in are not there; it has to be right.
    """
    row = round_of(round_id, locked=True)
    require(by, "rounds.run", place_path=row.place_path)
    over = row.ballots_until is not None and localdate(at) > row.ballots_until
    turnout = turnout_of(row)
    # Refuses a wrong state first, and makes everyone else wait for the outcome.
    move(row, ROUND, Step.COUNT, counted_at=at, touched_at=at)
    if not over and turnout.used < turnout.issued:
        raise CannotCount(_("投票到 %(day)s 为止，还没有结束") % {"day": row.ballots_until})
    check_turnout(row, turnout, missing=missing)
    ballots = empty_urn(row)
    projects = projects_of(row)
    try:
        election = election_of(row, projects, ballots)
        allocation = allocate(election, settings_of(choice_of(row)))
    except (InvalidElection, UnresolvedTie) as wrong:
        raise CannotCount(_("按这一规则算不出结果：%(why)s") % {"why": str(wrong)}) from wrong
    digest = digest_of(row, election)
    Tally.objects.create(
        round=row,
        electronic=turnout.ballots,
        paper=turnout.agreed + turnout.invalid,
        set_aside=turnout.set_aside,
        missing=turnout.missing,
        digest=digest,
        result=account_for(election, allocation),
    )
    funded = [projects[each] for each in allocation.funded]
    tell_of_round(
        row, events.ROUND_COUNTED, by=by, at=at, issued=turnout.issued, codes_used=turnout.used,
        electronic=turnout.ballots, paper=turnout.agreed + turnout.invalid,
        set_aside=turnout.set_aside, missing=turnout.missing, digest=digest,
        funded=len(funded), spent=sum(each.cost for each in funded),
    )  # fmt: skip
    _settle(projects, funded, by=by, at=at)


def _settle(projects: list[Proposal], funded: list[Proposal], *, by: Actor, at: datetime) -> None:
    """Each project learns what became of it."""
    for order, project in enumerate(funded, 1):
        move(project, PROPOSAL, Step.FUND, touched_at=at)
        tell(
            Subject("proposal", project.pk), events.PROPOSAL_FUNDED, by=by, at=at,
            place_id=project.place_id, round=project.round_id, cost=project.cost, order=order,
        )  # fmt: skip
    chosen = {project.pk for project in funded}
    for project in projects:
        if project.pk not in chosen:
            move(project, PROPOSAL, Step.LEAVE, touched_at=at)
