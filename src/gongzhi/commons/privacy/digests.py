"""Keyed digests: how the ledger binds a text without holding it.

The digest of a text stands in the event; its key stands here, one for each subject. Erasing the
key makes the digest say nothing any more, not even to whoever guesses the text, and the chain of
events stays valid.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable

from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.privacy.models import DigestKey


class NoDigestKey(LookupError):
    """The subject's key has been erased, or was never made."""


def make_keys(subjects: Iterable[Subject]) -> dict[Subject, int]:
    """Make keys for new subjects; one insert. Returns the key's id by subject."""
    rows = [
        DigestKey(subject_kind=subject.kind, subject_id=subject.id, secret=secrets.token_bytes(32))
        for subject in subjects
    ]
    DigestKey.objects.bulk_create(rows)
    return {Subject(row.subject_kind, row.subject_id): row.pk for row in rows}


def digests_for_new(texts: dict[Subject, str]) -> dict[Subject, str]:
    """Make the keys of new subjects and digest one text of each; one insert, no look-up."""
    rows = [
        DigestKey(subject_kind=subject.kind, subject_id=subject.id, secret=secrets.token_bytes(32))
        for subject in texts
    ]
    DigestKey.objects.bulk_create(rows)
    return {
        subject: _digest(bytes(row.secret), text)
        for row, (subject, text) in zip(rows, texts.items(), strict=True)
    }


def key_of(subject: Subject) -> int:
    """The id of a subject's key; made if there is none yet."""
    row, _ = DigestKey.objects.get_or_create(
        subject_kind=subject.kind,
        subject_id=subject.id,
        defaults={"secret": secrets.token_bytes(32)},
    )
    return row.pk


def digest(text: str, key_id: int) -> str:
    """HMAC-SHA-256 of a text under a key, hexadecimal; raises NoDigestKey."""
    secret = DigestKey.objects.filter(pk=key_id).values_list("secret", flat=True).first()
    if secret is None:
        raise NoDigestKey(f"digest key {key_id} is erased")
    return _digest(bytes(secret), text)


def says(subject: Subject, text: str, expected: str) -> bool:
    """Whether a digest in the ledger stands for this text; raises NoDigestKey after erasure."""
    row = DigestKey.objects.filter(subject_kind=subject.kind, subject_id=subject.id).first()
    if row is None:
        raise NoDigestKey(f"the digest key of {subject.kind} {subject.id} is erased")
    return hmac.compare_digest(_digest(bytes(row.secret), text), expected)


def erase_keys(subjects: Iterable[Subject]) -> int:
    """Erase the keys of subjects, after their texts; returns how many there were."""
    by_kind: dict[str, list[int]] = {}
    for subject in subjects:
        by_kind.setdefault(subject.kind, []).append(subject.id)
    return sum(
        DigestKey.objects.filter(subject_kind=kind, subject_id__in=ids).delete()[0]
        for kind, ids in by_kind.items()
    )


def _digest(secret: bytes, text: str) -> str:
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
