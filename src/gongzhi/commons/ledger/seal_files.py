"""Seals as text: one file holds them all, in order, each signed and bound to the one before.

A seal is a header line, a line for each head, and a line with digest and signature:

    {"chains":2,"key":"…","made_at":"…","previous":"…","seal":1,"up_to":57}
    ["ticket",7,5,"<hash of event 5 of ticket 7>"]
    ["ticket",8,1,"…"]
    {"digest":"…","signature":"…"}

The digest is SHA-256 over the lines before it with their line ends; the signature is Ed25519 over
"gongzhi-seal-v1", a zero byte and the digest.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.ledger.seal_keys import is_signed

_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
FIRST = "0" * 64  # what stands before the first seal


class BadSeal(ValueError):
    """A seal that is damaged, forged or out of order; says which and why."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of a chain when it was sealed."""

    subject: Subject
    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class SealHeader:
    """What a seal says of itself."""

    number: int
    made_at: str
    up_to: int
    chains: int
    previous: str
    key: str


def header_line(header: SealHeader) -> bytes:
    """The first line of a seal."""
    return _line(
        {
            "seal": header.number,
            "made_at": header.made_at,
            "up_to": header.up_to,
            "chains": header.chains,
            "previous": header.previous,
            "key": header.key,
        }
    )


def head_line(head: Head) -> bytes:
    """The line of one head."""
    return _line([head.subject.kind, head.subject.id, head.sequence, head.hash])


def last_line(digest: str, signature: str) -> bytes:
    """The last line of a seal."""
    return _line({"digest": digest, "signature": signature})


def message(digest: str) -> bytes:
    """What is signed."""
    return b"gongzhi-seal-v1\0" + bytes.fromhex(digest)


def read_lines(
    lines: Iterable[bytes], *, trusted: str | None
) -> Iterator[tuple[SealHeader, list[Head]]]:
    """Check seals line by line and give each with its heads; raises BadSeal.

    `trusted` is the public key that must have signed; None takes the key that the first seal
    names, for all. Seals must begin with number 1 and follow each other without a gap.
    """
    source, previous = iter(lines), FIRST
    for number, first in enumerate(source, start=1):
        header = _header(first, number)
        trusted = trusted or header.key
        if (header.number, header.previous, header.key) != (number, previous, trusted):
            raise BadSeal(_misfit(header, number=number, previous=previous))
        running, heads = sha256(first), []
        for _ in range(header.chains):
            line = next(source, b"")
            running.update(line)
            heads.append(_head(line, number))
        previous = _check_end(next(source, b""), running.hexdigest(), header)
        yield header, heads


def _check_end(line: bytes, digest: str, header: SealHeader) -> str:
    end = _parsed(line, header.number)
    if not isinstance(end, dict) or end.get("digest") != digest:
        raise BadSeal(f"seal {header.number}: its lines were changed, or the file is cut")
    if not is_signed(key=header.key, signature=str(end.get("signature")), message=message(digest)):
        raise BadSeal(f"seal {header.number}: its signature is not by key {header.key[:16]}…")
    return digest


def _misfit(header: SealHeader, *, number: int, previous: str) -> str:
    if header.number != number:
        return f"seal {number} is missing: seal {header.number} stands in its place"
    if header.previous != previous:
        return f"seal {number} does not follow the seal before it"
    return f"seal {number} is signed by another key ({header.key[:16]}…)"


def _header(line: bytes, number: int) -> SealHeader:
    found = _parsed(line, number)
    try:
        return SealHeader(
            number=int(found["seal"]),
            made_at=str(found["made_at"]),
            up_to=int(found["up_to"]),
            chains=int(found["chains"]),
            previous=str(found["previous"]),
            key=str(found["key"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadSeal(f"seal {number}: no proper header line") from error


def _head(line: bytes, number: int) -> Head:
    found = _parsed(line, number)
    try:
        kind, subject_id, sequence, digest = found
        return Head(Subject(str(kind), int(subject_id)), int(sequence), str(digest))
    except (TypeError, ValueError) as error:
        raise BadSeal(f"seal {number}: a head is damaged, or the file is cut") from error


def _parsed(line: bytes, number: int) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise BadSeal(f"seal {number}: a line is damaged, or the file is cut") from error


def _line(value: object) -> bytes:
    return _canonical(value).encode() + b"\n"
