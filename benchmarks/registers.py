"""What every ticket asks of places, duties and the calendar, beside doing it without an index.

    python -m benchmarks.registers

Loads the sample district into a database of its own and asks the same questions both ways, taking
turns; times are medians. The peers: shapely over all boundaries one by one for points, a walk over
the days with numpy.is_busday for deadlines, the database for duties.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import numpy as np

ROUNDS = 7
SEED = 1
POINTS = 2_000


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="gongzhi-bench-") as folder:
        os.environ["GONGZHI_DATA"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "gongzhi.config.settings.local"
        os.environ.pop("GONGZHI_DATABASE_URL", None)
        import django  # noqa: PLC0415

        django.setup()
        _load()
        for name, ours, theirs, times in (_points(), _deadlines(), _duties()):
            fast, slow = _taking_turns(ours, theirs)
            print(
                f"{name:<28}{fast / times * 1e6:10.2f} µs{slow / times * 1e6:12.2f} µs"
                f"{slow / fast:9.1f} times"
            )
    return 0


Pair = tuple[str, Callable[[], object], Callable[[], object], int]


def _load() -> None:
    from django.core.management import call_command  # noqa: PLC0415

    from gongzhi.interfaces.commands.load_sample import load_sample  # noqa: PLC0415

    call_command("migrate", interactive=False, verbosity=0)
    load_sample.main([], standalone_mode=False)


def _points() -> Pair:
    import shapely  # noqa: PLC0415

    from gongzhi.commons.territory.locating import locate, locate_many  # noqa: PLC0415
    from gongzhi.commons.territory.maps import feature_collection  # noqa: PLC0415
    from gongzhi.commons.territory.queries import ancestors  # noqa: PLC0415

    features = feature_collection()["features"]
    shapes = [shapely.geometry.shape(each["geometry"]) for each in features]
    ids = [each["properties"]["id"] for each in features]
    depth = [len(ancestors(place_id)) for place_id in ids]
    shapely.prepare(shapes)
    west, south, east, north = shapely.total_bounds(shapes)
    rng = np.random.default_rng(SEED)
    points = np.c_[rng.uniform(west, east, POINTS), rng.uniform(south, north, POINTS)]

    def one_by_one() -> list[int]:
        found = []
        for x, y in points:
            hits = [at for at, shape in enumerate(shapes) if shapely.contains_xy(shape, x, y)]
            found.append(ids[max(hits, key=depth.__getitem__)] if hits else -1)
        return found

    assert locate_many(points).place_ids.tolist() == one_by_one()
    single = [locate(x, y).place_id or -1 for x, y in points]
    assert single == one_by_one()
    return "place of a point", lambda: [locate(x, y) for x, y in points], one_by_one, POINTS


def _deadlines() -> Pair:
    from gongzhi.commons.calendar.clocks import CHINA_TIME  # noqa: PLC0415
    from gongzhi.commons.calendar.limits import Limit, LimitUnit  # noqa: PLC0415
    from gongzhi.commons.calendar.queries import special_days, working_time  # noqa: PLC0415

    special = special_days()
    weekdays = np.busdaycalendar(holidays=[day for day, is_off in special.items() if is_off])
    swapped = {day for day, is_off in special.items() if not is_off}
    clock, limit = working_time(), Limit(5, LimitUnit.WORK_DAY)
    begin = datetime(2025, 1, 1, tzinfo=UTC)
    starts = [begin + timedelta(hours=7 * step) for step in range(1_000)]

    def ours() -> list[date]:
        return [clock.deadline(start, limit).date() for start in starts]

    def walking() -> list[date]:
        found = []
        for start in starts:
            day, left = start.astimezone(CHINA_TIME).date(), limit.amount
            while left:
                day += timedelta(days=1)
                left -= day in swapped or bool(np.is_busday(day, busdaycal=weekdays))
            found.append(day)
        return found

    assert ours() == walking()
    return "deadline in working days", ours, walking, len(starts)


def _duties() -> Pair:
    from django.db import connection  # noqa: PLC0415

    from gongzhi.commons.organisations.catalogue import find_duty, matters_up_from  # noqa: PLC0415
    from gongzhi.commons.territory.queries import ancestors, places_of_kind  # noqa: PLC0415

    on = date(2025, 6, 2)
    codes = ["property.lift", "utilities.water_outage", "environment.posters", "unheard.of", ""]
    asked = [(code, view.id) for view in places_of_kind("estate")[:100] for code in codes]

    def ours() -> list[int]:
        return [find_duty(code, place_id, on=on).unit_id for code, place_id in asked]

    def queried() -> list[int]:
        found = []
        with connection.cursor() as cursor:
            for code, place_id in asked:
                matters = list(matters_up_from(code))
                places = [view.id for view in ancestors(place_id)]
                marks = ",".join("?" * len(matters)), ",".join("?" * len(places))
                rows = cursor.execute(
                    "select category_code, place_id, unit_id from organisations_duty "
                    f"where category_code in ({marks[0]}) and place_id in ({marks[1]}) "
                    "and valid_from <= ?".replace("?", "%s"),
                    [*matters, *places, on],
                ).fetchall()
                best = max(rows, key=lambda row: (len(row[0]), places.index(row[1])))
                found.append(best[2])
        return found

    assert ours() == queried()
    return "line of the catalogue", ours, queried, len(asked)


def _taking_turns(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """Median seconds of each, run in turns."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for action, times in zip((ours, theirs), taken, strict=True):
            begin = time.perf_counter()
            action()
            times.append(time.perf_counter() - begin)
    return statistics.median(taken[0]), statistics.median(taken[1])


if __name__ == "__main__":
    raise SystemExit(main())
