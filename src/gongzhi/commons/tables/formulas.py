"""Texts that a spreadsheet would take for a formula, made harmless and back."""

import re

_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


def harmless(text: str) -> str:
    """A text for a delimited file that no spreadsheet takes for a formula; numbers stay."""
    return f"'{text}" if _looks_like_formula(text) else text


def as_it_was(text: str) -> str:
    """What `harmless` was given: the apostrophe before a would-be formula is gone."""
    return text[1:] if text.startswith("'") and _looks_like_formula(text[1:]) else text


def _looks_like_formula(text: str) -> bool:
    return text.lstrip(" ").startswith(_BEGINNINGS) and not _NUMBER.fullmatch(text)
