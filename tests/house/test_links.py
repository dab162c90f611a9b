"""Private links: each word that is signed belongs to one room, or one room's link opens another's.

A token says an id and no more; only the word keeps topic 7 and proposal 7 apart.
"""

import ast
from collections import defaultdict
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "gongzhi"

_SIGNING = {"sign_link", "read_link", "digits_of", "are_digits_of"}


def words_of(source: str) -> set[str]:
    """The words a module signs or reads links with, where it says them or names a constant."""
    tree = ast.parse(source)
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found = set()
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
            continue
        if node.func.id in _SIGNING:
            for word in node.args:
                if isinstance(word, ast.Constant) and isinstance(word.value, str):
                    found.add(word.value)
                elif isinstance(word, ast.Name) and isinstance(constants.get(word.id), str):
                    found.add(str(constants[word.id]))
    return found


def test_no_two_rooms_sign_links_with_one_word() -> None:
    rooms: defaultdict[str, set[str]] = defaultdict(set)
    for path in sorted(SOURCE.rglob("*.py")):
        floor, room, *_ = (*path.relative_to(SOURCE).parts, "", "")
        if (floor, room) == ("commons", "privacy"):
            continue
        for word in words_of(path.read_text(encoding="utf-8")):
            rooms[word].add(f"{floor}.{room}")
    assert len(rooms) >= 8, "the search finds too few; has signing been renamed?"
    assert not {word: held for word, held in rooms.items() if len(held) > 1}


def test_the_search_sees_a_word_said_and_a_word_named() -> None:
    said = 'K = "seat"\nsign_link(K, 1)\nread_link("slip", token)\nprint("no")\n'
    assert words_of(said) == {"seat", "slip"}
