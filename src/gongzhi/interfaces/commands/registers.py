"""`gongzhi import-list` and `export-list`: places, units, people, matters and duties as files."""

import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gongzhi.interfaces.commands.speaking import refuse, say, with_django

if TYPE_CHECKING:
    from gongzhi.commons.permissions.actors import Actor
    from gongzhi.commons.rows import Fault

KINDS = (
    "places", "boundaries", "categories", "units", "people", "duties", "work-list", "limits",
    "office-hours", "holidays",
)  # fmt: skip
EXPORTED = (
    "places", "boundaries", "categories", "units", "duties", "work-list", "limits", "office-hours",
)  # fmt: skip
Row = dict[str, str]


@click.command(
    help="导入名册（地点、边界、事项、单位、人员、派单目录、工作清单、时限、办公时间、节假日）："
    "全部导入或一行不导，错误逐行说明。 Import a register: all of it or nothing, every faulty "
    "row named."
)
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="只检查不写入 check, store nothing")
@click.option("--repair", is_flag=True, help="修复无效边界 mend invalid boundaries")
@click.option("--skip-faulty", is_flag=True, help="跳过无效边界 leave faulty boundaries out")
@with_django
def import_list(kind: str, file: Path, *, dry_run: bool, repair: bool, skip_faulty: bool) -> None:
    from gongzhi.commons.calendar.year_lists import CannotReadYear  # noqa: PLC0415
    from gongzhi.commons.permissions.actors import SYSTEM  # noqa: PLC0415
    from gongzhi.commons.rows import CannotImport  # noqa: PLC0415
    from gongzhi.commons.tables.reading import CannotRead  # noqa: PLC0415

    at = datetime.now(UTC)
    try:
        if kind == "boundaries":
            _import_boundaries(file, dry_run=dry_run, repair=repair, skip_faulty=skip_faulty, at=at)
        elif kind == "holidays":
            _import_holidays(file, dry_run=dry_run, at=at)
        elif kind == "office-hours":
            _import_office_hours(file, dry_run=dry_run, at=at)
        else:
            _import_rows(kind, file, dry_run=dry_run, by=SYSTEM, at=at)
    except CannotImport as error:
        _show(error.faults)
        refuse(
            "没有导入任何内容；请按以上说明修改后重试", "Nothing was imported: mend these first."
        )
    except CannotReadYear as error:
        refuse("；".join(error.faults), "Nothing was imported: mend the list first.")
    except (CannotRead, ValueError) as error:
        refuse(str(error))


@click.command(help="导出名册为可再导入的文件。 Export a register in the shape that imports again.")
@click.argument("kind", type=click.Choice(EXPORTED))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_django
def export_list(kind: str, file: Path) -> None:
    try:
        count = _export_json(kind, file) if kind in _AS_JSON else _export_rows(kind, file)
    except OSError as error:
        refuse(f"写不了 {file}：{error.strerror}", f"Can't write {file}: {error.strerror}.")
    say(f"✓ 已导出 {count} 项", f"{count} exported to {file}.")


_AS_JSON = frozenset({"boundaries", "office-hours"})


def _export_json(kind: str, file: Path) -> int:
    from gongzhi.commons.organisations.work_lists import export_office_hours  # noqa: PLC0415
    from gongzhi.commons.territory.maps import feature_collection  # noqa: PLC0415

    document: Any = feature_collection() if kind == "boundaries" else export_office_hours()
    file.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return len(document["features"] if kind == "boundaries" else document)


def _export_rows(kind: str, file: Path) -> int:
    from gongzhi.commons.calendar.days import today  # noqa: PLC0415
    from gongzhi.commons.categories import category_lists  # noqa: PLC0415
    from gongzhi.commons.organisations import unit_lists, work_lists  # noqa: PLC0415
    from gongzhi.commons.tables.writing import write_csv  # noqa: PLC0415
    from gongzhi.commons.territory import place_lists  # noqa: PLC0415
    from gongzhi.coordination import limit_lists  # noqa: PLC0415

    on = today()
    lists: dict[str, tuple[Sequence[str], Callable[[], list[Row]]]] = {
        "places": (place_lists.COLUMNS, place_lists.export_places),
        "categories": (
            category_lists.CATEGORY_COLUMNS,
            lambda: category_lists.export_category_list(on=on),
        ),
        "units": (unit_lists.UNIT_COLUMNS, lambda: unit_lists.export_units(on=on)),
        "duties": (unit_lists.DUTY_COLUMNS, lambda: unit_lists.export_duty_list(on=on)),
        "work-list": (work_lists.WORK_LIST_COLUMNS, work_lists.export_work_list),
        "limits": (limit_lists.LIMIT_COLUMNS, limit_lists.export_limits),
    }
    columns, listed = lists[kind][0], lists[kind][1]()
    write_csv(file, columns, ([row[column] for column in columns] for row in listed))
    return len(listed)


