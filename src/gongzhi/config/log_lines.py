"""What a log line may say. Contacts, free text and the tokens of private links stay out."""

import logging
import re
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

JSON_LINES = "json_lines"

_LEFT_OUT = frozenset(
    {"phone", "email", "contact", "password", "text", "name", "code", "token", "cookie", "body"}
)
_MASKS = (
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), "[e-mail]"),
    (re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"), "[phone]"),
    (re.compile(r"(?<!\d)0\d{2,3}-\d{7,8}(?!\d)"), "[phone]"),
    (re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"), "[id number]"),
    (re.compile(r"(?<=/)[\w:.~-]{18,}(?=/|$|\?|\s|\")"), "[token]"),
)
_ANY_MASK = re.compile("|".join(pattern.pattern for pattern, _ in _MASKS))


def masked(text: str) -> str:
    """The text without e-mail addresses, phone and identity numbers, and tokens in paths."""
    if not _ANY_MASK.search(text):  # most values of most lines: one look instead of five
        return text
    for pattern, instead in _MASKS:
        text = pattern.sub(instead, text)
    return text


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, Mapping):
        return {key: _clean(item) for key, item in value.items() if key not in _LEFT_OUT}
    if isinstance(value, list | tuple | set):
        return [_clean(item) for item in value]
    return value


def without_contacts(
    _logger: Any, _method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A structlog processor, last before the line is written."""
    return {key: _clean(value) for key, value in line.items() if key not in _LEFT_OUT}


_shared = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=False),
)


def formatter() -> logging.Formatter:
    """For the standard library's handlers: lines of structlog and of others look the same."""
    structlog.configure(
        processors=[*_shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            without_contacts,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
