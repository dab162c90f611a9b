"""Rounds that come as a Pabulib file: read-only examples, numbers without persons."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.budgets import events
from gongzhi.affairs.budgets.accounts import account_for
from gongzhi.affairs.budgets.choices import (
    BallotKind,
    ProposalState,
    ProposerKind,
    RoundState,
)
from gongzhi.affairs.budgets.lifecycle import tell
from gongzhi.affairs.budgets.models import Proposal, Round, Tally
from gongzhi.affairs.budgets.rules import CannotChoose, RuleChoice, check_rule, settings_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.territory.queries import find_place
from gongzhi.engines.budgeting import (
    Election,
    InvalidElection,
    PabulibFile,
    UnreadableElection,
    UnresolvedTie,
    allocate,
    read_pabulib,
    write_pabulib,
)

LARGEST_FILE = 5 * 1024 * 1024
_KINDS = {"choose-1": BallotKind.APPROVAL, "scoring": BallotKind.POINTS}


class CannotArchive(ValueError):
    """A file that can't be put into the archive, with the line at fault where there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewArchive:
    """A file, the community under which it is shown, and the rule to compute it by."""

    title: str
    place_id: int
    text: str
    rule: RuleChoice


@transaction.atomic
def archive_round(*, new: NewArchive, by: Actor, at: datetime) -> int:
    """Read a `.pb` file and keep its numbers as a read-only round; returns its id.

    Ballots are kept merged and sorted; voters' ids, ages and other columns are left behind.
    """
    place = find_place(new.place_id)
    if place is None or place.kind != "community":
        raise CannotArchive(_("请选择社区"))
    require(by, "rounds.import", place_path=place.path)
    if by.unit_id is None:
        raise CannotArchive(_("只有单位的人员才能建立轮次"))
    file, election, rule = _read(new)
    try:
        account = account_for(election, allocate(election, settings_of(rule)))
    except (InvalidElection, UnresolvedTie) as wrong:
        raise CannotArchive(_("按这一规则算不出结果：%(why)s") % {"why": str(wrong)}) from wrong
    source = write_pabulib(election, meta={"description": new.title.strip()})
    digest = hashlib.sha256(source.encode()).hexdigest()
    row = Round.objects.create(
        title=_title(new, file), place_id=place.id, place_path=place.path, unit_id=by.unit_id,
        year=_year(file, at), state=RoundState.ARCHIVED, budget=_fen(election, election.budget),
        proposed=len(election.costs), counted_at=at, touched_at=at, **rule.columns(),
    )  # fmt: skip
    official = _official(file)
    if official is not None:
        account["official"] = official
    funded = account["funded"] if official is None else official
    _write_projects(row, file, election, funded, at=at)
    Tally.objects.create(
        round=row, electronic=election.voters, digest=digest, result=account, source=source
    )
    tell(
        Subject("round", row.pk), events.ROUND_ARCHIVED, by=by, at=at, place_id=place.id,
        opens=True, digest=digest, funded=len(account["funded"]),
    )  # fmt: skip
    return row.pk


def _read(new: NewArchive) -> tuple[PabulibFile, Election, RuleChoice]:
    """The file, its election under our own numbers, and the rule with the file's kind of ballot."""
    if len(new.text.encode()) > LARGEST_FILE:
        raise CannotArchive(_("文件超过 5 MB"))
    try:
        file = read_pabulib(new.text)
    except UnreadableElection as wrong:
        raise CannotArchive(
            _("第 %(line)d 行读不懂：%(why)s")
            % {"line": wrong.line, "why": str(wrong).partition(": ")[2]}
        ) from wrong
    numbers = tuple(str(number) for number in range(1, len(file.projects) + 1))
    election = replace(file.election, project_ids=numbers)
    kind = election.ballots.kind.value
    found = _KINDS.get(kind) or BallotKind(kind)
    points = 1_000 if found is BallotKind.POINTS else None
    rule = replace(new.rule, ballot_kind=found, points_each=points, most_listed=None)
    try:
        check_rule(rule)
    except CannotChoose as wrong:
        raise CannotArchive(str(wrong)) from wrong
    return file, election, rule


def _official(file: PabulibFile) -> list[str] | None:
    """What the file says was funded in fact, under our own numbers."""
    ids = [each["project_id"] for each in file.projects]
    return None if file.selected is None else [str(ids.index(e) + 1) for e in file.selected]


def _title(new: NewArchive, file: PabulibFile) -> str:
    return (new.title.strip() or file.meta.get("description", "").strip() or _("存档轮次"))[:80]


def _year(file: PabulibFile, at: datetime) -> int:
    said = file.meta.get("instance", "")[:4]
    known = said.isascii() and said.isdigit() and 1980 <= int(said) <= 2200
    return int(said) if known else localdate(at).year


def _write_projects(
    row: Round, file: PabulibFile, election: Election, funded: list[str], *, at: datetime
) -> None:
    named: dict[str, None] = {}
    made = []
    for number, (said, cost) in enumerate(zip(file.projects, election.costs, strict=True), 1):
        title = (said.get("name") or said["project_id"])[:48]
        title = f"{title}（{number}）" if title in named else title
        named[title] = None
        chosen = str(number) in funded
        amount = _fen(election, cost)
        made.append(
            Proposal(
                round=row,
                number=number,
                title=title,
                asked=amount,
                cost=amount,
                place_id=row.place_id,
                proposer_kind=ProposerKind.RESIDENT,
                touched_at=at,
                state=ProposalState.FUNDED if chosen else ProposalState.UNFUNDED,
            )
        )
    Proposal.objects.bulk_create(made)


def _fen(election: Election, amount: int) -> int:
    exact = election.money(amount) * 100
    if exact.denominator != 1:
        raise CannotArchive(
            _("金额 %(amount)s 不是整分，不能存档") % {"amount": float(Fraction(exact) / 100)}
        )
    return exact.numerator
