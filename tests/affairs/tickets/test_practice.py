"""Which units handled the like is learned from closed tickets, shown beside the catalogue."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.utils.timezone import localdate

from gongzhi.affairs.tickets import practice
from gongzhi.affairs.tickets.learning import CannotLearn
from gongzhi.affairs.tickets.models import Ticket
from gongzhi.affairs.tickets.practice import learn_units, unit_model_file, usual_units
from gongzhi.affairs.tickets.requesters import ERASED_TEXT
from gongzhi.commons.organisations.editing import close_unit
from gongzhi.commons.organisations.permissions import NotPermitted
from gongzhi.commons.permissions.actors import SYSTEM
from gongzhi.commons.trained_models.files import read_model
from gongzhi.interfaces.commands.main import gongzhi
from tests.affairs.small_district import MONDAY, SmallDistrict
from tests.affairs.tickets.journeys import last_event
from tests.affairs.tickets.trained import decided

pytestmark = [pytest.mark.django_db, pytest.mark.database]
DAY = localdate(MONDAY)
WHO = {"environment.waste": "sanitation", "utilities.water": "street", "order": "committee"}


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MODELS_FOLDER = tmp_path / "models"


def handled(district: SmallDistrict, count: int = 300) -> list[int]:
    """Closed tickets, each closed by the unit that always closes that matter."""
    ids = decided(district, count)
    for code, unit in WHO.items():
        mine = Ticket.objects.filter(pk__in=ids, category_code=code)
        mine.update(lead_unit=district.units[unit])
    return ids


def test_units_are_learned_with_figures_on_the_newest(district: SmallDistrict) -> None:
    ids = handled(district)
    learned = learn_units(by=district.officer, at=MONDAY)
    assert (learned.closed, learned.units, learned.tested) == (300, 3, 60)
    assert learned.right > 0.95
    assert learned.table == 1.0 or learned.right >= learned.table
    record = read_model(unit_model_file())[1]["record"]
    assert record["last_ticket"] == max(ids)
    assert record["tried_on_the_newest"]["right"] == round(learned.right, 4)
    event = last_event(1, "unit_model")
    assert (event.kind, event.data["closed"]) == ("unit_model.learned", 300)


def test_a_ticket_gets_units_with_probability_and_words(district: SmallDistrict) -> None:
    assert usual_units(1, on=DAY) is None
    ids = handled(district)
    learn_units(by=SYSTEM, at=MONDAY)
    water = Ticket.objects.filter(pk__in=ids, category_code="utilities.water").last()
    assert water is not None
    usual = usual_units(water.pk, on=DAY)
    assert usual is not None
    assert usual.units[0].unit_id == district.units["street"].pk
    assert 0.6 < usual.units[0].probability <= 1
    assert all(word in water.text for word in usual.words)
    Ticket.objects.filter(pk=water.pk).update(text=ERASED_TEXT)
    assert usual_units(water.pk, on=DAY) is None
    assert usual_units(10**9, on=DAY) is None


def test_a_unit_that_is_closed_is_not_proposed(district: SmallDistrict) -> None:
    ids = handled(district)
    learn_units(by=SYSTEM, at=MONDAY)
    water = Ticket.objects.filter(pk__in=ids, category_code="utilities.water").last()
    assert water is not None
    street = district.units["street"]
    close_unit(unit_id=street.pk, ends=DAY, by=SYSTEM, at=MONDAY)
    for day, there in ((DAY, True), (DAY + timedelta(days=1), False)):
        usual = usual_units(water.pk, on=day)
        proposed = [unit.unit_id for unit in usual.units] if usual else []
        assert (street.pk in proposed) is there


def test_too_little_or_nothing_to_tell_apart_is_refused(
    district: SmallDistrict, monkeypatch: pytest.MonkeyPatch
) -> None:
    handled(district, 30)
    with pytest.raises(CannotLearn, match="Only 30 tickets"):
        learn_units(by=SYSTEM, at=MONDAY)
    monkeypatch.setattr(practice, "LEAST_DECISIONS", 10)
    Ticket.objects.update(lead_unit=district.units["street"])
    with pytest.raises(CannotLearn, match="One unit closed"):
        learn_units(by=SYSTEM, at=MONDAY)
    assert not unit_model_file().exists()
    with pytest.raises(NotPermitted):
        learn_units(by=district.sanitation, at=MONDAY)


def test_where_a_table_says_more_nothing_is_replaced(
    district: SmallDistrict, monkeypatch: pytest.MonkeyPatch
) -> None:
    handled(district)
    monkeypatch.setattr(practice, "_right_by_table", lambda *_: 1.1)
    with pytest.raises(CannotLearn, match="a plain table"):
        learn_units(by=SYSTEM, at=MONDAY)
    assert not unit_model_file().exists()


def test_the_command_learns_and_says_how_well(district: SmallDistrict) -> None:
    handled(district)
    result = CliRunner().invoke(gongzhi, ["triage", "learn", "--units"])
    assert result.exit_code == 0, result.output
    assert "300 closed tickets, 3 units" in result.output
    assert "派单目录" in result.output
