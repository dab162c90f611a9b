"""Secrets of one installation: made at first start, kept in the data folder, never committed."""

import json
import os
import secrets
import time
from base64 import urlsafe_b64encode
from pathlib import Path

FILE_NAME = "secrets.json"


def _fresh() -> dict[str, list[str]]:
    """New keys; each is a list so that an old key still reads while a new one writes."""
    return {
        "django": [secrets.token_urlsafe(48)],
        "contact": [urlsafe_b64encode(secrets.token_bytes(32)).decode()],
        "index": [secrets.token_hex(32)],
        "link": [secrets.token_hex(32)],
        "sign_in": [urlsafe_b64encode(secrets.token_bytes(32)).decode()],
    }


def _flush(folder: Path) -> None:
    """Make the name durable too: what is sealed under a key that a power cut takes is lost."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def load(folder: Path) -> dict[str, list[str]]:
    """The installation's keys by purpose, newest first; made when the file does not exist yet.

    Two processes that start at once agree: the file appears whole, by an exclusive link.
    """
    path = folder / FILE_NAME
    if not path.exists():
        draft = folder / f".{FILE_NAME}.{os.getpid()}.{time.monotonic_ns()}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(_fresh(), file)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        _flush(folder)
    keys: dict[str, list[str]] = json.loads(path.read_text())
    return keys
