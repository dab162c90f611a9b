"""The pages of an owners' vote where something went wrong: many slips, a forged ballot, others."""

import tracemalloc
from typing import Any

import pytest
from django.test import Client

from gongzhi.affairs.assemblies.models import OwnersBallot, RollOwner
from gongzhi.affairs.assemblies.owners_choices import Choice
from gongzhi.affairs.assemblies.owners_counting import count_vote, publish_result
from gongzhi.affairs.assemblies.queries import owners_rolls
from gongzhi.commons.ledger.reading import events_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.interfaces.pages.assemblies.owners_votes_forms import DeliveredForm
from gongzhi.interfaces.pages.assemblies.owners_votes_telling import tell_count
from tests.affairs.assemblies.buildings import (
    AFTER,
    BEGINS,
    announced,
    click,
    drafted,
    hand_in,
    paper,
    second_reader,
    token,
)
from tests.interfaces.pages.offices import Offices

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_slips_of_a_large_estate_are_printed_in_parts_and_none_is_left_out(
    offices: Offices, client: Client, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owners_rolls, "MOST_SLIPS", 3)
    offices.sign_in(client, offices.district.worker)
    vote = announced(offices.district)  # four owners
    first = client.get(f"/owners-votes/{vote}/slips").content.decode()
    assert first.count('class="slip"') == 3
    assert "?after=3" in first
    last = client.get(f"/owners-votes/{vote}/slips?after=3").content.decode()
    assert last.count('class="slip"') == 1
    assert "?after=4" not in last


def test_a_missing_area_is_never_rounded_to_nothing(offices: Offices) -> None:
    district = offices.district
    roll = "房号,业主,面积\n1,甲,66.6667\n2,乙,33.3334\n"
    vote = announced(district, roll=roll, total_area=None)
    click(vote, 1, Choice.FOR)
    count_vote(vote_id=vote, by=district.worker, at=AFTER)
    figures = RollOwner.objects.first().vote.items.get().figures  # type: ignore[union-attr]
    quorum = tell_count(figures).tests[0]
    assert (quorum.met, quorum.share) == (False, "66.66%")
    assert quorum.missing == "还差 0.0001 平方米"


def test_just_half_says_that_it_has_to_be_more(offices: Offices) -> None:
    condition = {
        "name": "majority_area", "share": ["1/2", "1/2"], "threshold": "1/2", "inclusive": False,
        "met": False, "missing": "0",
    }  # fmt: skip
    district = offices.district
    vote = announced(district)
    count_vote(vote_id=vote, by=district.worker, at=AFTER)
    figures = RollOwner.objects.first().vote.items.get().figures  # type: ignore[union-attr]
    told = tell_count({**figures, "conditions": [condition]})
    assert told.tests[0].missing == "正好达到，还须超过"


def test_a_forged_vote_is_voided_by_its_receipt_and_the_owner_votes_by_a_new_slip(
    offices: Offices, client: Client, at: Any
) -> None:
    district = offices.district
    vote = announced(district)
    receipt = click(vote, 1, Choice.AGAINST)
    at(BEGINS)
    old = token(vote, 1)
    offices.sign_in(client, second_reader(district))
    assert client.get(f"/owners-votes/{vote}/void").status_code == 403
    offices.sign_in(client, district.worker)
    wrong = client.post(f"/owners-votes/{vote}/void", {"receipt": "ZZZZZZZZ"})
    assert "没有这张票" in wrong.content.decode()
    done = client.post(f"/owners-votes/{vote}/void", {"receipt": f" {receipt.lower()} "})
    assert done.status_code == 302
    assert OwnersBallot.objects.get().state == "void"
    assert events_of(Subject("owners_vote", vote))[-1].kind == "owners_vote.ballot_voided"
    assert client.get(f"/ballot/{old}").status_code == 404
    assert "您交来的票不计" in client.get(f"/ballot/{token(vote, 1)}").content.decode()
    click(vote, 1, Choice.FOR)
    assert [one.choices for one in OwnersBallot.objects.filter(state="received")] == [{"1": "for"}]


def test_workers_of_another_community_find_no_roll_no_paper_and_no_record(
    offices: Offices, client: Client, at: Any
) -> None:
    district = offices.district
    vote, draft = announced(district), drafted(district)
    hand_in(district, vote, paper(2, Choice.FOR))
    count_vote(vote_id=vote, by=district.worker, at=AFTER)
    publish_result(vote_id=vote, by=district.worker, at=AFTER)
    at(AFTER)
    strangers = [
        district.actor(RoleKind.COMMUNITY_WORKER, "street_south", "plum"),
        district.actor(RoleKind.COORDINATOR, "street_south", "pine"),
        district.actor(RoleKind.UNIT_LEAD, "water", "district"),
        district.actor(RoleKind.RESEARCHER, "hotline", "district"),
    ]
    for stranger in strangers:
        offices.sign_in(client, stranger)
        for name in ("roll", "slips", "papers", "items/1/record.xlsx", "items/1/record.json",
                     "edit", "announce", "cancel", "void", "items/1/decide"):  # fmt: skip
            assert client.get(f"/owners-votes/{vote}/{name}").status_code in {403, 404}, name
            assert client.get(f"/owners-votes/{draft}/{name}").status_code in {403, 404}, name
        assert client.get(f"/owners-votes/{draft}").status_code == 404
        for name in ("do/count", "do/publish", "roll/1/renew", "roll/delivered", "papers/1/drop"):
            assert client.post(f"/owners-votes/{vote}/{name}", {"numbers": 1}).status_code in {
                403,
                404,
            }
        page = client.get(f"/owners-votes/{vote}").content.decode()
        for secret in ("王某", "李某", "13900000001", token(vote, 1)):
            assert secret not in page


def test_stretches_of_numbers_are_refused_before_they_fill_the_memory() -> None:
    tracemalloc.start()
    try:
        form = DeliveredForm({"numbers": "、".join(["0-999999"] * 3)})
        assert not form.is_valid()
        assert "编号太多" in str(form.errors)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    assert DeliveredForm({"numbers": "1-20000"}).is_valid()
    assert not DeliveredForm({"numbers": "1-20000、1"}).is_valid()
