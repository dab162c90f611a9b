"""The same definitions on PySpark (local mode) over an export: every number compared.

    gongzhi export-events events.parquet
    python -m benchmarks.indicators_spark events.parquet --period 2026

Needs `pyspark` and a Java of 17 or later, which the product itself never does. Prints seconds and
every number that differs; exits with 1 where one does.
"""

import argparse
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from math import isclose
from pathlib import Path
from typing import Any

import django

# Sums of floating-point numbers depend on the order in which an engine adds.
_NEAR = 1e-9


def missing() -> str:
    """Why it can't be run here; empty where it can."""
    if find_spec("pyspark") is None:
        return "pyspark is not installed (pip install pyspark)"
    if shutil.which("java") is None:
        return "there is no Java on the path"
    return ""


@contextmanager
def spark_session() -> Iterator[Any]:
    """A local session that reckons in UTC and reads moments as they are written: without a zone."""
    from pyspark.sql import SparkSession  # noqa: PLC0415

    settings = {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.timestampType": "TIMESTAMP_NTZ",
        "spark.sql.ansi.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.ui.enabled": "false",
        "spark.driver.memory": "2g",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
    }
    builder = SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("FATAL")
    try:
        yield session
    finally:
        session.stop()


def spark_source(session: Any, file: Path) -> Any:
    """The export as PySpark reads it."""
    import ibis  # noqa: PLC0415

    from gongzhi.insights.indicators.mirror import exported_version  # noqa: PLC0415
    from gongzhi.insights.indicators.sources import source_of  # noqa: PLC0415

    backend = ibis.pyspark.connect(session)

    def keep(backend: Any, name: str, rows: Any) -> Any:
        if isinstance(rows.op(), ibis.expr.operations.InMemoryTable):
            # Straight from Arrow: by way of pandas an empty whole number would become NaN.
            frame = session.createDataFrame(rows.to_pyarrow())
            frame.createOrReplaceTempView(name)
        else:
            backend.create_view(name, rows, overwrite=True)
        session.catalog.cacheTable(name)
        return backend.table(name)

    events = backend.read_parquet(str(file), table_name="events")
    version, as_of = exported_version(file)
    return source_of(backend, events, version=version, as_of=as_of, keep=keep)


def compare(file: Path, period: str, *, by_month: bool) -> Iterator[tuple[str, int, list[str]]]:
    """For each indicator: its code, how many cells, and those that differ."""
    from gongzhi.insights.indicators.definitions import INDICATORS  # noqa: PLC0415
    from gongzhi.insights.indicators.measuring import Measuring  # noqa: PLC0415
    from gongzhi.insights.indicators.periods import period_named  # noqa: PLC0415
    from gongzhi.insights.indicators.sources import exported_events  # noqa: PLC0415

    when = period_named(period)
    with spark_session() as session:
        here = Measuring(exported_events(file), when, by_month=by_month)
        there = Measuring(spark_source(session, file), when, by_month=by_month)
        for each in INDICATORS:
            differing: list[str] = []
            count = 0
            for level in each.levels:
                ours, theirs = here.measure(each, level), there.measure(each, level)
                count += len(ours)
                if len(ours) != len(theirs):
                    differing.append(f"{level}: {len(ours)} cells and {len(theirs)}")
                    continue
                differing += [f"{a} and {b}" for a, b in zip(ours, theirs, strict=True)
                              if not _same(a, b)]  # fmt: skip
            yield each.code, count, differing


def _same(one: Any, other: Any) -> bool:
    return all(
        isclose(a, b, rel_tol=_NEAR, abs_tol=_NEAR) if isinstance(a, float) and b is not None
        else a == b
        for a, b in ((getattr(one, name), getattr(other, name)) for name in one.__slots__)
    )  # fmt: skip


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.config.settings.test")
    django.setup()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--period", required=True)
    parser.add_argument("--by-month", action="store_true")
    chosen = parser.parse_args()
    if why := missing():
        print(f"not run: {why}")
        return 0
    began = time.perf_counter()
    cells = wrong = 0
    for code, count, differing in compare(chosen.file, chosen.period, by_month=chosen.by_month):
        cells, wrong = cells + count, wrong + len(differing)
        print(f"{code:24} {count:6} cells, {len(differing)} differ", flush=True)
        for line in differing[:3]:
            print(f"    {line}")
    print(f"{cells} cells, {wrong} differ, {time.perf_counter() - began:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
