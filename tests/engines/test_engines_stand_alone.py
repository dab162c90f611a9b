"""Engines run without the rest of the house."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("name", ["triage", "matching", "deliberation", "budgeting", "measurement"])
def test_an_engine_imports_without_django(name: str) -> None:
    code = f"import sys, gongzhi.engines.{name}; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
