"""`gongzhi`: one command line, its parts loaded only when asked for."""

import os
import sys
from importlib import import_module

import click

# name -> (module:attribute, one line of help in both languages)
COMMANDS: dict[str, tuple[str, str]] = {
    "allocate": (
        "gongzhi.interfaces.commands.allocate:allocate_command",
        "分配预算并说明理由 Allocate a budget from a .pb file, and say why",
    ),
}


class LazyGroup(click.Group):
    """Knows its commands by name and imports one when it runs, so that `-h` answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("命令 Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gongzhi", prog_name="gongzhi")
def gongzhi() -> None:
    """共治：区与社区共同治理的系统。 Gongzhi: a district and its communities govern together.

    退出码 Exit codes: 0 完成 done, 1 (部分)被拒 (partly) refused, 2 用法错误 wrong usage.
    """


def main() -> None:
    """The entry point named in pyproject.toml."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.config.settings.local")
    sys.exit(gongzhi(standalone_mode=True))
