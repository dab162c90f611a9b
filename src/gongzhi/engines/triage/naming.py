"""Naming a matter by its own words: the place and the phrases that its messages share."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gongzhi.engines.triage.features import lead_start
from gongzhi.engines.triage.matters import ASKING, LEAD, subject_of
from gongzhi.engines.triage.texts import Message, fold

LEAST_COVERAGE = 0.4
LEAST_RARITY = 2.0
LEAST_PLACE_RARITY = 1.0
MOST_PHRASES = 3
_LONGEST = 10
_MOST_READ = 200

_WORD = re.compile(r"[^\W_]+")
_BETWEEN = re.compile("[的了是我您你们]")
_PLACE = re.compile(
    r".(?:小区|新城|花园|花苑|公寓|广场|社区|街道|大道|学校|小学|中学|大学|幼儿园|医院|公园|"
    r"市场|车站|地铁站|号线|工业园|产业园|步行街|家园|新村|国际城|"
    r".苑|.城|.府|.湾|.庭|.园|.路|.街|.巷|.村|.镇|.乡|.桥|.湖|.区|.县)$"
)


@dataclass(frozen=True, slots=True)
class Name:
    """A matter's place (empty if none is shared) and phrases, strongest first."""

    place: str
    phrases: tuple[str, ...]


class PairFrequency:
    """In how many messages each pair of characters stands: how rare a phrase can be."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._messages = len(messages)
        self._frequency: Counter[str] = Counter()
        for message in messages:
            self._frequency.update(
                {word[i : i + 2] for word in _words(message) for i in range(len(word) - 1)}
            )

    def rarity(self, phrase: str, *, inside: float, members: int) -> float:
        """Return ln(others + 1 / others with the phrase's rarest pair + 1), outside a matter.

        `inside` of the matter's `members` messages hold the phrase.
        """
        least = min(self._frequency[phrase[i : i + 2]] for i in range(len(phrase) - 1))
        outside = max(least - inside, 0.0)
        return float(np.log((self._messages - members + 1) / (outside + 1)))

    def most_rarity(self, *, members: int) -> float:
        """Return the rarity of a phrase that stands nowhere outside a matter."""
        return float(np.log(self._messages - members + 1))


def name_matter(messages: Sequence[Message], frequency: PairFrequency) -> Name | None:
    """Name a matter from its messages, or return None when they share no telling words.

    A phrase of 2 to 10 characters counts when two fifths of the messages hold it (the first two
    hundred are read), at least one in its subject, and it is rare elsewhere; its strength is
    coverage · (rarity + 1), and a phrase inside a longer one nearly as common gives way to it.
    The strongest phrase that ends like the name of a place is the place, and needn't be as rare.
    Ties: the longer, then by code point.
    """
    read = messages[:_MOST_READ]
    coverage: Counter[str] = Counter()
    for message in read:
        coverage.update(_phrases(message))
    least = max(1.0, LEAST_COVERAGE * len(read))
    subjects = "，".join(fold(subject_of(message)) for message in read)
    most = frequency.most_rarity(members=len(messages))
    strength: dict[str, float] = {}
    for phrase, times in coverage.items():
        if times >= least and phrase in subjects:
            share = times / len(read)
            rarity = frequency.rarity(phrase, inside=share * len(messages), members=len(messages))
            is_place = _PLACE.search(phrase) is not None
            if rarity >= min(LEAST_PLACE_RARITY if is_place else LEAST_RARITY, most):
                strength[phrase] = share * (rarity + 1)
    ordered = sorted(strength, key=lambda phrase: (-strength[phrase], -len(phrase), phrase))
    if not ordered:
        return None
    place = _whole_place([phrase for phrase in ordered if _PLACE.search(phrase)], strength)
    words = [_without(phrase, place) for phrase in _whole_phrases(ordered, coverage)]
    words = [word for word in words if len(word) > 1 and word not in place]
    return Name(
        place=_as_written(place, read),
        phrases=tuple(_as_written(phrase, read) for phrase in _apart(words)[:MOST_PHRASES]),
    )


def _whole_place(places: Sequence[str], strength: Mapping[str, float]) -> str:
    """Return the strongest place, or a longer name around it that is half as strong or more."""
    if not places:
        return ""
    best = places[0]
    around = [p for p in places if best in p and strength[p] >= 0.5 * strength[best]]
    return max(around, key=lambda place: (len(place), strength[place]))


def _without(phrase: str, place: str) -> str:
    if not place:
        return phrase
    return phrase.removeprefix(place).removesuffix(place)


def central(messages: Sequence[Message], name: Name | None) -> int:
    """Return the position of the message whose subject says most of the name (ties: the first)."""
    wanted = () if name is None else (name.place, *name.phrases)
    said = [
        sum(len(part) for part in wanted if part and fold(part) in fold(subject_of(message)))
        for message in messages
    ]
    return int(np.argmax(said))


def _words(message: Message) -> list[str]:
    start = lead_start(message.body)
    text = f"{subject_of(message)}，{message.body[start : start + LEAD]}"
    return _WORD.findall(_BETWEEN.sub("，", ASKING.sub("，", fold(text))))


def _phrases(message: Message) -> set[str]:
    return {
        word[start:end]
        for word in _words(message)
        for start in range(len(word) - 1)
        for end in range(start + 2, min(len(word), start + _LONGEST) + 1)
    }


def _whole_phrases(ordered: Sequence[str], coverage: Counter[str]) -> list[str]:
    kept = []
    for phrase in ordered:
        swallowed = any(
            phrase != other and phrase in other and coverage[other] >= 0.7 * coverage[phrase]
            for other in ordered
        )
        if not swallowed:
            kept.append(phrase)
    return kept


def _apart(phrases: Sequence[str]) -> list[str]:
    """Drop phrases that share a pair with a stronger one."""
    chosen: list[str] = []
    seen: set[str] = set()
    for phrase in phrases:
        pairs = {phrase[i : i + 2] for i in range(len(phrase) - 1)}
        if not pairs & seen:
            chosen.append(phrase)
            seen |= pairs
    return chosen


def _as_written(phrase: str, messages: Sequence[Message]) -> str:
    """Return a folded phrase as the first message that holds it wrote it."""
    for message in messages:
        for text in (message.subject, message.body):
            at = fold(text).find(phrase)
            if phrase and at >= 0:
                return text[at : at + len(phrase)]
    return phrase
