"""Who suggests a category: the trained model of this installation, and the rules where it can't."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gongzhi.affairs.tickets.kept_models import Kept, KeptModel, Stamp, log
from gongzhi.commons.categories.queries import categories, rule_book
from gongzhi.engines.triage.model import Model
from gongzhi.engines.triage.suggestions import Rank, Suggester, Suggestion
from gongzhi.engines.triage.texts import Message

kept_categories = KeptModel("categories.model")
_told_unknown: tuple[Stamp | None, frozenset[str]] = (None, frozenset())


@dataclass(frozen=True)
class ModelAndRules:
    """A model held against the matters that there are today.

    `code_of` gives the matter of a label; a label that is none is missing. A message whose first
    rank is no matter of today gets what the rules say; the other ranks leave such labels out.
    """

    model: Model
    rules: Suggester
    code_of: Mapping[str, str]

    def suggest(self, messages: Sequence[Message]) -> list[Suggestion]:
        """Return one suggestion for each message, in order."""
        suggestions = self.model.suggest(messages)
        strange = [
            at for at, suggestion in enumerate(suggestions) if not self._starts_well(suggestion)
        ]
        ruled = self.rules.suggest([messages[at] for at in strange])
        named = [self._of_today(suggestion) for suggestion in suggestions]
        for at, instead in zip(strange, ruled, strict=True):
            named[at] = instead
        return named

    def _starts_well(self, suggestion: Suggestion) -> bool:
        return bool(suggestion.ranks) and suggestion.ranks[0].category in self.code_of

    def _of_today(self, suggestion: Suggestion) -> Suggestion:
        """The ranks by codes of matters; of two labels for one matter the likelier stays."""
        ranks: dict[str, Rank] = {}
        for rank in suggestion.ranks:
            if code := self.code_of.get(rank.category):
                ranks.setdefault(code, Rank(code, rank.probability))
        return replace(suggestion, ranks=tuple(ranks.values()))


def model_file() -> Path:
    """Where the model of this installation lies, if there is one."""
    return kept_categories.file()


def suggester() -> Suggester:
    """The model with the rules behind it, or the rules alone where no model can be used.

    The file is read once in a process, and again when it changed; whatever is wrong with it is
    a line in the log and never an error, since a request must be understood somehow. A label may
    be a matter's code, its name, or its path of names. A model none of whose labels is a matter of
    today isn't used.
    """
    rules = rule_book()
    kept = kept_categories.newest()
    if kept.model is None:
        return rules
    code_of = _matters_of(kept)
    return ModelAndRules(kept.model, rules, code_of) if code_of else rules


def model_in_use() -> Model | None:
    """The trained model, unless there is none, it can't be read, or it knows no matter of today."""
    kept = kept_categories.newest()
    return kept.model if kept.model and _matters_of(kept) else None


def _matters_of(kept: Kept) -> dict[str, str]:
    """The matters of today that the labels mean; labels that mean none are told once."""
    global _told_unknown  # noqa: PLW0603 - so that the log isn't filled with one sentence
    assert kept.model
    codes = _codes_by_name()
    found = {label: codes[label] for label in kept.model.labels if label in codes}
    unknown = frozenset(kept.model.labels) - found.keys()
    if unknown and (kept.stamp, unknown) != _told_unknown:
        _told_unknown = (kept.stamp, unknown)
        log.warning("triage.labels_unknown", unknown=len(unknown), of=len(kept.model.labels))
    return found


def _codes_by_name() -> dict[str, str]:
    """What today's matters may be called; a code before a name, and a deeper matter first."""
    views = sorted(categories(), key=lambda view: len(view.path_names))
    named = {
        name: view.code
        for view in views
        for name in (view.name_en, view.name_zh, "/".join(view.path_names))
    }
    return named | {view.code: view.code for view in views}
