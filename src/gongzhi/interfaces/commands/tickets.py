"""`gongzhi import-tickets` and `export-tickets`: whole files of requests in and out."""

import csv
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gongzhi.interfaces.commands.speaking import refuse, say, with_django

if TYPE_CHECKING:
    from gongzhi.affairs.tickets.importing import Reject
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
    sheet: str | None,
    pairs: tuple[str, ...],
    source: str | None,
    *,
    dry_run: bool,
    rejects: Path | None,
    login: str | None,
) -> None:
    from gongzhi.affairs.tickets.importing import CannotImport  # noqa: PLC0415
    from gongzhi.commons.permissions.table import NotPermitted  # noqa: PLC0415
    from gongzhi.commons.tables.reading import CannotRead, read_table  # noqa: PLC0415
    from gongzhi.coordination.importing import import_rows  # noqa: PLC0415

    by = acting(login)
    try:
        table = read_table(file, sheet=sheet)
        mapping = _mapping(pairs, table)
    except (CannotRead, CannotImport) as error:
        refuse(str(error))
    label = "检查 checking" if dry_run else "导入 importing"
    with click.progressbar(length=len(table), label=label, file=sys.stderr) as bar:
        try:
            done = import_rows(
                table.rows,
                columns=table.columns,
                mapping=mapping,
                first_row_number=table.first_row_number,
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
        _write_rejects(target, done.rejects, table)
        say(f"退回的行见 {target}", "Rejected rows are there, with the reason.")
        sys.exit(1)


def _mapping(pairs: tuple[str, ...], table: "Table") -> dict[str, str]:
    from gongzhi.affairs.tickets.importing import (  # noqa: PLC0415
        CannotImport,
        checked_mapping,
        guess_mapping,
    )

    named = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not equals:
            raise CannotImport(f"--map 要写成 字段=列名，而不是 {pair}")
        named[field.strip()] = column.strip()
    if "text" in named:
        return checked_mapping(named, table.columns)
    return checked_mapping(guess_mapping(table.columns) | named, table.columns)


def acting(login: str | None) -> "Actor":
    """Whoever sits at the machine's command line is the system, unless they say who they are."""
    from django.utils.timezone import localdate  # noqa: PLC0415

    from gongzhi.commons.organisations.actors import SYSTEM, actor_named  # noqa: PLC0415

    if login is None:
        return SYSTEM
    found = actor_named(login, on=localdate())
    if found is None:
        refuse(f"没有登录名为 {login} 的人员", f"There is nobody with the login {login}.")
    return found


def _write_rejects(target: Path, rejects: "tuple[Reject, ...]", table: "Table") -> None:
    """The rejected rows as they were, with number, column and reason before them."""
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["行号 row", "列 column", "原因 reason", *table.columns])
        for reject in rejects:
            cells = table.rows[reject.row - table.first_row_number]
            safe = [_harmless(cell) for cell in cells]
            writer.writerow([reject.row, reject.column, reject.reason, *safe])


def _harmless(cell: Any) -> Any:
    """A cell that a spreadsheet won't take for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell else cell


@click.command(help="导出工单（CSV）：不含联系方式。 Export tickets as CSV, without contacts.")
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

    draft = file.with_name(f".{file.name}.part")
    count = 0
    try:
        rows = export_rows(
            by=acting(login),
            since=make_aware(since) if since else None,
            until=make_aware(until + timedelta(days=1)) if until else None,
        )
        with (
            draft.open("w", encoding="utf-8-sig", newline="") as out,
            click.progressbar(rows, label="导出 exporting", file=sys.stderr) as bar,
        ):
            writer = csv.writer(out)
            writer.writerow(EXPORT_COLUMNS)
            for row in bar:
                writer.writerow([_harmless(cell) for cell in row])
                count += 1
    except NotPermitted as error:
        draft.unlink(missing_ok=True)
        refuse(str(error), "You may not export.")
    draft.replace(file)
    say(f"✓ 已导出 {count} 张工单到 {file}", f"{count} tickets exported.")
