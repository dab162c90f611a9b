"""A start waits for nothing heavy: statistics and solvers are loaded when a page first asks."""

import os
import subprocess
import sys
from pathlib import Path

from gongzhi.coordination.follow_ups import FOLLOW_UPS
from gongzhi.coordination.telling import TELLS
from gongzhi.insights.indicators.definitions import INDICATORS

HEAVY = {"scipy", "ibis", "duckdb", "ortools", "highspy", "docx", "pyreadstat", "weasyprint"}


def after_starting(tmp_path: Path, asked: str) -> set[str]:
    """The words that a process prints once it is set up and has done nothing else."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, django; django.setup(); {asked}"],
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "gongzhi.config.settings.local",
            "GONGZHI_DATA": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_setting_up_loads_no_statistics_and_no_solver(tmp_path: Path) -> None:
    loaded = after_starting(tmp_path, "print(*sys.modules)")
    assert "gongzhi.insights.forms.events" in loaded
    assert HEAVY.isdisjoint(loaded)


def test_every_process_knows_the_events_that_others_read(tmp_path: Path) -> None:
    """A command that imports little would take an undeclared event for one nobody writes."""
    asked = "from gongzhi.commons.ledger.kinds import all_kinds as a; print(*(k.name for k in a()))"
    known = after_starting(tmp_path, asked)
    assert {need.kind for each in INDICATORS for need in each.events} <= known
    assert {*FOLLOW_UPS, *TELLS} <= known
