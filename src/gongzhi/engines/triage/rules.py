"""A transparent category rule: keywords with weights, found in one pass, shown where they stand."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from gongzhi.engines.triage.suggestions import MOST_RANKS, Rank, Suggestion
from gongzhi.engines.triage.texts import Field, Message, Span, fold

SUBJECT_FACTOR = 2.0
DOUBT = 1.0
LEAST_CONFIDENCE = 0.5
MOST_EVIDENCE = 5

_BETWEEN_NAMES = re.compile(r"[\s、，,/／·（）()及和与或]+")


class CannotUseRules(ValueError):
    """A rule book that contradicts itself; names the rule and the keyword."""


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """A category and the keywords that speak for it, each with its weight (above 0)."""

    category: str
    keywords: tuple[tuple[str, float], ...]


def rules_from_names(names: Iterable[tuple[str, Sequence[str]]]) -> list[CategoryRule]:
    """Make rules from (category, its names and synonyms): a start before anybody wrote keywords.

    A name counts 1, and each part of a compound name ("供水、供电") 0.6. Parts of one character are
    left out, since they stand in every text.
    """
    rules = []
    for category, listed in names:
        weights: dict[str, float] = {}
        for name in listed:
            for part in _BETWEEN_NAMES.split(name):
                if len(part) > 1:
                    weights.setdefault(part, 0.6)
            whole = name.strip()
            if len(whole) > 1:
                weights[whole] = 1.0
        if weights:
            rules.append(CategoryRule(category=category, keywords=tuple(weights.items())))
    return rules


@dataclass(frozen=True)
class RuleBook:
    """Category rules compiled into one pattern; classifies some ten thousand texts a second.

    At every position of the text the longest keyword counts. A keyword counts once per message,
    twice as much in the subject as in the body. The score of a category is the sum of its keywords'
    weights, and its confidence score / (all scores + DOUBT), so that one weak keyword alone never
    makes it sure. Sure means a confidence of `least_confidence` and no tie. Ties are broken by the
    order of the rules.
    """

    rules: tuple[CategoryRule, ...]
    least_confidence: float = LEAST_CONFIDENCE

    def __post_init__(self) -> None:
        for rule in self.rules:
            for word, weight in rule.keywords:
                if not word.strip() or not weight > 0:
                    raise CannotUseRules(
                        f"category {rule.category!r}: keyword {word!r} with weight {weight}: "
                        "a keyword needs text and a weight above 0"
                    )
        repeated = _first_repeated([rule.category for rule in self.rules])
        if repeated is not None:
            raise CannotUseRules(f"category {repeated!r} has two rules: join them")

    @cached_property
    def _speaks_for(self) -> dict[str, tuple[tuple[int, float], ...]]:
        found: dict[str, dict[int, float]] = {}
        for index, rule in enumerate(self.rules):
            for word, weight in rule.keywords:
                voices = found.setdefault(fold(word.strip()), {})
                voices[index] = max(weight, voices.get(index, 0.0))
        return {word: tuple(voices.items()) for word, voices in found.items()}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return compile_words(self._speaks_for)

    def suggest(self, messages: Sequence[Message]) -> list[Suggestion]:
        """Suggest a category for each message, with the keywords found as evidence.

        Deterministic. Cost: one pass over the text per message.
        """
        return [self._suggest_one(message) for message in messages]

    def _suggest_one(self, message: Message) -> Suggestion:
        scores: dict[int, float] = {}
        spans: dict[str, Span] = {}
        for span in self._find(message):
            word = fold(span.text)
            if word not in spans:
                spans[word] = span
                factor = SUBJECT_FACTOR if span.field == "subject" else 1.0
                for index, weight in self._speaks_for[word]:
                    scores[index] = scores.get(index, 0.0) + weight * factor
        if not scores:
            return Suggestion(ranks=(), evidence=(), sure=False, basis="rules")
        total = sum(scores.values()) + DOUBT
        order = sorted(scores, key=lambda index: (-scores[index], index))
        best = order[0]
        ranks = tuple(
            Rank(self.rules[index].category, scores[index] / total) for index in order[:MOST_RANKS]
        )
        tied = len(order) > 1 and scores[order[1]] == scores[best]
        return Suggestion(
            ranks=ranks,
            evidence=self._evidence(spans, best=best),
            sure=ranks[0].probability >= self.least_confidence and not tied,
            basis="rules",
        )

    def _find(self, message: Message) -> Iterator[Span]:
        fields: tuple[tuple[Field, str], ...] = (
            ("subject", message.subject),
            ("body", message.body),
        )
        for field, text in fields:
            for start, end in find_words(self._pattern, fold(text)):
                yield Span(field=field, start=start, end=end, text=text[start:end])

    def _evidence(self, spans: dict[str, Span], *, best: int) -> tuple[Span, ...]:
        speaking = []
        for word, span in spans.items():
            weight = dict(self._speaks_for[word]).get(best)
            if weight is not None:
                speaking.append(
                    Span(span.field, span.start, span.end, span.text, weight=float(weight))
                )
        speaking.sort(key=lambda span: -span.weight)
        return tuple(speaking[:MOST_EVIDENCE])


def compile_words(words: Iterable[str]) -> re.Pattern[str]:
    """Compile words into one pattern that finds the longest of them at each position.

    Words are grouped by their first character, so that positions where no word can begin are
    skipped by the pattern engine's own scan.
    """
    by_first: dict[str, list[str]] = {}
    for word in sorted(words, key=lambda word: (-len(word), word)):
        by_first.setdefault(word[0], []).append(word[1:])
    branches = [
        re.escape(first) + "(?:" + "|".join(re.escape(rest) for rest in rests) + ")"
        for first, rests in by_first.items()
    ]
    return re.compile("|".join(branches) if branches else r"(?!)")


def find_words(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of the longest word at each position; words may overlap, not nest."""
    position, covered = 0, 0
    while match := pattern.search(text, position):
        position = match.start() + 1
        if match.end() > covered:
            covered = match.end()
            yield match.span()


def _first_repeated(values: Sequence[str]) -> str | None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            return value
        seen.add(value)
    return None
