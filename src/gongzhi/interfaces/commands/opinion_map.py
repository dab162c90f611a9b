"""`gongzhi opinion-map`: the opinion map of a file of votes, without a server."""

import json
import os
from dataclasses import replace
from pathlib import Path

import click

from gongzhi.engines.deliberation.bridging import score_bridging
from gongzhi.engines.deliberation.describing import describe_groups
from gongzhi.engines.deliberation.opinion_map import AS_POLIS, MapSettings, draw_map
from gongzhi.engines.deliberation.picture import draw_picture
from gongzhi.engines.deliberation.projection import Placing
from gongzhi.engines.deliberation.slate import choose_slate, find_neglected
from gongzhi.engines.deliberation.stability import measure_stability
from gongzhi.interfaces.commands.opinion_files import (
    CannotMap,
    CannotRead,
    OpinionFiles,
    read_opinion_files,
)
from gongzhi.interfaces.commands.opinion_result import Findings, write_findings
from gongzhi.interfaces.commands.opinion_words import PICTURE_WORDS, tell_group

_TRIALS = 20


@click.command(name="opinion-map")
@click.argument("votes", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--statements",
    "--comments",
    "statements",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="陈述表：comment-id、moderated、comment-body。 Statements of the Polis export.",
)
@click.option(
    "--groups",
    type=click.IntRange(1, 50),
    help="固定分成几组；不填则自动选择。 Force this number of groups.",
)
@click.option(
    "--most-groups",
    type=click.IntRange(2, 20),
    default=5,
    show_default=True,
    help="自动选择时最多几组。 Largest number of groups tried.",
)
@click.option(
    "--as-polis",
    is_flag=True,
    help="按 Polis 的办法选组数：轮廓系数最大，小组不限人数。 Choose as Polis does.",
)
@click.option(
    "--placing",
    type=click.Choice(["scaled", "least_squares"]),
    default="scaled",
    show_default=True,
    help="定位方法：Polis 的放大法，或只按所投的票拟合。 How people are placed.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="随机种子 Seed.")
@click.option(
    "--trials",
    type=click.IntRange(0, 1000),
    default=_TRIALS,
    show_default=True,
    help="稳定性试验次数，0 为不做。 Trials of stability; 0 for none.",
)
@click.option(
    "--most-statements",
    type=click.IntRange(1, 100),
    default=5,
    show_default=True,
    help="每个清单的条数。 Statements in every list.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="结果 JSON。 The result.",
)
@click.option(
    "--picture",
    "--map",
    "picture",
    type=click.Path(dir_okay=False, path_type=Path),
    help="地图 SVG。 The picture of the map.",
)
@click.option(
    "--least-people",
    type=click.IntRange(1),
    default=5,
    show_default=True,
    help="图上一个圆点至少代表几人。 Fewest people a dot of the picture may stand for.",
)
@click.option(
    "--language",
    type=click.Choice(["zh", "en"]),
    default="zh",
    show_default=True,
    help="说明文字的语言。 Language of sentences and picture.",
)
def opinion_map(
    *,
    votes: Path,
    statements: Path | None,
    groups: int | None,
    most_groups: int,
    as_polis: bool,
    placing: Placing,
    seed: int,
    trials: int,
    most_statements: int,
    out: Path,
    picture: Path | None,
    least_people: int,
    language: str,
) -> None:
    """画意见地图：哪些人看法相近，各组主张什么，大家的共识是什么。

    Draw the opinion map of VOTES, a Polis export (columns comment-id, voter-id, vote with 1
    agree, -1 disagree, 0 pass, and timestamp; the last vote counts). The result names voters
    and statements only by the ids of the file.
    """
    base = AS_POLIS if as_polis else MapSettings()
    settings = replace(
        base,
        groups=groups,
        most_groups=most_groups,
        placing=placing,
        seed=seed,
        most_statements=most_statements,
    )
    try:
        files = read_opinion_files(votes, statements)
        found = _find(files, settings, trials=trials, language=language)
    except (CannotRead, CannotMap) as error:
        raise click.ClickException(str(error)) from error
    result = json.dumps(write_findings(found), ensure_ascii=False, indent=1, allow_nan=False)
    written = {out: result + "\n"}
    if picture is not None:
        words = PICTURE_WORDS[language]
        written[picture] = draw_picture(found.drawn, words=words, least_people=least_people)
    _write_all(written)
    for sentences in found.sentences:
        click.echo("\n".join(sentences) + "\n")


def _find(files: OpinionFiles, settings: MapSettings, *, trials: int, language: str) -> Findings:
    votes, shown = files.votes, files.shown
    try:
        drawn = draw_map(votes, settings=settings, shown=shown)
    except ValueError as error:
        raise CannotMap(
            f"看法各不相同的人不足 {settings.groups} 种，分不出这么多组。 "
            f"Can't make {settings.groups} groups: {error}."
        ) from error
    accounts = describe_groups(drawn)
    size = settings.most_statements
    texts = {
        s: files.texts.get(number, f"#{number}")
        for s, number in enumerate(votes.statement_ids.tolist())
    }
    return Findings(
        files=files,
        drawn=drawn,
        accounts=accounts,
        bridging=score_bridging(votes, side=drawn.projection.positions[:, 0]),
        slate=choose_slate(votes, drawn.tally, labels=drawn.labels, size=size, shown=shown),
        neglected_by_consensus=find_neglected(votes, drawn.shared, shown=shown),
        stability=measure_stability(votes, drawn, trials=trials) if trials else None,
        sentences=[tell_group(account, texts, language) for account in accounts],
    )


def _write_all(written: dict[Path, str]) -> None:
    """Write every file beside its place first, so that a failure leaves none half-written."""
    beside = {path: path.with_name(f".{path.name}.part") for path in written}
    try:
        for path, text in written.items():
            beside[path].write_text(text, encoding="utf-8")
        for path, part in beside.items():
            os.replace(part, path)
    except OSError as error:
        for part in beside.values():
            part.unlink(missing_ok=True)
        raise click.ClickException(
            f"写不了 {error.filename}：{error.strerror}。 Can't write it."
        ) from error
