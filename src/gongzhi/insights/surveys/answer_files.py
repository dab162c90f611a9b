"""A file of answers, read into items, weights and design; what is wrong is said by row."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from gongzhi.commons.tables.cells import Cell, cell_text
from gongzhi.commons.tables.reading import Table, read_table
from gongzhi.engines.measurement.designs import Design, Lone, read_design
from gongzhi.engines.measurement.inputs import CannotMeasure
from gongzhi.engines.measurement.recoding import Answer, Recoded, Scale, recode

_LISTED = 10


class CannotEstimate(ValueError):
    """The file can't be estimated from; says where, what, and how to mend it."""


@dataclass(frozen=True, slots=True)
class Question:
    """What to read: items by column name or pattern, their code book, and the design's columns."""

    items: tuple[str, ...]
    valid: Scale | tuple[float, ...]
    missing: dict[Answer, str]
    skip_unknown: bool = False
    weight: str | None = None
    stratum: str | None = None
    cluster: str | None = None
    domain: str | None = None
    nested: bool = False
    lone: Lone = "refuse"


@dataclass(frozen=True, slots=True)
class SurveyFile:
    """Items recoded, one entry for each respondent, with their design and domains."""

    items: dict[str, Recoded]
    design: Design
    domains: tuple[str, ...] | None
    respondents: int


def read_survey(path: Path, question: Question, *, sheet: str | None = None) -> SurveyFile:
    """Read a whole file of one wave. Raises CannotRead, CannotEstimate."""
    table = read_table(path, sheet=sheet)
    return take_survey(table, question, rows=range(len(table)))


def take_survey(table: Table, question: Question, *, rows: Sequence[int]) -> SurveyFile:
    """Take the respondents in these rows of a table. Raises CannotRead, CannotEstimate."""
    if not rows:
        raise CannotEstimate("没有受访者。 There are no respondents.")
    named = _match(question.items, table)
    items = {name: _recoded(table, name, question, rows) for name in named}
    strata = _labels(table, question.stratum, rows)
    clusters = _labels(table, question.cluster, rows)
    if len(rows) == 1:
        raise CannotEstimate(
            "只有一份答卷，看不出误差，不能推断。 "
            "There is one respondent: no error can be seen and nothing estimated."
        )
    weights = _weights(table, question.weight, rows)
    try:
        design = read_design(
            weights, strata=strata, clusters=clusters, nested=question.nested, lone=question.lone
        )
    except CannotMeasure as error:
        raise CannotEstimate(_explain(error)) from error
    domains = _labels(table, question.domain, rows, blank="（空白 blank）")
    return SurveyFile(
        items=items,
        design=design,
        domains=None if domains is None else tuple(domains),
        respondents=len(rows),
    )


def _match(patterns: Sequence[str], table: Table) -> list[str]:
    """Name the columns that the patterns match, in the order of the file."""
    for pattern in patterns:
        if not any(_matches(column, pattern) for column in table.columns):
            table.position(pattern)
    return [c for c in table.columns if any(_matches(c, pattern) for pattern in patterns)]


def _matches(column: str, pattern: str) -> bool:
    return column == pattern or fnmatchcase(column, pattern)


def _recoded(table: Table, name: str, question: Question, rows: Sequence[int]) -> Recoded:
    position = table.position(name)
    answers = [_answer(table.rows[row][position]) for row in rows]
    try:
        recoded = recode(answers, valid=question.valid, missing=question.missing, unknown="mask")
    except CannotMeasure as error:
        raise CannotEstimate(f"{name}：{_explain(error)}") from error
    if recoded.refused and not question.skip_unknown:
        listed = "；".join(
            f"{table.row_number(rows[one.row])}: {str(one.answer)[:40]!r}"
            for one in recoded.refused[:_LISTED]
        )
        raise CannotEstimate(
            f"{name}：{len(recoded.refused)} 个答案不在编码表里（行: 值）：{listed}。"
            "请补充 --valid、--missing，或用 --skip-unknown 当作缺失。 "
            f"{len(recoded.refused)} answers are in no list (row: value). Add them to --valid or "
            "--missing, or take them as missing with --skip-unknown."
        )
    return recoded


def _answer(cell: Cell) -> Answer:
    if isinstance(cell, bool):
        return float(cell)
    return cell if isinstance(cell, int | float) else cell_text(cell)


def _weights(table: Table, column: str | None, rows: Sequence[int]) -> list[float]:
    if column is None:
        return [1.0] * len(rows)
    position, weights = table.position(column), []
    for row in rows:
        cell = table.rows[row][position]
        try:
            weight = float(cell_text(cell))
        except ValueError:
            weight = -1.0
        if not 0 <= weight < float("inf"):
            raise CannotEstimate(
                f"第 {table.row_number(row)} 行 {column}：{cell_text(cell)[:40]!r} 不是权数，"
                f"请填 0 或以上的数。 Row {table.row_number(row)}: a weight is a number from 0."
            )
        weights.append(weight)
    return weights


def _labels(
    table: Table, column: str | None, rows: Sequence[int], *, blank: str | None = None
) -> list[str] | None:
    """Read names from a column; a blank one is refused by row, or given a name of its own."""
    if column is None:
        return None
    position, labels = table.position(column), []
    for row in rows:
        label = cell_text(table.rows[row][position]).strip() or blank
        if label is None:
            number = table.row_number(row)
            raise CannotEstimate(
                f"第 {number} 行 {column}：空白。请填写所属的层或群。 "
                f"Row {number}: {column} is blank. Name the stratum or cluster."
            )
        labels.append(label)
    return labels


def _explain(error: CannotMeasure) -> str:
    """Say in both languages what the engine found, and what to do about it."""
    advice = {
        "lone_cluster": "有的层只有一个群，看不出误差：合并该层，或用 --lone centre。",
        "cluster_in_two_strata": "同一群号出现在两层：改群号；各层各自编号的用 --nested。",
        "no_weight": "权数全是 0。",
        "code_twice": "同一编码既有效又缺失：改 --valid 或 --missing。",
        "no_codes": "没有有效编码：改 --valid。",
    }
    return f"{advice.get(error.code, '无法估计。')} {str(error)[:1].upper()}{str(error)[1:]}."
