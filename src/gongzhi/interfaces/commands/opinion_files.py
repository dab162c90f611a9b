"""Reading the votes and statements of a Polis export."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gongzhi.commons.tables.cells import Cell, cell_text
from gongzhi.commons.tables.reading import CannotRead, Table, read_table
from gongzhi.engines.deliberation.votes import BadVotes, Votes, gather_votes

# Column of a Polis export, and what the same thing may be called elsewhere.
_NAMES = {
    "voter": ("voter-id", "participant-id", "participant_id", "voter_id"),
    "statement": ("comment-id", "statement-id", "statement_id", "comment_id"),
    "vote": ("vote",),
    "time": ("timestamp", "modified"),
    "moderated": ("moderated",),
    "text": ("comment-body", "text", "statement"),
}
_REASONS = {
    "is negative": "编号是负数",
    "a vote is": "投票只能是 1（同意）、0（跳过）或 -1（反对）",
    "unknown": "陈述表里没有这条陈述",
    "credible": "同一个人的投票多得不可信",
    "not a whole number": "应为整数",
}


class CannotMap(ValueError):
    """The votes can't be made into a map; the message is in both languages."""


@dataclass(frozen=True, eq=False)
class OpinionFiles:
    """What was read: the votes, which statements are shown, and their texts by id."""

    votes: Votes
    shown: NDArray[np.bool_]
    texts: dict[int, str]


def read_opinion_files(votes_file: Path, statements_file: Path | None) -> OpinionFiles:
    """Read a Polis export; without a file of statements every statement voted on is shown.

    Raises CannotMap, or CannotRead, with the row of the file.
    """
    table = read_table(votes_file)
    known: list[int] | None = None
    hidden: set[int] = set()
    texts: dict[int, str] = {}
    if statements_file is not None:
        known, hidden, texts = _read_statements(read_table(statements_file))
    time_column = _find(table, "time", needed=False)
    try:
        votes = gather_votes(
            voters=_whole_numbers(table, _column(table, "voter")),
            statements=_whole_numbers(table, _column(table, "statement")),
            values=_whole_numbers(table, _column(table, "vote")),
            times=None if time_column is None else _whole_numbers(table, time_column),
            known_statements=known,
        )
    except BadVotes as error:
        raise CannotMap(_explain(table, error)) from error
    shown = ~np.isin(votes.statement_ids, list(hidden))
    if not shown.any():
        raise CannotMap("所有陈述都被隐藏，没有可以分析的内容。 Every statement is moderated away.")
    return OpinionFiles(votes, shown, texts)


def _read_statements(table: Table) -> tuple[list[int], set[int], dict[int, str]]:
    ids = _whole_numbers(table, _column(table, "statement")).tolist()
    repeated = {one for one in ids if ids.count(one) > 1} if len(set(ids)) < len(ids) else set()
    if repeated:
        row = max(i for i, one in enumerate(ids) if one in repeated)
        raise CannotMap(
            f"{table.name} 第 {table.row_number(row)} 行：陈述编号 {ids[row]} 重复。 "
            f"{table.name}, row {table.row_number(row)}: statement {ids[row]} is listed twice."
        )
    moderated, text = (_find(table, name, needed=False) for name in ("moderated", "text"))
    hidden: set[int] = set()
    if moderated is not None:
        marks = _whole_numbers(table, moderated)
        hidden = {one for one, mark in zip(ids, marks, strict=True) if mark < 0}
    texts: dict[int, str] = {}
    if text is not None:
        words = table.column(text)
        texts = {
            one: " ".join(cell_text(cell).split()) for one, cell in zip(ids, words, strict=True)
        }
    return ids, hidden, texts


def _find(table: Table, name: str, *, needed: bool = True) -> str | None:
    for column in table.columns:
        if column.strip().lower() in _NAMES[name]:
            return column
    if needed:
        table.position(_NAMES[name][0])  # raises, naming the columns there are
    return None


def _column(table: Table, name: str) -> str:
    return _find(table, name) or _NAMES[name][0]


def _whole_numbers(table: Table, column: str) -> NDArray[np.int64]:
    cells = table.column(column)
    try:
        if not any(isinstance(cell, float) for cell in cells):
            return np.array([int(cell) for cell in cells], dtype=np.int64)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        pass
    numbers = np.empty(len(cells), dtype=np.int64)
    for i, cell in enumerate(cells):
        numbers[i] = _whole_number(cell, table, i, column)
    return numbers


def _whole_number(cell: Cell, table: Table, i: int, column: str) -> int:
    text = cell_text(cell)
    try:
        number = float(text)
        if number == int(number) and abs(number) < 2**53:
            return int(number)
    except (ValueError, OverflowError):
        pass
    row = table.row_number(i)
    raise CannotMap(
        f"{table.name} 第 {row} 行，列“{column}”：“{text}”不是整数。 "
        f"{table.name}, row {row}, column {column!r}: {text!r} is not a whole number."
    )


def _explain(table: Table, error: BadVotes) -> str:
    chinese = next((zh for words, zh in _REASONS.items() if words in error.reason), "数据有误")
    if error.row is None:
        return f"{table.name}：{chinese}。 {table.name}: {error.reason}."
    row = table.row_number(error.row)
    return f"{table.name} 第 {row} 行：{chinese}。 {table.name}, row {row}: {error.reason}."


__all__ = ["CannotMap", "CannotRead", "OpinionFiles", "read_opinion_files"]
