"""`gongzhi import-pool`: whole files of needs or offers."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from gongzhi.interfaces.commands.speaking import refuse, say, with_django
from gongzhi.interfaces.commands.tickets import actor_with


@click.command(
    help="导入需求表或资源表（XLSX/CSV）：有错误的行写入退回表并注明列和原因，此时一行不导，"
    "除非加 --skip-faulty；重复导入不会重复登记。 "
    "Import needs or offers from a spreadsheet: faulty rows go to a file with column and reason, "
    "and then nothing is stored unless --skip-faulty is given."
)
@click.argument("kind", type=click.Choice(["needs", "offers"]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sheet", default=None, help="工作表名 sheet name")
@click.option(
    "--map",
    "pairs",
    multiple=True,
    metavar="字段=列名 FIELD=COLUMN",
    help="指定列，可多次使用 name a column; repeatable",
)
@click.option("--dry-run", is_flag=True, help="只检查不写入 check, store nothing")
@click.option("--skip-faulty", is_flag=True, help="跳过有错误的行 store the rest")
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="退回表，默认 文件名.rejects.csv  where rejected rows go",
)
@click.option("--as", "login", default=None, help="以谁的身份导入（登录名） in whose name (login)")
@with_django
def import_pool(
    kind: str,
    file: Path,
    sheet: str | None,
    pairs: tuple[str, ...],
    *,
    dry_run: bool,
    skip_faulty: bool,
    rejects: Path | None,
    login: str | None,
) -> None:
    from django.conf import settings  # noqa: PLC0415

    from gongzhi.affairs.resources import importing  # noqa: PLC0415
    from gongzhi.commons.permissions.table import NotPermitted  # noqa: PLC0415
    from gongzhi.commons.tables.mapping import (  # noqa: PLC0415
        CannotMap,
        check_mapping,
        suggest_mapping,
    )
    from gongzhi.commons.tables.reading import CannotRead, read_table  # noqa: PLC0415
    from gongzhi.commons.tables.writing import write_rejects  # noqa: PLC0415

    named = dict(pair.partition("=")[::2] for pair in pairs)
    fields, most = importing.FIELDS[kind], importing.MOST_BYTES
    if file.stat().st_size > most:
        refuse(
            f"{file.name} 超过 {most // 10**6} MB，请拆分后分别导入",
            f"{file.name} is larger than {most // 10**6} MB; please split it.",
        )
    try:
        table = read_table(file, sheet=sheet)
        mapping = check_mapping(
            suggest_mapping(fields, table.columns) | named, fields, table.columns
        )
        done = importing.import_pool(
            kind=kind,
            table=table,
            mapping=mapping,
            source=file.name,
            skip_faulty=skip_faulty,
            dry_run=dry_run,
            by=actor_with(login),
            at=datetime.now(UTC),
        )
    except (CannotRead, CannotMap) as error:
        refuse(error.chinese, error.english)
    except NotPermitted as error:
        refuse(str(error), "You may not import here.")
    verb = ("可导入", "would be stored") if dry_run else ("导入", "stored")
    say(
        f"共 {done.rows} 行：{verb[0]} {done.stored}，已有 {done.repeated}，"
        f"退回 {len(done.rejects)}",
        f"{done.rows} rows: {done.stored} {verb[1]}, {done.repeated} there already, "
        f"{len(done.rejects)} rejected.",
    )
    if done.rejects:
        target = rejects or file.with_suffix(file.suffix + ".rejects.csv")
        write_rejects(target, table, done.rejects, language=settings.LANGUAGE_CODE)
        say(f"退回的行见 {target}", "Rejected rows are there, with the reason.")
        sys.exit(1)
