"""`gongzhi import-tickets` and `export-tickets`: whole files of requests in and out."""

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongzhi.interfaces.commands.speaking import refuse, say, with_django

if TYPE_CHECKING:
    from gongzhi.commons.permissions.actors import Actor
    from gongzhi.commons.tables.reading import Table


@click.command(
    help="导入诉求表（XLSX/CSV）：每行成为已派单的工单，或写入退回表并注明原因。中断后重新运行即可"
    "继续，已导入的行不会重复。 Import requests from a spreadsheet: each row becomes a dispatched "
    "ticket or a named reject; run it again to go on, rows already in make no second ticket."
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sheet", default=None, help="工作表名 sheet name")
@click.option(
    "--map",
    "pairs",
    multiple=True,
    metavar="字段=列名 FIELD=COLUMN",
    help="指定列，可多次使用 name a column; repeatable",
)
@click.option("--mapping", "mapping_name", default=None, help="用已存的列对应 a saved mapping")
@click.option("--save-mapping", "save_as", default=None, help="存下这次的列对应 save it by name")
@click.option("--source", default=None, help="来源名，默认取文件名 name of the source")
@click.option("--dry-run", is_flag=True, help="只检查不写入 check, store nothing")
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="退回表，默认 文件名.rejects.csv  where rejected rows go",
)
@click.option("--as", "login", default=None, help="以谁的身份导入（登录名） in whose name (login)")
@with_django
def import_tickets(
    file: Path,
    *,
    sheet: str | None,
    pairs: tuple[str, ...],
    mapping_name: str | None,
    save_as: str | None,
    source: str | None,
    dry_run: bool,
    rejects: Path | None,
    login: str | None,
) -> None:
    from django.conf import settings  # noqa: PLC0415

    from gongzhi.commons.permissions.table import NotPermitted  # noqa: PLC0415
    from gongzhi.commons.tables.mapping import CannotMap  # noqa: PLC0415
    from gongzhi.commons.tables.reading import CannotRead, read_table  # noqa: PLC0415
    from gongzhi.commons.tables.writing import write_rejects  # noqa: PLC0415
    from gongzhi.coordination.importing import import_table  # noqa: PLC0415

    by = actor_with(login)
    try:
        table = read_table(file, sheet=sheet)
        mapping = _mapping(pairs, table, saved=mapping_name)
        if save_as:
            _save(mapping, save_as, by)
    except (CannotRead, CannotMap) as error:
        refuse(error.chinese, error.english)
    except NotPermitted as error:
        refuse(str(error), "You may not save a mapping.")
    label = "检查 checking" if dry_run else "导入 importing"
    with click.progressbar(length=len(table), label=label, file=sys.stderr) as bar:
        try:
            done = import_table(
                table,
                mapping=mapping,
                source=source or file.name,
                by=by,
                at=datetime.now(UTC),
                dry_run=dry_run,
                progress=bar.update,
            )
        except NotPermitted as error:
            refuse(str(error), "You may not import here.")
    verb = "可导入 would import" if dry_run else "导入 imported"
    say(
        f"共 {done.rows} 行：{verb} {done.received}，已有 {done.repeated}，"
        f"退回 {len(done.rejects)}",
        f"{done.rows} rows: {done.received} new, {done.repeated} there already, "
        f"{len(done.rejects)} rejected.",
    )
    if done.rejects:
        target = rejects or file.with_suffix(file.suffix + ".rejects.csv")
        write_rejects(target, table, done.rejects, language=settings.LANGUAGE_CODE)
        say(f"退回的行见 {target}", "Rejected rows are there, with the reason.")
        sys.exit(1)


def _mapping(pairs: tuple[str, ...], table: "Table", *, saved: str | None) -> dict[str, str]:
    """Columns by field: those named, over those of a saved mapping or those that are usual."""
    from gongzhi.affairs.tickets.importing import FIELDS, PURPOSE  # noqa: PLC0415
    from gongzhi.commons.tables.mapping import (  # noqa: PLC0415
        CannotMap,
        check_mapping,
        saved_mapping,
        suggest_mapping,
    )

    named = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not equals:
            raise CannotMap(
                f"--map 要写成 字段=列名，而不是 {pair}", f"write --map FIELD=COLUMN, not {pair}"
            )
        named[field.strip()] = column.strip()
    if saved:
        return check_mapping(saved_mapping(PURPOSE, saved).columns | named, FIELDS, table.columns)
    # With the text named, nothing is guessed: the file is not one of the usual ones.
    usual = {} if "text" in named else suggest_mapping(FIELDS, table.columns)
    return check_mapping(usual | named, FIELDS, table.columns)


def _save(mapping: dict[str, str], name: str, by: "Actor") -> None:
    from gongzhi.affairs.tickets.importing import PURPOSE  # noqa: PLC0415
    from gongzhi.commons.tables.mapping import save_mapping  # noqa: PLC0415

    save_mapping(purpose=PURPOSE, name=name, columns=mapping, by=by, at=datetime.now(UTC))
    say(f"✓ 列对应已存为“{name.strip()}”", "The mapping is saved.")


def actor_with(login: str | None) -> "Actor":
    """Whoever sits at the machine's command line is the system, unless they say who they are."""
    from django.utils.timezone import localdate  # noqa: PLC0415

    from gongzhi.commons.organisations.actors import SYSTEM, actor_named  # noqa: PLC0415

    if login is None:
        return SYSTEM
    found = actor_named(login, on=localdate())
    if found is None:
        refuse(f"没有登录名为 {login} 的人员", f"There is nobody with the login {login}.")
    return found


@click.command(
    help="导出工单（.xlsx 或 .csv）：不含联系方式。 "
    "Export tickets as .xlsx or .csv, without contacts."
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="起始日期 first day")
@click.option("--to", "until", type=click.DateTime(["%Y-%m-%d"]), help="截止日期 last day")
@click.option("--as", "login", default=None, help="以谁的身份导出（登录名） in whose name (login)")
@with_django
def export_tickets(
    file: Path, since: datetime | None, until: datetime | None, login: str | None
) -> None:
    from datetime import timedelta  # noqa: PLC0415

    from django.utils.timezone import make_aware  # noqa: PLC0415

    from gongzhi.affairs.tickets.queries.exports import (  # noqa: PLC0415
        EXPORT_COLUMNS,
        export_rows,
    )
    from gongzhi.commons.permissions.table import NotPermitted  # noqa: PLC0415
    from gongzhi.commons.tables.writing import write_csv, write_xlsx  # noqa: PLC0415

    write = write_xlsx if file.suffix.lower() == ".xlsx" else write_csv
    count = 0

    def counted(rows: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
        nonlocal count
        with click.progressbar(rows, label="导出 exporting", file=sys.stderr) as bar:
            for row in bar:
                count += 1
                yield row

    try:
        rows = export_rows(
            by=actor_with(login),
            since=make_aware(since) if since else None,
            until=make_aware(until + timedelta(days=1)) if until else None,
        )
        write(file, EXPORT_COLUMNS, counted(rows))
    except NotPermitted as error:
        refuse(str(error), "You may not export.")
    except OSError as error:
        refuse(f"写不了 {file}：{error.strerror}", f"{file} can't be written: {error.strerror}.")
    say(f"✓ 已导出 {count} 张工单到 {file}", f"{count} tickets exported.")
