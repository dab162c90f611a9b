"""`gongzhi report`: from a study to a report whose every number can be reckoned again."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongzhi.interfaces.commands.speaking import refuse, say, with_django

if TYPE_CHECKING:
    from gongzhi.insights.reports.contents import Facts

_STUDY = click.Path(dir_okay=False, path_type=Path)
_THERE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(
    help="调研报告：研究文件里写文字，数由记录算出，写成公文格式的 Word、HTML 或 PDF，"
    "可逐个数核对。 "
    "Reports: people write the text, the record gives the numbers, written as Word in official "
    "layout, HTML or PDF, and every number can be reckoned again."
)
def report() -> None:
    """The commands of a report."""


@report.command(help="新建研究文件（提纲）。 Begin a study: an outline to write in.")
@click.argument("study", type=_STUDY)
@click.option("--title", required=True, help="标题 title")
@click.option("--period", required=True, help="时间 2026, 2026Q3 …")
@with_django
def new(*, study: Path, title: str, period: str) -> None:
    from gongzhi.insights.indicators.periods import (  # noqa: PLC0415
        CannotTellPeriod,
        period_named,
    )
    from gongzhi.insights.reports.studies import CannotReadStudy, new_study  # noqa: PLC0415

    try:
        new_study(study, title=title, period=period_named(period))
    except (CannotReadStudy, CannotTellPeriod) as error:
        refuse(str(error))
    say(f"✓ 提纲在 {study}", "Write your text into it.")


@report.command(
    help="写成 Word、HTML 或 PDF（看文件名的结尾）：没有审过的文字标“草稿”，数有变的段落标出来。 "
    "Write Word, HTML or PDF, as the file's name says: text nobody reviewed is marked as draft, "
    "paragraphs whose numbers changed say so."
)
@click.argument("study", type=_THERE)
@click.option(
    "--out", required=True, type=_STUDY, help="输出的文件 the file to write: .docx .html .pdf"
)
@with_django
def write(*, study: Path, out: Path) -> None:
    from gongzhi.insights.reports.known_numbers import figures_file, remember  # noqa: PLC0415
    from gongzhi.insights.reports.pdf import CannotPrint  # noqa: PLC0415
    from gongzhi.insights.reports.writing import CannotWrite, write_report  # noqa: PLC0415

    facts = _assembled(study)
    try:
        write_report(facts, out)
    except (CannotPrint, CannotWrite) as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"未能写入 {out}：{error.strerror}", f"Could not write {out}.")
    if not figures_file(study).exists():
        remember(facts, figures_file(study))
    changed = sum(1 for figure in facts.figures if figure.changed_from)
    say(
        f"✓ 已写入 {out}：{len(facts.figures)} 个数，{changed} 个有变"
        + ("，含草稿" if facts.is_draft else ""),
        f"{len(facts.figures)} numbers, {changed} of them changed."
        + (" It holds drafts." if facts.is_draft else ""),
    )


@report.command(
    help="核对之后接受现在的数：以后的变化从这里算起；文字不动。 "
    "Accept the numbers as they are now, once you have read them; the text stays as it is."
)
@click.argument("study", type=_THERE)
@with_django
def refresh(*, study: Path) -> None:
    from gongzhi.insights.reports.known_numbers import figures_file, remember  # noqa: PLC0415

    facts = _assembled(study)
    for figure in facts.figures:
        if figure.changed_from:
            click.echo(f"  {figure.query}: {figure.changed_from} → {figure.words}")
    remember(facts, figures_file(study))
    say(f"✓ 已记下 {len(facts.figures)} 个数", "The numbers are kept as read.")


@report.command(
    help="核对报告：按文件里写的数据版本把每个数重算一遍。 "
    "Verify a report: reckon every number again from the version of the data that it names."
)
@click.argument("file", type=_THERE)
@with_django
def verify(*, file: Path) -> None:
    from gongzhi.commons.ledger.columns import Version  # noqa: PLC0415
    from gongzhi.commons.organisations.actors import SYSTEM  # noqa: PLC0415
    from gongzhi.insights.indicators.snapshots import (  # noqa: PLC0415
        Snapshot,
        mirror_folder,
        snapshot_of,
    )
    from gongzhi.insights.indicators.sources import local_events  # noqa: PLC0415
    from gongzhi.insights.reports.verifying import CannotVerify, verify_report  # noqa: PLC0415

    def reading_at(version: Version, as_of: datetime) -> Snapshot:
        return snapshot_of(local_events(mirror_folder(), as_of=as_of, version=version), as_of)

    try:
        done = verify_report(file, by=SYSTEM, snapshot_of=reading_at)
    except CannotVerify as error:
        refuse(str(error))
    for finding in done.findings:
        click.echo(
            f"✗ [{finding.number}] {finding.query}: "
            f"报告 report {finding.found or '—'}，重算 reckoned {finding.reckoned or '—'}"
        )
    if done.findings:
        sys.exit(1)
    say(
        f"✓ {done.numbers} 个数与记录相符（数据版本 {done.version}）",
        f"{done.numbers} numbers agree with the record.",
    )


def _assembled(study: Path) -> "Facts":
    from django.utils import timezone  # noqa: PLC0415

    from gongzhi.commons.organisations.actors import SYSTEM  # noqa: PLC0415
    from gongzhi.insights.indicators.snapshots import snapshot  # noqa: PLC0415
    from gongzhi.insights.reports.facts import CannotAssemble, assemble  # noqa: PLC0415
    from gongzhi.insights.reports.known_numbers import figures_file, remembered  # noqa: PLC0415
    from gongzhi.insights.reports.studies import CannotReadStudy, read_study  # noqa: PLC0415

    try:
        found = read_study(study)
        with snapshot(at=timezone.now()) as snap:
            return assemble(found, snap, by=SYSTEM, known=remembered(figures_file(study)))
    except (CannotReadStudy, CannotAssemble, ValueError) as error:
        refuse(str(error))
