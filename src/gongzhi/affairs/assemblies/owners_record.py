"""A vote as two tables from which the command line counts it again, and the words to call it by."""

import shlex
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from gongzhi.affairs.assemblies.queries.owners_rolls import Record

_CHOICES = {"for": "同意", "against": "反对", "abstain": "弃权", "spoiled": "无效"}
_CHANNELS = {"paper": "纸质", "electronic": "电子"}
Sheet = tuple[str, Sequence[str], list[tuple[object, ...]]]


def sheets_of(record: Record) -> tuple[Sheet, Sheet]:
    """The roll and the ballots on one item, with the headings that `gongzhi owners-vote` reads."""
    roll: list[tuple[object, ...]] = [
        (flat.key, flat.owner, _area(flat.area), "是" if flat.delivered else "否")
        for flat in record.counted.roll.flats
    ]
    ballots: list[tuple[object, ...]] = [
        (
            ballot.owner,
            _CHOICES[ballot.choice],
            "、".join(ballot.flats),
            _CHANNELS[ballot.channel],
            ballot.signer,
            ballot.proxy,
            ("是" if ballot.authorised else "否") if ballot.proxy else None,
            ballot.order,
        )
        for ballot in record.counted.on(record.item)
    ]
    return (
        ("名册", ("房号", "业主", "面积", "送达"), roll),
        ("表决票", ("业主", "意见", "房号", "方式", "签署人", "代理人", "授权", "时间"), ballots),
    )


def _area(area: Fraction | None) -> str | None:
    """As text: a spreadsheet's own number would be rounded to binary."""
    if area is None:
        return None
    exact = Decimal(area.numerator) / Decimal(area.denominator)
    return f"{exact.normalize():f}"


def command_of(record: Record, *, file: str) -> str:
    """How to count the record again on the command line."""
    words = ["gongzhi", "owners-vote", file, "--scope", record.scope_name]
    words += ["--item", str(record.matter), "--twice", record.twice]
    if record.total_area is not None:
        words += ["--total-area", f"{record.total_area.normalize():f}"]
    if record.proxy_limit is not None:
        words += ["--proxy-limit", str(record.proxy_limit)]
    if record.spoiled_takes_part:
        words.append("--spoiled-takes-part")
    return " ".join(map(shlex.quote, [*words, "--out", "count.json"]))
