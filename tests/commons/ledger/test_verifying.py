"""Whatever was done to the record by raw SQL, `verify` finds and names it."""

from pathlib import Path

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongzhi.commons.ledger import guards, seals, verifying
from gongzhi.commons.ledger.findings import Finding, Wrong
from gongzhi.commons.ledger.models import Event
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.ledger.verifying import verify
from tests.commons.ledger.tampering import (
    AT,
    named,
    rehash,
    rewrite_from,
    run_sql,
    unguarded,
    write_chain,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]

WHERE = "WHERE subject_kind = 'ledgertest' AND subject_id = %s AND sequence = %s"


@pytest.fixture(autouse=True)
def own_key(settings, tmp_path: Path) -> None:
    settings.SEAL_KEY_FILE = tmp_path / "seal.key"


@pytest.fixture
def ledger() -> None:
    """Chains 1 to 4, of 6 events each."""
    for subject_id in range(1, 5):
        write_chain(subject_id, 6)


def found() -> list[tuple[Wrong, int | None, int, int]]:
    return named(verify().findings)


def test_an_untouched_ledger_is_sound(ledger) -> None:
    report = verify()
    assert report.is_sound
    assert (report.events, report.chains, report.seals) == (24, 4, 0)
    assert verifying.events_to_verify() == 24


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "ledgertest.opened"),
        ("at", "2026-03-02 09:30:17.123457"),
        ("unit_id", 99),
        ("unit_id", None),
        ("person_id", 99),
        ("place_id", 99),
        ("data", '{"n": 2}'),
        ("hash", "0" * 64),
        ("previous_hash", "0" * 64),
    ],
)
def test_a_changed_value_is_found_in_every_column(ledger, column: str, value) -> None:
    run_sql(f"UPDATE ledger_event SET {column} = %s {WHERE}", value, 2, 3)
    assert found() == [(Wrong.CHANGED, 2, 3, 3)]


def test_one_changed_microsecond_is_found(ledger) -> None:
    before = Event.objects.get(subject_id=2, sequence=3).at
    run_sql(f"UPDATE ledger_event SET at = %s {WHERE}", str(before)[:-7] + "7", 2, 3)
    assert found() == [(Wrong.CHANGED, 2, 3, 3)]


def test_removed_events_are_named(ledger) -> None:
    for sequence in (1, 3, 4):
        run_sql(f"DELETE FROM ledger_event {WHERE}", 2, sequence)
    assert found() == [(Wrong.MISSING, 2, 1, 1), (Wrong.MISSING, 2, 3, 4)]


def test_swapped_events_are_named_with_their_true_places(ledger) -> None:
    for now, then in ((3, 1003), (5, 3), (1003, 5)):
        run_sql(f"UPDATE ledger_event SET sequence = %s {WHERE}", then, 2, now)
    report = verify()
    assert named(report.findings) == [(Wrong.REORDERED, 2, 3, 3), (Wrong.REORDERED, 2, 5, 5)]
    assert "written as event 5" in report.findings[0].detail


def test_a_removed_event_whose_followers_moved_up_is_named(ledger) -> None:
    run_sql(f"DELETE FROM ledger_event {WHERE}", 2, 3)
    for sequence in (4, 5, 6):
        run_sql(f"UPDATE ledger_event SET sequence = %s {WHERE}", sequence - 1, 2, sequence)
    moved = [(Wrong.REORDERED, 2, place, place) for place in (3, 4, 5)]
    assert found() == [*moved, (Wrong.MISSING, 2, 3, 3)]


def _insert(subject_id: int, sequence: int, previous_hash: str) -> None:
    columns = "kind, at, unit_id, person_id, place_id, data"
    run_sql(
        "INSERT INTO ledger_event"
        f" (subject_kind, subject_id, sequence, {columns}, previous_hash, hash)"
        f" SELECT subject_kind, subject_id, %s, {columns}, %s, 'x' FROM ledger_event {WHERE}",
        sequence,
        previous_hash,
        subject_id,
        1,
    )
    rehash(Subject("ledgertest", subject_id), sequence)


def test_an_event_put_in_between_is_named(ledger) -> None:
    for sequence in (6, 5, 4):
        run_sql(f"UPDATE ledger_event SET sequence = %s {WHERE}", sequence + 1, 2, sequence)
    _insert(2, 4, Event.objects.get(subject_id=2, sequence=3).hash)
    moved = [(Wrong.REORDERED, 2, place, place) for place in (5, 6, 7)]
    assert found() == [*moved, (Wrong.FORGED, 2, 4, 4)]


def test_an_event_written_anew_with_a_matching_hash_is_found(ledger) -> None:
    run_sql(f"UPDATE ledger_event SET unit_id = 99 {WHERE}", 2, 3)
    rehash(Subject("ledgertest", 2), 3)
    assert found() == [(Wrong.FORGED, 2, 3, 4)]


def test_an_event_replaced_by_one_that_follows_nothing_is_found(ledger) -> None:
    run_sql(f"UPDATE ledger_event SET previous_hash = %s {WHERE}", "a" * 64, 2, 3)
    rehash(Subject("ledgertest", 2), 3)
    assert found() == [(Wrong.FORGED, 2, 3, 3)]


def test_an_event_added_at_the_end_that_follows_nothing_is_found(ledger) -> None:
    _insert(2, 7, "a" * 64)
    assert found() == [(Wrong.FORGED, 2, 6, 7)]


