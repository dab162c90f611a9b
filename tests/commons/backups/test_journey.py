"""From a running installation into one file, and from the file into an empty installation."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from gongzhi.commons.backups.archives import write_archive

ROOT = Path(__file__).resolve().parents[3]

SEED = """
import django; django.setup()
from io import BytesIO
from gongzhi.commons.attachments import access, attaching
from gongzhi.commons.ledger import seals
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import SYSTEM
from tests.affairs.small_district import build
from tests.affairs.tickets.journeys import dispatched
from tests.commons.ledger.tampering import AT, write_chain
for number in range(1, 41):
    write_chain(number, 5)
dispatched(build())
seals.make_seal(at=AT)
access.declare_access("ledgertest", may_read=lambda i, b: True, may_attach=lambda i, b: True)
attaching.attach(BytesIO(b"%PDF-1.7 hello"), subject=Subject("ledgertest", 1), by=SYSTEM, at=AT)
from django.conf import settings
settings.MODELS_FOLDER.mkdir()
(settings.MODELS_FOLDER / "categories.model").write_bytes(b"what was learned")
"""

READ = """
import json
import django; django.setup()
from django.conf import settings
from gongzhi.affairs.tickets.models import Requester, Ticket
from gongzhi.affairs.tickets.searching import Sought, found_by_words
from gongzhi.commons.attachments.models import Attachment
from gongzhi.commons.attachments.storage import path_of
from gongzhi.commons.ledger.models import Event, Seal
from gongzhi.commons.privacy.encryption import open_text
from gongzhi.commons.privacy.models import DigestKey
row = Attachment.objects.get()
print(Event.objects.count(), Seal.objects.count(), path_of(row.content).read_bytes())
print((settings.MODELS_FOLDER / "categories.model").read_bytes())
print(Ticket.objects.get().text, open_text(Requester.objects.get().phone_sealed))
print("found by its words:", list(found_by_words(Sought("垃圾"))))
print([bytes(key.secret).hex() for key in DigestKey.objects.all()], settings.KEYS)
for e in Event.objects.order_by("pk"):
    print(e.at.isoformat(), json.dumps(e.data, sort_keys=True), e.hash)
