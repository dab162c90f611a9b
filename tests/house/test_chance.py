"""Tests that fail by chance: a few digits are soon found inside a random token or a sealed text.

Whether a secret is kept is asked with the whole secret, or with its quotes, never with "139".
"""

import ast
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]

_TOO_SHORT = 6


def short_secrets(source: str) -> set[str]:
    """Strings of few digits of which the source asserts that they are not in something."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.For) and isinstance(node.target, ast.Name):
            if any(node.target.id in _names(sought) for sought in _sought_in(node)):
                found |= {text for item in ast.walk(node.iter) for text in _texts(item)}
        elif isinstance(node, ast.Assert):
            found |= {text for sought in _sought_in(node) for text in _texts(sought)}
    return {text for text in found if len(text) < _TOO_SHORT and text.isascii() and text.isdigit()}


def _sought_in(tree: ast.AST) -> list[ast.expr]:
    """What stands left of each `not in` below an assertion."""
    return [
        node.left
        for claim in ast.walk(tree)
        if isinstance(claim, ast.Assert)
        for node in ast.walk(claim.test)
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.NotIn)
    ]


def _names(node: ast.expr) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _texts(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
        value = node.value
        return {value if isinstance(value, str) else value.decode("latin-1")}
    return set()


def test_no_test_looks_for_a_few_digits_where_chance_may_put_them() -> None:
    found = {
        str(path.relative_to(TESTS)): short
        for path in sorted(TESTS.rglob("test_*.py"))
        if (short := short_secrets(path.read_text(encoding="utf-8")))
    }
    assert not found


def test_the_search_sees_a_digit_said_and_a_digit_walked_through() -> None:
    source = 'assert "139" not in a\nfor s in ("王某", "201"):\n    assert s not in a\n'
    source += 'assert "7" in a\n'
    assert short_secrets(source) == {"139", "201"}
