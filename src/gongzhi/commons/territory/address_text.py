"""Chinese addresses as text: characters made alike, numbers read, names in their variants."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_SKIPPED = frozenset(" \t\r\n　，,、。;；:：·")
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_NUMBER = r"[0-9]{1,4}|[零〇一二两三四五六七八九十百]{1,5}|[a-z]"
_BUILDING = re.compile(
    rf"(?:的|内|里|院)?第?({_NUMBER})(?:号楼|#楼(?!道)|栋楼(?!道)|幢楼(?!道)|号栋|栋|幢|座|#)"
    r"|(?:的|内|里|院)?([0-9]{1,3})(?=-[0-9]{1,2}-[0-9]{2,4}(?![0-9]))"
)
_ENTRANCE = re.compile(rf"-?({_NUMBER})(?:单元|号门|门)|-([0-9]{{1,2}})(?=-[0-9]{{2,4}}(?![0-9]))")
_GATE = re.compile(r"(.{1,12}?(?:路|街|道|巷|弄|胡同|里))([0-9]+)(号|弄)")
_VARIANTS = {
    "community": ("社区", ("社区", "社区居委会", "居委会", "居民委员会")),
    "subdistrict": ("街道", ("街道", "街道办", "街道办事处", "街办")),
}


@dataclass(frozen=True, slots=True)
class Plain:
    """A text with its characters made alike, and the text as it was."""

    text: str
    original: str

    def origin(self) -> list[int]:
        """Where in the original each character came from."""
        return [at for at, char in enumerate(self.original) for _ in char.translate(_ALIKE)]


def plain(text: str) -> Plain:
    """Full-width characters made half-width, letters small, blanks and commas left out."""
    return Plain(text.translate(_ALIKE), text)


class _Alike(dict[int, str]):
    """What each character becomes, worked out when it is first met: texts repeat few of them."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        alike = "" if char in _SKIPPED else unicodedata.normalize("NFKC", char).lower()
        self[code] = alike
        return alike


_ALIKE = _Alike()


def read_number(text: str) -> str:
    """A number or letter in one form: "12", "十二" and "12" are 12, "A" and "a" are a."""
    if text.isdecimal():
        return str(int(text))
    if text in _DIGITS:
        return str(_DIGITS[text])
    if all(char in _DIGITS for char in text):
        return str(int("".join(str(_DIGITS[char]) for char in text)))
    if "十" in text or "百" in text:
        return str(_count(text))
    return text


def _count(text: str) -> int:
    hundreds, _, rest = text.rpartition("百")
    tens, ten, ones = rest.rpartition("十")
    total = 100 * (_DIGITS.get(hundreds, 1) if hundreds or "百" in text else 0)
    if ten:
        total += 10 * (_DIGITS.get(tens.strip("零〇"), 1))
    return total + _DIGITS.get(ones.strip("零〇"), 0)


def names_of(kind: str, name: str, aliases: Iterable[str]) -> Iterator[str]:
    """A place's names as they stand in texts: 柳岸社区, 柳岸居委会, and what people call it."""
    yield plain(name).text
    ending, variants = _VARIANTS.get(kind, ("", ()))
    if ending and name.endswith(ending) and len(name) > len(ending) + 1:
        stem = plain(name.removesuffix(ending)).text
        yield from (stem + variant for variant in variants)
    yield from (plain(alias).text for alias in aliases)


def road_of(address: str) -> str | None:
    """The road of a gate: 青禾路 of 青禾路18号."""
    found = _GATE.fullmatch(plain(address).text)
    return found[1] if found else None


def building_number(name: str) -> str | None:
    """What tells a building from its neighbours: "3" for 3号楼, 三栋 and 3#."""
    found = _BUILDING.fullmatch(plain(name).text)
    return read_number(found[1]) if found and found[1] else None


def entrance_number(name: str) -> str | None:
    """What tells a staircase from its neighbours: "2" for 2单元 and 二单元."""
    found = _ENTRANCE.fullmatch(plain(name).text)
    return read_number(found[1]) if found and found[1] else None


def building_at(text: str, position: int) -> tuple[str, int] | None:
    """The building named at a position of a plain text, and where its name ends."""
    found = _BUILDING.match(text, position)
    return (read_number(found[1] or found[2]), found.end()) if found else None


def entrance_at(text: str, position: int) -> tuple[str, int] | None:
    """The staircase named at a position of a plain text, and where its name ends."""
    found = _ENTRANCE.match(text, position)
    return (read_number(found[1] or found[2]), found.end()) if found else None
