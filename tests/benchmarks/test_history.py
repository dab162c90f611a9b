"""The history that benchmarks load is what the real actions would have written."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, models, transaction

from benchmarks.history_copies import MODELS, copies, next_ids, pattern_of
from benchmarks.history_lives import Life, live
from benchmarks.history_writing import write
from gongzhi.affairs.tickets import intake
from gongzhi.affairs.tickets.choices import Channel, Satisfied, Solved
from gongzhi.affairs.tickets.intake import Contact, Request
from gongzhi.affairs.tickets.searching import TABLE
from gongzhi.commons.ledger.models import OutboxEntry
from gongzhi.commons.ledger.verifying import verify
from gongzhi.commons.notices.models import Delivery
from tests.affairs.small_district import MONDAY, SmallDistrict, build

pytestmark = [pytest.mark.django_db, pytest.mark.database]

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def district(db: None) -> SmallDistrict:
    return build()


@pytest.fixture(autouse=True)
def _nothing_by_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys and ciphertexts are random; equal inputs shall give equal rows here."""
    monkeypatch.setattr(intake.secrets, "token_hex", lambda size: "ab" * size)
    monkeypatch.setattr(intake, "seal_text", lambda text: f"sealed {text}")


def _life(district: SmallDistrict, **steps: Any) -> Life:
    request = Request(
        text="和风花园门口的垃圾桶三天没人清运，很臭",
        channel=Channel.OPEN311,
        place_id=district.places["garden"].pk,
        contact=Contact(name="王女士", phone="13800138000"),
        is_public=True,
    )
    return Life(request=request, at=MONDAY, **steps)


def _everything(after: dict[type[models.Model], int]) -> dict[str, Any]:
    """Every column of every row that came after these ids."""
    kept = {
        model.__name__: list(model._default_manager.filter(pk__gte=first).order_by("pk").values())
        for model, first in after.items()
    }
    key = "rowid" if connection.vendor == "sqlite" else "ticket_id"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key}, words FROM {TABLE} ORDER BY {key}")
        words = cursor.fetchall()
    return kept | {
        "words": words[1:],
        "deliveries": list(Delivery.objects.values()),
        "outbox": list(OutboxEntry.objects.values()),
    }


LIVES: dict[str, dict[str, Any]] = {
    "still with its unit": {},
    "closed and called back": {
        "contacted": 40 * MINUTE,
        "answered": 5 * HOUR,
        "closed": 6 * HOUR,
        "called_back": 2 * DAY,
        "solved": Solved.YES,
        "satisfied": Satisfied.BASICALLY,
    },
    "closed and never answered": {"contacted": HOUR, "answered": 3 * DAY, "closed": 4 * DAY},
}


@pytest.mark.parametrize("steps", LIVES.values(), ids=LIVES.keys())
@pytest.mark.parametrize("shift", [37 * MINUTE, 9 * HOUR, 4 * DAY, 32 * DAY + 3 * HOUR], ids=str)
def test_a_copy_has_every_column_that_the_actions_write_at_that_time(
    district: SmallDistrict, steps: dict[str, Any], shift: timedelta
) -> None:
    pattern = pattern_of(live(_life(district, **steps)))
    first = dict(next_ids().of)
    with transaction.atomic():
        live(_life(district, **steps).later(shift))
        real = _everything(first)
        transaction.set_rollback(True)
    ids = next_ids()
    # The ids that the actions got: PostgreSQL's sequences don't go back.
    ids.of |= {model: rows[0]["id"] for model in MODELS if (rows := real[model.__name__])}
    write(copies(pattern, [shift], ids))
    copied = _everything(first)
    assert copied == real
    assert len(copied["Ticket"]) == 1
    assert copied["Event"][-1]["hash"] != pattern.events[-1]["hash"]


def test_the_ledger_with_copies_in_it_verifies(district: SmallDistrict) -> None:
    pattern = pattern_of(live(_life(district, **LIVES["closed and called back"])))
    shifts = [number * 17 * MINUTE for number in range(1, 30)]
    assert write(copies(pattern, shifts, next_ids())) == 29
    assert verify().is_sound


def test_a_ticket_on_its_way_out_is_refused_as_a_pattern(
    district: SmallDistrict, settings: Any
) -> None:
    settings.EMAIL_HOST = "mail.example.org"
    ticket_id = live(_life(district))
    with pytest.raises(ValueError, match="deliveries"):
        pattern_of(ticket_id)
