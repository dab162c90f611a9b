"""Telephone numbers as people write them, brought to one form."""

import re
import unicodedata

_MOBILE = re.compile(r"1\d{10}")
_COUNTRY = re.compile(r"^(?:\+|00)86(?=\d)|^86(?=1\d{10}$)")
_EXTENSION = re.compile(r"(?:转|分机|ext\.?|x)\s*\d+\s*$", re.IGNORECASE)


def normal_phone(text: str) -> str:
    """The digits of a number without country code, spaces, dashes and extension; "" if none.

    Full-width digits and +86/0086 are understood: "＋86 138-0013-8000" gives "13800138000".
    """
    plain = _EXTENSION.sub("", unicodedata.normalize("NFKC", text).strip())
    kept = re.sub(r"[^\d+]", "", plain)
    return re.sub(r"\D", "", _COUNTRY.sub("", kept))


def is_mobile(text: str) -> bool:
    """Whether it is a mainland mobile number: 11 digits that begin with 1, nothing stricter."""
    return _MOBILE.fullmatch(normal_phone(text)) is not None


def is_phone(text: str) -> bool:
    """Whether somebody could be reached at it: a mobile, a land line, or a number abroad."""
    return 7 <= len(normal_phone(text)) <= 15
