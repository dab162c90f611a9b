"""Ballots of an owners' vote: which count, for which flats, and why others do not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gongzhi.engines.deliberation.owners_roll import Roll

Choice = Literal["for", "against", "abstain", "spoiled"]
Channel = Literal["paper", "electronic"]
Twice = Literal["latest", "earliest", "paper", "refuse"]
Reason = Literal[
    "unknown_flat",
    "not_owner",
    "proxy_without_authority",
    "proxy_over_limit",
    "replaced",
    "contradiction",
]


@dataclass(frozen=True)
class Ballot:
    """One ballot on one item, paper or electronic.

    `flats`: the flats it is cast for; empty means every flat of `owner`. `owner`: the owning
    party as the ballot names it. `signer`: who of several joint owners cast it, if that is
    known; without one it speaks for the party. `proxy`: who cast it in the owner's place, and
    `authorised` whether the written authority is at hand. `order`: when it was cast or
    received, any increasing number. `row`: line of the input.
    """

    owner: str
    choice: Choice
    channel: Channel
    order: int
    flats: tuple[str, ...] = ()
    signer: str | None = None
    proxy: str | None = None
    authorised: bool = False
    row: int | None = None


@dataclass(frozen=True)
class BallotRules:
    """What the rules of procedure of the assembly lay down.

    `twice`: which of several ballots of one person for one flat counts: the latest, the
    earliest, the paper one (of several paper ones the latest), or none if they differ.
    `most_owners_per_proxy`: for how many owners one proxy may vote; None for no limit.
    """

    twice: Twice = "latest"
    most_owners_per_proxy: int | None = None


@dataclass(frozen=True)
class Refused:
    """A ballot, or its part for one flat, that does not count."""

    ballot: Ballot
    flat: str | None
    reason: Reason


@dataclass(frozen=True)
class Cast:
    """The choice that counts for each flat, and every ballot or part that does not."""

    choices: dict[str, Choice]
    channels: dict[str, Channel]
    refused: tuple[Refused, ...]


def settle_ballots(
    roll: Roll, ballots: Sequence[Ballot], *, rules: BallotRules | None = None
) -> Cast:
    """Decide which ballot counts for each flat.

    A ballot counts for the flats its owner has. Of several by the same person, `rules.twice`
    decides, whatever the channel; different joint owners who say different things about one
    flat cancel each other, since a flat has one voice. A ballot that names no signer, as one by
    link, is the whole party's, and with a signed one it is settled as the same person's. A proxy
    needs written authority. Cost: linear in the ballots, for one flat times its signers.
    """
    rules = rules or BallotRules()
    refused: list[Refused] = []
    by_flat: dict[str, list[Ballot]] = {}
    represented: dict[str, set[str]] = {}
    for ballot in sorted(ballots, key=lambda one: one.order):
        reason = _refuse_whole(roll, ballot, represented, rules)
        if reason:
            refused.append(Refused(ballot, None, reason))
            continue
        for key in ballot.flats or tuple(flat.key for flat in roll.by_owner[ballot.owner]):
            flat = roll.by_key.get(key)
            if flat is None:
                refused.append(Refused(ballot, key, "unknown_flat"))
            elif flat.owner != ballot.owner:
                refused.append(Refused(ballot, key, "not_owner"))
            else:
                by_flat.setdefault(key, []).append(ballot)
    choices: dict[str, Choice] = {}
    channels: dict[str, Channel] = {}
    for key, cast in by_flat.items():
        counted, lost = _settle_flat(cast, rules)
        refused += [Refused(ballot, key, reason) for ballot, reason in lost]
        if counted is not None:
            choices[key], channels[key] = counted.choice, counted.channel
    return Cast(choices, channels, tuple(refused))


def _refuse_whole(
    roll: Roll, ballot: Ballot, represented: dict[str, set[str]], rules: BallotRules
) -> Reason | None:
    if ballot.owner not in roll.by_owner:
        return "not_owner"
    if ballot.proxy is None:
        return None
    if not ballot.authorised:
        return "proxy_without_authority"
    owners = represented.setdefault(ballot.proxy, set())
    most = rules.most_owners_per_proxy
    if most is not None and ballot.owner not in owners and len(owners) >= most:
        return "proxy_over_limit"
    owners.add(ballot.owner)
    return None


def _settle_flat(
    cast: list[Ballot], rules: BallotRules
) -> tuple[Ballot | None, list[tuple[Ballot, Reason]]]:
    """The ballot that counts for a flat; `cast` in order of time.

    A ballot without a signer speaks for the whole party: each signer's ballots are settled
    together with those.
    """
    signers = dict.fromkeys(ballot.signer for ballot in cast if ballot.signer is not None)
    torn: list[Ballot] = []
    voices: list[Ballot] = []
    for who in signers or (None,):
        own = [ballot for ballot in cast if ballot.signer in {None, who}]
        chosen = _one_of(own, rules)
        if chosen is None:
            torn += own
        else:
            voices.append(chosen)
    agreed = len({voice.choice for voice in voices}) == 1
    counted = _last_of(cast, voices) if agreed else None
    against = {id(ballot) for ballot in (torn if agreed else torn + voices)}
    lost: list[tuple[Ballot, Reason]] = [
        (ballot, "contradiction" if id(ballot) in against else "replaced")
        for ballot in cast
        if ballot is not counted
    ]
    return counted, lost


def _last_of(cast: list[Ballot], voices: list[Ballot]) -> Ballot:
    spoken = {id(voice) for voice in voices}
    return next(ballot for ballot in reversed(cast) if id(ballot) in spoken)


def _one_of(own: list[Ballot], rules: BallotRules) -> Ballot | None:
    if rules.twice == "earliest":
        return own[0]
    if rules.twice == "paper":
        on_paper = [ballot for ballot in own if ballot.channel == "paper"]
        return (on_paper or own)[-1]
    if rules.twice == "refuse" and len({ballot.choice for ballot in own}) > 1:
        return None
    return own[-1]
