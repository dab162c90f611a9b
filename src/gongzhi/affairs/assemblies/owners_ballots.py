"""Ballots of an owners' vote: by link, once; on paper, typed by two people who have to agree."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from gongzhi.affairs.assemblies import owners_events as events
from gongzhi.affairs.assemblies.models import (
    OwnersBallot,
    OwnersVote,
    PaperEntry,
    RollFlat,
    RollOwner,
)
from gongzhi.affairs.assemblies.owners_choices import BallotState, Channel, Choice, Phase
from gongzhi.affairs.assemblies.owners_lifecycle import (
    KIND,
    CannotVote,
    NoSuchVote,
    lock,
    require_phase,
    tell,
    vote_for,
)
from gongzhi.affairs.assemblies.owners_links import owner_of_link
from gongzhi.affairs.assemblies.owners_tables import flat_key
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import allowed
from gongzhi.commons.privacy.digests import digest, key_of

# Without letters and digits that look alike on a phone.
_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MOST_SHEETS = 9


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper ballot as it reads: `choices` by the number of the item.

    `number` is the owner's in the roll, `sheet` tells several papers of one owner apart, `flats`
    are those it names (none: all of the owner), `signer` who of joint owners signed, `proxy` who
    signed in the owner's place and `authorised` whether the written authority is there.
    """

    number: int
    received_at: datetime
    choices: Mapping[int, Choice]
    sheet: int = 1
    flats: tuple[str, ...] = ()
    signer: str = ""
    proxy: str = ""
    authorised: bool = False


@dataclass(frozen=True, slots=True)
class Typed:
    """What became of a typed paper ballot: waiting for the second person, agreed, or not.

    `differences` names the facts that the two typed differently.
    """

    agreed: bool
    second: bool
    differences: tuple[str, ...] = ()


@transaction.atomic
def vote_by_link(*, token: str, choices: Mapping[int, Choice], by: Actor, at: datetime) -> str:
    """Cast the ballot of whoever holds the link, for all flats of that owner, once.

    Returns the receipt. Raises NoSuchVote for a bad link, CannotVote outside the days of the
    vote, when an answer is missing, or the second time.
    """
    owner_id = owner_of_link(token)
    owner = RollOwner.objects.filter(pk=owner_id).first() if owner_id else None
    if owner is None:
        raise NoSuchVote(_("这个链接不对，或已换成新的。"))
    lock(owner.vote_id, at=at)
    if owner_of_link(token) is None:  # replaced while this one waited for its turn
        raise NoSuchVote(_("这个链接不对，或已换成新的。"))
    vote = OwnersVote.objects.get(pk=owner.vote_id)
    require_phase(vote, Phase.OPEN, at=at)
    _check_choices(vote, choices, may_spoil=False)
    if not RollOwner.objects.filter(pk=owner.pk, voted_at=None).update(voted_at=at):
        raise CannotVote(_("这个链接已经投过一次票，不能再投；要更改请交纸质票。"))
    ballot = _receive(
        vote,
        owner,
        channel=Channel.ELECTRONIC,
        received_at=at,
        content={"choices": _plain(choices)},
        by=by,
        at=at,
    )
    return ballot.receipt


