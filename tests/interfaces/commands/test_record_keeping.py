"""`gongzhi verify`, `seal` and `rotate-key` as somebody at the machine meets them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gongzhi.commons.organisations.models import Person
from gongzhi.commons.privacy import encryption
from gongzhi.commons.privacy.encryption import open_text, seal_text
from gongzhi.interfaces.commands.main import COMMANDS, gongzhi
from tests.commons.ledger.tampering import run_sql, write_chain

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path: Path) -> Path:
    """Keys of this test's own, so that it may change them."""
    settings.SEAL_KEY_FILE = tmp_path / "seal.key"
    settings.KEYS = {purpose: list(ring) for purpose, ring in settings.KEYS.items()}
    settings.SECRETS_FILE = tmp_path / "secrets.json"
    settings.SECRETS_FILE.write_text(json.dumps(settings.KEYS))
    return tmp_path


def run(*words: str) -> Result:
    result = CliRunner().invoke(gongzhi, list(words))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_sealed_and_untouched_ledger_is_sound(own_keys: Path) -> None:
    write_chain(1, 3)
    file = str(own_keys / "seals.jsonl")
    sealed = run("seal", file)
    assert sealed.exit_code == 0
    assert "1 new seals" in sealed.output
    assert "1 seals exported" in sealed.output
    for words in (("verify",), ("verify", "--seal", file)):
        result = run(*words)
        assert result.exit_code == 0
        assert "3 events, 1 subjects, 1 seals" in result.output


def test_without_a_seal_it_says_what_can_not_be_seen() -> None:
    write_chain(1, 3)
    result = run("verify")
    assert result.exit_code == 0
    assert "gongzhi seal" in result.output


def test_what_was_done_to_the_record_is_named_and_ends_with_1(own_keys: Path) -> None:
    write_chain(1, 3)
    write_chain(2, 3)
    file = str(own_keys / "seals.jsonl")
    run("seal", file)
    run_sql("UPDATE ledger_event SET place_id = 88 WHERE subject_id = %s AND sequence = 2", 1)
    run_sql("DELETE FROM ledger_event WHERE subject_id = %s", 2)
    run_sql("DELETE FROM ledger_seal")
    result = run("verify", "--seal", file)
    assert result.exit_code == 1
    assert "ledgertest 1 第 2 条 被改动  ledgertest 1 event 2 changed" in result.output
    assert "ledgertest 2 event 1–3 deleted" in result.output
    assert "not sound" in result.output


def test_a_wrong_key_or_file_is_refused_in_words(own_keys: Path) -> None:
    (own_keys / "no.pem").write_text("nothing")
    wrong = run("verify", "--key", str(own_keys / "no.pem"))
    assert wrong.exit_code == 1
    assert "key file" in wrong.output
    assert run("verify", "--seal", str(own_keys / "absent")).exit_code == 2
    nowhere = run("seal", str(own_keys / "absent" / "seals.jsonl"))
    assert nowhere.exit_code == 1
    assert "Could not write" in nowhere.output


def test_the_key_of_contacts_is_changed_and_the_old_one_dropped(monkeypatch, settings) -> None:
    monkeypatch.setattr(encryption, "_columns", [])
    encryption.declare_sealed_column("organisations.Person", "email")
    for number in range(3):
        Person.objects.create(login=f"p{number}", name="x", email=seal_text(f"1380000000{number}"))
    result = run("rotate-key", "--forget-old")
    assert result.exit_code == 0
    assert "3 texts sealed anew" in result.output
    assert "1 old keys dropped" in result.output
    assert len(settings.KEYS["contact"]) == 1
    people = Person.objects.filter(login__startswith="p").order_by("login")
    assert [open_text(person.email) for person in people] == [f"1380000000{n}" for n in range(3)]
    again = run("rotate-key", "--resume")
    assert "0 texts sealed anew" in again.output


def test_a_text_that_no_key_opens_keeps_the_old_keys(monkeypatch, settings) -> None:
    monkeypatch.setattr(encryption, "_columns", [])
    encryption.declare_sealed_column("organisations.Person", "email")
    Person.objects.create(login="p", name="x", email="broken")
    result = run("rotate-key", "--forget-old")
    assert result.exit_code == 1
    assert len(settings.KEYS["contact"]) == 2


@pytest.mark.parametrize("name", ["verify", "seal", "backup", "restore", "rotate-key"])
def test_each_command_explains_itself_in_both_languages(name: str) -> None:
    text = run(name, "--help").output
    assert COMMANDS[name][1] in run("--help").output
    assert any("\u4e00" <= character <= "\u9fff" for character in text)
    assert any(word in text for word in ("ledger", "Back up", "Restore", "Change the key"))
