"""`gongzhi report` from the outline to the Word file, and whether it still holds."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gongzhi.insights.indicators.snapshots import forget_snapshot
from gongzhi.interfaces.commands.main import gongzhi
from tests.affairs.small_district import MONDAY
from tests.affairs.tickets.journeys import closed
from tests.insights.district import build

pytestmark = pytest.mark.django_db


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(gongzhi, ["report", *(str(each) for each in arguments)])


def test_a_report_is_begun_written_accepted_and_verified(db: None, tmp_path: Path) -> None:
    forget_snapshot()
    district = build()
    for _ in range(6):
        closed(district, at=MONDAY)
    study, out = tmp_path / "study.toml", tmp_path / "report.docx"
    assert run("new", study, "--title", "调研", "--period", "2026-03").exit_code == 0
    wrote = run("write", study, "--out", out)
    assert wrote.exit_code == 0, wrote.output
    assert "含草稿" in wrote.output
    assert run("refresh", study).exit_code == 0
    checked = run("verify", out)
    assert checked.exit_code == 0, checked.output
    assert "numbers agree" in checked.output
    forget_snapshot()


def test_what_makes_no_sense_is_refused(tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text("nothing")
    assert run("new", study, "--title", "a", "--period", "2026").exit_code == 1
    assert run("new", tmp_path / "b.toml", "--title", "a", "--period", "soon").exit_code == 1
    assert run("write", study, "--out", tmp_path / "a.docx").exit_code == 1
    assert run("verify", study).exit_code == 1
    assert not (tmp_path / "a.docx").exists()
