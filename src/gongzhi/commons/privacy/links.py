"""Private links: a short signed token that opens one thing, without an account or a look-up table.

A token says an id and a version and carries 96 bits of HMAC-SHA-256 over both and the kind. Raising
the version kept with the thing ends every link given out before.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable

from gongzhi.commons.privacy.keyring import keys, keys_on_disk

_PURPOSE = "link"
_PROOF = 12  # bytes
_SHAPE = re.compile(r"[A-Za-z0-9_-]{19,43}")


class BadLink(ValueError):
    """A link that was never given out, is damaged, or has been replaced by a newer one."""


def sign_link(kind: str, id: int, version: int = 1) -> str:
    """The token that opens thing `id` of this kind, 19 characters and more, safe in an address."""
    body = _body(id, version)
    proof = _proof(keys(_PURPOSE)[0], kind, body)
    return urlsafe_b64encode(proof + body).decode().rstrip("=")


def read_link(
    kind: str, token: str, *, version_of: Callable[[int], int | None] | None = None
) -> int:
    """The id that a token opens; raises BadLink.

    `version_of` gives the version that counts now, or None for a thing that is gone. A room whose
    links can be ended must pass it: without it, only version 1 opens.
    """
    raw = _raw(token)
    proof, body = raw[:_PROOF], raw[_PROOF:]
    ring = dict.fromkeys((*keys(_PURPOSE), *keys_on_disk(_PURPOSE)))
    # Every key is tried, whether or not one has fitted, so that time tells nothing.
    fits = [hmac.compare_digest(_proof(key, kind, body), proof) for key in ring]
    if not any(fits):
        raise BadLink("the link is not ours, or damaged")
    thing, version = _parts(body)
    if version != (version_of(thing) if version_of else 1):
        raise BadLink("the link has been replaced by a newer one")
    return thing


def _raw(token: str) -> bytes:
    if not _SHAPE.fullmatch(token):
        raise BadLink("the link is incomplete")
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        raise BadLink("the link is incomplete") from None
    if urlsafe_b64encode(raw).decode().rstrip("=") != token:
        raise BadLink("the link is damaged")
    return raw


def _body(thing: int, version: int) -> bytes:
    if not 0 <= thing < 2**63 or not 0 <= version < 2**16:
        raise ValueError(f"a link can't name id {thing}, version {version}")
    return version.to_bytes(2, "big") + thing.to_bytes(max(1, -(-thing.bit_length() // 8)), "big")


def _parts(body: bytes) -> tuple[int, int]:
    return int.from_bytes(body[2:], "big"), int.from_bytes(body[:2], "big")


def _proof(key: str, kind: str, body: bytes) -> bytes:
    message = kind.encode() + b"\0" + body
    return hmac.new(bytes.fromhex(key), message, hashlib.sha256).digest()[:_PROOF]
