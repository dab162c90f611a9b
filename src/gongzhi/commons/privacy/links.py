"""Private links: a short signed token that opens one thing, without an account or a look-up table.

A token says an id and a version and carries 96 bits of HMAC-SHA-256 over both and the kind. Raising
the version kept with the thing ends every link given out before.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple

from gongzhi.commons.privacy.keyring import keys, keys_on_disk

_PURPOSE = "link"
_PROOF = 12  # bytes
_SHAPE = re.compile(r"[A-Za-z0-9_-]{19,43}")


class LinkClaim(NamedTuple):
    """What a token says it opens; the signature is right, the version still to be compared."""

    id: int
    version: int


def sign_link(kind: str, id: int, version: int = 1) -> str:
    """The token that opens thing `id` of this kind, 19 characters and more, safe in an address."""
    body = _body(id, version)
    proof = _proof(keys(_PURPOSE)[0], kind, body)
    return urlsafe_b64encode(proof + body).decode().rstrip("=")


def read_link(kind: str, token: str) -> LinkClaim | None:
    """What a token of this kind claims to open, or None if it is damaged or not ours.

    The caller compares the version with the one that counts now: an older one has been ended.
    """
    raw = _raw(token)
    if raw is None:
        return None
    proof, body = raw[:_PROOF], raw[_PROOF:]
    ring = dict.fromkeys((*keys(_PURPOSE), *keys_on_disk(_PURPOSE)))
    # Every key is tried, whether or not one has fitted, so that time tells nothing.
    fits = [hmac.compare_digest(_proof(key, kind, body), proof) for key in ring]
    if not any(fits):
        return None
    return LinkClaim(id=int.from_bytes(body[2:], "big"), version=int.from_bytes(body[:2], "big"))


def digits_of(kind: str, id: int, version: int = 1, *, count: int = 10) -> str:
    """A code of digits for thing `id`, for paper: to be typed together with the thing's number.

    It is short, so whoever asks for it has to bound how often it may be tried.
    """
    return _digits(keys(_PURPOSE)[0], kind, _body(id, version), count)


def are_digits_of(code: str, kind: str, id: int, version: int = 1, *, count: int = 10) -> bool:
    """Whether a typed code belongs to thing `id`; spaces and dashes don't matter."""
    typed = re.sub(r"[\s-]", "", code)
    ring = dict.fromkeys((*keys(_PURPOSE), *keys_on_disk(_PURPOSE)))
    body = _body(id, version)
    fits = [
        hmac.compare_digest(_digits(key, kind, body, count).encode(), typed.encode())
        for key in ring
    ]
    return any(fits)


def _digits(key: str, kind: str, body: bytes, count: int) -> str:
    proof = int.from_bytes(_proof(key, f"{kind}.digits", body), "big")
    return f"{proof % 10**count:0{count}d}"


def _raw(token: str) -> bytes | None:
    if not _SHAPE.fullmatch(token):
        return None
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
    # Only one way of writing a token counts: the unused bits at its end must be zero.
    return raw if urlsafe_b64encode(raw).decode().rstrip("=") == token else None


def _body(thing: int, version: int) -> bytes:
    if not 0 <= thing < 2**63 or not 0 <= version < 2**16:
        raise ValueError(f"a link can't name id {thing}, version {version}")
    return version.to_bytes(2, "big") + thing.to_bytes(max(1, -(-thing.bit_length() // 8)), "big")


def _proof(key: str, kind: str, body: bytes) -> bytes:
    message = kind.encode() + b"\0" + body
    return hmac.new(bytes.fromhex(key), message, hashlib.sha256).digest()[:_PROOF]
