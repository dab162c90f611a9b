"""`gongzhi rotate-key`: a new key for contacts, and everything sealed anew under it."""

import sys

import click

from gongzhi.interfaces.commands.speaking import refuse, say, with_django


@click.command(
    help="换用新的联系方式密钥，并逐批重新加密；中断后加 --resume 继续。 "
    "Change the key of contacts and seal everything anew, in chunks; --resume goes on."
)
@click.option(
    "--purpose",
    type=click.Choice(["contact", "index"]),
    default="contact",
    show_default=True,
    help="联系方式或其查找索引 contacts, or the index that finds them",
)
@click.option("--resume", is_flag=True, help="不换新密钥，只继续 no new key, only go on")
@click.option(
    "--forget-old", is_flag=True, help="完成后删除旧密钥 drop the old keys when all is done"
)
@with_django
def rotate_key(*, purpose: str, resume: bool, forget_old: bool) -> None:
    from gongzhi.commons.privacy import encryption, keyring  # noqa: PLC0415

    if not resume:
        keyring.add_key(purpose)
    try:
        with click.progressbar(
            length=encryption.sealed_texts(), label="加密 sealing", file=sys.stderr
        ) as bar:
            changed = encryption.reseal(progress=bar.update)
    except encryption.CannotOpen as error:
        refuse(f"有一条打不开：{error}", "One text can't be opened; nothing else was lost.")
    say(f"✓ 重新加密 {changed} 条", f"{changed} texts sealed anew.")
    if forget_old:
        dropped = keyring.forget_old_keys(purpose)
        say(f"✓ 已删除 {dropped} 把旧密钥", f"{dropped} old keys dropped.")
    say("请重启网页服务和后台进程。", "Restart the web server and the worker.")
