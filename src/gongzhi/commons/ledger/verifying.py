"""Reading the whole record and saying what was tampered with.

Without a seal it finds changed, missing, reordered and forged events. Against seals it also finds
chains rewritten from their first event, cut tails and deleted subjects. Whoever rewrites a chain
that was never sealed leaves no trace: seal every night and keep the exports elsewhere.
"""

from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from gongzhi.commons.ledger import guards
from gongzhi.commons.ledger.chains import ChainWalk, StoredEvent
from gongzhi.commons.ledger.findings import Finding, Report, Wrong
from gongzhi.commons.ledger.models import Event
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.ledger.seal_keys import public_key
from gongzhi.commons.ledger.sealed_heads import SealedHeads
from gongzhi.commons.ledger.seals import BadSeal, read_own_seals, read_seal

_PAGE = 2_000
_FINDINGS_KEPT = 10_000
_FIELDS = (
    "pk",
    "sequence",
    "kind",
    "at",
    "unit_id",
    "person_id",
    "place_id",
    "data",
    "previous_hash",
    "hash",
)
_READABLE_ON_SQLITE = """(
    typeof(subject_id) = 'integer' AND typeof(sequence) = 'integer'
    AND typeof(subject_kind) = 'text' AND typeof(kind) = 'text'
    AND typeof(hash) = 'text' AND typeof(previous_hash) = 'text'
    AND typeof(data) = 'text' AND json_valid(data) AND typeof(at) = 'text'
    AND at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] *' AND datetime(at) IS NOT NULL
)"""


def verify(
    seal: Path | None = None,
    *,
    trusted: str | None = None,
    progress: Callable[[int], object] | None = None,
) -> Report:
    """Verify every event and every chain against a seal file, or against the ledger's own seals.

    `trusted` is the public key that must have signed; by default that of this installation, where
    its key is at hand. Reads in pages: memory doesn't grow with the ledger. Time is linear: each
    event is hashed once. What is written meanwhile may or may not be read; it raises no alarm.
    """
    findings = [Finding(Wrong.UNGUARDED, None, detail=name) for name in guards.missing(connection)]
    stored = _readable(findings)
    events = chains = more = 0
    with SealedHeads.on_disk() as sealed:
        findings += _load(sealed, seal, trusted or _own_key())
        for walk, taken, found in _walks(stored, sealed):
            events += taken
            chains += walk.met
            kept = found[: max(0, _FINDINGS_KEPT - len(findings))]
            findings += kept
            more += len(found) - len(kept)
            if progress:
                progress(taken)
        return Report(events, chains, sealed.seals, sealed.heads, tuple(findings), more)


def events_to_verify() -> int:
    """How many events there are: the total for a progress bar."""
    return Event.objects.count()


def _own_key() -> str | None:
    path = Path(settings.SEAL_KEY_FILE)
    return public_key(path) if path.exists() else None


def _load(sealed: SealedHeads, seal: Path | None, trusted: str | None) -> list[Finding]:
    """Load the seals as far as they can be trusted."""
    source = read_seal(seal, trusted=trusted) if seal else read_own_seals(trusted=trusted)
    try:
        for header, heads in source:
            sealed.add(header, heads)
    except BadSeal as error:
        return [Finding(Wrong.BAD_SEAL, None, detail=str(error))]
    return []


def _readable(findings: list[Finding]) -> "QuerySet[Event]":
    """The events that can be read at all; SQLite holds any value in any column, and says so."""
    if connection.vendor != "sqlite":
        return Event.objects.all()
    sound = RawSQL(_READABLE_ON_SQLITE, (), output_field=BooleanField())  # noqa: S611 - a constant
    broken = Event.objects.exclude(sound).order_by("pk").values_list("pk", flat=True)
    for pk in broken[:_FINDINGS_KEPT]:
        findings.append(Finding(Wrong.CHANGED, None, detail=f"row {pk} can't be read"))
    return Event.objects.filter(sound) if findings else Event.objects.all()


def _walks(
    stored: "QuerySet[Event]", sealed: SealedHeads
) -> Iterator[tuple[ChainWalk, int, list[Finding]]]:
    """Walk every chain that the database or a seal knows, in one order."""
    kinds = set(stored.values_list("subject_kind", flat=True).distinct().order_by())
    for kind in sorted(kinds | sealed.kinds()):
        waiting = sealed.of_kind(kind)
        ahead = next(waiting, None)
        for subject, chain in groupby(_events(stored, kind), key=lambda pair: pair[0]):
            while ahead and ahead[0] < subject:
                yield _walk(*ahead, iter(()), sealed.up_to)
                ahead = next(waiting, None)
            hashes: dict[int, str] = {}
            if ahead and ahead[0] == subject:
                hashes, ahead = ahead[1], next(waiting, None)
            yield _walk(subject, hashes, (event for _, event in chain), sealed.up_to)
        while ahead:
            yield _walk(*ahead, iter(()), sealed.up_to)
            ahead = next(waiting, None)


def _walk(
    subject: Subject, hashes: dict[int, str], chain: Iterator[StoredEvent], up_to: int
) -> tuple[ChainWalk, int, list[Finding]]:
    walk = ChainWalk(subject, sealed=hashes, sealed_up_to=up_to)
    found: list[Finding] = []
    taken = 0
    for event in chain:
        found += walk.take(event)
        taken += 1
    found += walk.finish()
    return walk, taken, found


def _events(stored: "QuerySet[Event]", kind: str) -> Iterator[tuple[Subject, StoredEvent]]:
    """All events of subjects of one kind, by subject and sequence, read page by page."""
    rows = stored.filter(subject_kind=kind).order_by("subject_id", "sequence", "pk")
    page = rows
    while True:
        count = 0
        subject_id = sequence = 0
        for subject_id, *values in page.values_list("subject_id", *_FIELDS)[:_PAGE]:
            count += 1
            event = StoredEvent(*values)
            sequence = event.sequence
            yield Subject(kind, subject_id), event
        if count < _PAGE:
            return
        after = Q(subject_id__gt=subject_id) | Q(sequence__gt=sequence)
        page = rows.filter(after, subject_id__gte=subject_id)
