"""A question to a visitor: signed, expiring, good for one answer, and nowhere stored.

A token holds a nonce. The question follows from an HMAC of the nonce under the installation's key,
so neither the token nor this source code tells the answer. Each token is taken once, whatever the
answer. Whoever answered rightly but has to mend the rest of the form gets a pass, good for one
sending.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.core.cache import cache

from gongzhi.interfaces.pages.guarding.questions import Question, question_from

LIFE = 30 * 60  # seconds; long enough to write a letter
_SALT = "gongzhi.guarding"


@dataclass(frozen=True, slots=True)
class Challenge:
    """A question and the token that travels with its answer."""

    question: Question
    token: str


def ask(form: str) -> Challenge:
    """A fresh question for one form."""
    nonce = secrets.token_urlsafe(12)
    return Challenge(_question(nonce), _sign("q", form, nonce))


def take_answer(form: str, token: str, answer: str) -> bool:
    """Whether this answers the token's question; the token is used up either way."""
    nonce = _take("q", form, token)
    return nonce is not None and _question(nonce).accepts(answer)


def give_pass(form: str) -> str:
    """A token for somebody who has answered and must send the form again."""
    return _sign("p", form, secrets.token_urlsafe(12))


def has_pass(form: str, token: str) -> bool:
    """Whether the token is a pass for this form, not used yet; it stays unused."""
    nonce = _nonce("p", form, token)
    return nonce is not None and cache.get(f"asked:{nonce}") is None


def take_pass(form: str, token: str) -> bool:
    """Use a pass up; False when it is none, expired or used before."""
    return _take("p", form, token) is not None


def _question(nonce: str) -> Question:
    return question_from(
        hmac.new(
            settings.SECRET_KEY.encode(), f"question:{nonce}".encode(), hashlib.sha256
        ).digest()
    )


def _sign(kind: str, form: str, nonce: str) -> str:
    return signing.dumps([kind, form, nonce], salt=_SALT)


def _nonce(kind: str, form: str, token: str) -> str | None:
    try:
        found = signing.loads(token, salt=_SALT, max_age=LIFE)
    except signing.BadSignature:
        return None
    return str(found[2]) if found[:2] == [kind, form] else None


def _take(kind: str, form: str, token: str) -> str | None:
    nonce = _nonce(kind, form, token)
    # `add` succeeds for one process only.
    if nonce is None or not cache.add(f"asked:{nonce}", 1, LIFE + 60):
        return None
    return nonce
