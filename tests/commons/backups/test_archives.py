"""The file of a backup: encrypted if wanted, checked to the last byte, and nothing else in it."""

import io
import tarfile
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongzhi.commons.backups import streams
from gongzhi.commons.backups.archives import (
    BadBackup,
    NeedsPassphrase,
    unpack,
    write_archive,
)
from gongzhi.commons.backups.streams import CannotDecrypt, DecryptingReader, EncryptingWriter

CONTENT = "attachments/ab/" + "ab" * 32


@pytest.fixture
def quick(monkeypatch) -> None:
    """Small chunks and a cheap key, so that many cases take little time."""

    def cheap_box(passphrase: str, salt: bytes) -> AESGCM:
        return AESGCM(sha256(salt + passphrase.encode()).digest())

    monkeypatch.setattr(streams, "_box", cheap_box)
    monkeypatch.setattr(streams, "_CHUNK", 64)


def encrypted(data: bytes, *, piece: int = 50) -> bytes:
    out = io.BytesIO()
    writer = EncryptingWriter(out, passphrase="correct horse")
    for start in range(0, len(data), piece):
        writer.write(data[start : start + piece])
    writer.finish()
    return out.getvalue()


def decrypted(data: bytes, passphrase: str = "correct horse", *, piece: int = -1) -> bytes:
    reader = DecryptingReader(io.BytesIO(data), passphrase=passphrase)
    return b"".join(iter(lambda: reader.read(piece), b""))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.binary(max_size=300), piece=st.integers(1, 150))
def test_what_is_encrypted_is_read_again_in_any_pieces(quick, data: bytes, piece: int) -> None:
    assert decrypted(encrypted(data, piece=piece), piece=piece) == data


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 128, 129])
def test_the_ends_of_chunks_are_no_special_case(quick, size: int) -> None:
    data = bytes(range(256))[:size]
    assert decrypted(encrypted(data)) == data
    assert decrypted(encrypted(data), piece=64) == data


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_no_changed_cut_or_moved_chunk_is_believed(quick, data: st.DataObject) -> None:
    plain = bytes(200)
    sealed = encrypted(plain)
    head = len(streams.MAGIC) + 16 + 7
    chunks = [sealed[start : start + 80] for start in range(head, len(sealed), 80)]
    what = data.draw(st.sampled_from(["bit", "cut", "swap", "drop", "repeat"]))
    if what == "bit":
        at = data.draw(st.integers(len(streams.MAGIC), len(sealed) - 1))
        spoilt = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
    elif what == "cut":
        spoilt = sealed[: data.draw(st.integers(0, len(sealed) - 1))]
    elif what == "swap":
        spoilt = sealed[:head] + b"".join([chunks[1], chunks[0], *chunks[2:]])
    elif what == "drop":
        del chunks[data.draw(st.integers(0, len(chunks) - 1))]
        spoilt = sealed[:head] + b"".join(chunks)
    else:
        spoilt = sealed[:head] + b"".join([chunks[0], *chunks])
    with pytest.raises(CannotDecrypt):
        decrypted(spoilt)


def test_a_wrong_passphrase_opens_nothing() -> None:
    with pytest.raises(CannotDecrypt, match="passphrase"):
        decrypted(encrypted(b"secret"), "battery staple")
    assert b"secret" not in encrypted(b"secret")


def backup(passphrase: str | None = None, *, content: bytes = b"hello") -> bytes:
    out = io.BytesIO()
    with write_archive(out, passphrase=passphrase) as archive:
        archive.add_bytes("secrets.json", b"{}")
        archive.add_bytes(CONTENT, content)
        archive.close({"database": "rows"})
    return out.getvalue()


def unpacked(data: bytes, folder: Path, passphrase: str | None = None) -> dict:
    return unpack(io.BufferedReader(io.BytesIO(data)), folder, passphrase=passphrase)


@pytest.mark.parametrize("passphrase", [None, "correct horse"])
def test_a_backup_is_unpacked_and_checked(tmp_path: Path, passphrase: str | None) -> None:
    manifest = unpacked(backup(passphrase), tmp_path, passphrase)
    assert manifest["database"] == "rows"
    assert [file["name"] for file in manifest["files"]] == ["secrets.json", CONTENT]
    assert (tmp_path / CONTENT).read_bytes() == b"hello"
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


def test_an_encrypted_backup_asks_for_its_passphrase(tmp_path: Path) -> None:
    with pytest.raises(NeedsPassphrase):
        unpacked(backup("correct horse"), tmp_path)
    with pytest.raises(CannotDecrypt):
        unpacked(backup("correct horse"), tmp_path, "wrong")


def test_a_backup_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = backup(content=bytes(range(256)) * 20)
    for end in range(0, len(whole) - 1, max(1, len(whole) // 40)):
        folder = tmp_path / str(end)
        folder.mkdir()
        with pytest.raises(BadBackup):
            unpacked(whole[:end], folder)


def test_a_changed_byte_is_found(tmp_path: Path) -> None:
    whole = bytearray(backup(content=bytes(range(256)) * 20))
    whole[len(whole) // 2] ^= 1
    with pytest.raises(BadBackup):
        unpacked(bytes(whole), tmp_path)


def tarred(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for member, data in members:
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def link(name: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return member


@pytest.mark.parametrize(
    ("member", "why"),
    [
        (tarfile.TarInfo("../outside"), "no place"),
        (tarfile.TarInfo("/etc/cron.d/x"), "no place"),
        (tarfile.TarInfo("attachments/ab/../../../x"), "no place"),
        (tarfile.TarInfo("extra.txt"), "no place"),
        (link("secrets.json"), "no place"),
        (tarfile.TarInfo("secrets.json"), "manifest is missing"),
    ],
)
def test_a_crafted_archive_writes_nothing_outside(tmp_path: Path, member, why: str) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    with pytest.raises(BadBackup, match=why):
        unpacked(tarred((member, b"")), inside)
    assert [path.name for path in tmp_path.iterdir()] == ["inside"]


@pytest.mark.parametrize(
    ("manifest", "why"),
    [
        (b'{"format": 99, "files": []}', "format 99"),
        (b'{"format": 1, "files": []}', "not what the manifest says"),
        (
            b'{"format": 1, "files": [{"name": "seal.key", "size": 0, "sha256": ""}]}',
            "seal.key is missing",
        ),
        (b"{", "damaged"),
    ],
)
def test_what_the_manifest_does_not_name_is_refused(tmp_path: Path, manifest, why) -> None:
    members = [
        (tarfile.TarInfo("secrets.json"), b"{}"),
        (tarfile.TarInfo("manifest.json"), manifest),
    ]
    with pytest.raises(BadBackup, match=why):
        unpacked(tarred(*members), tmp_path)


def test_any_other_file_is_no_backup(tmp_path: Path) -> None:
    for data in (b"", b"hello", b"\x1f\x8b"):
        with pytest.raises(BadBackup):
            unpacked(data, tmp_path)
