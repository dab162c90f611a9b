"""`gongzhi allocate`: which projects a budget buys, from a Pabulib file, and why."""

import os
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from gongzhi.engines.budgeting import (
    Allocation,
    ComparisonBy,
    Completion,
    GreedyOrder,
    InvalidElection,
    PabulibFile,
    Rule,
    Settings,
    Start,
    TieRule,
    UnreadableElection,
    UnresolvedTie,
    Utility,
    allocate,
    compare_rules,
    read_pabulib,
)

from .allocation_report import as_csv, as_json, as_lines, report

RULES = {
    "mes": (Rule.EQUAL_SHARES, None),
    "equal-shares": (Rule.EQUAL_SHARES, None),
    "equal-shares-add1": (Rule.EQUAL_SHARES, Completion.ADD1),
    "phragmen": (Rule.PHRAGMEN, None),
    "greedy": (Rule.GREEDY, None),
}


def _start(_: click.Context, __: click.Parameter, text: str) -> Start | Fraction:
    if text in list(Start):
        return Start(text)
    return _amount(text)


def _step(_: click.Context, __: click.Parameter, text: str) -> Fraction:
    return _amount(text)


def _amount(text: str) -> Fraction:
    try:
        amount = Fraction(text)
    except (ValueError, ZeroDivisionError) as problem:
        raise click.BadParameter(f"{text!r} 不是金额 is not an amount") from problem
    if amount <= 0:
        raise click.BadParameter(f"{text!r} 应大于零 must be more than 0")
    return amount


def _ties(_: click.Context, __: click.Parameter, text: str) -> tuple[TieRule, ...]:
    try:
        return tuple(TieRule(part.strip()) for part in text.split(","))
    except ValueError as problem:
        known = ", ".join(TieRule)
        raise click.BadParameter(f"{problem}; 可用 known: {known}") from problem


@click.command(name="allocate", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--rule",
    type=click.Choice(list(RULES)),
    default="mes",
    show_default=True,
    help="分配规则：平等份额法、Phragmén 法或贪心法。 The rule; equal-shares-add1 implies add1.",
)
@click.option(
    "--utility",
    type=click.Choice([str(choice) for choice in Utility]),
    default="cost",
    show_default=True,
    help="支持者的所得：按造价、按项数、按打分或按名次。 What a supporter gains.",
)
@click.option(
    "--completion",
    type=click.Choice([str(choice) for choice in Completion]),
    default=None,
    help="余款的用法：不加、逐步加到首次超支、加到用尽。 How the endowment grows.",
)
@click.option("--then-greedy", is_flag=True, help="最后按票数用完余款。 Spend the rest by votes.")
@click.option(
    "--comparison",
    type=click.Choice([str(choice) for choice in ComparisonBy]),
    is_flag=False,
    flag_value="satisfaction",
    default=None,
    help="与贪心法结果对比，多数选民更满意者为准。 Let voters' preference against greedy decide.",
)
@click.option(
    "--endowment",
    callback=_start,
    default="exact",
    show_default=True,
    help="起始份额：exact、integral 或金额。 Start per voter: exact, integral or an amount.",
)
@click.option(
    "--step",
    callback=_step,
    default="1",
    show_default=True,
    help="每步增加的金额。 Added per step.",
)
@click.option(
    "--greedy-order",
    type=click.Choice([str(choice) for choice in GreedyOrder]),
    default="density",
    show_default=True,
    help="贪心法的次序。 What greedy takes first: gain per cost, or votes or points.",
)
@click.option(
    "--ties",
    callback=_ties,
    default="min-cost,max-votes,lot",
    show_default=True,
    help="平局规则，依次适用。 Tie rules in order: " + ", ".join(TieRule),
)
@click.option("--seed", default=0, show_default=True, help="抽签种子。 The seed of the lot.")
@click.option("--places", metavar="COLUMN", help="选民住地所在列。 Column of VOTES with places.")
@click.option("--explain", is_flag=True, help="逐项说明理由。 Say why, and what budget would do.")
@click.option("--compare", is_flag=True, help="列出各规则的结果。 Show what each rule would fund.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="*.json / *.csv")
def allocate_command(file: Path, out: Path | None, **stated: Any) -> None:
    """按事先公布的规则分配预算。 Allocate a budget by a rule stated before the vote.

    读取 Pabulib 格式（.pb）的项目与选票，给出入选项目、次序、造价、由多少人支付和有效成本。
    人数少于五的一律不显示。

    Reads projects and ballots in the Pabulib format and gives the funded projects in order, what
    they cost, how many people paid, and the effective costs. Numbers of fewer than five people
    are not shown.
    """
    if out is not None and out.suffix not in (".json", ".csv"):
        raise click.BadParameter("应为 .json 或 .csv must end in .json or .csv", param_hint="--out")
    settings = _settings(stated)
    try:
        text = file.read_text(encoding="utf-8-sig")
        source = read_pabulib(text, place_column=stated["places"])
        result = allocate(source.election, settings)
        variants = _variants(source, settings) if stated["compare"] else {}
    except UnicodeDecodeError as problem:
        line = problem.object[: problem.start].count(b"\n") + 1
        click.echo(f"{file}: line {line}: not text in UTF-8", err=True)
        sys.exit(1)
    except (UnreadableElection, InvalidElection, UnresolvedTie) as problem:
        click.echo(f"{file}: {problem}", err=True)
        sys.exit(1)
    found = report(source, result, variants, explained=stated["explain"])
    if out is None:
        click.echo("\n".join(as_lines(found)))
    else:
        _write_whole(out, as_json(found) if out.suffix == ".json" else as_csv(found))


def _settings(stated: dict[str, Any]) -> Settings:
    rule, implied = RULES[stated["rule"]]
    return Settings(
        rule=rule,
        utility=Utility(stated["utility"]),
        completion=Completion(stated["completion"] or implied or Completion.NONE),
        then_greedy=stated["then_greedy"],
        comparison=None if stated["comparison"] is None else ComparisonBy(stated["comparison"]),
        start=stated["endowment"],
        step=stated["step"],
        greedy_order=GreedyOrder(stated["greedy_order"]),
        tie_rules=stated["ties"],
        seed=stated["seed"],
    )


def _variants(source: PabulibFile, settings: Settings) -> dict[str, Allocation]:
    """What other rules make of these ballots, with the stated utility, ties and endowment."""
    plain = replace(
        settings,
        rule=Rule.EQUAL_SHARES,
        completion=Completion.NONE,
        then_greedy=False,
        comparison=None,
    )
    grown = replace(plain, completion=Completion.ADD1)
    named = {
        "equal-shares": plain,
        "equal-shares-add1": grown,
        "equal-shares-add1+greedy": replace(grown, then_greedy=True),
        "phragmen": replace(plain, rule=Rule.PHRAGMEN),
        "greedy": replace(plain, rule=Rule.GREEDY),
    }
    results = compare_rules(source.election, list(named.values()))
    return {name: result for name, (_, result) in zip(named, results, strict=True)}


def _write_whole(out: Path, text: str) -> None:
    """Write beside the target and rename, so that a file is there whole or not at all."""
    part = out.with_name(out.name + ".part")
    try:
        part.write_text(text, encoding="utf-8-sig" if out.suffix == ".csv" else "utf-8")
        os.replace(part, out)
    except OSError as problem:
        part.unlink(missing_ok=True)
        click.echo(f"{out}: {problem.strerror}", err=True)
        sys.exit(1)
