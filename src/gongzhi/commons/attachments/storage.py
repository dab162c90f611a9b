"""The bytes of attachments: named by their content, written so that a power cut loses none."""

import os
import re
import secrets
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from django.conf import settings

_NAME = re.compile(r"[0-9a-f]{64}")


def root() -> Path:
    """The folder that holds all attachments."""
    return Path(settings.MEDIA_ROOT)


def path_of(content: str) -> Path:
    """Where a content lies, whether or not it is there; raises ValueError for anything else."""
    if not _NAME.fullmatch(content):
        raise ValueError(f"not a SHA-256 name: {content!r}")
    return root() / content[:2] / content


def store(data: bytes) -> str:
    """Write bytes durably under their SHA-256 and return it; nothing to do when they are there.

    The file appears whole or not at all: written aside, flushed, renamed, the folder flushed.
    """
    content = sha256(data).hexdigest()
    path = path_of(content)
    try:
        os.utime(path)  # in use again: the sweep's waiting time starts anew
    except FileNotFoundError:
        pass
    else:
        return content
    _make_folder(path.parent)
    draft = path.with_name(f".{content[:16]}.{secrets.token_hex(6)}")
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)
    return content


def release(content: str) -> None:
    """Start the waiting time of a content that may have lost its last owner."""
    try:
        os.utime(path_of(content))
    except FileNotFoundError:
        pass


def sweep(*, older_than: float, in_use: Callable[[list[str]], set[str]]) -> int:
    """Remove files that nobody uses and drafts left by killed processes; returns how many.

    `older_than` is a time in seconds since the epoch: younger files may belong to a transaction
    that has not committed yet, and stay.
    """
    removed = 0
    for folder in _folders():
        old = [file for file in folder.iterdir() if file.stat().st_mtime < older_than]
        named = [file.name for file in old if _NAME.fullmatch(file.name)]
        used = in_use(named) if named else set()
        for file in old:
            if file.name not in used:
                file.unlink(missing_ok=True)
                removed += 1
    return removed


def _folders() -> Iterator[Path]:
    if root().is_dir():
        yield from sorted(folder for folder in root().iterdir() if folder.is_dir())


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _flush_folder(folder.parent)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
