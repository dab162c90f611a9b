"""Write the registers of settings, events and commands: python docs/make_registers.py."""

import importlib
import os
import pkgutil
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import click
import django

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
