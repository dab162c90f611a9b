"""Write the registers of settings, events and commands, and a page for each indicator."""

import importlib
import os
import pkgutil
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click
import django

if TYPE_CHECKING:
    from gongzhi.insights.indicators.shapes import Indicator

DOCS = Path(__file__).resolve().parent


def rewrite(name: str, lines: Iterator[str]) -> None:
    """Keep what a page says before its first table or heading, and write the rest anew."""
    path = DOCS / name
    opening: list[str] = []
    for line in path.read_text("utf-8").splitlines():
        if line.startswith(("## ", "| ")):
            break
        opening.append(line)
    text = "\n".join([*opening, *lines]).rstrip("\n")
    path.write_text(text + "\n", "utf-8")


def settings() -> Iterator[str]:
    from gongzhi.config.environment import ALL  # noqa: PLC0415

    yield "| setting | default | what it is for |"
    yield "| --- | --- | --- |"
    for each in ALL:
        default = f"`{each.default}`" if each.default else "empty"
        yield f"| `{each.name}` | {default} | {each.purpose} |"


def events() -> Iterator[str]:
    from gongzhi.commons.ledger.kinds import all_kinds  # noqa: PLC0415

    for subject, kinds in groupby(all_kinds(), key=lambda kind: kind.name.partition(".")[0]):
        yield from (f"## {subject}", "", "| event | when | data |", "| --- | --- | --- |")
        for kind in kinds:
            yield f"| `{kind.name}` | {kind.meaning} | {', '.join(kind.fields)} |"
        yield ""


def commands() -> Iterator[str]:
    from gongzhi.interfaces.commands.main import COMMANDS, gongzhi  # noqa: PLC0415

    context = click.Context(gongzhi)
    for name in COMMANDS:
        command = gongzhi.get_command(context, name)
        assert command is not None
        yield from of_command(name, command)


def of_command(name: str, command: click.Command, level: str = "##") -> Iterator[str]:
    yield from (f"{level} `gongzhi {name}`", "", " ".join((command.help or "").split()), "")
    rows = [row for each in command.params if (row := of_option(each))]
    if rows:
        yield from ("| option | |", "| --- | --- |", *rows, "")
    if isinstance(command, click.Group):
        for part, child in command.commands.items():
            yield from of_command(f"{name} {part}", child, "###")


def of_option(option: click.Parameter) -> str:
    if isinstance(option, click.Option):
        return f"| `{', '.join(option.opts)}` | {option.help or ''} |"
    needed = "argument" if option.required else "optional argument"
    choices = option.type.choices if isinstance(option.type, click.Choice) else ()
    said = f"{needed}: {', '.join(map(str, choices))}" if choices else needed
    return f"| `{(option.name or '').upper()}` | {said} |"


_NUMBERS = {
    "share": "share; Wilson or mid-p limits",
    "rate": "rate; mid-p limits",
    "portion": "part of an amount, all of it counted; no limits, chance has no part in it",
    "mean": "mean of a whole stock, all of it counted; no limits, chance has no part in it",
    "hours": "median with rank limits, and 90th percentile; from 5 records on",
    "concentration": "sum of squared shares, 1 where one kind does all; limits",
    "density": "pairs of all pairs, all of them counted; no limits",
    "gap": "half the sum of absolute differences of shares, 0 fits and 1 misfits; limits",
}


def indicator_pages() -> Iterator[tuple[str, str]]:
    """The file name and the text of the page of each indicator, from its definition alone."""
    from gongzhi.insights.indicators.definitions import INDICATORS  # noqa: PLC0415

    for each in INDICATORS:
        yield f"{each.code}.md", "\n".join(of_indicator(each)) + "\n"


def of_indicator(each: "Indicator") -> Iterator[str]:
    from django.utils.translation import override  # noqa: PLC0415

    def both(words: object) -> str:
        with override("en"):
            english = str(words)
        with override("zh-hans"):
            return f"{english} {words}" if english != str(words) else english

    yield from (f"# {each.number}. {both(each.name)}", "", f"`{each.code}`", "")
    yield from ("| | |", "| --- | --- |")
    yield f"| numerator | {both(each.numerator)} |"
    yield f"| denominator | {both(each.denominator)} |"
    yield f"| counted | {both(each.period)} |"
    yield f"| number | {_NUMBERS[each.statistic]} |"
    yield f"| better | {each.better} |"
    yield f"| levels | {', '.join(both(level.label) for level in each.levels)} |"
    if each.difficulties:
        yield f"| stands for | {', '.join(both(named.label) for named in each.difficulties)} |"
    yield f"| beware | {both(each.caveat)} |"
    hidden = "hidden below 5" if each.about_requests else "about organisations or places: shown"
    yield f"| small cells | {hidden} |"
    if not each.is_recorded:
        yield "| today | no room writes these events yet: shown as “no record yet” |"
    about = " ".join((each.records.__doc__ or "").split())
    place = f"{each.records.__module__.replace('.', '/')}.py: {each.records.__name__}"
    yield from ("", "## What is counted", "", about, "", f"In code: `{place}`.", "")
    yield from ("## Events it reads", "", "| event | of its data |", "| --- | --- |")
    yield from (f"| `{need.kind}` | {', '.join(need.fields)} |" for need in each.events)


def write_indicator_pages() -> None:
    folder = DOCS / "indicators"
    folder.mkdir(exist_ok=True)
    pages = dict(indicator_pages())
    for stale in {path.name for path in folder.glob("*.md")} - pages.keys():
        (folder / stale).unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, "utf-8")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.config.settings.test")
    django.setup()
    import gongzhi

    for module in pkgutil.walk_packages(gongzhi.__path__, "gongzhi."):
        if (
            "migrations" not in module.name
            and ".config." not in module.name
            and "__main__" not in module.name
        ):
            importlib.import_module(module.name)
    rewrite("settings.md", settings())
    rewrite("events.md", events())
    rewrite("commands.md", commands())
    write_indicator_pages()
