"""`gongzhi api-key`: keys with which other systems reach the interfaces."""

import click

from gongzhi.interfaces.commands.speaking import refuse, say, with_django


@click.group(
    name="api-key",
    help="接口密钥：发放、查看、停用。 Keys to the interfaces: give, list, end.",
)
def api_key() -> None:
    """The keys."""


@api_key.command(help="发放密钥，只显示这一次。 Give a key; it is shown this once.")
@click.argument("unit")
@click.option("--name", required=True, help="用途，如“随手拍” what it is for")
@click.option(
    "--speaks-for-unit",
    is_flag=True,
    help="可读取并答复本单位的工单，只应放在服务器上；不加则只能提交诉求 "
    "may read and answer the unit's tickets, so keep it on a server; without, it only sends in",
)
@with_django
def give(*, unit: str, name: str, speaks_for_unit: bool) -> None:
    from django.utils import timezone  # noqa: PLC0415

    from gongzhi.commons.organisations.api_keys import CannotGiveKey, give_key  # noqa: PLC0415
    from gongzhi.commons.organisations.queries import unit_named  # noqa: PLC0415
    from gongzhi.commons.permissions.actors import SYSTEM  # noqa: PLC0415

    found = unit_named(unit)
    if found is None:
        refuse(f"没有名为“{unit}”的单位", f"There is no unit called “{unit}”.")
    try:
        key = give_key(
            unit_id=found.id,
            name=name,
            speaks_for_unit=speaks_for_unit,
            by=SYSTEM,
            at=timezone.now(),
        )
    except CannotGiveKey as error:
        refuse(str(error))
    click.echo(key)


@api_key.command("list", help="列出发放过的密钥（不含密钥本身）。 List the keys that were given.")
@with_django
def listed() -> None:
    from gongzhi.commons.organisations.api_keys import given_keys  # noqa: PLC0415
    from gongzhi.commons.permissions.actors import SYSTEM  # noqa: PLC0415

    for key in given_keys(by=SYSTEM):
        reach = "代表单位 for the unit" if key.speaks_for_unit else "只提交 sends in"
        ended = f"{key.ends:%Y-%m-%d}" if key.ends else "有效 valid"
        click.echo(f"{key.id}\t{key.unit_name}\t{key.name}\t{reach}\t{ended}")


@api_key.command(help="停用密钥，ID 见 list。 End a key; list shows the IDs.")
@click.argument("id", type=int)
@with_django
def end(*, id: int) -> None:
    from django.utils import timezone  # noqa: PLC0415

    from gongzhi.commons.organisations.api_keys import CannotGiveKey, end_key  # noqa: PLC0415
    from gongzhi.commons.permissions.actors import SYSTEM  # noqa: PLC0415

    try:
        end_key(key_id=id, by=SYSTEM, at=timezone.now())
    except CannotGiveKey as error:
        refuse(str(error))
    say(f"✓ 密钥 {id} 已停用", f"Key {id} is ended.")
