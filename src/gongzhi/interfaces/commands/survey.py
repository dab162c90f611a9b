"""`gongzhi survey`: estimates and comparisons from a file of answers, without a server."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np

from gongzhi.commons.tables.reading import CannotRead, read_table
from gongzhi.commons.tables.writing import write_csv
from gongzhi.engines.measurement.designs import Lone
from gongzhi.engines.measurement.inputs import CannotMeasure
from gongzhi.engines.measurement.multiplicity import Control
from gongzhi.engines.measurement.recoding import Answer, Scale
from gongzhi.engines.measurement.waves import Wave, compare_waves
from gongzhi.insights.surveys.answer_files import (
    CannotEstimate,
    Question,
    SurveyFile,
    read_survey,
    take_survey,
)
from gongzhi.insights.surveys.tabulating import (
    as_records,
    change_rows,
    describe_reading,
    mean_rows,
    share_rows,
)
from gongzhi.interfaces.commands.speaking import refuse
from gongzhi.interfaces.commands.survey_forms import COMMANDS

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class CodeList(click.ParamType):
    """`1-5` (whole numbers), `1,2,3`, or `0..10` (every number between)."""

    name = "codes"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Scale | tuple[float, ...]:
        try:
            if ".." in value:
                low, high = map(float, value.split(".."))
                return Scale(low, high)
            if "-" in value.strip("-"):
                first, last = map(int, value.split("-"))
                return tuple(float(code) for code in range(first, last + 1))
            return tuple(float(code) for code in value.split(","))
        except ValueError:
            self.fail(f"{value!r}：写作 1-5、1,2,3 或 0..10  write 1-5, 1,2,3 or 0..10", param, ctx)


def _read_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say how to read a file of answers."""
    options = [
        click.option(
            "--item",
            "items",
            multiple=True,
            required=True,
            metavar="列 COLUMN",
            help="题目所在的列，可用 * 匹配，可多次使用 a column of answers; * matches",
        ),
        click.option(
            "--valid",
            type=CodeList(),
            default="1-5",
            show_default=True,
            help="有效答案 valid answers: 1-5, 1,2,3 or 0..10",
        ),
        click.option(
            "--missing",
            multiple=True,
            metavar="码=原因 CODE[=WHY]",
            help="缺失的编码，如 9=不知道，可多次使用 a code that is no answer",
        ),
        click.option(
            "--skip-unknown", is_flag=True, help="把其他答案当作缺失 take other answers as missing"
        ),
        click.option("--weight", metavar="列 COLUMN", help="权数 weights"),
        click.option("--stratum", metavar="列 COLUMN", help="层 strata"),
        click.option("--cluster", metavar="列 COLUMN", help="群（初级抽样单位） clusters"),
        click.option(
            "--nested",
            is_flag=True,
            help="群号在各层内各自编排 cluster names count anew in each stratum",
        ),
        click.option(
            "--lone",
            type=click.Choice(["refuse", "centre", "certain"]),
            default="refuse",
            show_default=True,
            help="只有一个群的层怎么办 what to do with a stratum of one cluster",
        ),
        click.option("--sheet", help="工作表名 sheet name"),
        click.option(
            "--level",
            type=click.FloatRange(0, 1, min_open=True, max_open=True),
            default=0.95,
            show_default=True,
            help="置信水平 confidence level",
        ),
        click.option(
            "--out",
            type=click.Path(dir_okay=False, path_type=Path),
            help="结果，.csv 或 .json；不填则显示 the result; shown if not named",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.group(help="调查：问卷、答卷、估计、比较 questionnaires, answers, estimates, comparisons")
def survey() -> None:
    pass


for _each in COMMANDS:
    survey.add_command(_each)


@survey.command()
@click.argument("file", type=_FILE)
@_read_options
@click.option("--domain", metavar="列 COLUMN", help="分组估计 estimate for each group")
@click.option(
    "--statistic",
    type=click.Choice(["mean", "share"]),
    default="mean",
    show_default=True,
    help="均值，或每个答案的比例 means, or the share of each answer",
)
@click.option(
    "--least-people",
    type=click.IntRange(1),
    default=5,
    show_default=True,
    help="少于几人的格子隐藏 cells of fewer people are hidden",
)
def estimate(
    *,
    file: Path,
    statistic: str,
    least_people: int,
    level: float,
    out: Path | None,
    sheet: str | None,
    **read: Any,
) -> None:
    """按抽样设计估计每道题，给出误差和区间。

    Estimate every item of FILE by its sampling design, with errors and intervals. Strata, clusters
    and weights are columns of the file; without them it counts as a simple random sample.
    """
    question = _question(**read)
    try:
        taken = read_survey(file, question, sheet=sheet)
        if statistic == "share":
            kinds = question.valid
            if isinstance(kinds, Scale):
                raise CannotEstimate("比例要列出答案，如 1-5。 Shares need listed answers: 1-5.")
            rows = share_rows(taken, kinds, level=level, least=least_people)
        else:
            rows = mean_rows(taken, level=level, least=least_people)
    except (CannotRead, CannotEstimate, CannotMeasure) as error:
        refuse(str(error))
    about = {"statistic": statistic, "level": level, "least_people": least_people}
    _write(out, about | describe_reading(taken, least=least_people), as_records(rows), "estimates")


@survey.command()
@click.argument("file", type=_FILE)
@_read_options
@click.option("--wave", required=True, metavar="列 COLUMN", help="哪一轮 which wave a row is of")
@click.option("--earlier", required=True, help="前一轮的值 its value for the earlier wave")
@click.option("--later", required=True, help="后一轮的值 its value for the later wave")
@click.option(
    "--same-clusters", is_flag=True, help="两轮同群（或同人） the waves share clusters (or people)"
)
@click.option(
    "--control",
    type=click.Choice(["bh", "by", "storey", "none"]),
    default="bh",
    show_default=True,
    help="多重检验的控制 control of multiple tests",
)
@click.option(
    "--error-rate",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.05,
    show_default=True,
    help="错误率 error rate",
)
@click.option(
    "--least-people",
    type=click.IntRange(1),
    default=5,
    show_default=True,
    help="少于几人作答的题不比较 items answered by fewer are not compared",
)
def compare(
    *,
    file: Path,
    wave: str,
    earlier: str,
    later: str,
    same_clusters: bool,
    control: Control,
    error_rate: float,
    least_people: int,
    level: float,
    out: Path | None,
    sheet: str | None,
    **read: Any,
) -> None:
    """比较两轮调查，说明哪些变化超出偶然。

    Compare two waves in one FILE and say which changes are beyond chance, all items together.
    """
    question = _question(**read, domain=None)
    try:
        table = read_table(file, sheet=sheet)
        labels = [str(cell).strip() for cell in table.column(wave)]
        waves = []
        for value in (earlier, later):
            rows = [row for row, label in enumerate(labels) if label == value]
            if not rows:
                raise CannotEstimate(f"{wave} 列没有 {value!r}。 No row is of wave {value!r}.")
            waves.append(take_survey(table, question, rows=rows))
        compared = _answered(waves, least_people)
        changes = compare_waves(
            _wave(waves[0], compared),
            _wave(waves[1], compared),
            compared,
            same_clusters=same_clusters,
            level=level,
            control=control,
            error_rate=error_rate,
        )
    except (CannotRead, CannotEstimate, CannotMeasure) as error:
        refuse(str(error))
    about = {
        "level": level,
        "control": control,
        "error_rate": error_rate,
        "shared_clusters": changes.shared_clusters,
        "left_out": [item for item in waves[0].items if item not in compared],
        "earlier": describe_reading(waves[0], least=least_people),
        "later": describe_reading(waves[1], least=least_people),
    }
    _write(out, about, change_rows(changes), "changes")


def _question(*, items: Sequence[str], missing: Sequence[str], **rest: Any) -> Question:
    reasons: dict[Answer, str] = {}
    for pair in missing:
        code, _, why = pair.partition("=")
        reasons[code] = why or code
    lone: Lone = rest.pop("lone")
    return Question(items=tuple(items), missing=reasons, lone=lone, **rest)


def _answered(waves: Sequence[SurveyFile], least: int) -> list[str]:
    """The items that enough people answered in both waves."""
    enough = [
        {name for name, item in taken.items.items() if item.values.count() >= least}
        for taken in waves
    ]
    kept = [name for name in waves[0].items if all(name in wave for wave in enough)]
    if not kept:
        raise CannotEstimate("没有一题两轮都有足够的人作答。 No item has enough answers in both.")
    return kept


def _wave(taken: SurveyFile, items: Sequence[str]) -> Wave:
    answers = np.ma.stack([taken.items[name].values for name in items], axis=1)
    return Wave(taken.design, answers)


def _write(
    out: Path | None, about: dict[str, Any], records: list[dict[str, Any]], name: str
) -> None:
    """Write JSON with everything, a delimited file with the rows, or show the rows."""
    columns = list(records[0])
    try:
        if out is None:
            click.echo("\t".join(columns))
            for record in records:
                click.echo("\t".join(_shown(value) for value in record.values()))
        elif out.suffix.lower() == ".json":
            whole = json.dumps(
                about | {name: records}, ensure_ascii=False, indent=1, allow_nan=False
            )
            out.write_text(whole + "\n", encoding="utf-8")
        else:
            write_csv(out, columns, [list(record.values()) for record in records])
    except OSError as error:
        refuse(f"写不了 {out}：{error.strerror}。", "Can't write it.")


def _shown(value: object) -> str:
    if value is None:
        return "—"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
