"""`gongzhi owners-vote`: count an owners' vote of a file by article 278 of the Civil Code."""

import json
import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import click

from gongzhi.affairs.assemblies.owners_tables import (
    CannotCount,
    CannotRead,
    area_of,
    read_ballots,
    read_roll,
)
from gongzhi.engines.deliberation.owners_ballots import (
    BallotRules,
    Twice,
    settle_ballots,
)
from gongzhi.engines.deliberation.owners_count import (
    ARTICLE_278,
    Condition,
    count_owners_vote,
)
from gongzhi.engines.deliberation.owners_figures import figures_of, rounded_up

_VERDICTS = {
    "passed": "通过 passed",
    "failed": "未通过 failed",
    "undecided": "面积不明，尚不能定 undecided until areas are known",
}
_NAMES = {
    "quorum_area": "参与表决的面积 area taking part",
    "quorum_heads": "参与表决的人数 heads taking part",
    "majority_area": "同意的面积 area in favour",
    "majority_heads": "同意的人数 heads in favour",
}


class Area(click.ParamType):
    """An area as an exact decimal number."""

    name = "area"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Fraction:
        area = area_of(str(value))
        if area is None:
            self.fail(f"{str(value)[:40]!r} 不是数字 is not a number", param, ctx)
        return area


@click.command(name="owners-vote")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--ballots",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="表决票的表；不填则取工作簿的第二张表。 Ballots; else the second sheet of FILE.",
)
@click.option(
    "--scope",
    required=True,
    help="表决范围：名称，或“列=值”只取这些房屋。 The place that decides, or column=value.",
)
@click.option(
    "--item",
    type=click.IntRange(1, 9),
    required=True,
    help="民法典第 278 条第一款第几项。 Number of the matter in article 278.",
)
@click.option("--total-area", type=Area(), help="范围内专有部分总面积。 Total private area.")
@click.option(
    "--twice",
    type=click.Choice(["latest", "earliest", "paper", "refuse"]),
    default="latest",
    show_default=True,
    help="同一人投两次时以哪次为准。 Which of two ballots of one person counts.",
)
@click.option(
    "--proxy-limit",
    type=click.IntRange(1),
    help="一人最多代理几位业主。 Most owners one proxy may vote for.",
)
@click.option(
    "--spoiled-takes-part",
    is_flag=True,
    help="无效票算参与表决。 A spoiled ballot counts as taking part.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="结果 JSON。")
def owners_vote(
    *,
    file: Path,
    ballots: Path | None,
    scope: str,
    item: int,
    total_area: Fraction | None,
    twice: Twice,
    proxy_limit: int | None,
    spoiled_takes_part: bool,
    out: Path | None,
) -> None:
    """统计业主表决：参与面积和人数、同意面积和人数，各差多少。

    Count an owners' vote. FILE is a workbook or table with the roll: 房号 flat, 业主 owner,
    面积 area (blank: unknown), 送达 delivered. Ballots: 业主 owner, 意见 choice
    (同意/反对/弃权/无效), and if wanted 房号 flat, 事项 item, 方式 channel, 签署人 signer,
    代理人 proxy, 授权 authorised, 时间 order.
    """
    title, rule = ARTICLE_278[item]
    rule = replace(rule, spoiled_takes_part=spoiled_takes_part)
    try:
        roll = read_roll(file, scope=scope, total_area=total_area)
        cast_ballots = read_ballots(
            ballots or file,
            sheet=1 if ballots is None else None,
            item=item,
            flats=roll.by_key,
        )
    except (CannotRead, CannotCount) as error:
        raise click.ClickException(str(error)) from error
    rules = BallotRules(twice=twice, most_owners_per_proxy=proxy_limit)
    cast = settle_ballots(roll, cast_ballots, rules=rules)
    count = count_owners_vote(roll, cast, rule=rule)
    if out is not None:
        result = figures_of(count, cast, item=item, matter=title)
        text = json.dumps(result, ensure_ascii=False, indent=1)
        part = out.with_name(f".{out.name}.part")
        part.write_text(text + "\n", encoding="utf-8")
        os.replace(part, out)
    for condition in count.tests:
        click.echo(_tell(condition))
    click.echo(f"不计的票 ballots not counted: {len(cast.refused)}")
    click.echo(f"结果 result: {_VERDICTS[count.verdict]}")


def _tell(one: Condition) -> str:
    share = _percent(one.low)
    if one.low != one.high:
        share = f"{share}–{_percent(one.high)}"
    sign = "≥" if one.threshold.inclusive else ">"
    mark = {True: "✓", False: "✗", None: "?"}[one.met]
    missing = ""
    if one.missing:
        least = f"{float(rounded_up(one.missing)):.4f}".rstrip("0").rstrip(".")
        missing = f"，还差 missing {least}"
    return f"{mark} {_NAMES[one.name]}: {share}, {sign} {one.threshold.share}{missing}"


def _percent(share: Fraction) -> str:
    """Cut, not rounded, so that a share below its threshold never looks as if it met it."""
    return f"{int(share * 10_000) / 100:.2f} %"
