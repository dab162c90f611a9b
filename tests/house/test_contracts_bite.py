"""Each rule of the floors is shown to break when somebody breaks it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")

PLANTED = {
    "Floors import only downwards": (
        "commons/ledger/planted.py",
        "import gongzhi.affairs.tickets.intake\n",
    ),
    "Affairs are strangers to each other": (
        "affairs/budgets/planted.py",
        "import gongzhi.affairs.tickets.intake\n",
    ),
    "Engines are strangers to each other": (
        "engines/matching/planted.py",
        "import gongzhi.engines.triage.rules\n",
    ),
    "Interfaces are strangers to each other": (
        "interfaces/worker/planted.py",
        "import gongzhi.interfaces.commands.main\n",
    ),
    "Engines know no Django, no files and no clock": (
        "engines/budgeting/planted.py",
        "import time\n",
    ),
    "Models stay in their own package, and in the admin": (
        "affairs/tickets/planted.py",
        "import gongzhi.commons.organisations.models\n",
    ),
    "Insights reach affairs only through queries": (
        "insights/indicators/planted.py",
        "import gongzhi.affairs.tickets.intake\n",
    ),
    "No cycles": (
        "commons/ledger/planted.py",
        "import gongzhi.commons.privacy.retention\n",
    ),
}


@pytest.fixture(scope="module")
def copy_of_the_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def _lint(house: Path) -> str:
    done = subprocess.run(
        [LINTER, "--no-cache"],
        cwd=house,
        env={"PYTHONPATH": str(house / "src"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


@pytest.mark.slow
def test_the_house_stands(copy_of_the_house: Path) -> None:
    assert "0 broken" in _lint(copy_of_the_house)


@pytest.mark.slow
@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_violation_breaks_the_contract(copy_of_the_house: Path, contract: str) -> None:
    name, code = PLANTED[contract]
    planted = copy_of_the_house / "src" / "gongzhi" / name
    planted.write_text(f'"""Planted."""\n\n{code}')
    try:
        assert f"{contract} BROKEN" in _lint(copy_of_the_house)
    finally:
        planted.unlink()


@pytest.mark.slow
def test_a_new_folder_has_to_be_placed(copy_of_the_house: Path) -> None:
    attic = copy_of_the_house / "src" / "gongzhi" / "attic"
    attic.mkdir()
    (attic / "__init__.py").write_text('"""A room nobody placed."""\n')
    try:
        assert "Floors import only downwards BROKEN" in _lint(copy_of_the_house)
    finally:
        shutil.rmtree(attic)
