"""How every command says what happened: two languages, one shape, exit codes 0, 1, 2."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn

import click


def say(chinese: str, english: str) -> None:
    """Tell the person what happened, in both languages."""
    click.echo(f"{chinese}  {english}")


def refuse(chinese: str, english: str = "") -> NoReturn:
    """Say what is wrong and how to mend it, and end with exit code 1."""
    click.echo(f"✗ {chinese}" + (f"  {english}" if english else ""), err=True)
    sys.exit(1)


def with_django(command: Callable[..., Any]) -> Callable[..., Any]:
    """Set Django up before the command's body runs, and not when only its help is asked for."""

    @wraps(command)
    def ready(*args: Any, **kwargs: Any) -> Any:
        import django  # noqa: PLC0415 - loading it for `-h` would cost half a second

        try:
            django.setup()
        except (OSError, ValueError) as error:  # the data folder, or a setting that makes no sense
            refuse(
                f"启动不了：{error}。请检查 GONGZHI_DATA 和其他 GONGZHI_ 开头的设置",
                f"Can't start: {error}. Check GONGZHI_DATA and the other GONGZHI_ settings.",
            )
        return command(*args, **kwargs)

    return ready
