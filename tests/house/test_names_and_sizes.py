"""The rules of STYLE.md that no linter knows."""

import ast
import re
from pathlib import Path

import pytest

from gongzhi.config import environment
from gongzhi.interfaces.commands.main import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "src" / "gongzhi"
BANNED = {
    "utils",
    "util",
    "helpers",
    "helper",
    "managers",
    "manager",
    "services",
    "service",
    "misc",
    "common",
}
SHEETS = {".py", ".css", ".js", ".html"}


def _files(*folders: Path) -> list[Path]:
    return sorted(
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and "migrations" not in path.parts and "__pycache__" not in path.parts
    )


def test_no_file_or_folder_has_a_name_that_says_nothing() -> None:
    found = [
        path.relative_to(ROOT)
        for path in _files(CODE, ROOT / "tests", ROOT / "benchmarks")
        if BANNED & {part.removesuffix(".py") for part in path.relative_to(ROOT).parts}
    ]
    assert found == []


def test_no_file_is_longer_than_400_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in _files(CODE, ROOT / "tests", ROOT / "benchmarks")
        if path.suffix in SHEETS and (lines := path.read_text().count("\n")) > 400
    }
    assert long == {}


def test_every_package_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in _files(CODE)
        if path.name == "__init__.py" and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_actions_take_who_and_when_by_keyword() -> None:
    """A function with `by` and `at` is an action: all its arguments are keyword-only."""
    loose = []
    for path in _files(CODE / "affairs", CODE / "commons"):
        if path.suffix != ".py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            names = {arg.arg for arg in node.args.args}
            if {"by", "at"} <= names:
                loose.append(f"{path.relative_to(ROOT)}:{node.name}")
    assert loose == []


def test_no_clock_below_the_interfaces() -> None:
    """Time comes in as `at=`: affairs, insights and engines never ask for it."""
    asking = []
    for path in _files(CODE / "affairs", CODE / "engines", CODE / "coordination"):
        if path.suffix == ".py":
            text = path.read_text()
            asking += [
                f"{path.relative_to(ROOT)}: {words}"
                for words in ("timezone.now(", "datetime.now(", "date.today(", "localdate()")
                if words in text
            ]
    assert asking == []


@pytest.mark.parametrize("setting", environment.ALL, ids=lambda setting: setting.name)
def test_every_setting_is_explained(setting: environment.Setting) -> None:
    assert f"`{setting.name}`" in (ROOT / "docs" / "settings.md").read_text()


def _declared_events() -> list[str]:
    """The names in every `declare("subject.happened", …)` of the code."""
    return [
        str(node.args[0].value)
        for path in _files(CODE)
        if path.suffix == ".py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "declare"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    ]


def test_every_event_is_explained() -> None:
    page = (ROOT / "docs" / "events.md").read_text()
    declared = _declared_events()
    assert len(declared) > 80
    assert [name for name in declared if f"`{name}`" not in page] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_explained(command: str) -> None:
    assert f"`gongzhi {command}" in (ROOT / "docs" / "commands.md").read_text()


def test_the_environment_is_read_in_one_place() -> None:
    readers = [
        str(path.relative_to(CODE))
        for path in _files(CODE)
        if path.suffix == ".py"
        and ("os.environ" in path.read_text() or "getenv(" in path.read_text())
    ]
    allowed = {
        "config/environment.py",
        "config/wsgi.py",
        "config/asgi.py",
        "config/postgres_for_tests.py",
        "interfaces/commands/main.py",
        "interfaces/commands/backups.py",  # the passphrase of a backup, named by the person
        "interfaces/worker/__main__.py",
    }
    assert set(readers) <= allowed


def test_the_glossary_names_what_the_code_calls_so() -> None:
    page = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    written = "\n".join(path.read_text("utf-8") for path in _files(CODE) if path.suffix == ".py")
    words = set(re.findall(r"\w+", written))
    named = re.findall(r"`(\w+)`", page)
    assert len(named) > 50
    assert [name for name in named if name not in words] == []
