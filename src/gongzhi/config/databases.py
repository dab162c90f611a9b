"""Database settings: SQLite with durable commits, or PostgreSQL by one setting."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

# WAL lets readers go on while one writes; FULL makes an acknowledged commit survive a power cut.
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
    "PRAGMA cache_size=-64000;PRAGMA mmap_size=1073741824;PRAGMA temp_store=MEMORY;"
    "PRAGMA journal_size_limit=67108864;PRAGMA wal_autocheckpoint=4000;"
)


def sqlite(path: Path | str) -> dict[str, Any]:
    return {
        "ENGINE": "gongzhi.config.sqlite",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "init_command": SQLITE_PRAGMAS,
            # A transaction that will write asks for the lock at once, instead of failing half-way.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
        },
    }


def postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        # Without the value: it holds the password.
        raise ValueError("GONGZHI_DATABASE_URL must look like postgresql://user:password@host/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
