"""How urgent a message is: an open table of rules, each with the words it was seen by."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from gongzhi.engines.triage.texts import Field, Message, Span, fold

# A gap ("…") in a phrase: a few characters of the same clause.
_GAP = r"[^。！？!?；;，,、:：]{0,8}?"
_NEGATED = re.compile(r"(?:没有|没|未|无|不会|不是|并非|不再|已无)$")
_SUPPOSED = re.compile(
    r"(?:一旦|如果|万一|要是|假如|若是|可能|(?<![轻贸交简])易|怕|担心|防止|避免|预防|以免"
    r"|(?<![社协员开机大])会)"
    r"[^。！？!?；;，,、]{0,6}$"
)
_LOOK_BACK = 12


class Level(IntEnum):
    """How soon somebody has to act; the time limit of each level is data of the district."""

    ROUTINE = 0
    ATTENTION = 1
    URGENT = 2
    EMERGENCY = 3


@dataclass(frozen=True, slots=True)
class UrgencyRule:
    """A named reason for urgency: its level, and phrases ("…" is a short gap in one clause).

    `supposed` is the level when the phrase is only feared or supposed ("一旦发生火灾").
    """

    code: str
    level: Level
    chinese: str
    english: str
    phrases: tuple[str, ...]
    supposed: Level = Level.ROUTINE


@dataclass(frozen=True, slots=True)
class UrgencyReason:
    """Why a level was given: the rule and where it was seen; no span when the requester ticked."""

    rule: str
    level: Level
    span: Span | None
    supposed: bool = False


@dataclass(frozen=True, slots=True)
class Urgency:
    """The highest level among the reasons, strongest reason first; no reason is routine."""

    level: Level
    reasons: tuple[UrgencyReason, ...]


@dataclass(frozen=True)
class UrgencyTable:
    """Urgency rules compiled for use; `urgency_rules.DEFAULT_RULES` is a table to start with."""

    rules: tuple[UrgencyRule, ...]

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(_compile(rule.phrases) for rule in self.rules)

    def assess(self, message: Message, *, ticked: Sequence[str] = ()) -> Urgency:
        """Say how urgent a message is, and why.

        `ticked` holds codes of rules that the requester ticked; they count at the rule's level, and
        unknown ones raise ValueError. A phrase with a negation right before it ("没有停水") doesn't
        count; one only supposed ("一旦发生火灾") counts at the rule's `supposed` level. Each rule
        gives its strongest reason only. Ties: the order of the rules. Cost: one pass a rule.
        """
        by_code = {rule.code: rule for rule in self.rules}
        unknown = [code for code in ticked if code not in by_code]
        if unknown:
            raise ValueError(f"unknown urgency rule {unknown[0]!r}; there are {sorted(by_code)}")
        reasons = [UrgencyReason(code, by_code[code].level, span=None) for code in ticked]
        folded: tuple[tuple[Field, str, str], ...] = (
            ("subject", message.subject, fold(message.subject)),
            ("body", message.body, fold(message.body)),
        )
        for rule, pattern in zip(self.rules, self._patterns, strict=True):
            found = [
                reason
                for field, text, plain in folded
                if pattern.search(plain)
                for reason in _reasons(rule, pattern, field=field, text=text, plain=plain)
            ]
            if found:
                reasons.append(max(found, key=lambda reason: reason.level))
        reasons.sort(key=lambda reason: -reason.level)
        level = reasons[0].level if reasons else Level.ROUTINE
        return Urgency(level=level, reasons=tuple(reasons))


def _reasons(
    rule: UrgencyRule, pattern: re.Pattern[str], *, field: Field, text: str, plain: str
) -> list[UrgencyReason]:
    reasons = []
    for match in pattern.finditer(plain):
        start, end = match.span()
        before = plain[max(0, start - _LOOK_BACK) : start]
        if _NEGATED.search(before):
            continue
        supposed = rule.supposed != Level.ROUTINE and _SUPPOSED.search(before) is not None
        level = rule.supposed if supposed else rule.level
        span = Span(field=field, start=start, end=end, text=text[start:end])
        reasons.append(UrgencyReason(rule.code, level, span=span, supposed=supposed))
    return reasons


def _compile(phrases: Sequence[str]) -> re.Pattern[str]:
    ordered = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return re.compile(
        "|".join(_GAP.join(re.escape(fold(part)) for part in p.split("…")) for p in ordered)
    )
