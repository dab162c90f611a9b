"""What rooms derive from their rows and keep outside Django's models, such as an index of words.

A backup of rows doesn't carry it: after such a backup was restored, it is made anew.
"""

from collections.abc import Callable

Rebuild = Callable[[], int]

_rebuilds: dict[str, Rebuild] = {}


def declare_derived(name: str, rebuild: Rebuild) -> None:
    """Register how to make something derived anew; `rebuild` returns how many rows it took."""
    if name in _rebuilds:
        raise ValueError(f"{name!r} is declared twice")
    _rebuilds[name] = rebuild


def rebuild_derived() -> dict[str, int]:
    """Make everything derived anew, by name; returns how many rows each took."""
    return {name: rebuild() for name, rebuild in sorted(_rebuilds.items())}
