"""The plan and its explanation as CSV files that spreadsheet programs open as they are."""

import csv
import io
import os
from collections.abc import Iterable
from pathlib import Path

import click

from gongzhi.engines.matching.choices import NO_OFFER, explain_choices
from gongzhi.engines.matching.planning import Plan
from gongzhi.engines.matching.unmet import explain_unmet
from gongzhi.interfaces.commands.match_pool import Tables
from gongzhi.interfaces.commands.match_words import tell_choice, tell_period, tell_unmet

PLAN_COLUMNS = (
    "need_id", "offer_id", "unit", "community", "date", "part", "quantity", "distance_m", "locked",
)  # fmt: skip
EXPLAIN_COLUMNS = (
    "kind", "need_id", "offer_id", "date", "part", "quantity", "reason", "options", "nearer",
    "next_offer", "next_distance_m", "change_offer", "change_date", "change_part", "change_units",
    "change_metres", "change_periods", "change_conditions", "text",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def plan_as_csv(plan: Plan, tables: Tables, language: str) -> str:
    """One line per hand-over."""
    rows = plan.rows
    return _csv(
        PLAN_COLUMNS,
        (
            (
                tables.need_ids[need],
                tables.offer_ids[offer],
                tables.units[offer],
                tables.communities[int(tables.pool.needs.community[need])],
                *tell_period(tables, period, language),
                units,
                distance,
                "yes" if locked else "no",
            )
            for need, offer, period, units, distance, locked in zip(
                rows.need.tolist(),
                rows.offer.tolist(),
                rows.period.tolist(),
                rows.quantity.tolist(),
                plan.distance.tolist(),
                plan.locked.tolist(),
                strict=True,
            )
        ),
    )


def explanation_as_csv(plan: Plan, tables: Tables, language: str) -> str:
    """One line per hand-over, then one per need that is not met in full."""
    return _csv(
        EXPLAIN_COLUMNS, [*_choices(plan, tables, language), *_unmet(plan, tables, language)]
    )


def _choices(plan: Plan, tables: Tables, language: str) -> Iterable[tuple[object, ...]]:
    choices, rows = explain_choices(pool=tables.pool, plan=plan), plan.rows
    for row in range(len(rows)):
        following = int(choices.next_offer[row])
        known = following != NO_OFFER
        text = tell_choice(
            locked=bool(choices.locked[row]),
            options=int(choices.options[row]),
            nearer=int(choices.nearer[row]),
            next_offer=following,
            next_distance=int(choices.next_distance[row]),
            tables=tables,
            language=language,
        )
        yield (
            "served",
            tables.need_ids[int(rows.need[row])],
            tables.offer_ids[int(rows.offer[row])],
            *tell_period(tables, int(rows.period[row]), language),
            int(rows.quantity[row]),
            "locked" if choices.locked[row] else "chosen",
            int(choices.options[row]),
            int(choices.nearer[row]),
            tables.offer_ids[following] if known else "",
            int(choices.next_distance[row]) if known else "",
            *("",) * 7,
            text,
        )


def _unmet(plan: Plan, tables: Tables, language: str) -> Iterable[tuple[object, ...]]:
    for unmet in explain_unmet(pool=tables.pool, plan=plan):
        change = unmet.change
        changes: tuple[object, ...] = ("",) * 7
        if change is not None:
            changes = (
                tables.offer_ids[change.offer],
                *tell_period(tables, change.period, language),
                change.units,
                change.metres,
                change.periods,
                change.conditions,
            )
        yield (
            "unmet",
            tables.need_ids[unmet.need],
            *("",) * 3,
            unmet.units,
            unmet.reason,
            unmet.offers,
            *("",) * 3,
            *changes,
            tell_unmet(unmet, tables, language),
        )


def _csv(columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def _harmless(cell: object) -> object:
    """Text that a spreadsheet program would run as a formula begins with an apostrophe."""
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return "'" + cell
    return cell


def write_together(written: dict[Path, str]) -> None:
    """Write all files or none: each beside its place first, then all moved."""
    beside = {path: path.with_name(f".{path.name}.part") for path in written}
    try:
        for path, text in written.items():
            beside[path].write_text(text, encoding="utf-8-sig")
        for path, part in beside.items():
            os.replace(part, path)
    except OSError as error:
        for part in beside.values():
            part.unlink(missing_ok=True)
        raise click.ClickException(
            f"写不了 {error.filename}：{error.strerror}。 Can't write it."
        ) from error
