"""`gongzhi verify` and `gongzhi seal`: is the record what it was, and proof that it was so."""

import sys
from pathlib import Path

import click

from gongzhi.interfaces.commands.speaking import refuse, say, with_django


@click.command(
    help="核验台账：找出被改动、缺失、调换或伪造的记录；对照封存还能找出被重写、截尾或删除的记录。 "
    "Verify the ledger: changed, missing, reordered and forged events; against a seal also "
    "rewritten chains, cut tails and deleted subjects."
)
@click.option(
    "--seal",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="导出的封存文件；缺省对照库内封存 an exported seal; by default those in the database",
)
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="封存所用公钥（PEM）；缺省用本机的 the public key of the seals (PEM); by default our own",
)
@with_django
def verify(*, seal: Path | None, key: Path | None) -> None:
    from gongzhi.commons.ledger import verifying  # noqa: PLC0415
    from gongzhi.commons.ledger.seal_keys import BadKey, public_key  # noqa: PLC0415

    try:
        trusted = public_key(key) if key else None
    except BadKey as error:
        refuse(f"密钥文件无法使用：{error}", "The key file can't be used.")
    with click.progressbar(
        length=verifying.events_to_verify(), label="核验 verifying", file=sys.stderr
    ) as bar:
        report = verifying.verify(seal, trusted=trusted, progress=bar.update)
    for finding in report.findings:
        click.echo(f"✗ {finding.text('zh')}  {finding.text('en')}")
    if report.more:
        say(f"…… 另有 {report.more} 处", f"… and {report.more} more")
    if not report.seals:
        say(
            "! 没有封存可对照，整体重写或截尾的记录查不出来；请每晚运行 gongzhi seal 并另存文件",
            "No seal to compare with: whole rewritten chains and cut tails can't be seen. "
            "Run `gongzhi seal FILE` every night and keep the file elsewhere.",
        )
    counted = (
        f"{report.events} 条记录，{report.chains} 个对象，{report.seals} 次封存",
        f"{report.events} events, {report.chains} subjects, {report.seals} seals",
    )
    if not report.is_sound:
        refuse(f"台账有问题：{counted[0]}", f"The ledger is not sound: {counted[1]}.")
    say(f"✓ 台账完好：{counted[0]}", f"The ledger is sound: {counted[1]}.")


@click.command(
    help="封存台账：用库外的密钥签下各对象的最新一条，并导出到文件。 "
    "Seal the ledger with a key outside the database, and export all seals to a file."
)
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@with_django
def seal(*, file: Path | None) -> None:
    from django.conf import settings  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from gongzhi.commons.ledger import seal_keys, seals  # noqa: PLC0415

    try:
        with click.progressbar(
            length=seals.unsealed_events(), label="封存 sealing", file=sys.stderr
        ) as bar:
            made = seals.make_seal(at=timezone.now(), progress=bar.update)
    except (seals.CannotSeal, seal_keys.BadKey, OSError) as error:
        refuse(f"未能封存：{error}", "Nothing was sealed.")
    key = seal_keys.public_key(Path(settings.SEAL_KEY_FILE))
    say(f"✓ 新增 {made} 次封存，公钥 {key}", f"{made} new seals; public key {key}.")
    if file is None:
        return
    try:
        count = seals.export_seal(file)
    except OSError as error:
        refuse(f"未能写入 {file}：{error.strerror}", f"Could not write {file}.")
    say(
        f"✓ 已导出 {count} 次封存到 {file}；请存到别处",
        f"{count} seals exported to {file}; keep it elsewhere.",
    )
