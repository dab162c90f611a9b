"""What is boiling up: matters ranked by a heat that anybody can work out again."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gongzhi.engines.triage.growth import busiest_week, find_rising
from gongzhi.engines.triage.matters import QUIET_DAYS, THRESHOLD, gather, leaving_out, subject_of
from gongzhi.engines.triage.naming import Name, PairFrequency, central, name_matter
from gongzhi.engines.triage.shingles import shingle
from gongzhi.engines.triage.texts import Message

FALSE_ALARMS = 0.05
MOST_SURPRISE = 10.0
_LEAST_MESSAGES = 2
_LEAST_SUPPORTERS = 10


@dataclass(frozen=True, slots=True)
class Voice:
    """A message with its time and how many others support it; who sent it doesn't matter here.

    `place` is where it belongs, at the level at which a matter should be one ("": not known).
    `place_names` are the names in the text that may say where: they make no matter of what is said.
    """

    message: Message
    at: datetime
    supporters: int = 0
    place: str = ""
    place_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HotIssue:
    """One matter at one place, with all that its heat was made from.

    `heat` = messages + √supporters + surprise; `messages` counts distinct texts; `surprise` is the
    negative decimal logarithm of the chance of its busiest week (at most 10). `rising`: the last
    seven days are above its past, among all matters with at most a 5 % chance of any false alarm.
    `place` is the stated place of most messages, else the place that their words name, which is
    `named_place`. `members` are positions of its messages in order of time, `central` that of the
    one whose subject says most of the name.
    """

    matter: int
    heat: float
    messages: int
    supporters: int
    busiest_week: int
    surprise: float
    this_week: int
    usual_week: float
    rising: bool
    first: datetime
    last: datetime
    place: str
    phrases: tuple[str, ...]
    description: str
    members: tuple[int, ...]
    central: int
    named_place: str


def hot_issues(
    voices: Sequence[Voice],
    *,
    until: datetime | None = None,
    most: int | None = 50,
    known: Sequence[int | None] | None = None,
    threshold: float = THRESHOLD,
    quiet_days: float = QUIET_DAYS,
    progress: Callable[[float], None] = lambda _: None,
) -> list[HotIssue]:
    """Gather messages into matters and rank them by heat, hottest first (ties: the earlier).

    `until` ends the last week (default: the time of the last message); later messages are ignored.
    `known` are the matters of an earlier day (see gather), which keeps issues stable. A matter is
    listed when it has two distinct messages that share telling words, or one with ten supporters.
    All times must be alike, with or without a time zone. Raises ValueError when lengths differ.
    """
    kept = [at for at, voice in enumerate(voices) if until is None or voice.at <= until]
    if not kept:
        return []
    chosen = [voices[at] for at in kept]
    end = until or max(voice.at for voice in chosen)
    days = np.array([(voice.at - end).total_seconds() / 86_400 for voice in chosen])
    before = None if known is None else [known[at] for at in kept]
    matter = gather(
        [voice.message for voice in chosen],
        days,
        places=[voice.place for voice in chosen],
        names=[voice.place_names for voice in chosen],
        known=before,
        threshold=threshold,
        quiet_days=quiet_days,
        progress=lambda share: progress(0.9 * share),
    )
    groups = _groups(matter, days)
    alike = _distinct_texts(chosen)
    observed = float(days.max() - days.min())
    drafts = [
        _draft(number, members, voices=chosen, days=days, alike=alike, observed=observed)
        for number, members in groups.items()
    ]
    listed = sorted(
        (draft for draft in drafts if _worth_listing(draft)), key=lambda d: (-d.heat, d.members)
    )
    issues = _named(listed, chosen, most=most)
    progress(1.0)
    return [_placed_in(issue, kept) for issue in _with_rising(issues, groups, days, observed)]


def _groups(matter: NDArray[np.int64], days: NDArray[np.float64]) -> dict[int, NDArray[np.int64]]:
    order = np.lexsort((np.arange(len(matter)), days, matter))
    numbers, first = np.unique(matter[order], return_index=True)
    return dict(zip(numbers.tolist(), np.split(order, first[1:]), strict=True))


def _distinct_texts(voices: Sequence[Voice]) -> NDArray[np.int64]:
    """Number the texts so that copies of one text have one number."""
    shingles = shingle([f"{voice.message.subject} {voice.message.body}" for voice in voices])
    number: dict[bytes, int] = {}
    return np.array(
        [
            number.setdefault(
                shingles.hashes[shingles.pointer[at] : shingles.pointer[at + 1]].tobytes(), at
            )
            for at in range(len(voices))
        ]
    )


def _draft(
    number: int,
    members: NDArray[np.int64],
    *,
    voices: Sequence[Voice],
    days: NDArray[np.float64],
    alike: NDArray[np.int64],
    observed: float,
) -> HotIssue:
    distinct = len(np.unique(alike[members]))
    supporters = sum(max(voices[at].supporters, 0) for at in members.tolist())
    peak, chance = busiest_week(days[members], observed_days=observed)
    surprise = min(MOST_SURPRISE, -math.log10(max(chance, 1e-300)))
    return HotIssue(
        matter=number,
        heat=distinct + math.sqrt(supporters) + surprise,
        messages=distinct,
        supporters=supporters,
        busiest_week=peak,
        surprise=surprise,
        this_week=0,
        usual_week=0.0,
        rising=False,
        first=voices[members[0]].at,
        last=voices[members[-1]].at,
        place="",
        phrases=(),
        description="",
        members=tuple(members.tolist()),
        central=int(members[0]),
        named_place="",
    )


def _worth_listing(draft: HotIssue) -> bool:
    return draft.messages >= _LEAST_MESSAGES or draft.supporters >= _LEAST_SUPPORTERS


def _named(
    drafts: Sequence[HotIssue], voices: Sequence[Voice], *, most: int | None
) -> list[HotIssue]:
    """Name the hottest; what shares no telling words is no matter and isn't listed."""
    beside_names = [_beside_names(voice) for voice in voices]
    frequency = PairFrequency(beside_names)
    issues: list[HotIssue] = []
    for draft in drafts:
        if len(issues) == most:
            break
        name = name_matter([beside_names[at] for at in draft.members], frequency)
        if name is None and len(draft.members) > 1:
            continue
        messages = [voices[at].message for at in draft.members]
        issues.append(_with_name(draft, voices, messages, name))
    return issues


