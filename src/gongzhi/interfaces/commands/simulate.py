"""`gongzhi simulate`: let the model of residents and units live in this district."""

import math
import sys
from datetime import datetime, time, timedelta
from typing import Any

import click

from gongzhi.interfaces.commands.speaking import refuse, say, with_django

_MOST_DAYS = 36_500


class _Number(click.FloatRange):
    """A number in a range; "nan" lies in none, and yet outside of none."""

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"须为数字 not a number: {value}", param, ctx)
        return number


class _LastDay(click.DateTime):
    """A day that lies a whole life away from both ends of the calendar."""

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d"])

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        day: datetime = super().convert(value, param, ctx)
        if not 1900 <= day.year <= 2200:
            self.fail(f"须在 1900 年至 2200 年 must lie in 1900 to 2200: {value}", param, ctx)
        return day


@click.command(
    help="用公开的模型模拟居民、单位和季节，驱动真实的办理动作，生成一段时间的数据；只用于试验。"
    " Let a documented model of residents, units and seasons drive the real actions."
)
@click.option(
    "--communities",
    type=click.IntRange(min=1),
    default=36,
    show_default=True,
    help="社区数 communities",
)
@click.option(
    "--days",
    type=click.IntRange(1, _MOST_DAYS),
    default=365,
    show_default=True,
    help="天数 days",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="随机种子 seed"
)
@click.option(
    "--scale",
    type=_Number(min=0, min_open=True, max=1_000),
    default=1.0,
    show_default=True,
    help="规模倍数 times the usual volume",
)
@click.option(
    "--whistles",
    type=_Number(0, 1),
    default=None,
    help="吹哨占工单的比例，默认同模型 share of tickets that lead to a whistle",
)
@click.option(
    "--hot-issues",
    type=_Number(0, 1_000),
    default=None,
    help="每社区每年热点数，默认同模型 hot issues of a community and year",
)
@click.option(
    "--until",
    type=_LastDay(),
    default=None,
    help="最后一天，默认到现在 last day; the present by default",
)
@with_django
def simulate(
    *,
    communities: int,
    days: int,
    seed: int,
    scale: float,
    whistles: float | None,
    hot_issues: float | None,
    until: datetime | None,
) -> None:
    from django.utils.timezone import localtime, make_aware  # noqa: PLC0415

    now = make_aware(until + timedelta(days=1)) if until else localtime()
    first = now.date() - timedelta(days=days - 1 if until is None else days)
    run_model(
        begins=make_aware(datetime.combine(first, time())),
        until=now,
        whistles=whistles,
        hot_issues=hot_issues,
        communities=communities,
        days=days,
        seed=seed,
        scale=scale,
    )


def run_model(
    *,
    begins: datetime,
    until: datetime,
    whistles: float | None = None,
    hot_issues: float | None = None,
    **sizes: Any,
) -> None:
    """Let the model live from `begins` to `until`, with a progress bar, and say what came of it."""
    from gongzhi.simulation.parameters import Parameters, Residents, Units  # noqa: PLC0415
    from gongzhi.simulation.running import CannotSimulate, Simulation  # noqa: PLC0415

    try:
        units = Units() if whistles is None else Units(whistle=whistles)
        residents = (
            Residents()
            if hot_issues is None
            else Residents(hot_issues_per_community_year=hot_issues)
        )
        parameters = Parameters(residents=residents, units=units, **sizes)
        model = Simulation(parameters=parameters, begins=begins)
    except (ValueError, CannotSimulate) as error:
        refuse(str(error))
    with click.progressbar(length=parameters.days, label="模拟 simulating", file=sys.stderr) as bar:
        done = model.run(until=until, progress=bar.update)
    say(
        f"✓ {done.days} 天，{done.tickets} 张工单，{done.steps} 个办理动作",
        f"{done.days} days, {done.tickets} tickets, {done.steps} steps.",
    )
