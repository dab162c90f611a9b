"""The installation's keys by purpose, newest first; an older key still reads."""

import json
from functools import lru_cache
from pathlib import Path

from django.conf import settings


class NoKey(RuntimeError):
    """The installation has no key for a purpose."""


def keys(purpose: str) -> tuple[str, ...]:
    """The keys that this process knows for a purpose, newest first."""
    known = tuple(settings.KEYS.get(purpose, ()))
    if not known:
        raise NoKey(f"settings.KEYS holds no key for {purpose!r}")
    return known


def keys_on_disk(purpose: str) -> tuple[str, ...]:
    """The keys in the secrets file now: newer than this process's after a rotation elsewhere."""
    file: Path | None = getattr(settings, "SECRETS_FILE", None)
    if file is None or not file.exists():
        return keys(purpose)
    return _read(file, file.stat().st_mtime_ns).get(purpose) or keys(purpose)


@lru_cache(maxsize=4)
def _read(file: Path, _changed: int) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = json.loads(file.read_text())
    return {purpose: tuple(listed) for purpose, listed in found.items()}
