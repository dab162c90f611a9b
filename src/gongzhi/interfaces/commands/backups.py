"""`gongzhi backup` and `gongzhi restore`: one command each."""

import sys
from pathlib import Path

import click

from gongzhi.interfaces.commands.speaking import refuse, say, with_django

_PASSPHRASE_FILE = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="口令文件（首行） a file whose first line is the passphrase",
)


@click.command(
    help="备份数据库、附件和密钥到一个文件；运行中也可备份。 "
    "Back up database, attachments and keys into one file, also while everything runs."
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--encrypt", is_flag=True, help="询问口令并加密 ask for a passphrase and encrypt")
@_PASSPHRASE_FILE
@click.option(
    "--portable", is_flag=True, help="可恢复到另一种数据库 can be restored into another database"
)
@with_django
def backup(*, file: Path, encrypt: bool, passphrase_file: Path | None, portable: bool) -> None:
    from django.utils import timezone  # noqa: PLC0415

    from gongzhi.commons.backups import backing_up  # noqa: PLC0415

    passphrase = _passphrase(passphrase_file)
    if encrypt and passphrase is None:
        passphrase = click.prompt("口令 Passphrase", hide_input=True, confirmation_prompt=True)
    try:
        with click.progressbar(
            length=backing_up.bytes_to_back_up(), label="备份 backing up", file=sys.stderr
        ) as bar:
            report = backing_up.make_backup(
                file,
                at=timezone.now(),
                passphrase=passphrase,
                portable=portable,
                progress=bar.update,
            )
    except (backing_up.CannotBackUp, OSError) as error:
        refuse(f"未能备份：{error}", "No backup was made.")
    say(
        f"✓ 已备份 {report.files} 个文件，共 {report.size:,} 字节：{file}",
        f"{report.files} files, {report.size:,} bytes: {file}",
    )
    if passphrase is None:
        say(
            "! 备份未加密，内含密钥和居民联系方式，请妥善保管",
            "The backup is not encrypted and holds keys and contacts: keep it safe.",
        )
    if report.damaged:
        refuse(
            f"{len(report.damaged)} 个附件已损坏，已按现状备份：{'、'.join(report.damaged[:5])}",
            "Some attachments are damaged on disk; they were backed up as they are.",
        )


@click.command(
    help="从备份恢复到空的数据目录，并核验台账。 "
    "Restore a backup into an empty data folder and verify the ledger."
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_PASSPHRASE_FILE
def restore(*, file: Path, passphrase_file: Path | None) -> None:
    _restore(file=file, passphrase=_passphrase(passphrase_file))


@with_django
def _restore(*, file: Path, passphrase: str | None) -> None:
    from gongzhi.commons.backups import restoring  # noqa: PLC0415
    from gongzhi.commons.backups.archives import BadBackup, NeedsPassphrase  # noqa: PLC0415
    from gongzhi.commons.backups.streams import CannotDecrypt  # noqa: PLC0415

    try:
        with click.progressbar(
            length=file.stat().st_size, label="恢复 restoring", file=sys.stderr
        ) as bar:
            report = restoring.restore_backup(file, passphrase=passphrase, progress=bar.update)
    except NeedsPassphrase:
        given = click.prompt("口令 Passphrase", hide_input=True)
        _restore(file=file, passphrase=given)
        return
    except (BadBackup, CannotDecrypt, restoring.CannotRestore, OSError) as error:
        refuse(f"未能恢复：{error}", "Nothing was restored.")
    for finding in report.ledger.findings:
        click.echo(f"✗ {finding.text('zh')}  {finding.text('en')}")
    if not report.ledger.is_sound:
        refuse("已恢复，但台账有问题，见上", "Restored, but the ledger is not sound: see above.")
    say(
        f"✓ 已恢复 {report.made_at} 的备份；{report.ledger.events} 条记录核验无误",
        f"Restored the backup of {report.made_at}; {report.ledger.events} events verified.",
    )


def _passphrase(file: Path | None) -> str | None:
    if file is None:
        return None
    lines = file.read_text(encoding="utf-8").splitlines()
    if not lines or not lines[0]:
        refuse(f"{file} 的首行是空的", f"The first line of {file} is empty.")
    return lines[0]
