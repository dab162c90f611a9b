"""Templates and style sheets know each other: no class is used that no sheet draws."""

import re
from pathlib import Path

from gongzhi.interfaces import pages

ROOT = Path(pages.__file__).parent


def drawn() -> set[str]:
    sheets = (sheet.read_text() for sheet in (ROOT / "static" / "face").glob("*.css"))
    return set(re.findall(r"\.([a-z][a-z0-9_-]*)", "\n".join(sheets)))


def used() -> dict[str, str]:
    """Class to the template that uses it; parts that a template computes are left out."""
    found = {}
    for template in (ROOT / "templates").rglob("*.html"):
        # What a template computes becomes a mark, and a name that touches a mark is left out.
        text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "\N{BULLET}", template.read_text())
        for value in re.findall(r'class="([^"]*)"', text):
            plain = re.sub(r"\S*-\N{BULLET}\S*", " ", value).replace("\N{BULLET}", " ")
            for name in plain.split():
                found[name] = str(template.relative_to(ROOT))
    return found


def test_every_class_in_a_template_is_drawn_by_a_style_sheet() -> None:
    known = drawn()
    assert {name: where for name, where in used().items() if name not in known} == {}


def test_every_icon_that_is_asked_for_is_drawn() -> None:
    icons = set(re.findall(r'symbol id="(\w+)"', (ROOT / "static/face/icons.svg").read_text()))
    for template in (ROOT / "templates").rglob("*.html"):
        for name in re.findall(r'\{% icon "(\w+)"', template.read_text()):
            assert name in icons, (name, template.name)
