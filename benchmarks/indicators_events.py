"""A made ledger of any size as Parquet: the life of tickets, whistles and tasks in 36 communities.

The events are made as the ledger keeps them (JSON in `data`) and then typed by the product's own
code, so that the file is what `gongzhi export-events` would write.
"""

import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from gongzhi.commons.ledger.columns import SCHEMA
from gongzhi.insights.indicators.columns import engine, typed
from gongzhi.insights.indicators.mirror import ROWS_IN_GROUP, packed

COMMUNITIES, STREETS, BUILDINGS, MONTHS = 36, 6, 20, 24
_TICKETS_AT_ONCE = 100_000
_SPAN = MONTHS * 2_592_000  # seconds
_KINDS = (
    "community_party_org",
    "residents_committee",
    "property_manager",
    "owners_committee",
    "social_organization",
    "department",
)
# Of the steps of a ticket: its kind, after how many seconds, what it says, how often.
_STEPS = (
    ("received", 0, "'category', c, 'channel', case when h % 12 = 0 then 'grid' else '' end", 1),
    ("triaged", 5, "'category', c", 1),
    (
        "dispatched",
        10,
        "'lead', l, 'category', c, "
        "'contact_due', strftime(t + interval 8 hour, '%xT%H:%M:%S+00:00')",
        1,
    ),
    ("contacted", 9_000, "'in_limit', h % 10 > 0", 1),
    ("noted", 20_000, "'kind', 'note'", 1),
    ("noted", 40_000, "'kind', 'note'", 1),
    ("assist_reported", 60_000, "'unit', 1 + (h // 7) % 216", 8),
    ("answered", 80_000, "'first_contact_in_limit', null", 1),
    (
        "closed",
        100_000,
        "'lead', l, 'category', c, 'callback', 1, 'work_minutes', 60 + h % 3000, 'kinds', "
        "case when h % 8 = 0 then ['community_party_org', 'department'] else ['department'] end",
        1,
    ),
    ("called_back", 200_000, "'round', 1, 'unit', l, 'category', c, 'solved', "
     "case when h % 9 > 0 then 'yes' else 'no' end, 'satisfied', "
     "case when h % 11 > 0 then 'yes' else 'no' end", 2),
    ("reopened", 210_000, "'because', 'not_solved'", 30),
)  # fmt: skip


def make_events(folder: Path, *, events: int) -> int:
    """Write about so many events into Parquet files of a folder; returns how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    using = engine()
    register = _register()
    written, last_id = register.num_rows, register.num_rows
    pq.write_table(packed(typed(register, using=using)), folder / "00000.parquet")
    per_ticket = sum(1 / often for _kind, _after, _data, often in _STEPS)
    tickets = int(events / per_ticket)
    for number, first in enumerate(range(0, tickets, _TICKETS_AT_ONCE), start=1):
        count = min(_TICKETS_AT_ONCE, tickets - first)
        raw = _life(using, first=first, count=count, after=last_id)
        last_id += raw.num_rows
        written += raw.num_rows
        pq.write_table(
            packed(typed(raw, using=using)),
            folder / f"{number:05d}.parquet",
            compression="zstd",
            row_group_size=ROWS_IN_GROUP,
        )
    return written


def _register() -> pa.Table:
    rows: list[tuple[str, int, int | None, dict[str, object]]] = [
        ("place.added", 1, None, {"kind": "district", "parent": None})
    ]
    rows += [
        ("place.added", 2 + s, None, {"kind": "subdistrict", "parent": 1}) for s in range(STREETS)
    ]
    first = 2 + STREETS
    rows += [
        ("place.added", first + c, None, {"kind": "community", "parent": 2 + c % STREETS})
        for c in range(COMMUNITIES)
    ]
    rows += [
        (
            "place.added",
            100 + c * BUILDINGS + b,
            None,
            {"kind": "building", "parent": first + c},
        )
        for c in range(COMMUNITIES)
        for b in range(BUILDINGS)
    ]
    rows += [
        ("unit.opened", 1 + u, first + u % COMMUNITIES, {"kind": _KINDS[u // COMMUNITIES]})
        for u in range(COMMUNITIES * len(_KINDS))
    ]
    return pa.Table.from_pylist(
        [
            {
                "id": number,
                "subject_kind": kind.partition(".")[0],
                "subject_id": subject,
                "sequence": 1,
                "kind": kind,
                "at": "2024-12-31 16:00:00",
                "unit_id": None,
                "place_id": place if place is not None else subject,
                "data": json.dumps(data),
            }
            for number, (kind, subject, place, data) in enumerate(rows, start=1)
        ],
        schema=SCHEMA,
    )


def _life(using: duckdb.DuckDBPyConnection, *, first: int, count: int, after: int) -> pa.Table:
    """The events of some tickets, by time; the n-th ticket is the same in every run."""
    parts = [
        f"SELECT n, {position} AS step, 'ticket.{kind}' AS kind, "
        f"t + interval {after_s} second AS m, to_json(json_object({data})) AS data "
        f"FROM tickets WHERE h % {often} = 0"
        for position, (kind, after_s, data, often) in enumerate(_STEPS, start=1)
    ]
    steps = " UNION ALL ".join(parts)
    sql = f"""
        WITH numbers AS (
            SELECT n, hash(n) % 1000003 AS h FROM range({first}, {first + count}) r(n)),
        tickets AS (
            SELECT n, h, TIMESTAMP '2024-12-31 16:00:00' + to_seconds(hash(n + 7) % {_SPAN}) AS t,
                   1 + h % {COMMUNITIES * len(_KINDS)} AS l,
                   'm' || (h % 17) || '.s' || (h % 5) AS c,
                   100 + h % {COMMUNITIES * BUILDINGS} AS p
            FROM numbers),
        steps AS ({steps})
        SELECT {after} + row_number() OVER (ORDER BY m, n, step) AS id, 'ticket' AS subject_kind,
               CAST(steps.n + 1 AS BIGINT) AS subject_id, CAST(step AS BIGINT) AS sequence,
               kind, strftime(m, '%x %H:%M:%S') AS "at", CAST(l AS BIGINT) AS unit_id,
               CAST(p AS BIGINT) AS place_id, CAST(data AS VARCHAR) AS data
        FROM steps JOIN tickets USING (n)
    """.replace("%x", "%Y-%m-%d")
    return using.sql(sql).to_arrow_table().cast(SCHEMA)
