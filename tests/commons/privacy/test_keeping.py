"""Digests, rotation, retention and a person's own data."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet

from gongzhi.commons.ledger.models import Event
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.models import Person
from gongzhi.commons.permissions.actors import RESIDENT, SYSTEM, Actor
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.privacy import digests, encryption, keyring, my_data, retention
from gongzhi.commons.privacy.encryption import CannotOpen, open_text, seal_text
from gongzhi.commons.privacy.my_data import CannotCorrect, Fact, Holding
from gongzhi.commons.privacy.retention import RetentionRule

pytestmark = [pytest.mark.django_db, pytest.mark.database]

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
TICKET = Subject("ticket", 7)


def test_a_digest_says_whether_a_text_was_meant() -> None:
    made = digests.digests_for_new({TICKET: "三号楼漏水", Subject("ticket", 8): "三号楼漏水"})
    assert made[TICKET] != made[Subject("ticket", 8)]
    assert digests.says(TICKET, "三号楼漏水", made[TICKET])
    assert not digests.says(TICKET, "三号楼不漏水", made[TICKET])
    assert digests.digest("三号楼漏水", digests.key_of(TICKET)) == made[TICKET]


def test_an_erased_key_makes_the_digest_say_nothing() -> None:
    key = digests.make_keys([TICKET])[TICKET]
    made = digests.digest("三号楼漏水", key)
    assert digests.erase_keys([TICKET, Subject("ticket", 99)]) == 1
    with pytest.raises(digests.NoDigestKey):
        digests.says(TICKET, "三号楼漏水", made)
    with pytest.raises(digests.NoDigestKey):
        digests.digest("三号楼漏水", key)


@pytest.fixture
def sealed_names(monkeypatch):
    """Three people whose names are sealed: a stand-in for a room with a sealed column."""
    monkeypatch.setattr(encryption, "_columns", [])
    monkeypatch.setattr(encryption, "_CHUNK", 2)
    encryption.declare_sealed_column(
        "organisations.Person", "email", index_field="language", index=lambda text: text[:3]
    )
    for number in range(5):
        sealed = seal_text(f"139{number:08d}")
        Person.objects.create(login=f"p{number}", name="x", email=sealed)
    Person.objects.create(login="without", name="x", email="")


def test_rotation_re_encrypts_all_and_can_go_on_after_a_break(sealed_names, settings) -> None:
    fresh = Fernet.generate_key().decode()
    settings.KEYS = settings.KEYS | {"contact": [fresh, *settings.KEYS["contact"]]}
    settings.SECRETS_FILE = None
    seen: list[int] = []

    def killed(done: int) -> None:
        seen.append(done)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encryption.reseal(progress=killed)
    assert encryption.reseal(progress=seen.append) == 5 - seen[0]
    assert encryption.reseal() == 0
    settings.KEYS = settings.KEYS | {"contact": [fresh]}
    people = Person.objects.exclude(email="").order_by("login")
    assert [open_text(person.email) for person in people] == [f"139{n:08d}" for n in range(5)]
    assert {person.language for person in people} == {"139"}
    assert encryption.sealed_texts() == 5


def test_a_new_index_key_gives_new_indexes_without_sealing_anew(sealed_names, settings) -> None:
    settings.SECRETS_FILE = None
    before = set(Person.objects.values_list("email", flat=True))
    encryption._columns.clear()
    encryption.declare_sealed_column(
        "organisations.Person", "email", index_field="language", index=lambda text: text[3:6]
    )
    assert encryption.reseal() == 5
    assert set(Person.objects.values_list("email", flat=True)) == before
    assert set(Person.objects.exclude(email="").values_list("language", flat=True)) == {"000"}
    assert encryption.reseal() == 0


def test_a_key_is_added_before_the_others_and_the_old_ones_can_be_dropped(
    settings, tmp_path
) -> None:
    settings.KEYS = {purpose: list(ring) for purpose, ring in settings.KEYS.items()}
    settings.SECRETS_FILE = tmp_path / "secrets.json"
    settings.SECRETS_FILE.write_text(json.dumps(settings.KEYS))
    old = seal_text("13800138000")
    keyring.add_key("contact")
    fresh = seal_text("13800138000")
    assert len(settings.KEYS["contact"]) == 2
    assert open_text(old) == open_text(fresh) == "13800138000"
    assert [file.name for file in tmp_path.iterdir()] == ["secrets.json"]
    assert settings.SECRETS_FILE.stat().st_mode & 0o077 == 0
    assert keyring.forget_old_keys("contact") == 1
    assert open_text(fresh) == "13800138000"
    with pytest.raises(CannotOpen):
        open_text(old)


def test_rotation_names_the_row_that_no_key_opens(sealed_names, settings) -> None:
    settings.SECRETS_FILE = None
    settings.KEYS = settings.KEYS | {"contact": [Fernet.generate_key().decode()]}
    first = Person.objects.exclude(email="").order_by("pk").first()
    assert first is not None
    with pytest.raises(CannotOpen, match=f"organisations.Person {first.pk}"):
        encryption.reseal()


@pytest.fixture
def rules(monkeypatch):
    monkeypatch.setattr(retention, "_rules", {})
    left = [AT - timedelta(days=days) for days in (5, 40, 50, 400)]

    def apply(*, cutoff: datetime, limit: int, at: datetime) -> int:
        due = [moment for moment in left if moment < cutoff][: min(limit, 1)]
        for moment in due:
            left.remove(moment)
        return len(due)

    retention.declare_retention(RetentionRule("tickets.contact", "已办结诉求的联系方式", 30, apply))
    return left


def test_what_is_older_than_its_time_is_erased_in_chunks_with_an_event_each(rules) -> None:
    assert retention.run_retention(at=AT) == {"tickets.contact": 3}
    assert rules == [AT - timedelta(days=5)]
    events = Event.objects.filter(kind="retention.applied").order_by("sequence")
    assert [event.data["items"] for event in events] == [1, 1, 1]
    assert retention.run_retention(at=AT) == {"tickets.contact": 0}
    assert retention.retention_rules()[0].is_default


def test_a_run_whose_time_is_over_leaves_the_rest_for_the_next(rules) -> None:
    assert retention.run_retention(at=AT, seconds=-1) == {"tickets.contact": 0}
    assert retention.run_retention(at=AT) == {"tickets.contact": 3}


def test_an_administrator_sets_another_period(rules) -> None:
    retention.set_period(rule="tickets.contact", days=365, by=SYSTEM, at=AT)
    assert retention.retention_rules()[0].days == 365
    assert retention.run_retention(at=AT) == {"tickets.contact": 1}
    with pytest.raises(retention.CannotSetPeriod):
        retention.set_period(rule="tickets.contact", days=0, by=SYSTEM, at=AT)
    with pytest.raises(retention.UnknownRule):
        retention.set_period(rule="nothing", days=3, by=SYSTEM, at=AT)
    with pytest.raises(NotPermitted):
        retention.set_period(rule="tickets.contact", days=3, by=RESIDENT, at=AT)


@pytest.fixture
def contact(monkeypatch):
    monkeypatch.setattr(my_data, "_holdings", {})
    held = {7: "13800138000"}

    def see(subject_id: int, *, by: Actor) -> list[Fact]:
        return [Fact("phone", "电话", held[subject_id])] if subject_id in held else []

    def correct(subject_id: int, *, fact: str, value: str, by: Actor, at: datetime) -> None:
        held[subject_id] = value

    def erase(subject_id: int, *, by: Actor, at: datetime) -> None:
        held.pop(subject_id)

    my_data.declare_holding(
        Holding("ticket", "tickets.contact", "联系方式", "回复诉求", see, correct, erase)
    )
    my_data.declare_holding(
        Holding("ticket", "tickets.text", "诉求", "办理", lambda i, by: [], reason="办理记录")
    )
    return held


def test_a_person_sees_corrects_and_takes_along_their_data(contact) -> None:
    my_data.correct_my_data(
        subject=TICKET, holding="tickets.contact", fact="phone", value="139", by=RESIDENT, at=AT
    )
    held = my_data.export_my_data(TICKET, by=RESIDENT, at=AT)["held"]
    assert isinstance(held, list)
    assert held[0]["facts"] == ({"name": "phone", "title": "电话", "value": "139"},)
    assert [data.can_erase for data in my_data.see_my_data(TICKET, by=RESIDENT)] == [True, False]
    assert my_data.see_my_data(Subject("task", 7), by=RESIDENT) == []


def test_erasing_says_what_stays_and_why(contact) -> None:
    erasure = my_data.erase_my_data(subject=TICKET, by=RESIDENT, at=AT)
    assert erasure.erased == ("联系方式",)
    assert erasure.kept == (("诉求", "办理记录"),)
    assert contact == {}


def test_what_may_not_be_corrected_is_refused_with_the_reason(contact) -> None:
    for holding, why in [("tickets.text", "办理记录"), ("unknown", "unknown")]:
        with pytest.raises(CannotCorrect, match=why):
            my_data.correct_my_data(
                subject=TICKET, holding=holding, fact="text", value="", by=RESIDENT, at=AT
            )


def test_a_holding_that_allows_too_little_must_say_why(contact) -> None:
    with pytest.raises(ValueError, match="must say why"):
        my_data.declare_holding(Holding("ticket", "x", "甲", "乙", lambda i, by: []))
