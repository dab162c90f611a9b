"""Structured logs: one JSON object a line on standard error, without contacts or private links."""

from gongzhi.config import environment
from gongzhi.config.log_lines import JSON_LINES, formatter

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {JSON_LINES: {"()": formatter}},
    "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": JSON_LINES}},
    "root": {"handlers": ["lines"], "level": environment.LOG_LEVEL.read()},
    "loggers": {
        # 4xx answers are the visitor's business; each request has its own line already.
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "asyncio": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},  # it tells of every table of a font it makes smaller
        "fpdf": {"level": "ERROR"},  # a letter that a font lacks is no reason to write a line
        "urllib3": {"level": "WARNING"},  # at DEBUG it names addresses, and what they carry
    },
}
