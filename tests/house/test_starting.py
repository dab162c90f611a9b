"""A start waits for nothing heavy: statistics and solvers are loaded when a page first asks."""

import os
import subprocess
import sys
from pathlib import Path

HEAVY = {"scipy", "ibis", "duckdb", "ortools", "highspy", "docx", "pyreadstat", "weasyprint"}


def test_setting_up_loads_no_statistics_and_no_solver(tmp_path: Path) -> None:
    asked = "import sys, django; django.setup(); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", asked],
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "gongzhi.config.settings.local",
            "GONGZHI_DATA": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "gongzhi.insights.forms.events" in loaded
    assert HEAVY.isdisjoint(loaded)
