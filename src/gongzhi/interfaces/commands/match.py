"""`gongzhi match`: the best fair plan for two tables of needs and offers, without a server."""

from pathlib import Path

import click

from gongzhi.commons.tables.reading import CannotRead, read_table
from gongzhi.engines.matching.checking import CannotMatch
from gongzhi.engines.matching.planning import Plan, plan_matches
from gongzhi.engines.matching.pool import Order
from gongzhi.interfaces.commands.match_places import read_places
from gongzhi.interfaces.commands.match_pool import Tables, build_tables
from gongzhi.interfaces.commands.match_tables import (
    LOCK_COLUMNS,
    NEED_COLUMNS,
    OFFER_COLUMNS,
    CannotUse,
    Reader,
)
from gongzhi.interfaces.commands.match_words import tell_plan
from gongzhi.interfaces.commands.match_writing import (
    explanation_as_csv,
    plan_as_csv,
    write_together,
)
from gongzhi.interfaces.commands.speaking import refuse, say

_SHOWN = 30
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(name="match")
@click.option("--needs", type=_FILE, required=True, help="需求表。 The needs.")
@click.option("--offers", type=_FILE, required=True, help="资源表。 The offers.")
@click.option(
    "--places",
    type=_FILE,
    help="地点 GeoJSON：id、parent 和图形。 Places; without it, communities have no distances.",
)
@click.option(
    "--locks", type=_FILE, help="已决定的锁定与排除。 What people have locked or excluded."
)
@click.option(
    "--order",
    type=click.Choice(["fair-first", "value-first"]),
    default="fair-first",
    show_default=True,
    help="先求社区之间公平，还是先求最急的需求。 Fairness or urgency first.",
)
@click.option("--out", type=_NEW_FILE, required=True, help="匹配方案 CSV。 The plan.")
@click.option(
    "--explain",
    type=_NEW_FILE,
    help="理由 CSV：每次交接为何如此，每项未满足的需求差在哪里。 Reasons for every line.",
)
@click.option(
    "--language",
    type=click.Choice(["zh", "en"]),
    default="zh",
    show_default=True,
    help="理由的语言。 Language of the reasons.",
)
def match(
    *,
    needs: Path,
    offers: Path,
    places: Path | None,
    locks: Path | None,
    order: Order,
    out: Path,
    explain: Path | None,
    language: str,
) -> None:
    """把需求与资源公平匹配，证明没有更好的方案，并逐条说明理由。

    Match needs with offers fairly, prove that there is no better plan, and give every reason.

    \b
    需求表 NEEDS (CSV or XLSX; 列名可用中文 either name of a column will do):
      need_id 需求编号*    community 社区*      category 类别*     quantity 数量*
      place 地点           urgency 紧急程度 (1)  from 开始, to 结束  parts 时段 (上午;下午;晚上)
      asks 要求 (a;b)      gives 具备 (a;b)     whole 整份 (是/否)  after 先做 (另一需求编号)
    资源表 OFFERS:
      offer_id 资源编号*   categories 类别* (a;b)  total 总量*       per_period 每时段 (=total)
      area 范围 (a;b 或 *)  reach 距离上限 (米)     place 地点         unit 单位
      from 开始, to 结束    weekdays 星期 (1;6;7)   parts 时段         asks 要求, gives 具备
    决定表 LOCKS:
      need_id 需求编号*    offer_id 资源编号*     action 动作* (锁定 lock / 排除 exclude)
      date 日期            parts 时段             quantity 数量
    """
    try:
        tables = _read(needs=needs, offers=offers, places=places, locks=locks)
        plan = _plan(tables, order)
    except CannotRead as error:
        refuse(error.chinese, error.english)
    except CannotUse as error:
        _refuse_all(error)
    written = {out: plan_as_csv(plan, tables, language)}
    if explain is not None:
        written[explain] = explanation_as_csv(plan, tables, language)
    write_together(written)
    for chinese, english in tell_plan(plan, tables):
        say(chinese, english)


def _read(*, needs: Path, offers: Path, places: Path | None, locks: Path | None) -> Tables:
    return build_tables(
        needs=Reader(table=read_table(needs), columns=NEED_COLUMNS),
        offers=Reader(table=read_table(offers), columns=OFFER_COLUMNS),
        locks=Reader(table=read_table(locks), columns=LOCK_COLUMNS) if locks else None,
        places=read_places(places) if places else None,
    )


def _plan(tables: Tables, order: Order) -> Plan:
    try:
        return plan_matches(pool=tables.pool, order=order)
    except CannotMatch as refused:
        raise tables.explain(refused) from refused


def _refuse_all(error: CannotUse) -> None:
    for complaint in error.complaints[:_SHOWN]:
        click.echo(f"✗ {complaint}", err=True)
    more = len(error.complaints) - _SHOWN
    if more > 0:
        click.echo(f"✗ 另有 {more} 处。 And {more} more.", err=True)
    refuse(
        f"共 {len(error.complaints)} 处错误，没有写出任何文件。",
        f"{len(error.complaints)} errors; nothing was written.",
    )
