"""What a resident wrote, folded so that the same words look the same."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from gongzhi.engines.triage.scripts import SIMPLIFIED

Field = Literal["subject", "body"]

# Beyond this a message is a document; its opening says what it is about.
MOST_CHARACTERS = 5_000

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SPACES = dict.fromkeys([0x3000, 0xA0, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x2028, 0x2029], 0x20)
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_FULL_WIDTH_CAPITALS = {code: code - 0xFEE0 + 32 for code in range(0xFF21, 0xFF3B)}
FOLDING: dict[int, int] = {**_FULL_WIDTH, **_SPACES, **_LOWER, **_FULL_WIDTH_CAPITALS, **SIMPLIFIED}


@dataclass(frozen=True, slots=True)
class Message:
    """One message; an empty subject or body is the empty text.

    `facts` are things known besides the text ("place=…", "category=…"), for questions such as
    which unit handles it; rules ignore them. Nothing about the person belongs there.
    """

    body: str
    subject: str = ""
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a message's own text, `[start, end)`, that spoke for something.

    `weight` says how strongly, in the units of whoever found it (keyword weight, log-odds).
    """

    field: Field
    start: int
    end: int
    text: str
    weight: float = 1.0


@lru_cache(maxsize=2_048)  # categories, urgency and search ask for the same texts in turn
def fold(text: str) -> str:
    """Fold width, case, blanks and script, character by character.

    Full-width forms become half-width, capitals small, every blank a space, and traditional
    characters simplified. The length never changes, so positions in the folded text are positions
    in the original. Only the first MOST_CHARACTERS are kept. Cost: linear.
    """
    return text[:MOST_CHARACTERS].translate(FOLDING)
