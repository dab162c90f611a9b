"""`gongzhi triage`: on files, without a server, and `learn` from the district's own tickets."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongzhi.interfaces.commands.speaking import refuse, say, with_django
from gongzhi.interfaces.commands.triage_options import NewFile, some_column

if TYPE_CHECKING:
    from gongzhi.commons.permissions.actors import Actor

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_TEXT = click.option(
    "--text",
    "text",
    required=True,
    callback=some_column,
    metavar="列,列 COL,COL",
    help="文字所在的列；两列以上时第一列是标题，其余是正文。 "
    "The column of the text; of several, the first is the subject and the rest the body.",
)
_CSV = click.option(
    "--out", required=True, type=NewFile(kind="csv"), help="结果 CSV。 The resulting CSV file."
)
_XLSX = click.option(
    "--out", required=True, type=NewFile(kind="xlsx"), help="结果 XLSX。 The resulting workbook."
)
_SHEET = click.option(
    "--sheet", help="工作表名，默认第一张。 The sheet of a workbook; the first if not given."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def triage() -> None:
    """读懂居民的话：分类、查重、热点。 Classify messages, find duplicates and hot issues.

    读 XLSX、XLS、ODS、CSV、TSV（UTF-8 或 GB18030）；列名里的逗号前写反斜杠。
    Reads XLSX, XLS, ODS, CSV and TSV in UTF-8 or GB18030; write a backslash before a comma inside a
    column's name.

    退出码 Exit codes: 0 完成 done, 1 文件或数据有误 refused, 2 用法错误 wrong usage.
    """


@triage.command()
@click.argument("file", type=_FILE)
@_TEXT
@click.option("--label", required=True, metavar="列 COL", help="类别所在的列。 The label's column.")
@click.option(
    "--facts",
    default="",
    metavar="列,列 COL,COL",
    help="文字以外的已知事实，如社区、渠道。 Columns of what is known besides the text.",
)
@click.option(
    "--from",
    "start",
    type=_FILE,
    help="在旧模型上用这些已确认的类别继续学习，而不是从头训练。 "
    "Teach this older model what people decided instead of training anew.",
)
@click.option(
    "--least",
    type=click.FloatRange(0, 1),
    default=0.6,
    show_default=True,
    help="低于此概率即“不确定”。 Below this probability the model is not sure.",
)
@click.option("--out", required=True, type=NewFile(), help="模型文件。 Where the model goes.")
@_SHEET
def train(
    *,
    file: Path,
    text: str,
    label: str,
    facts: str,
    start: Path | None,
    least: float,
    out: Path,
    sheet: str | None,
) -> None:
    """用已分类的留言训练模型。 Train a model on messages that people have classified.

    没有文字或没有类别的行不用于训练，会报出行号。
    Rows without text or label are left out and named.
    """
    from gongzhi.interfaces.commands import triage_learning  # noqa: PLC0415 - keeps `-h` quick

    with _speaking():
        labelled = triage_learning.read_labelled(
            file, text=text, label=label, facts=facts, sheet=sheet
        )
        with progress("训练 training") as tell:
            model = triage_learning.learn(labelled, start=start, least=least, tell=tell)
        triage_learning.save(model, out)
    record = model.record
    if start is not None:
        count = len(labelled.messages)
        say(f"已从 {count} 条决定中学习 → {out}", f"Learned from {count} decisions.")
        return
    say(
        f"已训练：{record['messages']} 条，{len(model.labels)} 类 → {out}",
        f"Trained on {record['messages']} messages, {len(model.labels)} labels.",
    )
    say(
        f"未见留言上的准确率 {record['accuracy_on_unseen']:.1%}，"
        f"校准误差 {record['calibration_error_on_unseen']:.3f}",
        "accuracy and calibration error on messages its folds had not seen",
    )


@triage.command()
@click.argument("model", type=_FILE)
@click.argument("file", type=_FILE)
@_TEXT
@click.option("--facts", default="", metavar="列,列 COL,COL", help="同训练。 As in training.")
@click.option(
    "--abstain",
    is_flag=True,
    help="不确定时 first 留空。 Leave `first` blank where the model is not sure.",
)
@_CSV
@_SHEET
def predict(
    *,
    model: Path,
    file: Path,
    text: str,
    facts: str,
    abstain: bool,
    out: Path,
    sheet: str | None,
) -> None:
    """给每行三个类别、概率和依据。 Give each row three categories, a probability and the evidence.

    列 Columns: row, first, first_probability, second, third, evidence.
    没有文字的行留空。 A row without text stays blank.
    """
    from gongzhi.interfaces.commands import triage_learning  # noqa: PLC0415

    with _speaking(), progress("分类 predicting") as tell:
        count = triage_learning.predict(
            model,
            file,
            text=text,
            facts=facts,
            abstain=abstain,
            out=out,
            sheet=sheet,
            tell=tell,
        )
    say(f"已分类 {count} 行 → {out}", f"{count} rows predicted.")


@triage.command()
@click.argument("model", type=_FILE)
@click.argument("file", type=_FILE)
@_TEXT
@click.option("--label", required=True, metavar="列 COL", help="正确类别的列。 The true labels.")
@click.option("--facts", default="", metavar="列,列 COL,COL", help="同训练。 As in training.")
@click.option(
    "--json", "json_out", type=NewFile(), help="另存 JSON。 Write the figures as JSON, too."
)
@_SHEET
def evaluate(
    *,
    model: Path,
    file: Path,
    text: str,
    label: str,
    facts: str,
    json_out: Path | None,
    sheet: str | None,
) -> None:
    """用已知类别检验模型。 Check a model against known labels.

    准确率、宏 F1、各类、校准、弃答、混淆矩阵；请用没有参加训练的数据。
    Accuracy, macro-F1, per class, calibration, abstention, confusion; use messages that weren't in
    the training.
    """
    from gongzhi.interfaces.commands import triage_learning, triage_report  # noqa: PLC0415

    with _speaking():
        labelled = triage_learning.read_labelled(
            file, text=text, label=label, facts=facts, sheet=sheet
        )
        result = triage_learning.evaluate_model(model, labelled)
        if json_out is not None:
            triage_report.write_json(result, json_out)
    click.echo(triage_report.as_text(result))


@triage.command()
@click.argument("file", type=_FILE)
@_TEXT
@click.option("--place", metavar="列 COL", help="地点列，层级用 / 分开。 Place; levels by slashes.")
@click.option("--time", "moment", metavar="列 COL", help="时间列。 The column of the time.")
@click.option(
    "--least",
    type=click.FloatRange(0.05, 1),
    default=0.4,
    show_default=True,
    help="至少多相似才算重复。 The least similarity of duplicates.",
)
@_CSV
@_SHEET
def duplicates(
    *,
    file: Path,
    text: str,
    place: str | None,
    moment: str | None,
    least: float,
    out: Path,
    sheet: str | None,
) -> None:
    """找出说同一件事的行。 Find rows that say the same, by words, place and time, never by person.

    列 Columns: row, group, similarity. group 是该组第一行的行号；只列出有重复的行。
    The group is named by the row of its first; only rows that have a duplicate are listed.
    """
    from gongzhi.interfaces.commands import triage_lists  # noqa: PLC0415

    with _speaking(), progress("查重 comparing") as tell:
        rows, groups = triage_lists.duplicates(
            file,
            text=text,
            place=place,
            moment=moment,
            least=least,
            out=out,
            sheet=sheet,
            tell=tell,
        )
    say(f"{rows} 行属于 {groups} 组重复 → {out}", f"{rows} rows in {groups} groups.")


@triage.command()
@click.argument("file", type=_FILE)
@click.option(
    "--id", "identity", required=True, metavar="列 COL", help="编号列。 The message's id."
)
@_TEXT
@click.option("--time", "moment", required=True, metavar="列 COL", help="时间列。 The time.")
@click.option("--support", metavar="列 COL", help="点赞数列。 How many others support it.")
@click.option(
    "--place",
    metavar="列 COL",
    help="地点列：不同地点不并为一事。 Messages of different places are never one matter.",
)
@click.option(
    "--most",
    type=click.IntRange(1, 10_000),
    default=50,
    show_default=True,
    help="最多几件。 At most.",
)
@_XLSX
@_SHEET
def hot(
    *,
    file: Path,
    identity: str,
    text: str,
    moment: str,
    support: str | None,
    place: str | None,
    most: int,
    out: Path,
    sheet: str | None,
) -> None:
    """列出热点问题。 List the hot issues, and which messages each is made of.

    热度＝不同留言数＋√支持数＋最集中一周的意外度（最多 10）。
    Heat = distinct messages + √supporters + the surprise of the busiest week (at most 10).
    """
    from gongzhi.interfaces.commands import triage_lists  # noqa: PLC0415

    columns = triage_lists.HotColumns(identity, text, moment, support, place)
    with _speaking(), progress("找热点 gathering") as tell:
        count = triage_lists.hot(file, columns, most=most, out=out, sheet=sheet, tell=tell)
    say(f"{count} 件热点 → {out}", f"{count} hot issues.")


@triage.command(name="learn")
@click.option(
    "--most",
    type=click.IntRange(200, 1_000_000),
    default=50_000,
    show_default=True,
    help="最多用几张最新的工单。 Learn from so many of the newest tickets.",
)
@click.option(
    "--units",
    is_flag=True,
    help="改学“以往由谁办”，在工单页供派单人参考。 "
    "Learn which units handled the like instead, shown to whoever dispatches.",
)
@click.option("--as", "login", default=None, help="以谁的身份（登录名）。 In whose name (login).")
@with_django
def learn(*, most: int, units: bool, login: str | None) -> None:
    """用本区已定的分类训练模型并启用。 Train on the district's own decisions, and put it in place.

    用人工改定的分类，以及保持到办结的分类；已删除内容的工单不用。先交叉检验，不如现在的就不替换。
    Learns from categories given by a person and from those kept to the end; never from erased
    tickets. It is cross-validated first, and a model worse than what suggests now replaces nothing.
    """
    from gongzhi.affairs.tickets.learning import learn_categories  # noqa: PLC0415
    from gongzhi.commons.permissions.table import NotPermitted  # noqa: PLC0415
    from gongzhi.interfaces.commands.tickets import actor_with  # noqa: PLC0415

    by = actor_with(login)
    if units:
        _learn_units(by, most=most)
        return
    with _speaking(), progress("学习 learning") as tell:
        try:
            learned = learn_categories(by=by, at=datetime.now(UTC), most=most, progress=tell)
        except NotPermitted as error:  # also an OSError, but no file is to blame
            refuse(str(error), "You may not train the model.")
    say(
        f"✓ 已启用新模型：{learned.decisions} 张工单（{learned.by_person} 张由人工改定），"
        f"{learned.matters} 类",
        f"A new model is in place: {learned.decisions} tickets, {learned.by_person} of them"
        f" categorised by a person, {learned.matters} matters.",
    )
    say(
        f"未见工单上首选正确 {learned.right:.1%}，宏 F1 {learned.macro_f1:.3f}，"
        f"校准误差 {learned.calibration_error:.3f}",
        "right at first rank, macro-F1 and calibration error on tickets its folds had not seen",
    )
    before = {"rules": "规则 the rules", "model": "原模型 the model before"}[learned.before]
    say(
        f"在 {learned.compared} 张新工单上：新模型 {learned.right_there:.1%}，"
        f"{before} {learned.before_there:.1%}",
        "on tickets that neither had learned from",
    )


def _learn_units(by: "Actor", *, most: int) -> None:
    from gongzhi.affairs.tickets.practice import learn_units  # noqa: PLC0415
    from gongzhi.commons.permissions.table import NotPermitted  # noqa: PLC0415

    with _speaking(), progress("学习 learning") as tell:
        try:
            learned = learn_units(by=by, at=datetime.now(UTC), most=most, progress=tell)
        except NotPermitted as error:
            refuse(str(error), "You may not train the model.")
    say(
        f"✓ 已启用新模型：{learned.closed} 张已办结的工单，{learned.units} 个单位",
        f"A new model is in place: {learned.closed} closed tickets, {learned.units} units.",
    )
    say(
        f"在最近 {learned.tested} 张工单上：首选正确 {learned.right:.1%}，前三含正确"
        f" {learned.in_three:.1%}，校准误差 {learned.calibration_error:.3f}；"
        f"事项和社区的对照表 {learned.table:.1%}，派单目录 {learned.catalogue:.1%}",
        "right at first rank, among three, calibration error; a plain table; the catalogue",
    )


@contextmanager
def progress(label: str) -> Iterator[Callable[[float], None]]:
    """Show a bar on the terminal's error stream; yields what takes shares from 0 to 1."""
    with click.progressbar(length=1_000, label=label, file=sys.stderr) as bar:

        def tell(share: float) -> None:
            bar.update(max(0, round(share * 1_000) - bar.pos))

        yield tell


@contextmanager
def _speaking() -> Iterator[None]:
    """Turn what the engine and the files refuse into a sentence and exit code 1."""
    try:
        yield
    except ValueError as error:
        refuse(str(getattr(error, "chinese", "无法处理：")), str(getattr(error, "english", error)))
    except OSError as error:
        refuse(f"写不了文件：{error.filename}", f"Can't write the file: {error.strerror}")