def test_a_first_event_that_does_not_begin_the_chain_is_found(ledger) -> None:
    run_sql(f"UPDATE ledger_event SET previous_hash = %s {WHERE}", "a" * 64, 2, 1)
    rehash(Subject("ledgertest", 2), 1)
    assert found() == [(Wrong.FORGED, 2, 1, 1)]


def test_a_chain_given_to_another_subject_is_found(ledger) -> None:
    run_sql("UPDATE ledger_event SET subject_id = 9 WHERE subject_id = %s", 2)
    assert found() == [(Wrong.CHANGED, 9, place, place) for place in range(1, 7)]


def test_missing_guards_are_reported(ledger) -> None:
    with connection.cursor() as cursor:
        cursor.execute(guards.removal(connection.vendor)[0])
    assert [one.detail for one in verify().findings] == ["ledger_event_no_update"]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "yesterday"),
        ("at", 5),
        ("subject_id", "seven"),
        ("sequence", "third"),
        ("data", "{broken"),
        ("hash", b"\x00"),
    ],
)
def test_a_row_that_can_not_be_read_is_named_and_stops_nothing(ledger, column, value) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite holds any value in any column")
    row = Event.objects.get(subject_id=2, sequence=3)
    with unguarded() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute(f"UPDATE ledger_event SET {column} = %s WHERE id = %s", [value, row.pk])
        cursor.execute("PRAGMA ignore_check_constraints = OFF")
    report = verify()
    assert report.findings[0] == Finding(Wrong.CHANGED, None, detail=f"row {row.pk} can't be read")
    assert named(report.findings[1:]) == [(Wrong.MISSING, 2, 3, 3)]
    assert report.events == 23


def test_only_so_many_findings_are_kept_and_the_rest_counted(ledger, monkeypatch) -> None:
    monkeypatch.setattr(verifying, "_FINDINGS_KEPT", 2)
    run_sql("UPDATE ledger_event SET unit_id = 99 WHERE subject_id <> %s", 1)
    report = verify()
    assert (len(report.findings), report.more) == (2, 16)


def test_pages_end_in_the_middle_of_chains_without_harm(ledger, monkeypatch) -> None:
    monkeypatch.setattr(verifying, "_PAGE", 4)
    seen: list[int] = []
    assert verify(progress=seen.append).is_sound
    assert seen == [6, 6, 6, 6]


def test_a_finding_reads_as_a_line_in_both_languages() -> None:
    finding = Finding(Wrong.MISSING, Subject("ticket", 7), 3, 5, "later events moved up")
    assert str(finding) == "ticket 7 event 3–5 missing (later events moved up)"
    assert finding.text("zh-hans") == "ticket 7 第 3–5 条 缺失 (later events moved up)"
    assert str(Finding(Wrong.DELETED, Subject("ticket", 7), 1, 1)) == "ticket 7 event 1 deleted"


TAMPERINGS = st.sampled_from(
    [
        "change",
        "rewrite one",
        "remove inside",
        "swap",
        "rewrite from",
        "cut",
        "delete subject",
        "append forged",
    ]
)


def _tamper(kind: str, subject_id: int, place: int, length: int) -> None:
    subject = Subject("ledgertest", subject_id)
    if kind in ("change", "rewrite one", "rewrite from"):
        run_sql(f"UPDATE ledger_event SET place_id = 88 {WHERE}", subject_id, place)
        if kind == "rewrite one":
            rehash(subject, place)
        if kind == "rewrite from":
            rewrite_from(subject, place)
    elif kind == "remove inside":
        run_sql(f"DELETE FROM ledger_event {WHERE}", subject_id, min(place, length - 1))
    elif kind == "swap":
        other = place % length + 1
        for now, then in ((place, 900), (other, place), (900, other)):
            run_sql(f"UPDATE ledger_event SET sequence = %s {WHERE}", then, subject_id, now)
    elif kind == "cut":
        run_sql(
            "DELETE FROM ledger_event WHERE subject_id = %s AND sequence >= %s", subject_id, place
        )
    elif kind == "delete subject":
        run_sql("DELETE FROM ledger_event WHERE subject_id = %s", subject_id)
    elif kind == "append forged":
        last = Event.objects.get(subject_id=subject_id, sequence=length).hash
        _insert(subject_id, length + 1, last if place % 2 else "a" * 64)
        run_sql(f"UPDATE ledger_event SET id = -%s {WHERE}", subject_id, subject_id, length + 1)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_against_a_seal_no_tampering_stays_unseen_and_no_other_chain_is_blamed(data) -> None:
    with unguarded() as cursor:
        cursor.execute("DELETE FROM ledger_event")
        cursor.execute("DELETE FROM ledger_seal")
    lengths = data.draw(st.lists(st.integers(2, 7), min_size=2, max_size=4))
    for subject_id, length in enumerate(lengths, start=1):
        write_chain(subject_id, length)
        if data.draw(st.booleans()):
            seals.make_seal(at=AT)
    seals.make_seal(at=AT)
    assert verify().is_sound
    victim = data.draw(st.integers(1, len(lengths)))
    place = data.draw(st.integers(1, lengths[victim - 1]))
    kind = data.draw(TAMPERINGS)
    _tamper(kind, victim, place, lengths[victim - 1])
    findings = verify().findings
    assert findings, f"{kind} of chain {victim} at {place} stayed unseen"
    assert {one.subject for one in findings} == {Subject("ledgertest", victim)}