def _import_rows(kind: str, file: Path, *, dry_run: bool, by: "Actor", at: datetime) -> None:
    from gongzhi.commons.categories.category_lists import import_category_list  # noqa: PLC0415
    from gongzhi.commons.organisations import unit_lists, work_lists  # noqa: PLC0415
    from gongzhi.commons.rows import CannotImport, Fault  # noqa: PLC0415
    from gongzhi.commons.tables.formulas import as_it_was  # noqa: PLC0415
    from gongzhi.commons.tables.reading import read_table  # noqa: PLC0415
    from gongzhi.commons.territory.place_lists import import_places  # noqa: PLC0415
    from gongzhi.coordination.limit_lists import import_limits  # noqa: PLC0415

    action: Callable[..., Any] = {
        "places": import_places,
        "categories": import_category_list,
        "units": unit_lists.import_units,
        "people": unit_lists.import_people,
        "duties": unit_lists.import_duty_list,
        "work-list": work_lists.import_work_list,
        "limits": import_limits,
    }[kind]
    table = read_table(file)
    rows = [
        {column: as_it_was(cell) for column, cell in zip(table.columns, row, strict=True)}
        for row in table.texts(table.columns)
    ]
    try:
        done = action(rows=rows, by=by, at=at, dry_run=dry_run)
    except CannotImport as error:
        # Rows as a spreadsheet numbers them, the header being one of them.
        raise CannotImport(
            Fault(table.row_number(fault.row - 1) if fault.row else 1, fault.column, fault.reason)
            for fault in error.faults
        ) from None
    _say_done(done, dry_run=dry_run)


def _say_done(done: Any, *, dry_run: bool) -> None:
    changed = getattr(done, "changed", 0)
    verb = "检查通过" if dry_run else "导入完成"
    say(
        f"✓ {verb}：新增 {done.added}，更改 {changed}，未变 {done.unchanged}",
        f"{done.added} new, {changed} changed, {done.unchanged} as they were.",
    )


def _import_boundaries(
    file: Path, *, dry_run: bool, repair: bool, skip_faulty: bool, at: datetime
) -> None:
    from gongzhi.commons.permissions.actors import SYSTEM  # noqa: PLC0415
    from gongzhi.commons.territory.boundaries import import_boundaries  # noqa: PLC0415
    from gongzhi.commons.territory.maps import check_fit  # noqa: PLC0415
    from gongzhi.commons.territory.queries import place  # noqa: PLC0415

    done = import_boundaries(
        document=_json(file),
        by=SYSTEM,
        at=at,
        repair=repair,
        skip_faulty=skip_faulty,
        dry_run=dry_run,
    )
    _show((*done.repaired, *done.faults))
    say(
        f"✓ {'检查通过' if dry_run else '导入完成'}：{done.given} 个边界，未变 {done.unchanged}",
        f"{done.given} boundaries, {done.unchanged} as they were.",
    )
    for found in [] if dry_run else check_fit():
        names = "、".join(place(each).full_name for each in found.place_ids)
        words = {"overlap": "重叠", "outside": "超出上级", "gap": "未覆盖"}[found.misfit]
        say(f"! {names}：{words} {found.square_metres:,.0f} 平方米", f"({found.misfit})")
    if done.faults:
        sys.exit(1)


def _import_holidays(file: Path, *, dry_run: bool, at: datetime) -> None:
    from gongzhi.commons.calendar.importing import import_year  # noqa: PLC0415
    from gongzhi.commons.calendar.year_lists import read_year  # noqa: PLC0415
    from gongzhi.commons.permissions.actors import SYSTEM  # noqa: PLC0415

    text = file.read_text("utf-8-sig")
    listed = read_year(text)
    if not dry_run:
        import_year(text=text, by=SYSTEM, at=at)
    off = sum(day.is_off for day in listed.days)
    say(
        f"✓ {listed.year} 年：休 {off} 天，调休上班 {len(listed.days) - off} 天",
        f"{off} days off, {len(listed.days) - off} swapped.",
    )


def _import_office_hours(file: Path, *, dry_run: bool, at: datetime) -> None:
    from gongzhi.commons.organisations.work_lists import import_office_hours  # noqa: PLC0415
    from gongzhi.commons.permissions.actors import SYSTEM  # noqa: PLC0415

    done = import_office_hours(document=_json(file), by=SYSTEM, at=at, dry_run=dry_run)
    _say_done(done, dry_run=dry_run)


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        refuse(f"{file.name} 不是 JSON：{error}", f"{file.name} is no JSON; nothing was imported.")


def _show(faults: "Sequence[Fault]") -> None:
    for fault in faults:
        click.echo(f"✗ {fault}", err=True)