"""


def run(code_or_command: str | list[str], data: Path, **env: str) -> subprocess.CompletedProcess:
    command = (
        [sys.executable, "-c", code_or_command]
        if isinstance(code_or_command, str)
        else [sys.executable, "-m", "gongzhi.interfaces.commands", *code_or_command]
    )
    return subprocess.run(
        command, env=environment(data, **env), capture_output=True, text=True, check=False
    )


def environment(data: Path, **env: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GONGZHI_")}
    return kept | {
        "GONGZHI_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "gongzhi.config.settings.local",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        **env,
    }


def done(result: subprocess.CompletedProcess) -> str:
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def living(tmp_path_factory) -> Path:
    """An installation with some life in it, on SQLite."""
    data = tmp_path_factory.mktemp("living")
    done(run(["init"], data))
    done(run(SEED, data))
    return data


@pytest.mark.slow
class TestOnSQLite:
    def test_a_restored_copy_is_the_same_and_verifies(self, living: Path, tmp_path: Path) -> None:
        file, copy = tmp_path / "district.backup", tmp_path / "copy"
        done(run(["backup", str(file)], living))
        assert file.stat().st_mode & 0o077 == 0
        assert [path.name for path in tmp_path.iterdir()] == ["district.backup"]
        assert "events verified" in done(run(["restore", str(file)], copy))
        assert done(run(READ, copy)) == done(run(READ, living))
        assert "sound" in done(run(["verify"], copy))

    def test_a_portable_backup_restores_the_same_rows(self, living: Path, tmp_path: Path) -> None:
        """Also what lies outside the rows: keys that open contacts, and the index of words."""
        file, copy = tmp_path / "district.backup", tmp_path / "copy"
        done(run(["backup", str(file), "--portable"], living))
        assert "events verified" in done(run(["restore", str(file)], copy))
        assert done(run(READ, copy)) == done(run(READ, living))

    def test_an_encrypted_backup_needs_its_passphrase(self, living: Path, tmp_path: Path) -> None:
        word = tmp_path / "word"
        word.write_text("correct horse\n")
        file, copy = tmp_path / "district.backup", tmp_path / "copy"
        done(run(["backup", str(file), "--passphrase-file", str(word)], living))
        assert b"secrets.json" not in file.read_bytes()
        wrong = tmp_path / "wrong"
        wrong.write_text("battery staple\n")
        refused = run(["restore", str(file), "--passphrase-file", str(wrong)], copy)
        assert refused.returncode == 1
        assert "passphrase" in refused.stderr
        assert list(copy.iterdir()) == []
        done(run(["restore", str(file), "--passphrase-file", str(word)], copy))
        assert done(run(READ, copy)) == done(run(READ, living))

    def test_nothing_is_restored_over_something(self, living: Path, tmp_path: Path) -> None:
        file = tmp_path / "district.backup"
        done(run(["backup", str(file)], living))
        before = done(run(READ, living))
        refused = run(["restore", str(file)], living)
        assert refused.returncode == 1
        assert "not empty" in refused.stderr
        assert done(run(READ, living)) == before
        again = run(["backup", str(file)], living)
        assert again.returncode == 1
        assert "another name" in again.stderr

    def test_a_damaged_backup_restores_nothing(self, living: Path, tmp_path: Path) -> None:
        file, copy = tmp_path / "district.backup", tmp_path / "copy"
        done(run(["backup", str(file)], living))
        whole = file.read_bytes()
        file.write_bytes(whole[: len(whole) * 2 // 3])
        refused = run(["restore", str(file)], copy)
        assert refused.returncode == 1
        assert list(copy.iterdir()) == []

    def test_a_backup_of_a_newer_version_is_refused(self, tmp_path: Path) -> None:
        file, copy = tmp_path / "newer.backup", tmp_path / "copy"
        newer = [["tickets", "9999_from_the_future"], ["gone_app", "0001_initial"]]
        with file.open("wb") as out, write_archive(out, passphrase=None) as archive:
            archive.add_bytes("secrets.json", b"{}")
            archive.close({"database": "rows", "gongzhi": "9.0", "migrations": newer})
        refused = run(["restore", str(file)], copy)
        assert refused.returncode == 1
        assert "newer version (9.0): tickets 9999_from_the_future" in refused.stderr
        assert list(copy.iterdir()) == []

    def test_a_killed_backup_leaves_no_file_and_the_next_clears_up(
        self, living: Path, tmp_path: Path
    ) -> None:
        bulk = living / "attachments" / "zz"
        bulk.mkdir(parents=True)
        (bulk / ("0" * 64)).write_bytes(os.urandom(80_000_000))
        file = tmp_path / "district.backup"
        process = subprocess.Popen(
            [sys.executable, "-m", "gongzhi.interfaces.commands", "backup", str(file)],
            env=environment(living),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while not list(tmp_path.glob(".gongzhi-backup-*/draft")):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not file.exists()
        (bulk / ("0" * 64)).unlink()
        bulk.rmdir()
        done(run(["backup", str(file)], living))
        assert [path.name for path in tmp_path.iterdir()] == ["district.backup"]

    def test_a_backup_is_made_while_somebody_writes(self, living: Path, tmp_path: Path) -> None:
        copy, file = tmp_path / "copy", tmp_path / "district.backup"
        done(run(["backup", str(tmp_path / "first.backup")], living))
        done(run(["restore", str(tmp_path / "first.backup")], copy))
        writing = (
            "import django; django.setup()\n"
            "import itertools\n"
            "from tests.commons.ledger.tampering import write_chain\n"
            "for number in itertools.count(1000):\n"
            "    write_chain(number, 3); print(number, flush=True)\n"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", writing],
            env=environment(copy),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        process.stdout.readline()
        try:
            done(run(["backup", str(file)], copy))
        finally:
            process.kill()
            process.wait()
        assert "verified" in done(run(["restore", str(file)], tmp_path / "second"))

    def test_a_damaged_attachment_is_reported_and_backed_up_as_it_is(
        self, living: Path, tmp_path: Path
    ) -> None:
        copy = tmp_path / "copy"
        done(run(["backup", str(tmp_path / "first.backup")], living))
        done(run(["restore", str(tmp_path / "first.backup")], copy))
        (content,) = (copy / "attachments").glob("*/*")
        content.write_bytes(b"rot")
        result = run(["backup", str(tmp_path / "second.backup")], copy)
        assert result.returncode == 1
        assert content.name in result.stderr
        assert (tmp_path / "second.backup").exists()


@pytest.fixture
def new_database():
    """Makes empty PostgreSQL databases, and drops them afterwards."""
    if settings.DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
        pytest.skip("runs in the PostgreSQL part of the suite")
    values = settings.DATABASES["default"]
    server = f"postgresql://{values['USER']}@{values['HOST']}:{values['PORT'] or 5432}"
    names: list[str] = []
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:

        def make(name: str) -> str:
            names.append(f"gongzhi_{name}_{os.getpid()}")
            connection.execute(f"CREATE DATABASE {names[-1]}")
            return f"{server}/{names[-1]}"

        yield make
        for name in names:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.mark.slow
@pytest.mark.database
def test_a_district_moves_from_sqlite_to_postgresql_and_on(
    living: Path, tmp_path: Path, new_database
) -> None:
    portable, whole = tmp_path / "portable.backup", tmp_path / "whole.backup"
    done(run(["backup", str(portable), "--portable"], living))
    done(run(["backup", str(whole)], living))
    first, second = (new_database(name) for name in ("first", "second"))
    refused = run(["restore", str(whole)], tmp_path / "no", GONGZHI_DATABASE_URL=first)
    assert refused.returncode == 1
    assert "--portable" in refused.stderr
    moved, again, back = tmp_path / "moved", tmp_path / "again", tmp_path / "back"
    done(run(["restore", str(portable)], moved, GONGZHI_DATABASE_URL=first))
    read = done(run(READ, living))
    assert done(run(READ, moved, GONGZHI_DATABASE_URL=first)) == read
    # New rows get new numbers.
    more = "import django; django.setup()\nfrom tests.commons.ledger.tampering import write_chain\n"
    done(run(more + "write_chain(77, 2)", moved, GONGZHI_DATABASE_URL=first))
    file = tmp_path / "from-postgresql.backup"
    done(run(["backup", str(file)], moved, GONGZHI_DATABASE_URL=first))
    said = done(run(["restore", str(file)], again, GONGZHI_DATABASE_URL=second))
    count = int(read.split()[0]) + 2
    assert f"{count} events verified" in said
    occupied = run(["restore", str(file)], tmp_path / "else", GONGZHI_DATABASE_URL=second)
    assert "not empty" in occupied.stderr
    assert f"{count} events verified" in done(run(["restore", str(file)], back))
    assert "found by its words: [[1]]" in done(run(READ, back))
