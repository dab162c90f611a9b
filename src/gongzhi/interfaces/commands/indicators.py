"""`gongzhi indicators` and `gongzhi export-events`: numbers from the record, and the record."""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongzhi.interfaces.commands.speaking import refuse, say, with_django

if TYPE_CHECKING:
    from gongzhi.commons.permissions.actors import Actor
    from gongzhi.insights.indicators.periods import Period
    from gongzhi.insights.indicators.sources import Source

_DAY = click.DateTime(["%Y-%m-%d"])
_EXPORTED = "events.parquet"
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(
    help="计算指标：每个数都带分子、分母、区间和数据版本；没有记录的写明没有，不写成零；小数隐去。 "
    "Measure the indicators from the ledger: each number with numerator, denominator, limits and "
    "the version of the data; what has no record says so and is not 0; small cells are hidden."
)
@click.option("--period", "named", default=None, help="2026, 2026Q3, 2026-07 …")
@click.option("--from", "since", type=_DAY, default=None, help="起始日期 first day")
@click.option("--to", "until", type=_DAY, default=None, help="截止日期 last day")
@click.option(
    "--level",
    type=click.Choice(["district", "street", "community", "unit"]),
    default="district",
    show_default=True,
    help="全区、街道、社区或单位 of what",
)
@click.option("--by-month", is_flag=True, help="分月 month by month")
@click.option("--indicator", "codes", multiple=True, help="只要这些指标，可多次使用 only these")
@click.option(
    "--events",
    type=click.Path(exists=True, path_type=Path),
    default=None,
    help="在导出的事件上计算，而不是本机数据 on exported events instead of this installation's",
)
@click.option(
    "--format",
    "shape",
    type=click.Choice(["table", "csv", "json"]),
    default=None,
    help="缺省看 --out 的扩展名 by default as --out ends",
)
@click.option("--out", type=_FILE, default=None, help="输出文件，缺省到屏幕 a file, else here")
@click.option("--as", "login", default=None, help="以谁的身份（登录名） in whose name (login)")
@with_django
def indicators(
    *,
    named: str | None,
    since: datetime | None,
    until: datetime | None,
    level: str,
    by_month: bool,
    codes: tuple[str, ...],
    events: Path | None,
    shape: str | None,
    out: Path | None,
    login: str | None,
) -> None:
    from gongzhi.commons.permissions.table import NotPermitted  # noqa: PLC0415
    from gongzhi.insights.indicators.definitions import (  # noqa: PLC0415
        INDICATORS,
        UnknownIndicator,
        indicator,
    )
    from gongzhi.insights.indicators.measuring import Measuring  # noqa: PLC0415
    from gongzhi.insights.indicators.periods import CannotTellPeriod  # noqa: PLC0415
    from gongzhi.insights.indicators.shapes import Level  # noqa: PLC0415
    from gongzhi.insights.indicators.sources import CannotReadEvents  # noqa: PLC0415
    from gongzhi.insights.indicators.tables import tabulate_all  # noqa: PLC0415
    from gongzhi.interfaces.commands.indicator_files import write_tables  # noqa: PLC0415

    by = _actor(login)
    try:
        chosen = [indicator(code) for code in codes] or list(INDICATORS)
        period = _period(named, since, until)
        measuring = Measuring(_source(events), period, by_month=by_month)
        tables = tabulate_all(measuring, chosen, Level(level), by=by)
    except (UnknownIndicator, CannotTellPeriod, CannotReadEvents) as error:
        refuse(str(error))
    except NotPermitted as error:
        refuse(str(error), "You may not read indicators.")
    chosen_shape = shape or (out.suffix.lstrip(".").lower() if out else "table")
    if chosen_shape not in {"table", "csv", "json"}:
        refuse(f"不认识的格式：{chosen_shape}", "Write --format table, csv or json.")
    try:
        rows = write_tables(
            list(tables.values()),
            shape=chosen_shape,
            out=out,
            period=period,
            version=measuring.source.version,
        )
    except OSError as error:
        refuse(f"未能写入 {out}：{error.strerror}", f"Could not write {out}.")
    if out:
        say(f"✓ {rows} 个数写入 {out}", f"{rows} numbers written to {out}.")


@click.command(
    help="导出事件（Parquet）：指标所用的列，不含人员和文本摘要，可在别处用同一定义计算。 "
    "Export the events as Parquet: the columns that indicators read, no person, no digest; the "
    "same definitions run on it elsewhere."
)
@click.argument("file", type=_FILE, required=False)
@click.option(
    "--out",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="写到这个目录的 events.parquet into this folder, as events.parquet",
)
@with_django
def export_events(*, file: Path | None, folder: Path | None) -> None:
    from django.utils import timezone  # noqa: PLC0415

    from gongzhi.commons.ledger.columns import version_now  # noqa: PLC0415
    from gongzhi.insights.indicators.columns import engine  # noqa: PLC0415
    from gongzhi.insights.indicators.mirror import events_to_export  # noqa: PLC0415
    from gongzhi.insights.indicators.mirror import export_events as write  # noqa: PLC0415

    if folder is not None and file is None:
        file = _in_folder(folder)
    elif folder is not None or file is None:
        refuse("写文件名或 --out 目录，二者选一", "Name a file, or a folder by --out; not both.")
    version = version_now()
    total = events_to_export(version)
    count = 0
    try:
        with click.progressbar(length=total, label="导出 exporting", file=sys.stderr) as bar:
            for part in write(file, up_to=version, at=timezone.now(), using=engine()):
                bar.update(part)
                count += part
    except OSError as error:
        refuse(f"未能写入 {file}：{error.strerror or error}", f"Could not write {file}.")
    say(
        f"✓ 已导出 {count} 个事件到 {file}，数据版本 {version}",
        f"{count} events exported, data version {version}.",
    )


def _in_folder(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        refuse(f"建不了目录 {folder}：{error.strerror}", f"Could not make {folder}.")
    return folder / _EXPORTED


def _period(named: str | None, since: datetime | None, until: datetime | None) -> "Period":
    from django.utils.timezone import localdate  # noqa: PLC0415

    from gongzhi.insights.indicators.periods import Period, period_named  # noqa: PLC0415

    if named and (since or until):
        refuse("--period 不能和 --from、--to 一起用", "Use --period or --from and --to, not both.")
    if named:
        return period_named(named)
    last = until.date() if until else localdate()
    first = since.date() if since else date(last.year, 1, 1)
    return Period(first, last)


def _source(events: Path | None) -> "Source":
    from django.utils import timezone  # noqa: PLC0415

    from gongzhi.insights.indicators.snapshots import mirror_folder  # noqa: PLC0415
    from gongzhi.insights.indicators.sources import (  # noqa: PLC0415
        exported_events,
        local_events,
    )

    if events:
        return exported_events(events / _EXPORTED if events.is_dir() else events)
    return local_events(mirror_folder(), as_of=timezone.now())


def _actor(login: str | None) -> "Actor":
    from django.utils.timezone import localdate  # noqa: PLC0415

    from gongzhi.commons.organisations.actors import SYSTEM, actor_named  # noqa: PLC0415

    if login is None:
        return SYSTEM
    found = actor_named(login, on=localdate())
    if found is None:
        refuse(f"没有登录名为 {login} 的人员", f"There is nobody with the login {login}.")
    return found
