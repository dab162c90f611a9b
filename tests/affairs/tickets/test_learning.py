"""The district's decisions train its model, without erased words, and never for the worse."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from gongzhi.affairs.tickets import kept_models
from gongzhi.affairs.tickets.choices import State
from gongzhi.affairs.tickets.learning import CannotLearn, decisions, learn_categories
from gongzhi.affairs.tickets.models import Ticket
from gongzhi.affairs.tickets.requesters import erase_requester
from gongzhi.affairs.tickets.suggesting import model_file, suggester
from gongzhi.commons.ledger.verifying import verify
from gongzhi.commons.organisations.permissions import NotPermitted
from gongzhi.commons.permissions.actors import SYSTEM
from gongzhi.commons.trained_models.files import read_model
from gongzhi.engines.triage.texts import Message
from gongzhi.interfaces.commands.main import gongzhi
from tests.affairs.small_district import MONDAY, SmallDistrict
from tests.affairs.tickets.journeys import events, key_to, last_event
from tests.affairs.tickets.trained import decided

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MODELS_FOLDER = tmp_path / "models"


def test_a_better_model_is_put_in_place_with_its_record(district: SmallDistrict) -> None:
    ids = decided(district)
    learned = learn_categories(by=district.officer, at=MONDAY)
    assert (learned.decisions, learned.by_person, learned.matters) == (300, 300, 3)
    assert learned.right > 0.95
    assert (learned.before, learned.before_there) == ("rules", 0.0)
    record = read_model(model_file())[1]["record"]
    assert record["last_ticket"] == max(ids)
    assert record["messages"] == 300
    assert record["cross_validated"]["right"] == round(learned.right, 4)
    said = suggester().suggest([Message(body="水表走得太快，阀门锈住了")])[0]
    assert (said.category, said.basis) == ("utilities.water", "model")


def test_the_ledger_tells_of_it(district: SmallDistrict) -> None:
    decided(district)
    learned = learn_categories(by=district.officer, at=MONDAY)
    event = last_event(1, "category_model")
    assert event.kind == "category_model.learned"
    assert event.person_id == district.officer.person_id
    assert event.data["decisions"] == 300
    assert event.data["right_of_thousand"] == round(1000 * learned.right)
    assert len(event.data["digest"]) == 64
    assert not verify().findings


def test_what_was_kept_to_the_end_counts_and_what_is_still_open_does_not(
    district: SmallDistrict,
) -> None:
    kept = decided(district, 6, by_whom="rules")
    open_still = decided(district, 6, by_whom="rules", state=State.IN_PROGRESS)
    by_hand = decided(district, 6, by_whom="person", state=State.IN_PROGRESS)
    Ticket.objects.filter(pk=kept[0]).update(category_code="")
    Ticket.objects.filter(pk=kept[1]).update(category_code="of.another.tree")
    found = decisions()
    assert [decision.ticket_id for decision in found] == [*kept[2:], *by_hand]
    assert [decision.by_person for decision in found] == [False] * 4 + [True] * 6
    assert not set(open_still) & {decision.ticket_id for decision in found}
    assert [decision.ticket_id for decision in decisions(most=3)] == by_hand[3:]


def test_erased_words_are_not_learned(district: SmallDistrict) -> None:
    first, second, *_ = decided(district, 4)
    erase_requester(ticket_id=first, by=key_to(first), at=MONDAY)
    assert first not in [decision.ticket_id for decision in decisions()]
    assert second in [decision.ticket_id for decision in decisions()]


def test_a_worse_model_replaces_nothing(district: SmallDistrict) -> None:
    decided(district)
    learn_categories(by=SYSTEM, at=MONDAY)
    before = model_file().read_bytes()
    # Later decisions agree with the model in place, older ones were changed to nonsense.
    Ticket.objects.update(category_code="order")
    Ticket.objects.filter(text__contains="水").update(category_code="environment.waste")
    decided(district, 120)
    with pytest.raises(CannotLearn, match="Nothing was replaced") as refused:
        learn_categories(by=SYSTEM, at=MONDAY)
    assert "没有替换" in refused.value.chinese
    assert model_file().read_bytes() == before
    assert events(1, "category_model") == ["category_model.learned"]


def test_a_model_is_compared_only_on_what_it_has_not_seen(district: SmallDistrict) -> None:
    decided(district)
    learn_categories(by=SYSTEM, at=MONDAY)
    decided(district, 40)
    with pytest.raises(CannotLearn, match="Only 40 newer tickets"):
        learn_categories(by=SYSTEM, at=MONDAY)
    decided(district, 80)
    learned = learn_categories(by=SYSTEM, at=MONDAY)
    assert (learned.before, learned.compared, learned.decisions) == ("model", 120, 420)


def test_too_few_decisions_or_a_single_matter_teach_nothing(district: SmallDistrict) -> None:
    decided(district, 30)
    with pytest.raises(CannotLearn, match="Only 30 tickets"):
        learn_categories(by=SYSTEM, at=MONDAY)
    decided(district, 200)
    Ticket.objects.update(category_code="order")
    with pytest.raises(CannotLearn, match="one matter"):
        learn_categories(by=SYSTEM, at=MONDAY)
    assert not model_file().exists()


def test_a_file_that_cannot_be_written_leaves_no_event(
    district: SmallDistrict, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("no space left")

    decided(district)
    monkeypatch.setattr(kept_models, "write_model", full)
    with pytest.raises(OSError, match="no space"):
        learn_categories(by=SYSTEM, at=MONDAY)
    assert events(1, "category_model") == []


def test_only_the_district_and_the_administrator_may_train(district: SmallDistrict) -> None:
    decided(district)
    for actor in (district.worker, district.coordinator, district.street, district.water):
        with pytest.raises(NotPermitted):
            learn_categories(by=actor, at=MONDAY)
    assert not model_file().exists()


def test_the_command_says_what_was_learned_and_refuses_in_both_languages(
    district: SmallDistrict,
) -> None:
    refused = CliRunner().invoke(gongzhi, ["triage", "learn"])
    assert refused.exit_code == 1
    assert "只有 0 张" in refused.output
    assert "Only 0 tickets" in refused.output
    login = "community_worker-committee-willow"
    assert district.worker.person_id
    decided(district)
    denied = CliRunner().invoke(gongzhi, ["triage", "learn", "--as", login])
    assert (denied.exit_code, "You may not" in denied.output) == (1, True)
    done = CliRunner().invoke(gongzhi, ["triage", "learn"])
    assert done.exit_code == 0, done.output
    assert "300 tickets" in done.output
    assert model_file().exists()
