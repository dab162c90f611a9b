"""Fonts of this machine for pictures and PDF: found by file name, used only where they may be.

Word files name the official fonts and leave them to the reader's machine. A picture or PDF carries
its letters, so it may only use a font whose licence lets it be embedded (`fsType` of the font).
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".fonts",
    Path.home() / ".local/share/fonts",
    Path("/Library/Fonts"),
    Path("/System/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)
_SONG = (
    "notoserifcjksc-regular.otf",
    "notoserifcjk-regular.ttc",
    "notoserifsc-regular.otf",
    "sourcehanserifsc-regular.otf",
    "sourcehanserifcn-regular.otf",
    "fandolsong-regular.otf",
    "simsun.ttc",
    "uming.ttc",
)
_HEI = (
    "notosanscjksc-regular.otf",
    "notosanscjk-regular.ttc",
    "notosanssc-regular.otf",
    "sourcehansanssc-regular.otf",
    "sourcehansanscn-regular.otf",
    "fandolhei-regular.otf",
    "simhei.ttf",
    "wqy-zenhei.ttc",
    "wqy-microhei.ttc",
    "droidsansfallbackfull.ttf",
)
_BOLD_SONG = ("notoserifcjksc-bold.otf", "notoserifcjk-bold.ttc", "sourcehanserifsc-bold.otf")
# What is looked for, in order, for each of the official faces; the last resort stands last.
_CANDIDATES: dict[str, tuple[str, ...]] = {
    "song": (*_SONG, *_HEI),
    "hei": (*_HEI, *_SONG),
    "fangsong": (
        "fangsong_gb2312.ttf",
        "simfang.ttf",
        "stfangso.ttf",
        "fandolfang-regular.otf",
        *_SONG,
        *_HEI,
    ),
    "kai": (
        "kaiti_gb2312.ttf",
        "simkai.ttf",
        "stkaiti.ttf",
        "fandolkai-regular.otf",
        "ukai.ttc",
        *_SONG,
        *_HEI,
    ),
    "title": ("fzxbsjw.ttf", "fzxiaobiaosong-b05s.ttf", *_BOLD_SONG, *_SONG, *_HEI),
}
_FORBIDS_EMBEDDING = 0x0002
_COLLECTION = b"ttcf"


@dataclass(frozen=True, slots=True)
class Face:
    """One font: its file and its place in it, where the file holds several."""

    file: Path
    index: int = 0


@lru_cache(maxsize=8)
def face_for(role: str) -> Face | None:
    """The best font here for song, hei, fangsong, kai or title; None on a machine without any."""
    there = _files_here()
    for name in _CANDIDATES[role]:
        if name in there and (face := _usable(there[name])):
            return face
    return None


def forget_fonts() -> None:
    """Look anew, after fonts were installed."""
    face_for.cache_clear()
    _files_here.cache_clear()


@lru_cache(maxsize=1)
def _files_here() -> dict[str, Path]:
    wanted = {name for names in _CANDIDATES.values() for name in names}
    found: dict[str, Path] = {}
    for folder in _FOLDERS:
        try:
            for file in folder.rglob("*"):
                if file.name.lower() in wanted:
                    found.setdefault(file.name.lower(), file)
        except OSError:
            continue
    return found


def _usable(file: Path) -> Face | None:
    """The simplified Chinese face of a file, if it can be read and may be embedded."""
    from fontTools.ttLib import TTCollection, TTFont, TTLibError  # noqa: PLC0415  slow to import

    try:
        with file.open("rb") as opened:
            several = opened.read(4) == _COLLECTION
        if not several:
            with TTFont(file, lazy=True) as font:
                return Face(file) if _may_embed(font) else None
        with TTCollection(file, lazy=True) as collection:
            faces = [
                (index, str(font["name"].getDebugName(4)))
                for index, font in enumerate(collection.fonts)
                if _may_embed(font)
            ]
    except (OSError, TTLibError, KeyError):
        return None
    if not faces:
        return None
    chinese = [index for index, name in faces if " SC" in name]
    return Face(file, chinese[0] if chinese else faces[0][0])


def _may_embed(font: object) -> bool:
    return not int(font["OS/2"].fsType) & _FORBIDS_EMBEDDING  # type: ignore[index]
