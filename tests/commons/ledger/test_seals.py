"""Seals hold the heads of all chains outside the reach of whoever owns the database."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gongzhi.commons.ledger import seal_keys, seals
from gongzhi.commons.ledger.findings import Wrong
from gongzhi.commons.ledger.models import Seal
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.ledger.seals import BadSeal, export_seal, make_seal, read_seal
from gongzhi.commons.ledger.verifying import verify
from tests.commons.ledger.tampering import AT, named, rewrite_from, run_sql, write_chain

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def own_key(settings, tmp_path: Path) -> Path:
    settings.SEAL_KEY_FILE = tmp_path / "keys" / "seal.key"
    return settings.SEAL_KEY_FILE


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    """Three chains, sealed in two seals, exported."""
    write_chain(1, 4)
    write_chain(2, 4)
    make_seal(at=AT)
    write_chain(2, 2, start=4)
    write_chain(3, 4)
    make_seal(at=AT)
    export_seal(tmp_path / "seals.jsonl")
    return tmp_path / "seals.jsonl"


def against(path: Path) -> list[tuple[Wrong, int | None, int, int]]:
    run_sql("DELETE FROM ledger_seal")  # the thorough forger leaves no seal in the database
    return named(verify(path).findings)


def test_a_seal_covers_only_what_is_new(sealed: Path) -> None:
    first, second = read_seal(sealed, trusted=None)
    assert [(head.subject.id, head.sequence) for head in first[1]] == [(1, 4), (2, 4)]
    assert [(head.subject.id, head.sequence) for head in second[1]] == [(2, 6), (3, 4)]
    assert make_seal(at=AT) == 0
    assert seals.unsealed_events() == 0
    report = verify(sealed)
    assert report.is_sound
    assert (report.seals, report.sealed_heads) == (2, 4)


def test_many_events_take_several_seals(monkeypatch) -> None:
    monkeypatch.setattr(seals, "EVENTS_IN_A_SEAL", 3)
    for subject_id in range(1, 5):
        write_chain(subject_id, 2)
    seen: list[int] = []
    assert make_seal(at=AT, progress=seen.append) == 3
    assert seen == [3, 3, 2]
    assert verify().is_sound


def test_a_whole_rewritten_chain_is_found(sealed: Path) -> None:
    run_sql("UPDATE ledger_event SET place_id = 88 WHERE subject_id = %s AND sequence = 1", 2)
    rewrite_from(Subject("ledgertest", 2), 1)
    assert against(sealed) == [(Wrong.REWRITTEN, 2, 4, 4), (Wrong.REWRITTEN, 2, 6, 6)]


def test_a_chain_rewritten_and_then_sealed_again_is_found_by_the_older_seal(sealed: Path) -> None:
    run_sql("UPDATE ledger_event SET place_id = 88 WHERE subject_id = %s AND sequence = 1", 1)
    rewrite_from(Subject("ledgertest", 1), 1)
    write_chain(1, 1, start=4)
    make_seal(at=AT)
    assert named(verify().findings) == [(Wrong.REWRITTEN, 1, 4, 4)]


def test_a_cut_tail_is_named(sealed: Path) -> None:
    run_sql("DELETE FROM ledger_event WHERE subject_id = %s AND sequence > 4", 2)
    assert against(sealed) == [(Wrong.CUT, 2, 5, 6)]


def test_deleted_subjects_are_named_first_middle_and_last(sealed: Path) -> None:
    run_sql("DELETE FROM ledger_event WHERE subject_id IN (1, 3)")
    assert against(sealed) == [(Wrong.DELETED, 1, 1, 4), (Wrong.DELETED, 3, 1, 4)]


def test_an_emptied_ledger_is_named(sealed: Path) -> None:
    run_sql("DELETE FROM ledger_event")
    assert [one[0] for one in against(sealed)] == [Wrong.DELETED] * 3


def test_events_slipped_in_under_the_last_seal_are_named(sealed: Path) -> None:
    write_chain(1, 1, start=4)
    run_sql("UPDATE ledger_event SET id = -1 WHERE subject_id = %s AND sequence = 5", 1)
    assert against(sealed) == [(Wrong.FORGED, 1, 5, 5)]


def test_what_is_written_after_the_seal_raises_no_alarm(sealed: Path) -> None:
    write_chain(1, 3, start=4)
    write_chain(9, 3)
    assert against(sealed) == []


def test_the_seals_in_the_database_are_used_when_none_is_given(sealed: Path) -> None:
    run_sql("DELETE FROM ledger_event WHERE subject_id = %s", 3)
    assert named(verify().findings) == [(Wrong.DELETED, 3, 1, 4)]


def _edited(path: Path, line: int, edit) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    lines[line] = edit(lines[line])
    path.write_bytes(b"".join(lines))


@pytest.mark.parametrize(
    ("line", "edit", "why"),
    [
        (1, lambda line: line.replace(b",4,", b",3,"), "changed"),
        (0, lambda line: line.replace(b'"up_to":', b'"up_to":1'), "changed"),
        (0, lambda line: b"", "seal 1"),
        (3, lambda line: line.replace(b'"signature":"', b'"signature":"00'), "signature"),
        (3, lambda line: b"", "damaged|changed"),
        (1, lambda line: b"\xff\n", "damaged"),
        (1, lambda line: b"[1]\n", "damaged"),
        (7, lambda line: b"", "cut"),
    ],
)
def test_an_edited_or_cut_seal_is_not_believed(sealed: Path, line, edit, why) -> None:
    _edited(sealed, line, edit)
    with pytest.raises(BadSeal, match=why):
        list(read_seal(sealed, trusted=None))
    report = verify(sealed)
    assert report.findings[0].wrong is Wrong.BAD_SEAL


def test_seals_left_out_are_missed(sealed: Path) -> None:
    lines = sealed.read_bytes().splitlines(keepends=True)
    sealed.write_bytes(b"".join(lines[4:]))
    with pytest.raises(BadSeal, match="seal 1 is missing"):
        list(read_seal(sealed, trusted=None))


def test_a_seal_by_another_key_is_not_believed(sealed: Path, settings, tmp_path: Path) -> None:
    settings.SEAL_KEY_FILE = tmp_path / "other.key"
    seal_keys.signing_key(settings.SEAL_KEY_FILE)
    (finding,) = verify(sealed).findings
    assert "another key" in finding.detail


def test_a_forgers_own_seal_is_not_believed(sealed: Path, settings, tmp_path: Path) -> None:
    """Who owns the database but not the key can seal anew only with a key of their own."""
    honest = seal_keys.public_key(settings.SEAL_KEY_FILE)
    run_sql("DELETE FROM ledger_event WHERE subject_id = %s", 3)
    run_sql("DELETE FROM ledger_seal")
    settings.SEAL_KEY_FILE = tmp_path / "forger.key"
    make_seal(at=AT)
    export_seal(sealed)
    assert [one.wrong for one in verify(sealed, trusted=honest).findings] == [Wrong.BAD_SEAL]


def test_the_key_is_made_once_and_read_by_its_owner_only(own_key: Path) -> None:
    first = seal_keys.signing_key(own_key)
    assert seal_keys.public_hex(seal_keys.signing_key(own_key)) == seal_keys.public_hex(first)
    assert own_key.stat().st_mode & 0o077 == 0
    assert len(list(own_key.parent.iterdir())) == 1


def test_a_file_that_is_no_ed25519_key_is_refused(own_key: Path) -> None:
    own_key.parent.mkdir()
    own_key.write_bytes(
        generate_private_key(SECP256R1()).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
    )
    with pytest.raises(seal_keys.BadKey):
        seal_keys.signing_key(own_key)
    own_key.write_bytes(b"nothing")
    with pytest.raises(seal_keys.BadKey):
        seal_keys.public_key(own_key)


def test_an_export_is_whole_or_not_there(sealed: Path, monkeypatch, tmp_path: Path) -> None:
    def broken(row: Seal) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(seals, "_lines_of", broken)
    before = sealed.read_bytes()
    with pytest.raises(OSError, match="No space"):
        export_seal(sealed)
    assert sealed.read_bytes() == before
    assert [file.name for file in tmp_path.glob(".*")] == []


def test_an_exported_seal_is_plain_text(sealed: Path) -> None:
    header, head = (json.loads(line) for line in sealed.read_text().splitlines()[:2])
    assert header["seal"] == 1
    assert header["made_at"] == "2026-03-02T09:30:15.123456+00:00"
    assert head[:3] == ["ledgertest", 1, 4]
