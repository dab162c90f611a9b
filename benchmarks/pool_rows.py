"""A pool in the tables of an installation that is as large as asked: the sample's, many times."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from gongzhi.affairs.resources.lifecycle import grow_pool
from gongzhi.affairs.resources.models import Need, Offer, Slot
from gongzhi.commons.territory.queries import communities


@transaction.atomic
def write_rows(*, open_needs: int, past_needs: int, offers: int, seed: int = 1) -> None:
    """Add so many needs and offers, drawn from those that are there; no events are written."""
    draw = random.Random(seed)
    at, number = datetime.now(UTC), grow_pool()
    needs = list(Need.objects.filter(state="published").order_by("id"))
    places = communities()
    rows = []
    for position in range(open_needs + past_needs):
        row = _copied(draw.choice(needs), touched_at=at, changed_in=number)
        place = draw.choice(places)
        row.place_id, row.place_path, row.community_id = place.id, place.path, place.id
        row.quantity, row.claimed, row.met, row.confirmed = draw.randint(1, 40), 0, 0, 0
        row.begins = localdate(at) - timedelta(days=draw.randint(0, 20))
        row.ends = localdate(at) + timedelta(days=draw.randint(3, 35))
        if position >= open_needs:
            row.state, row.claimed, row.met = "confirmed", row.quantity, row.quantity
            row.begins -= timedelta(days=400)
            row.ends -= timedelta(days=400)
        rows.append(row)
    Need.objects.bulk_create(rows, batch_size=2_000)
    _write_offers(draw, offers, at=at, number=number)


def _write_offers(draw: random.Random, count: int, *, at: datetime, number: int) -> None:
    known = list(Offer.objects.filter(state="open").prefetch_related("categories", "slots"))
    drawn = [draw.choice(known) for _ in range(count)]
    made = Offer.objects.bulk_create(
        [
            _copied(
                each, used=0, total=draw.randint(20, 300), per_day=draw.randint(2, 20),
                ends=localdate(at) + timedelta(days=180), touched_at=at, changed_in=number,
            )
            for each in drawn
        ],
        batch_size=1_000,
    )  # fmt: skip
    link = Offer.categories.through
    link.objects.bulk_create(
        [
            link(offer_id=row.pk, helpcategory_id=category.pk)
            for row, each in zip(made, drawn, strict=True)
            for category in each.categories.all()
        ]
    )
    Slot.objects.bulk_create(
        [
            Slot(offer=row, weekday=slot.weekday, opens=slot.opens, closes=slot.closes)
            for row, each in zip(made, drawn, strict=True)
            for slot in each.slots.all()
        ]
    )


def _copied(row: Any, **changes: object) -> Any:
    """A new row like this one, that came from nowhere."""
    fields = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.name not in {"id", "import_key", "source_id"}
    }
    return type(row)(**(fields | changes))
