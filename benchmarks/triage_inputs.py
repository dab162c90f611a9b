"""Inputs of the triage benchmarks: the published data, folds that keep near-duplicates together."""

import csv
import gzip
import os
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import process_time

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from gongzhi.commons.tables.fields import Field, FieldKind
from gongzhi.commons.tables.reading import read_table
from gongzhi.commons.tables.values import value_of
from gongzhi.engines.triage.duplicates import find_pairs
from gongzhi.engines.triage.hot_issues import Voice
from gongzhi.engines.triage.texts import Message


def data_folder() -> Path:
    """The folder of published data named in GONGZHI_REALDATA."""
    named = os.environ.get("GONGZHI_REALDATA")
    if not named or not Path(named).is_dir():
        sys.exit("Set GONGZHI_REALDATA to the folder of published data (see docs/testing.md).")
    return Path(named)


def residents(number: int, *columns: str) -> list[tuple[str, ...]]:
    """The columns of one of the four files of residents' messages."""
    name = "附件2_labelled.csv" if number == 2 else f"附件{number}.xlsx"
    return read_table(data_folder() / "residents_messages" / name).texts(columns)


def labelled_messages() -> tuple[list[Message], list[str]]:
    """The labelled residents' messages."""
    rows = residents(2, "留言主题", "留言详情", "一级标签")
    return [Message(subject=s, body=b) for s, b, _ in rows], [label for *_, label in rows]


def published_voices() -> list[Voice]:
    """The residents' messages of the third file, as hot issues hear them."""
    table = read_table(data_folder() / "residents_messages" / "附件3.xlsx")
    moment = Field(name="at", title="at", kind=FieldKind.MOMENT)
    return [
        Voice(Message(subject=subject, body=body), value_of(at, moment), int(support or 0))
        for (subject, body), at, support in zip(
            table.texts(["留言主题", "留言详情"]), table.column("留言时间"),
            table.column("点赞数"), strict=True,
        )
    ]  # fmt: skip


def folds_of(texts: Sequence[str], labels: Sequence[str], *, seed: int) -> NDArray[np.int64]:
    """Five stratified folds in which near-duplicates (similarity 0.4, chained) stay together."""
    group = list(range(len(texts)))

    def root(at: int) -> int:
        while group[at] != at:
            group[at] = group[group[at]]
            at = group[at]
        return at

    for pair in find_pairs(texts):
        group[root(pair.second)] = root(pair.first)
    groups = [root(at) for at in range(len(texts))]
    fold = np.zeros(len(texts), dtype=np.int64)
    splitter = StratifiedGroupKFold(5, shuffle=True, random_state=seed)
    for number, (_, test) in enumerate(splitter.split(texts, labels, groups)):
        fold[test] = number
    return fold


def long_texts() -> list[str]:
    """Every distinct body of the three files of messages."""
    columns = "留言详情"
    bodies = [row[0].strip() for number in (2, 3, 4) for row in residents(number, columns)]
    return list(dict.fromkeys(body for body in bodies if len(body) >= 20))


def edited(text: str, share: float, alphabet: Sequence[str], draw: random.Random) -> str:
    """A text of which a share of the characters is replaced, dropped or followed by another."""
    out = []
    for character in text:
        if draw.random() >= share:
            out.append(character)
            continue
        kind = draw.randrange(3)
        if kind == 0:
            out.append(draw.choice(alphabet))
        elif kind == 1:
            out += [character, draw.choice(alphabet)]
    return "".join(out)


def invented_texts(count: int, *, seed: int) -> list[str]:
    """Texts put together from clauses of real ones, in other orders: as many as wanted."""
    draw = random.Random(seed)
    clauses = [
        clause
        for text in long_texts()
        for clause in text.replace("。", "，").split("，")
        if 6 <= len(clause) <= 40
    ]
    return ["，".join(draw.choices(clauses, k=draw.randint(3, 8))) for _ in range(count)]


@dataclass
class Clock:
    """CPU seconds of a block."""

    seconds: float = 0.0


@contextmanager
def timed() -> Iterator[Clock]:
    """Measure the CPU seconds of a block (the machine may be shared; wall time would mislead)."""
    clock, start = Clock(), process_time()
    try:
        yield clock
    finally:
        clock.seconds = process_time() - start


def pingshan_events() -> list[dict[str, str]]:
    """The district events, oldest first."""
    path = data_folder() / "pingshan_events" / "events.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda row: (row["create_date"], row["rec_id"]))


def stuttgart_reports() -> list[dict[str, str]]:
    """The geolocated reports."""
    path = data_folder() / "stuttgart_reports" / "reports.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
