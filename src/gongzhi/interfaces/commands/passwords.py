"""`gongzhi set-password`: the first way in, and the way back for an administrator locked out."""

import secrets

import click

from gongzhi.interfaces.commands.speaking import refuse, say, with_django


@click.command(
    help="设置某人的登录密码：第一位管理员由此进入，其余人员可在管理后台设置。 Set the password of "
    "a sign-in: the first administrator enters this way, everyone else by the back office."
)
@click.argument("login")
@click.option("--generate", is_flag=True, help="生成一个并显示一次 make one and show it once")
@with_django
def set_password(*, login: str, generate: bool) -> None:
    from django.contrib.auth.password_validation import validate_password  # noqa: PLC0415
    from django.core.exceptions import ValidationError  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from gongzhi.commons.organisations.actors import SYSTEM, actor_named  # noqa: PLC0415
    from gongzhi.commons.organisations.people import change_person  # noqa: PLC0415

    found = actor_named(login, on=timezone.localdate())
    if found is None or found.person_id is None:
        refuse(f"没有登录名为“{login}”的人员", f"There is nobody with the login “{login}”.")
    given = secrets.token_urlsafe(15) if generate else _asked()
    try:
        validate_password(given)
    except ValidationError as error:
        refuse("；".join(error.messages))
    change_person(person_id=found.person_id, password=given, by=SYSTEM, at=timezone.now())
    if generate:
        click.echo(given)
    say(f"✓ 已设置 {login} 的密码", f"The password of {login} is set.")


def _asked() -> str:
    words: str = click.prompt("新密码 new password", hide_input=True, confirmation_prompt=True)
    return words
