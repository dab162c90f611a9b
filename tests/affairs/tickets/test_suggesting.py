"""A trained model suggests where one lies ready and fits the tree; the rules where it doesn't."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from gongzhi.affairs.tickets import kept_models, suggesting
from gongzhi.affairs.tickets.choices import State
from gongzhi.affairs.tickets.models import Ticket
from gongzhi.affairs.tickets.suggesting import suggester
from gongzhi.commons.categories.models import Category
from gongzhi.commons.categories.queries import revision
from gongzhi.coordination.follow_ups import follow_all
from gongzhi.engines.triage.texts import Message
from tests.affairs.small_district import MONDAY, SmallDistrict
from tests.affairs.tickets.journeys import events, receive, ticket
from tests.affairs.tickets.trained import PHRASES, put_model

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MODELS_FOLDER = tmp_path / "models"


WATER = "龙头滴个不停，水压不足，请派人来看看"


def logged(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """The warnings of this room, as values."""
    found = [record.msg for record in caplog.records if record.levelname == "WARNING"]
    return [line for line in found if isinstance(line, dict)]


def triaged(district: SmallDistrict, text: str) -> Any:
    ticket_id = receive(district, text).ticket_id
    follow_all(at=MONDAY)
    return ticket(ticket_id)


def test_without_a_model_the_rules_suggest(district: SmallDistrict) -> None:
    assert triaged(district, WATER).triage["basis"] == "rules"
    assert triaged(district, "水管裂了，停水一天").category_code == "utilities.water"


def test_with_a_model_three_ranks_and_positions_are_kept(district: SmallDistrict) -> None:
    put_model()
    found = triaged(district, WATER)
    assert (found.category_code, found.category_by) == ("utilities.water", "model")
    assert found.state == State.DISPATCHED
    assert events(found.pk)[1] == "ticket.triaged"
    ranks = found.triage["ranks"]
    assert ranks[0][0] == "utilities.water"
    assert len(ranks) == 3
    assert sum(share for _, share in ranks) == pytest.approx(1, abs=0.001)
    words = {"subject": found.title, "body": found.text}
    spans = found.triage["evidence"]
    assert spans
    assert any("龙头" in words[field][start:end] for field, start, end in spans)
    assert not any(isinstance(part, str) and part not in words for span in spans for part in span)


def test_what_the_requester_chose_stays_whatever_the_model_says(district: SmallDistrict) -> None:
    put_model()
    ticket_id = receive(district, WATER).ticket_id
    Ticket.objects.filter(pk=ticket_id).update(category_code="order", category_by="requester")
    follow_all(at=MONDAY)
    assert (ticket(ticket_id).category_code, ticket(ticket_id).category_by) == (
        "order",
        "requester",
    )


def test_the_file_is_read_once_and_again_when_it_changed(
    district: SmallDistrict, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []
    usual = kept_models.read_model
    monkeypatch.setattr(kept_models, "read_model", lambda p: (read.append(p), usual(p))[1])
    path = put_model()
    for _ in range(3):
        suggester().suggest([Message(body=WATER)])
    assert len(read) == 1
    put_model()
    os.utime(path, ns=(1, 1))
    suggester().suggest([Message(body=WATER)])
    assert len(read) == 2
    path.unlink()
    assert suggester().suggest([Message(body=WATER)])[0].basis == "rules"


@pytest.mark.parametrize("kind", ["empty", "cut", "damaged", "other", "folder"])
def test_a_broken_file_leaves_the_rules_and_a_line_in_the_log(
    district: SmallDistrict, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = put_model()
    whole = path.read_bytes()
    path.unlink()
    if kind == "folder":
        path.mkdir()
    elif kind == "damaged":  # in the middle of the packed arrays
        half = len(whole) // 2
        path.write_bytes(whole[:half] + bytes(200) + whole[half + 200 :])
    else:
        path.write_bytes({"empty": b"", "cut": whole[:2000], "other": b"no model"}[kind])
    found = triaged(district, "水管裂了，停水一天")
    triaged(district, "水管又裂了，停水两天")
    assert (found.category_code, found.triage["basis"]) == ("utilities.water", "rules")
    assert [line["event"] for line in logged(caplog)] == ["triage.model_unusable"]


def test_labels_may_be_names_of_matters(district: SmallDistrict) -> None:
    put_model({"utilities.water": "供水", "order": "公共秩序"})
    found = suggester().suggest([Message(body=WATER)])[0]
    assert found.category == "utilities.water"
    assert {rank.category for rank in found.ranks} == set(PHRASES)


def test_a_label_that_is_no_matter_leaves_its_messages_to_the_rules(
    district: SmallDistrict, caplog: pytest.LogCaptureFixture
) -> None:
    put_model({"utilities.water": "从前的供水"})
    water, noise = suggester().suggest(
        [Message(body=f"{WATER}，水管漏了"), Message(body="半夜唱歌，音响太吵，深夜装修")]
    )
    suggester().suggest([Message(body=WATER)])
    assert (water.category, water.basis) == ("utilities.water", "rules")
    assert (noise.category, noise.basis) == ("order", "model")
    assert "从前的供水" not in [rank.category for rank in noise.ranks]
    told = [(line["event"], line["unknown"], line["of"]) for line in logged(caplog)]
    assert told == [("triage.labels_unknown", 1, 3)]


def test_a_matter_that_ended_is_suggested_no_more(district: SmallDistrict) -> None:
    put_model()
    assert suggester().suggest([Message(body=WATER)])[0].category == "utilities.water"
    Category.objects.filter(code="utilities.water").update(valid_to="2021-01-01")
    with transaction.atomic():
        revision.grow()
    found = suggester().suggest([Message(body=WATER)])[0]
    assert "utilities.water" not in [rank.category for rank in found.ranks]


def test_a_model_of_another_tree_is_not_used_at_all(district: SmallDistrict) -> None:
    put_model({code: f"别处的{at}" for at, code in enumerate(PHRASES)})
    assert suggester().suggest([Message(body=WATER)])[0].basis == "rules"
    assert suggesting.model_in_use() is None
