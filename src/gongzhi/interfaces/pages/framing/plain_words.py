"""Words for feeds and calendars."""

import re

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u2028\u2029]+")


def plain_words(words: str) -> str:
    """Words without the control characters that neither XML 1.0 nor RFC 5545 can hold."""
    return _CONTROL.sub(" ", words).strip()
