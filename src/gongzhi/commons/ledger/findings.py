"""What can be wrong with a ledger, and how it is said."""

from dataclasses import dataclass
from enum import StrEnum

from gongzhi.commons.ledger.recording import Subject


class Wrong(StrEnum):
    """The ways in which a record was tampered with."""

    CHANGED = "changed"  # an event no longer says what it said when it was written
    MISSING = "missing"  # events between others are gone
    REORDERED = "reordered"  # an event stands at another place in its chain
    FORGED = "forged"  # an event was put in, or written anew with a matching hash
    REWRITTEN = "rewritten"  # a whole chain differs from what was sealed
    CUT = "cut"  # the end of a sealed chain is gone
    DELETED = "deleted"  # a sealed subject has no events any more
    BAD_SEAL = "bad_seal"  # the seal itself can't be trusted
    UNGUARDED = "unguarded"  # the database no longer refuses changes of events


_CHINESE = {
    Wrong.CHANGED: "被改动",
    Wrong.MISSING: "缺失",
    Wrong.REORDERED: "顺序被调换",
    Wrong.FORGED: "系伪造",
    Wrong.REWRITTEN: "与封存不符，记录被重写",
    Wrong.CUT: "末尾被截去",
    Wrong.DELETED: "全部记录被删除",
    Wrong.BAD_SEAL: "封存不可信",
    Wrong.UNGUARDED: "防改触发器不在",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: with which subject, from which event to which."""

    wrong: Wrong
    subject: Subject | None
    first: int = 0
    last: int = 0
    detail: str = ""

    def __str__(self) -> str:
        return self.text("en")

    def text(self, language: str) -> str:
        """The finding as a line for people ("zh…" or anything else)."""
        chinese = language.startswith("zh")
        parts = [f"{self.subject.kind} {self.subject.id}"] if self.subject else []
        if self.first:
            span = str(self.first) if self.first == self.last else f"{self.first}–{self.last}"
            parts.append(f"第 {span} 条" if chinese else f"event {span}")
        parts.append(_CHINESE[self.wrong] if chinese else self.wrong.value.replace("_", " "))
        line = " ".join(parts)
        return f"{line} ({self.detail})" if self.detail else line


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a verification."""

    events: int
    chains: int
    seals: int
    sealed_heads: int
    findings: tuple[Finding, ...]
    more: int = 0  # findings beyond those kept

    @property
    def is_sound(self) -> bool:
        return not self.findings
