"""The installation's keys by purpose, newest first; an older key still reads."""

import json
import os
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet
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


def add_key(purpose: str) -> None:
    """Put a fresh key before the others of its purpose, on disk and in this process.

    Other processes go on writing under the key they know and read what is written under the new
    one (see `keys_on_disk`); they take it up when they are started again.
    """
    fresh = Fernet.generate_key().decode() if purpose == "contact" else secrets.token_hex(32)
    _write(purpose, (fresh, *keys_on_disk(purpose)))


def forget_old_keys(purpose: str) -> int:
    """Drop all keys of a purpose but the newest; returns how many. What they sealed is lost."""
    newest, *old = keys_on_disk(purpose)
    _write(purpose, (newest,))
    return len(old)


def _write(purpose: str, ring: tuple[str, ...]) -> None:
    """Replace the secrets file durably: a key that seals a text must never be lost."""
    file = Path(settings.SECRETS_FILE)
    held: dict[str, list[str]] = json.loads(file.read_text())
    held[purpose] = list(ring)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(6)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as out:
        json.dump(held, out)
        out.flush()
        os.fsync(out.fileno())
    os.replace(draft, file)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    settings.KEYS[purpose] = list(ring)


@lru_cache(maxsize=4)
def _read(file: Path, _changed: int) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = json.loads(file.read_text())
    return {purpose: tuple(listed) for purpose, listed in found.items()}
