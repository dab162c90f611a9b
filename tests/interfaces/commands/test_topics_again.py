"""What a topic's page says of its map, the command says again of the topic's export."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from django.contrib.auth import get_user_model
from django.test import Client

from gongzhi.affairs.assemblies.drawing import draw_opinion
from gongzhi.affairs.assemblies.models import Drawing
from gongzhi.interfaces.commands.main import gongzhi
from tests.affairs.assemblies.talks import LATER, Talk, propose
from tests.affairs.small_district import SmallDistrict, build

pytestmark = [pytest.mark.django_db, pytest.mark.database]

STATEMENTS = 12
CAMPS = (14, 11, 9)


@pytest.fixture
def district(db: None) -> SmallDistrict:
    return build()


def lively(district: SmallDistrict, *, seed: int) -> Talk:
    """Three camps that vote here and there, while the worker draws in between."""
    chance = np.random.default_rng(seed)
    talk = propose(district, seeds=[f"第{number}条说法是这样的" for number in range(STATEMENTS)])
    talk.open()
    talk.invite(sum(CAMPS))
    leans = chance.random((len(CAMPS), STATEMENTS)).round() * 0.8 + 0.1
    leans[:, 0] = 0.95  # what all share
    order = chance.permutation(np.repeat(np.arange(len(CAMPS)), CAMPS))
    for seat, camp in enumerate(order):
        says = np.where(chance.random(STATEMENTS) < leans[camp], 1, -1)
        says[chance.random(STATEMENTS) < 0.1] = 0
        seen = chance.random(STATEMENTS) < 0.85
        talk.vote(seat, [int(one) if here else None for one, here in zip(says, seen, strict=True)])
        if seat % 7 == 6:
            draw_opinion(topic_id=talk.topic_id, at=LATER)
    draw_opinion(topic_id=talk.topic_id, at=LATER)
    return talk


def computed(talk: Talk, folder: Path) -> dict[str, Any]:
    """The two files that staff download, and the map that the command makes of them."""
    client = Client()
    by = talk.district.coordinator
    client.force_login(get_user_model().objects.get(pk=by.person_id))
    for name in ("votes", "comments"):
        answer = client.get(f"/topics/{talk.topic_id}/{name}.csv")
        (folder / f"{name}.csv").write_bytes(b"".join(answer.streaming_content))
    out = folder / "map.json"
    words = [
        "opinions", str(folder / "votes.csv"), "--comments", str(folder / "comments.csv"),
        "--out", str(out), "--map", str(folder / "map.svg"),
    ]  # fmt: skip
    done = CliRunner().invoke(gongzhi, words)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


def tenths(share: float) -> int:
    return round(share * 10)


@pytest.mark.parametrize("seed", range(6))
def test_the_export_gives_the_map_of_the_page_again(
    district: SmallDistrict, tmp_path: Path, seed: int
) -> None:
    talk = lively(district, seed=seed)
    again, facts = computed(talk, tmp_path), Drawing.objects.get().facts
    assert (facts["voters"], facts["votes"]) == (again["voters"]["count"], again["votes"])
    assert [one["size"] for one in facts["groups"]] == [one["size"] for one in again["groups"]]
    assert facts["placed"] == len(again["voters"]["in_conversation"])
    for told, found in zip(facts["groups"], again["groups"], strict=True):
        claims = {(one["kind"], one["statement"], one["agree"]) for one in found["account"]}
        assert {(one["kind"], one["statement"], one["agree"]) for one in told["claims"]} <= claims
    assert facts["slate"]["statements"] == again["slate"]["statements"]
    by_id = {one["id"]: one for one in again["statements"]}
    for one in facts["totals"]:
        found = by_id[one["statement"]]
        seen = found["agree"] + found["disagree"] + found["pass"]
        assert one["agree"] == tenths(found["agree"] / seen)
    for one in facts["shared"]:
        found = by_id[one["statement"]]
        shares = [part["agree"] / part["seen"] for part in found["by_group"].values()]
        assert one["tenths"] == [tenths(share) for share in shares]
    assert facts["shared"]
