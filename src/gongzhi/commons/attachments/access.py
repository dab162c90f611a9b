"""Who may add a file to a subject, and who may read it: each room declares it for its subjects."""

from collections.abc import Callable
from dataclasses import dataclass

from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import Actor

MayDo = Callable[[int, Actor], bool]


@dataclass(frozen=True, slots=True)
class AccessRule:
    """The answers for subjects of one kind, by the subject's id and the actor."""

    may_read: MayDo
    may_attach: MayDo


_rules: dict[str, AccessRule] = {}


def declare_access(subject_kind: str, *, may_read: MayDo, may_attach: MayDo) -> None:
    """Let subjects of this kind have files; declaring a kind twice is a mistake."""
    if subject_kind in _rules:
        raise ValueError(f"access to files of {subject_kind!r} is declared twice")
    _rules[subject_kind] = AccessRule(may_read, may_attach)


def may_read(subject: Subject, by: Actor) -> bool:
    """Whether `by` may open the files of a subject; of an undeclared kind, nobody."""
    rule = _rules.get(subject.kind)
    return rule is not None and rule.may_read(subject.id, by)


def may_attach(subject: Subject, by: Actor) -> bool:
    """Whether `by` may add a file to a subject; to an undeclared kind, nobody."""
    rule = _rules.get(subject.kind)
    return rule is not None and rule.may_attach(subject.id, by)
