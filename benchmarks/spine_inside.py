"""What the spine's benchmark asks inside the installation, one question a process, as JSON.

python -m benchmarks.spine_inside key | facts | waiting | dispatched | bare | lists
"""

# ruff: noqa: PLC0415 - Django's own modules can be imported only once it is set up

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median
from typing import Any


def key() -> str:
    """A key to the interface, given to the district's first unit."""
    from gongzhi.commons.organisations.actors import SYSTEM
    from gongzhi.commons.organisations.api_keys import give_key
    from gongzhi.commons.organisations.register import register

    first = min(register().units)
    return give_key(unit_id=first, name="benchmark", by=SYSTEM, at=datetime.now(UTC))


def facts() -> dict[str, Any]:
    """Places to report from, with a point in each, and what may be reported."""
    import shapely

    from gongzhi.commons.categories.queries import categories
    from gongzhi.commons.territory.models import Place
    from gongzhi.commons.territory.queries import place

    rows = Place.objects.filter(boundary__isnull=False, kind__in=["community", "grid", "estate"])
    places = []
    for row in rows.order_by("id"):
        point = shapely.from_geojson(json.dumps(row.boundary)).representative_point()
        view = place(row.pk)
        places.append(
            {
                "id": row.pk,
                "name": row.name,
                "full_name": view.full_name,
                "longitude": point.x,
                "latitude": point.y,
            }
        )
    codes = [
        matter.code
        for matter in categories()
        if matter.residents_may_choose and not any(a.get("required") for a in matter.attributes)
    ]
    return {"places": places, "services": codes}


def waiting() -> int:
    """How many events have follow-ups due."""
    from gongzhi.commons.ledger.outbox import waiting as count

    return count()


def dispatched() -> dict[str, int]:
    """How many tickets stand in each state."""
    from django.db.models import Count

    from gongzhi.affairs.tickets.models import Ticket

    rows = Ticket.objects.values_list("state").annotate(Count("id")).order_by()
    return dict(rows)


def bare(count: int = 300) -> float:
    """Milliseconds of processor time of the least a durable request needs: one row, one commit."""
    from gongzhi.commons.ledger.models import Mark

    Mark.objects.filter(name__startswith="benchmark.").delete()
    began = time.process_time()
    for number in range(count):
        Mark.objects.create(name=f"benchmark.{number}", at=datetime.now(UTC))
    taken = time.process_time() - began
    Mark.objects.filter(name__startswith="benchmark.").delete()
    return 1000 * taken / count


def lists() -> dict[str, float]:
    """Milliseconds (the median of seven) that each list of staff takes to be read."""
    from benchmarks.spine_lists import questions

    return {name: _milliseconds(ask) for name, ask in questions().items()}


def _milliseconds(ask: Callable[[], object]) -> float:
    ask()
    times = []
    for _ in range(7):
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1000)
    return round(median(times), 2)


if __name__ == "__main__":
    import django

    django.setup()
    questions_asked = {
        "key": key,
        "facts": facts,
        "waiting": waiting,
        "dispatched": dispatched,
        "bare": bare,
        "lists": lists,
    }
    print(json.dumps(questions_asked[sys.argv[1]](), ensure_ascii=False))
