"""`gongzhi schemes`: the assessment schemes of this installation: read, check, put in force."""

from pathlib import Path

import click

from gongzhi.interfaces.commands.speaking import refuse, say, with_django

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(
    help="考核方案：哪些指标各占多少、哪些事项不计、何时起止。 "
    "Assessment schemes: which indicators count how much, which matters don't, from when to when."
)
def schemes() -> None:
    """The group."""


@schemes.command(
    name="list",
    help="列出全部版本，JSON 格式，可改后再生效。 "
    "All versions as JSON, to be changed and put in force.",
)
@with_django
def list_schemes() -> None:
    from gongzhi.insights.indicators.schemes import STANDARD, schemes_file  # noqa: PLC0415

    own = schemes_file()
    click.echo((own if own.is_file() else STANDARD).read_text("utf-8"), nl=False)


@schemes.command(help="核对一个文件，不改动任何东西。 Check a file and change nothing.")
@click.argument("file", type=_FILE)
@with_django
def check(*, file: Path) -> None:
    from gongzhi.insights.indicators.schemes import (  # noqa: PLC0415
        CannotReadScheme,
        read_schemes,
    )

    try:
        found = read_schemes(file)
    except CannotReadScheme as error:
        refuse(str(error), "The file can't be used; nothing was changed.")
    say(f"✓ {len(found)} 个版本，没有问题", f"{len(found)} versions, nothing wrong.")


@schemes.command(
    help="让一个文件里的方案生效；已经生效的版本不能改、不能删。 "
    "Put a file in force; versions that have begun can be neither changed nor removed.",
)
@click.argument("file", type=_FILE)
@with_django
def install(*, file: Path) -> None:
    from django.utils import timezone  # noqa: PLC0415

    from gongzhi.commons.permissions.actors import SYSTEM  # noqa: PLC0415
    from gongzhi.insights.indicators.schemes import (  # noqa: PLC0415
        CannotReadScheme,
        install_schemes,
    )

    try:
        found = install_schemes(file, by=SYSTEM, at=timezone.now())
    except CannotReadScheme as error:
        refuse(str(error), "The file was refused; nothing was changed.")
    say(f"✓ {len(found)} 个版本已生效", f"{len(found)} versions are in force by their dates.")
