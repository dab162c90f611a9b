"""A study of the small district, and ways to write and read it back."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import docx
from docx.oxml.ns import qn

from gongzhi.commons.ledger.columns import Version
from gongzhi.commons.organisations.actors import SYSTEM
from gongzhi.insights.indicators.snapshots import Snapshot, snapshot_of
from gongzhi.insights.indicators.sources import local_events
from gongzhi.insights.reports.contents import Facts
from gongzhi.insights.reports.facts import assemble
from gongzhi.insights.reports.known_numbers import figures_file, remembered
from gongzhi.insights.reports.studies import read_study
from gongzhi.insights.reports.verifying import Verified, verify_report

AS_OF = datetime(2026, 4, 10, tzinfo=UTC)
STUDY = """
title = "明湖区社区治理调研"
period = "2026-03"
dated = 2026-04-10
indicators = ["response_rate"]
questionnaire = "1. 遇到问题时谁来牵头？"
[[section]]
heading = "背景"
text = "期内响应率为 {response_rate}。"
reviewed = true
[[section]]
heading = "情况"
text = "柳岸社区响应率为 {response_rate@柳岸社区}，需求满足率为 {need_fulfilment}。"
include = ["situation", "difficulties"]
[[section.part]]
heading = "做法"
text = "一桥两岸。"
[[section.part]]
difficulty = "failure"
heading = "失灵：反复办"
text = "原因是只办单件。"
reviewed = true
[[section]]
heading = "经验"
"""


def snap(folder: Path, version: Version | None = None) -> Snapshot:
    return snapshot_of(local_events(folder / "mirror", as_of=AS_OF, version=version), AS_OF)


def facts_of(study: Path) -> Facts:
    known = remembered(figures_file(study))
    return assemble(read_study(study), snap(study.parent), by=SYSTEM, known=known)


def verifier(folder: Path) -> Callable[[Path], Verified]:
    """Verifies files against the record of now; a version is read and reckoned once."""
    read: dict[Version, Snapshot] = {}

    def snapshot_of(version: Version, _at: datetime) -> Snapshot:
        if version not in read:
            read[version] = snap(folder, version)
        return read[version]

    return lambda file: verify_report(file, by=SYSTEM, snapshot_of=snapshot_of)


def lines_of_word(file: Path) -> list[str]:
    """The paragraphs of a Word file with the numbers in them."""
    return [
        "".join(text.text or "" for text in paragraph._p.iter(qn("w:t")))
        for paragraph in docx.Document(str(file)).paragraphs
    ]