@transaction.atomic
def type_paper(*, vote_id: int, paper: Paper, by: Actor, at: datetime) -> Typed:
    """Type a paper ballot; it counts once two people have typed the same.

    Typing again replaces what the same person typed before, until both agree. Raises CannotVote.
    """
    vote = vote_for(by, "owners_votes.enter", vote_id, at=at)
    require_phase(vote, Phase.OPEN, Phase.TO_COUNT, at=at)
    if by.person_id is None:
        raise CannotVote(_("只有登录的工作人员可以录入纸质票。"))
    owner = vote.owners.filter(number=paper.number).first()
    if owner is None:
        raise CannotVote(
            _("名册中没有 %(number)d 号业主。") % {"number": paper.number}, field="number"
        )
    paper = replace(paper, flats=tuple(map(flat_key, paper.flats)))
    _check_paper(vote, owner, paper, at=at)
    content = _content(vote, paper)
    others = list(
        PaperEntry.objects.filter(owner=owner, sheet=paper.sheet).exclude(entered_by=by.person_id)
    )
    if any(entry.ballot_id for entry in others):
        raise CannotVote(_("这张票已由两人录入并核对一致。"), field="number")
    own, _made = PaperEntry.objects.get_or_create(
        owner=owner,
        sheet=paper.sheet,
        entered_by=by.person_id,
        defaults={"vote": vote, "content": content, "entered_at": at},
    )
    if own.ballot_id:
        raise CannotVote(_("这张票已由两人录入并核对一致。"), field="number")
    if len(others) > 1:
        raise CannotVote(_("这张票已有两人录入但不一致，请由其中一人更正。"), field="number")
    PaperEntry.objects.filter(pk=own.pk).update(content=content, entered_at=at)
    differing = _differences(content, others[0].content) if others else ()
    agreed = bool(others) and not differing
    tell(vote, events.PAPER_ENTERED, by=by, at=at, by_second=bool(others), agrees=agreed)
    if agreed:
        ballot = _receive(
            vote, owner, channel=Channel.PAPER, received_at=paper.received_at, content=content,
            by=by, at=at,
        )  # fmt: skip
        PaperEntry.objects.filter(pk__in=[own.pk, others[0].pk]).update(ballot=ballot)
    return Typed(agreed=agreed, second=bool(others), differences=differing)


@transaction.atomic
def drop_entry(*, vote_id: int, entry_id: int, by: Actor, at: datetime) -> None:
    """Take back a typed paper that two people have not agreed on, as one typed for another owner.

    Whoever typed it may; whoever runs the vote too, so that nobody who left can stop the count.
    """
    vote = vote_for(by, "owners_votes.enter", vote_id, at=at)
    require_phase(vote, Phase.OPEN, Phase.TO_COUNT, at=at)
    entry = PaperEntry.objects.filter(pk=entry_id, vote=vote, ballot=None).first()
    own = entry is not None and entry.entered_by == by.person_id
    where: dict[str, Any] = {"place_path": vote.place_path, "unit_ids": [vote.convener_id]}
    if entry is None or not (own or allowed(by, "owners_votes.run", **where)):
        raise CannotVote(_("只能撤回自己录入、还没有核对一致的票。"))
    entry.delete()
    tell(vote, events.PAPER_DROPPED, by=by, at=at, own=own)


@transaction.atomic
def void_ballot(*, vote_id: int, ballot_id: int, by: Actor, at: datetime) -> None:
    """Let a ballot not count, as one that turns out to be forged; before the count only.

    If it came by link, that link ends with it, and the owner may vote by a new one.
    """
    vote = vote_for(by, "owners_votes.run", vote_id, at=at)
    require_phase(vote, Phase.OPEN, Phase.TO_COUNT, at=at)
    ballot = vote.ballots.filter(pk=ballot_id, state=BallotState.RECEIVED).first()
    if ballot is None:
        raise CannotVote(_("没有这张票，或它本来就不计。"))
    OwnersBallot.objects.filter(pk=ballot.pk).update(state=BallotState.VOID)
    if ballot.channel == Channel.ELECTRONIC:
        RollOwner.objects.filter(pk=ballot.owner_id).update(
            voted_at=None, link_version=F("link_version") + 1
        )
    tell(vote, events.BALLOT_VOIDED, by=by, at=at, channel=ballot.channel)


@transaction.atomic
def void_by_receipt(*, vote_id: int, receipt: str, by: Actor, at: datetime) -> None:
    """Void the ballot that an owner's page shows this receipt for, as one they did not cast."""
    vote = vote_for(by, "owners_votes.run", vote_id, at=at)
    signs = "".join(receipt.split()).upper()
    ballot = vote.ballots.filter(receipt=signs).first() if 0 < len(signs) <= 12 else None
    if ballot is None:
        raise CannotVote(_("没有这张票，或它本来就不计。"), field="receipt")
    void_ballot(vote_id=vote_id, ballot_id=ballot.pk, by=by, at=at)


