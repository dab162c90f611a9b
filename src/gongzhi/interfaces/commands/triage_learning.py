"""What `gongzhi triage train`, `predict` and `evaluate` do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click

from gongzhi.commons.tables.problems import CannotRead
from gongzhi.commons.tables.reading import Table
from gongzhi.commons.tables.writing import write_csv
from gongzhi.commons.trained_models.files import read_model, write_model
from gongzhi.engines.triage.evaluation import Evaluation, evaluate
from gongzhi.engines.triage.model import Model
from gongzhi.engines.triage.suggestions import Suggestion
from gongzhi.engines.triage.teaching import teach
from gongzhi.engines.triage.texts import Message
from gongzhi.engines.triage.training import train
from gongzhi.interfaces.commands.speaking import say
from gongzhi.interfaces.commands.triage_columns import is_empty, messages_of, open_table

PREDICTED = ("row", "first", "first_probability", "second", "third", "evidence")
_BATCH = 2_000
_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Labelled:
    """The usable rows of a file: messages and their labels."""

    messages: list[Message]
    labels: list[str]


def read_labelled(file: Path, *, text: str, label: str, facts: str, sheet: str | None) -> Labelled:
    """Read messages and labels; rows without either are left out and named on the error stream."""
    table = open_table(file, sheet=sheet)
    messages = messages_of(table, text=text, facts=facts)
    labels = [row[0].strip() for row in table.texts([label])]
    usable = [
        at
        for at, (message, given) in enumerate(zip(messages, labels, strict=True))
        if given and not is_empty(message)
    ]
    _tell_left_out(table, set(range(len(table))) - set(usable))
    if not usable:
        raise CannotRead(
            "nothing_labelled",
            chinese=f"{table.name}：没有一行同时有文字和类别。",
            english=f"{table.name}: no row has both text and label.",
        )
    return Labelled([messages[at] for at in usable], [labels[at] for at in usable])


def _tell_left_out(table: Table, left_out: set[int]) -> None:
    if left_out:
        rows = [str(table.row_number(at)) for at in sorted(left_out)]
        named = ", ".join(rows[:_MOST_NAMED]) + ("…" if len(rows) > _MOST_NAMED else "")
        click.echo(
            f"略去 {len(rows)} 行（缺文字或类别）Left out {len(rows)} rows without text or label: "
            f"{named}",
            err=True,
        )


def learn(
    labelled: Labelled, *, start: Path | None, least: float, tell: Callable[[float], None]
) -> Model:
    """Train anew, or teach an older model."""
    if start is None:
        return train(labelled.messages, labelled.labels, least_probability=least, progress=tell)
    model = replace(load(start), least_probability=least)
    taught = teach(model, labelled.messages, labelled.labels)
    tell(1.0)
    return taught


def save(model: Model, path: Path) -> None:
    """Write a model file."""
    arrays, record = model.parts()
    write_model(path, arrays=arrays, record=record)


def load(path: Path) -> Model:
    """Read a model file."""
    return Model.from_parts(*read_model(path))


def predict(
    model: Path,
    file: Path,
    *,
    text: str,
    facts: str,
    abstain: bool,
    out: Path,
    sheet: str | None,
    tell: Callable[[float], None],
) -> int:
    """Write a prediction for every row; returns how many rows."""
    loaded = load(model)
    table = open_table(file, sheet=sheet)
    messages = messages_of(table, text=text, facts=facts)

    def rows() -> Iterator[tuple[object, ...]]:
        for at in range(0, len(messages), _BATCH):
            batch = messages[at : at + _BATCH]
            for index, suggestion in enumerate(loaded.suggest(batch), start=at):
                blank = is_empty(messages[index])
                yield (table.row_number(index), *_cells(suggestion, blank=blank, abstain=abstain))
            tell(min(1.0, (at + _BATCH) / len(messages)))

    write_csv(out, PREDICTED, rows())
    return len(messages)


def _cells(suggestion: Suggestion, *, blank: bool, abstain: bool) -> tuple[object, ...]:
    if blank:
        return ("", "", "", "", "")
    names = [rank.category for rank in suggestion.ranks] + ["", "", ""]
    first = "" if abstain and not suggestion.sure else names[0]
    evidence = " | ".join(" ".join(span.text.split()) for span in suggestion.evidence)
    return (first, f"{suggestion.probability:.4f}", names[1], names[2], evidence)


def evaluate_model(model: Path, labelled: Labelled) -> Evaluation:
    """Compare a model's predictions with the true labels."""
    loaded = load(model)
    if loaded.record.get("messages") and not set(labelled.labels) & set(loaded.labels):
        say("提示：没有一个类别是模型认识的", "Note: the model knows none of these labels")
    return evaluate(
        loaded.probabilities(labelled.messages), labels=loaded.labels, truth=labelled.labels
    )
