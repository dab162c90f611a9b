"""A number in an address or a form that no record has is none, and never a 500."""

import pytest
from django.http import QueryDict

from gongzhi.affairs.resources.models import Claim, PlanMatch
from gongzhi.interfaces.pages.framing.numbers import asked_number
from tests.affairs.resources.pools import build_pool
from tests.affairs.small_district import build
from tests.interfaces.pages.test_resources import as_, need, offer


@pytest.mark.parametrize(
    ("said", "number"),
    [("7", 7), ("007", 7), ("9" * 15, int("9" * 15)), ("9" * 16, None), ("9" * 5_000, None)]
    + [(odd, None) for odd in ("", "-1", "1.0", "١", "²", "7x", " 7")],
)
def test_only_a_number_that_a_record_may_have_is_one(said: str, number: int | None) -> None:
    data = QueryDict(mutable=True)
    data["n"] = said
    assert asked_number(data, "n") == number
    assert asked_number(data, "m") is None


@pytest.mark.database
@pytest.mark.django_db
@pytest.mark.parametrize("number", ["9" * 5_000, "²", ""])
def test_whoever_claims_a_match_comes_back_whatever_the_form_says(number: str) -> None:
    pool = build_pool(build())
    need(pool)
    offer(pool)
    client = as_(pool.district.officer)
    client.post("/plans", {"aims": "fair-first"})
    back = client.post(f"/plans/match/{PlanMatch.objects.get().pk}", {"plan": number})
    assert back.headers["Location"] == "/plans"
    assert Claim.objects.exists()