def _beside_names(voice: Voice) -> Message:
    """What is said without where: no phrase may begin inside the name of an estate."""
    without = leaving_out(voice.place_names)
    return Message(subject=without(voice.message.subject), body=without(voice.message.body))


def _with_name(
    draft: HotIssue, voices: Sequence[Voice], messages: Sequence[Message], name: Name | None
) -> HotIssue:
    stated = Counter(voices[at].place for at in draft.members if voices[at].place)
    named = name.place if name else ""
    middle = central(messages, name)
    return replace(
        draft,
        place=stated.most_common(1)[0][0] if stated else named,
        phrases=name.phrases if name else (),
        description=" ".join(subject_of(messages[middle]).split()),
        central=draft.members[middle],
        named_place=named,
    )


def _with_rising(
    issues: Sequence[HotIssue],
    groups: dict[int, NDArray[np.int64]],
    days: NDArray[np.float64],
    observed: float,
) -> list[HotIssue]:
    """Test every matter, listed or not, so that the stated rate of false alarms holds for all."""
    this_week = {number: int((days[members] > -7).sum()) for number, members in groups.items()}
    growth = find_rising(
        list(this_week.values()),
        past=[len(groups[number]) - count for number, count in this_week.items()],
        periods=max(observed - 7, 0) / 7,
        false_alarms=FALSE_ALARMS,
    )
    by_number = dict(zip(this_week, growth, strict=True))
    return [
        replace(
            issue,
            this_week=by_number[issue.matter].count,
            usual_week=by_number[issue.matter].usual,
            rising=by_number[issue.matter].rising,
        )
        for issue in issues
    ]


def _placed_in(issue: HotIssue, kept: Sequence[int]) -> HotIssue:
    members = tuple(kept[at] for at in issue.members)
    return replace(issue, matter=kept[issue.matter], members=members, central=kept[issue.central])
