"""What a page compares to find the alike has a bound."""

from collections.abc import Sequence
from typing import Any

import pytest

from gongzhi.affairs.tickets.models import Ticket
from gongzhi.affairs.tickets.queries.alike import merge_suggestions
from gongzhi.engines.triage.nearness import text_similarities
from tests.affairs.small_district import MONDAY, SmallDistrict
from tests.affairs.tickets.journeys import dispatched, ticket

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.mark.parametrize("length", [100, 5_000])
def test_what_is_compared_has_a_bound_however_long_the_texts_are(
    district: SmallDistrict, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    asked, other = dispatched(district), ticket(dispatched(district))
    facts = {
        field.attname: getattr(other, field.attname)
        for field in Ticket._meta.concrete_fields
        if field.attname not in {"id", "text", "idempotency_key"}
    }
    Ticket.objects.bulk_create(Ticket(**facts, text="垃圾桶" * (length // 3)) for _ in range(400))
    compared: list[int] = []

    def counting(text: str, others: Sequence[str]) -> Any:
        compared.extend(map(len, [text, *others]))
        return text_similarities(text, others)

    monkeypatch.setattr("gongzhi.affairs.tickets.queries.alike.text_similarities", counting)
    merge_suggestions(by=district.coordinator, ticket_id=asked, at=MONDAY)
    assert sum(compared) < 410_000
    assert len(compared) > 200, "those that are short are all compared"
