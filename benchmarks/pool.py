"""The pages of the pool at district size, and a plan from the real tables.

    python -m benchmarks.pool

Makes a district of its own on SQLite with 10,000 open and 90,000 past needs and 2,000 offers,
and asks for each page as the people who use it most. Milliseconds of this process's CPU, median of
seven, after one warm call; the plan in CPU seconds, once.
"""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import fields, replace
from statistics import median

from benchmarks.installations import installation
from gongzhi.engines.matching.pool import Pool

OPEN, PAST, OFFERS = 10_000, 90_000, 2_000
PAGES = (
    ("district", "/needs"), ("district", "/needs?category=1"), ("", "/needs"), ("", "/needs.atom"),
    ("", "/offers"), ("partner", "/claims"), ("district", "/gap"), ("district", "/projects"),
    ("", "/posts"), ("", "/rooms"), ("", "/hsds/services"), ("", "/hsds/service_at_locations"),
)  # fmt: skip


def main() -> int:
    """Make the district, then measure inside it."""
    with installation("sqlite") as here:
        print(here.run("benchmarks.pool", "inside"))
    return 0


def inside() -> None:
    """Measure in a process that sees the district."""
    import django  # noqa: PLC0415

    django.setup()
    from benchmarks.pool_rows import write_rows  # noqa: PLC0415

    write_rows(open_needs=OPEN, past_needs=PAST, offers=OFFERS)
    print(f"{os.cpu_count()} cores; {OPEN:,} open and {PAST:,} past needs, {OFFERS:,} offers")
    _pages()
    _plan()


def _pages() -> None:
    from django.contrib.auth import get_user_model  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    for login, path in PAGES:
        client = Client(headers={"host": "127.0.0.1"})
        if login:
            client.force_login(get_user_model().objects.get(login=login))
        answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
        times = [_spent(lambda c=client, p=path: c.get(p)) for _ in range(7)]  # type: ignore[misc]
        print(f"{login or 'anyone':9} {path:32} {median(times) * 1000:6.0f} ms")


def _plan() -> None:
    from datetime import UTC, datetime  # noqa: PLC0415

    from django.utils.timezone import localdate  # noqa: PLC0415

    from gongzhi.affairs.resources.matching import compute_plan  # noqa: PLC0415
    from gongzhi.affairs.resources.pool_arrays import assemble  # noqa: PLC0415
    from gongzhi.affairs.resources.queries.plans import plan_story  # noqa: PLC0415
    from gongzhi.commons.permissions.actors import SYSTEM  # noqa: PLC0415
    from gongzhi.engines.matching.planning import plan_matches  # noqa: PLC0415

    begun = time.process_time()
    pool = assemble(first_day=localdate()).pool
    assembled = time.process_time() - begun
    engine = _spent(lambda: plan_matches(pool=pool))
    begun = time.process_time()
    made = compute_plan(aims="fair-first", by=SYSTEM, at=datetime.now(UTC))
    whole = time.process_time() - begun
    story = plan_story(plan_id=made)
    print(
        f"plan for {len(pool.needs):,} needs ({int(pool.needs.whole.sum())} whole) and "
        f"{len(pool.offers):,} offers: tables to arrays {assembled:.2f} s, engine {engine:.2f} s, "
        f"all with reasons and storing {whole:.2f} s; proved {story.row.proved}"
    )
    _one_more(pool)


def _one_more(pool: Pool) -> None:
    """The last need comes when the rest is planned: mended, and planned anew."""
    from gongzhi.engines.matching.planning import plan_matches  # noqa: PLC0415
    from gongzhi.engines.matching.pool import Needs  # noqa: PLC0415
    from gongzhi.engines.matching.replanning import plan_with_more_needs  # noqa: PLC0415

    parts = {part.name: getattr(pool.needs, part.name)[:-1] for part in fields(Needs)}
    before = replace(pool, needs=Needs(**parts))
    old = plan_matches(pool=before)
    warm = _spent(lambda: plan_with_more_needs(pool=pool, plan=old, before=before))
    cold = _spent(lambda: plan_matches(pool=pool))
    print(f"one more need: mended in {warm:.2f} s, planned anew in {cold:.2f} s")


def _spent(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


if __name__ == "__main__":
    if sys.argv[1:] == ["inside"]:
        inside()
    else:
        sys.exit(main())
