"""The file of a backup: a compressed archive that ends with a manifest of what is in it."""

import gzip
import json
import os
import re
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from gongzhi.commons.backups.streams import (
    MAGIC,
    CannotDecrypt,
    DecryptingReader,
    EncryptingWriter,
)

FORMAT = 1
MANIFEST = "manifest.json"
_BLOCK = 1 << 20
_ALLOWED = re.compile(
    r"database\.sqlite3|rows/[\w.]+\.jsonl|attachments/[0-9a-f]{2}/[0-9a-f]{64}"
    r"|models/[a-z]+\.model|secrets\.json|seal\.key"
)

Progress = Callable[[int], object]


class BadBackup(ValueError):
    """A file that is no backup, or one that is damaged, cut or not allowed in its contents."""


class NeedsPassphrase(ValueError):
    """The backup is encrypted and no passphrase was given."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in a backup."""

    name: str
    size: int
    sha256: str


class ArchiveWriter:
    """Adds files to a backup and remembers their hashes for the manifest."""

    def __init__(self, archive: tarfile.TarFile, progress: Progress | None) -> None:
        self._archive = archive
        self._progress = progress
        self.entries: list[Entry] = []

    def add_bytes(self, name: str, data: bytes) -> Entry:
        """Add a small file from memory."""
        return self._add(name, BytesIO(data), len(data))

    def add_file(self, name: str, path: Path) -> Entry:
        """Add a file; its size is what it is now, whatever becomes of it meanwhile."""
        with path.open("rb") as file:
            return self._add(name, file, os.fstat(file.fileno()).st_size)

    def close(self, about: dict[str, Any]) -> None:
        """Write the manifest, the last file of every whole backup."""
        files = [{"name": e.name, "size": e.size, "sha256": e.sha256} for e in self.entries]
        text = json.dumps({"format": FORMAT, **about, "files": files}, ensure_ascii=False, indent=1)
        self._add(MANIFEST, BytesIO(text.encode()), len(text.encode()))

    def _add(self, name: str, file: BinaryIO, size: int) -> Entry:
        header = tarfile.TarInfo(name)
        header.size, header.mode = size, 0o600
        counted = _Hashed(file, self._progress)
        self._archive.addfile(header, cast("Any", counted))
        entry = Entry(name, size, counted.digest.hexdigest())
        self.entries.append(entry)
        return entry


@contextmanager
def write_archive(
    target: BinaryIO, *, passphrase: str | None, progress: Progress | None = None
) -> Iterator[ArchiveWriter]:
    """An archive that streams into `target`, encrypted if there is a passphrase."""
    box = EncryptingWriter(target, passphrase=passphrase) if passphrase else None
    out = cast("BinaryIO", box or target)
    with (
        gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1, mtime=0, filename="") as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        yield ArchiveWriter(archive, progress)
    if box:
        box.finish()


def unpack(
    source: BufferedReader,
    folder: Path,
    *,
    passphrase: str | None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Unpack a backup into a folder, check every file against the manifest and return that.

    `progress` is told how many bytes of `source` are done since it was told last. Names outside a
    backup's own are refused, as are links and special files. Raises BadBackup, NeedsPassphrase,
    CannotDecrypt.
    """
    written: dict[str, Entry] = {}
    told = 0
    manifest: dict[str, Any] | None = None
    try:
        with (
            gzip.GzipFile(fileobj=_plain(source, passphrase), mode="rb") as packed,
            tarfile.open(fileobj=packed, mode="r|") as archive,
        ):
            for member in archive:
                file = archive.extractfile(member) if member.isreg() else None
                if manifest is not None or file is None:
                    raise BadBackup(f"{member.name} has no place in a backup")
                if member.name == MANIFEST:
                    manifest = json.loads(file.read())
                else:
                    written[member.name] = _unpack(member.name, file, folder)
                if progress:
                    progress(source.tell() - told)
                    told = source.tell()
            while packed.read(_BLOCK):  # to the end, so that its check sum is checked
                pass
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, OSError, ValueError) as error:
        if isinstance(error, BadBackup | NeedsPassphrase | CannotDecrypt) or _is_disk(error):
            raise
        raise BadBackup(f"the file is no backup, or it is damaged or cut ({error})") from error
    _check(manifest, written)
    return cast("dict[str, Any]", manifest)


def _plain(source: BufferedReader, passphrase: str | None) -> BinaryIO:
    if not source.peek(len(MAGIC)).startswith(MAGIC):
        return source
    if not passphrase:
        raise NeedsPassphrase("the backup is encrypted: give its passphrase")
    return cast("BinaryIO", DecryptingReader(source, passphrase=passphrase))


def _unpack(name: str, file: IO[bytes], folder: Path) -> Entry:
    if not _ALLOWED.fullmatch(name):
        raise BadBackup(f"{name} has no place in a backup")
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = sha256(), 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        while block := file.read(_BLOCK):
            out.write(block)
            digest.update(block)
            size += len(block)
        out.flush()
        os.fsync(out.fileno())
    return Entry(name, size, digest.hexdigest())


def _check(manifest: dict[str, Any] | None, written: dict[str, Entry]) -> None:
    if manifest is None:
        raise BadBackup("the file is cut: its manifest is missing")
    if manifest.get("format") != FORMAT:
        raise BadBackup(f"format {manifest.get('format')} of backups is unknown to this version")
    listed = {file["name"]: Entry(**file) for file in manifest["files"]}
    if missing := sorted(listed.keys() - written.keys()):
        raise BadBackup(f"{missing[0]} is missing")
    for name, entry in written.items():
        if listed.get(name) != entry:
            raise BadBackup(f"{name} is not what the manifest says")


def _is_disk(error: Exception) -> bool:
    """Whether the fault lies with our disk (full, read-only) and not with the backup."""
    return (type(error) is not OSError and isinstance(error, PermissionError)) or (
        isinstance(error, OSError) and error.errno in {28, 30, 122}
    )


class _Hashed:
    """A file that hashes and counts what is read from it."""

    def __init__(self, file: BinaryIO, progress: Progress | None) -> None:
        self._file = file
        self._progress = progress
        self.digest = sha256()

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        if self._progress:
            self._progress(len(data))
        return data
