"""A history for benchmarks: some tickets live by the real actions, the others are their copies.

    python -m benchmarks.history 1000000

Run inside an installation (GONGZHI_DATA, GONGZHI_DATABASE_URL) that holds the sample district.
The history covers the 700 days before today; one ticket of two hundred is still open. Writes
everything that the actions write: tickets, contacts, events with their hashes, remarks,
call-backs, notices and the index of words. `tests/benchmarks/test_history.py` compares.
"""

# ruff: noqa: PLC0415 - Django's own modules can be imported only once it is set up

import sys
import time
from datetime import UTC, datetime, timedelta

DAYS = 700
PATTERNS = 600


def write_history(count: int) -> int:
    """Write `count` tickets; returns how many were written."""
    from django.db import connection

    from benchmarks.history_copies import MODELS, copies, is_settled, next_ids, pattern_of
    from benchmarks.history_lives import EXPIRY, live, lives
    from benchmarks.history_writing import let_ids_follow, write
    from gongzhi.commons.categories.queries import categories
    from gongzhi.commons.territory.queries import places_of_kind

    if connection.vendor == "sqlite":
        connection.ensure_connection()
        connection.connection.execute("PRAGMA synchronous=OFF")
        connection.connection.execute("PRAGMA cache_size=-400000")
    until = datetime.now(UTC) - EXPIRY - timedelta(days=10)
    since = until - timedelta(days=DAYS - 40)
    few = min(PATTERNS, count)
    chosen = lives(
        few,
        places=[view.id for view in places_of_kind("estate") or places_of_kind("community")],
        services=[matter.code for matter in categories() if matter.residents_may_choose],
        since=since,
        until=until,
    )
    patterns = [found for found in map(pattern_of, map(live, chosen)) if is_settled(found)]
    ids, written = next_ids(), len(chosen)
    gap = (until - since) / few
    for number, pattern in enumerate(patterns):
        wanted = (count - written) // (len(patterns) - number)
        shifts = [gap * each / (wanted + 1) for each in range(1, wanted + 1)]
        shifts = [timedelta(seconds=round(shift.total_seconds())) for shift in shifts]
        for start in range(0, wanted, 2_000):
            written += write(copies(pattern, shifts[start : start + 2_000], ids))
        if number % 20 == 0:
            print(f"{written:,} of {count:,}", file=sys.stderr, flush=True)
    let_ids_follow(model._meta.db_table for model in MODELS)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return written


def main() -> None:
    """Write the history, seal it, and let the schedules find that it is done."""
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.config.settings.local")
    django.setup()
    from gongzhi.coordination.schedules import run_due

    began = time.perf_counter()
    written = write_history(int(sys.argv[1]))
    took = time.perf_counter() - began
    began = time.perf_counter()
    run_due(at=datetime.now(UTC))
    print(
        f"  history: {written:,} tickets in {took:.0f} s; "
        f"the first round of schedules with the seal in {time.perf_counter() - began:.0f} s"
    )


if __name__ == "__main__":
    main()