def _check_choices(vote: OwnersVote, choices: Mapping[int, Choice], *, may_spoil: bool) -> None:
    asked = set(vote.items.values_list("number", flat=True))
    allowed = set(Choice) if may_spoil else set(Choice) - {Choice.SPOILED}
    for number in sorted(asked | set(choices)):
        if number not in asked:
            raise CannotVote(_("这次表决没有第 %(number)d 项。") % {"number": number})
        if choices.get(number) not in allowed:
            raise CannotVote(
                _("第 %(number)d 项请选择：同意、反对或弃权。") % {"number": number},
                field=f"item_{number}",
            )


def _check_paper(vote: OwnersVote, owner: RollOwner, paper: Paper, *, at: datetime) -> None:
    if not 1 <= paper.sheet <= MOST_SHEETS:
        raise CannotVote(
            _("同一业主的票从第 1 张编到第 %(most)d 张。") % {"most": MOST_SHEETS}, field="sheet"
        )
    if paper.received_at > at:
        raise CannotVote(_("收到时间不能晚于现在。"), field="received_at")
    begins = vote.begins_at
    if begins is not None and paper.received_at < begins:
        raise CannotVote(
            _("收到时间早于投票开始的 %(begins)s。")
            % {"begins": f"{localtime(begins):%Y-%m-%d %H:%M}"},
            field="received_at",
        )
    owned = set(RollFlat.objects.filter(owner=owner).values_list("key", flat=True))
    for key in paper.flats:
        if key not in owned:
            raise CannotVote(
                _("房号 %(flat)s 不属于 %(number)d 号业主；请核对房号或业主编号。")
                % {"flat": key[:40], "number": owner.number},
                field="flats",
            )
    if len(paper.proxy) > 60 or len(paper.signer) > 20:
        raise CannotVote(_("签署人最多 20 个字，代理人最多 60 个字。"), field="signer")
    _check_choices(vote, paper.choices, may_spoil=True)


def _content(vote: OwnersVote, paper: Paper) -> dict[str, object]:
    """A paper in one form, so that two can be compared; names of people only as keyed digests."""
    key = key_of(Subject(KIND, vote.pk))
    facts = asdict(paper) | {"choices": _plain(paper.choices)}
    facts["received_at"] = paper.received_at.isoformat(timespec="minutes")
    facts["flats"] = sorted(set(paper.flats))
    for who in ("signer", "proxy"):
        name = "".join(str(facts[who]).split())
        facts[who] = digest(name, key) if name else ""
    del facts["number"], facts["sheet"]
    return facts


def _plain(choices: Mapping[int, Choice]) -> dict[str, str]:
    return {str(number): str(choice) for number, choice in sorted(choices.items())}


def _differences(one: Mapping[str, object], other: Mapping[str, object]) -> tuple[str, ...]:
    """The names of the facts that differ; those of the choices as item_1, item_2 …"""
    names = [name for name in one if name != "choices" and one[name] != other.get(name)]
    here, there = one["choices"], other.get("choices")
    if isinstance(here, Mapping) and isinstance(there, Mapping):
        names += [f"item_{n}" for n in sorted({*here, *there}) if here.get(n) != there.get(n)]
    return tuple(names)


def _receive(
    vote: OwnersVote,
    owner: RollOwner,
    *,
    channel: Channel,
    received_at: datetime,
    content: Mapping[str, object],
    by: Actor,
    at: datetime,
) -> OwnersBallot:
    late = vote.ends_at is not None and received_at >= vote.ends_at
    facts = {name: value for name, value in content.items() if name != "received_at"}
    ballot = OwnersBallot.objects.create(
        vote=vote,
        owner=owner,
        channel=channel,
        state=BallotState.LATE if late else BallotState.RECEIVED,
        received_at=received_at,
        receipt="".join(secrets.choice(_SIGNS) for _sign in range(8)),
        **facts,
    )
    RollFlat.objects.filter(owner=owner, delivered=False).update(delivered=True)
    said = json.dumps([ballot.pk, owner.number, content], ensure_ascii=False, sort_keys=True)
    tell(
        vote, events.BALLOT_RECEIVED, by=by, at=at, channel=channel, late=late,
        digest=digest(said, key_of(Subject(KIND, vote.pk))),
    )  # fmt: skip
    return ballot
