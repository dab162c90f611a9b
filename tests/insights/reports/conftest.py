"""A report of the small district, written in each form."""

from pathlib import Path

import pytest

from gongzhi.insights.reports.known_numbers import figures_file, remember
from gongzhi.insights.reports.writing import write_report
from tests.affairs.small_district import SmallDistrict
from tests.affairs.tickets.journeys import closed
from tests.insights.reports.writing import STUDY, facts_of


@pytest.fixture
def study(tmp_path: Path) -> Path:
    file = tmp_path / "study.toml"
    file.write_text(STUDY)
    return file


@pytest.fixture
def written(district: SmallDistrict, study: Path, tmp_path: Path) -> Path:
    """The report as Word, with the same as a page beside it; its numbers are known as read."""
    for _ in range(6):
        closed(district)
    file = tmp_path / "report.docx"
    facts = facts_of(study)
    write_report(facts, file)
    write_report(facts, file.with_suffix(".html"))
    remember(facts, figures_file(study))
    return file
