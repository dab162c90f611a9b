"""`gongzhi survey import|export|answers|import-answers`: questionnaires and answers as files."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gongzhi.interfaces.commands.speaking import refuse, say, with_django

if TYPE_CHECKING:
    from gongzhi.commons.tables.reading import Table
    from gongzhi.insights.surveys.receiving import ImportedRow

_IN = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)


@click.command("import", help="导入问卷（XLSForm）。 Import a questionnaire from an XLSForm.")
@click.argument("file", type=_IN)
@click.option(
    "--leave-out",
    is_flag=True,
    help="去掉这里不能问的题 leave out what can't be asked here",
)
@click.option("--dry-run", is_flag=True, help="只检查不写入 check, store nothing")
@with_django
def import_form(file: Path, *, leave_out: bool, dry_run: bool) -> None:
    from gongzhi.commons.permissions.actors import SYSTEM  # noqa: PLC0415
    from gongzhi.insights.surveys.instruments.findings import CannotImport  # noqa: PLC0415
    from gongzhi.insights.surveys.instruments.xlsform_reading import read_xlsform  # noqa: PLC0415
    from gongzhi.insights.surveys.registering import CannotAdd, add_version  # noqa: PLC0415

    try:
        read = read_xlsform(file.read_bytes(), name=file.name, leave_out=leave_out)
        for remark in read.remarks:
            click.echo(f"• {remark}", err=True)
        if dry_run:
            say("✓ 问卷没有问题，没有写入", "The questionnaire is sound; nothing was stored.")
            return
        added = add_version(form=read.form, by=SYSTEM, at=datetime.now(UTC))
    except CannotImport as error:
        for finding in error.findings:
            click.echo(f"✗ {finding}", err=True)
        refuse("没有导入；请按以上说明修改", "Nothing was imported: mend these first.")
    except (CannotAdd, OSError) as error:
        refuse(str(error), "Nothing was imported.")
    say(
        f"✓ 已导入 {read.form.code} 第 {added.number} 版",
        f"Imported {read.form.code}, version {added.number}.",
    )


@click.command("export", help="导出问卷为 XLSForm。 Export a questionnaire as an XLSForm.")
@click.argument("code")
@click.option("--version", "number", type=click.IntRange(1), help="第几版 which version")
@click.option("--out", type=_OUT, required=True, metavar="FILE.xlsx")
@with_django
def export_form(code: str, *, number: int | None, out: Path) -> None:
    from gongzhi.insights.surveys.instruments.xlsform_writing import (  # noqa: PLC0415
        write_xlsform,
    )
    from gongzhi.insights.surveys.queries import version_of  # noqa: PLC0415

    found = version_of(code=code, number=number)
    if found is None:
        refuse(f"没有问卷 {code}，或没有这一版", "There is no such questionnaire or version.")
    try:
        write_xlsform(out, found[1])
    except OSError as error:
        refuse(f"写不了 {out}：{error.strerror}", "Can't write it.")
    say(f"✓ 已导出到 {out}", f"Exported to {out}.")


@click.command("answers", help="导出选择题答案，不含文字。 Export coded answers, no words.")
@click.argument("survey", type=click.IntRange(1))
@click.option("--out", type=_OUT, required=True, metavar="FILE.csv|FILE.xlsx")
@with_django
def export_answers(survey: int, *, out: Path) -> None:
    from gongzhi.commons.permissions.actors import SYSTEM  # noqa: PLC0415
    from gongzhi.commons.tables.writing import write_csv, write_xlsx  # noqa: PLC0415
    from gongzhi.insights.surveys.queries import coded_answers  # noqa: PLC0415
    from gongzhi.insights.surveys.registering import NoSuchSurvey  # noqa: PLC0415

    try:
        columns, rows = coded_answers(survey_id=survey, by=SYSTEM, at=datetime.now(UTC))
        write = write_xlsx if out.suffix.lower() == ".xlsx" else write_csv
        write(out, columns, rows)
    except NoSuchSurvey:
        refuse(f"没有第 {survey} 号调查", "There is no such survey.")
    except OSError as error:
        refuse(f"写不了 {out}：{error.strerror}", "Can't write it.")
    say(f"✓ 已导出到 {out}", f"Exported to {out}.")


@click.command(
    "import-answers",
    help="导入在别处收的答卷（XLSX、CSV、SPSS）：全部导入或一行不导，错误逐行说明。 "
    "Import answers collected elsewhere: all of them or nothing, every faulty row named.",
)
@click.argument("survey", type=click.IntRange(1))
@click.argument("file", type=_IN)
@click.option(
    "--map",
    "mapped",
    multiple=True,
    metavar="题=列 QUESTION=COLUMN",
    help="题目在哪一列；同名的不用写 which column holds a question; the same name needs none",
)
@click.option(
    "--recode",
    "recodes",
    multiple=True,
    metavar="题:值=码 QUESTION:VALUE=CODE",
    help="把值换成选项，码空着为没有回答 a value's choice; an empty code is no answer",
)
@click.option("--weight", metavar="列 COLUMN", help="权数 weights")
@click.option("--community", metavar="列 COLUMN", help="社区名 names of communities")
@click.option("--sheet", help="工作表名 sheet name")
@click.option("--skip-faulty", is_flag=True, help="跳过有错的行 leave faulty rows out")
@with_django
def import_answers(
    survey: int, file: Path, *, sheet: str | None, skip_faulty: bool, **how: Any
) -> None:
    from gongzhi.commons.permissions.actors import SYSTEM  # noqa: PLC0415
    from gongzhi.commons.tables.reading import CannotRead, read_table  # noqa: PLC0415
    from gongzhi.commons.tables.spss import ENDINGS, read_spss  # noqa: PLC0415
    from gongzhi.insights.surveys.receiving import import_responses  # noqa: PLC0415
    from gongzhi.insights.surveys.registering import NoSuchSurvey  # noqa: PLC0415

    try:
        is_spss = file.suffix.lower() in ENDINGS
        table = read_spss(file) if is_spss else read_table(file, sheet=sheet)
        rows = _rows(table, hashlib.sha256(file.read_bytes()).hexdigest(), survey, **how)
        kept, faults = import_responses(
            survey_id=survey, rows=rows, by=SYSTEM, at=datetime.now(UTC), skip=skip_faulty
        )
    except CannotRead as error:
        refuse(error.chinese, error.english)
    except NoSuchSurvey:
        refuse(f"没有第 {survey} 号调查", "There is no such survey.")
    for number, fault in faults[:50]:
        click.echo(f"✗ 第 {number} 行 row {number} {fault.path}：{fault.reason}", err=True)
    if faults and not skip_faulty:
        refuse("没有导入；请修改以上各行，或用 --skip-faulty 跳过", "Nothing was imported.")
    say(f"✓ 已导入 {kept} 份答卷", f"Imported {kept} responses.")


def _rows(
    table: "Table",
    digest: str,
    survey: int,
    *,
    mapped: tuple[str, ...],
    recodes: tuple[str, ...],
    weight: str | None,
    community: str | None,
) -> "list[ImportedRow]":
    """The rows of a table as responses; the same file makes the same keys."""
    from gongzhi.commons.permissions.actors import SYSTEM  # noqa: PLC0415
    from gongzhi.commons.tables.cells import cell_text  # noqa: PLC0415
    from gongzhi.insights.surveys.choices import Channel  # noqa: PLC0415
    from gongzhi.insights.surveys.instruments.shapes import ASKED  # noqa: PLC0415
    from gongzhi.insights.surveys.queries import survey_for_staff  # noqa: PLC0415
    from gongzhi.insights.surveys.receiving import ImportedRow, NewResponse  # noqa: PLC0415
    from gongzhi.insights.surveys.registering import prepared_version  # noqa: PLC0415

    prepared = prepared_version(survey_for_staff(survey_id=survey, by=SYSTEM).version_id)
    asked = [name for name, item in prepared.items.items() if item.kind in ASKED]
    columns = {name: name for name in asked if name in table.columns}
    columns |= {question: column for question, _, column in (m.partition("=") for m in mapped)}
    at = {name: table.position(column) for name, column in columns.items()}
    codes = dict(pair.rsplit("=", 1) for pair in recodes if "=" in pair)
    weights = table.position(weight) if weight else None
    homes = table.position(community) if community else None
    found = []
    for index, cells in enumerate(table.rows):
        given = {}
        for name, position in at.items():
            said = cell_text(cells[position]).strip()
            given[name] = codes.get(f"{name}:{said}", said)
        number = table.row_number(index)
        new = NewResponse(
            given=given, key=f"{digest[:40]}-{number}", channel=Channel.IMPORT,
            weight=_weight(cells[weights] if weights is not None else None, number),
            place_id=_home(cell_text(cells[homes]) if homes is not None else "", number),
        )  # fmt: skip
        found.append(ImportedRow(number, new))
    return found


def _weight(cell: object, number: int) -> float:
    if cell is None:
        return 1.0
    try:
        weight = float(str(cell))
    except ValueError:
        weight = -1.0
    if not 0 < weight < 1e9:
        refuse(f"第 {number} 行：“{str(cell)[:40]}”不是权数", f"Row {number}: no weight.")
    return weight


def _home(name: str, number: int) -> int | None:
    from gongzhi.commons.territory.queries import communities  # noqa: PLC0415

    if not name.strip():
        return None
    found = [view.id for view in communities() if name.strip() in {view.name, view.full_name}]
    if len(found) != 1:
        refuse(f"第 {number} 行：没有社区“{name[:40]}”", f"Row {number}: no such community.")
    return found[0]


COMMANDS = (import_form, export_form, export_answers, import_answers)
