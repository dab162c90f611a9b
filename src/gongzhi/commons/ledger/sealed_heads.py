"""The heads of all seals, sorted, on disk: so that any number of them fits in little memory."""

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Self

from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.ledger.seal_files import Head, SealHeader


class SealedHeads:
    """What has been sealed, by subject: event sequence and hash, of each seal that names it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.seals = 0
        self.heads = 0
        self.up_to = 0
        connection.execute(
            "CREATE TABLE head (kind TEXT, id INTEGER, sequence INTEGER, hash TEXT,"
            " PRIMARY KEY (kind, id, sequence, hash)) WITHOUT ROWID"
        )

    @classmethod
    @contextmanager
    def on_disk(cls) -> Iterator[Self]:
        """An empty collection in a temporary file, which goes with it."""
        with tempfile.NamedTemporaryFile(prefix="gongzhi-seal-") as file:
            connection = sqlite3.connect(file.name)
            connection.execute("PRAGMA journal_mode=OFF")
            connection.execute("PRAGMA synchronous=OFF")
            try:
                yield cls(connection)
            finally:
                connection.close()

    def add(self, header: SealHeader, heads: Iterable[Head]) -> None:
        """Add one seal's heads."""
        rows = [(head.subject.kind, head.subject.id, head.sequence, head.hash) for head in heads]
        self._connection.executemany("INSERT OR IGNORE INTO head VALUES (?, ?, ?, ?)", rows)
        self._connection.commit()
        self.seals += 1
        self.heads += len(rows)
        self.up_to = max(self.up_to, header.up_to)

    def kinds(self) -> set[str]:
        """The kinds of subjects that were sealed."""
        return {row[0] for row in self._connection.execute("SELECT DISTINCT kind FROM head")}

    def of_kind(self, kind: str) -> Iterator[tuple[Subject, dict[int, str]]]:
        """The sealed subjects of a kind by id, each with hash by sequence."""
        rows = self._connection.execute(
            "SELECT id, sequence, hash FROM head WHERE kind = ? ORDER BY id, sequence", (kind,)
        )
        for subject_id, group in groupby(rows, key=lambda row: row[0]):
            yield Subject(kind, subject_id), {sequence: digest for _, sequence, digest in group}
