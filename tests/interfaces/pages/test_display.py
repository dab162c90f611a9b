"""Language, senior view and colours: chosen by the visitor, kept in cookies."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import URLPattern, get_resolver

from gongzhi.interfaces import pages
from gongzhi.interfaces.pages.framing.navigation import WAYS


def test_pages_are_chinese_until_somebody_chooses(client: Client) -> None:
    page = client.get("/", headers={"accept-language": "en"}).content.decode()
    assert 'lang="zh-Hans"' in page
    assert "身边的事" in page


@override_settings(LANGUAGE_CODE="en")
def test_chinese_stays_chinese_where_english_is_the_default(client: Client) -> None:
    assert "Close to home" in client.get("/").content.decode()
    client.cookies["django_language"] = "zh-hans"
    assert "身边的事" in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("field", "value", "sign"),
    [
        ("language", "en", 'lang="en"'),
        ("view", "senior", 'data-view="senior"'),
        ("theme", "dark", 'data-theme="dark"'),
    ],
)
def test_a_choice_is_kept_and_leads_back(client: Client, field: str, value: str, sign: str) -> None:
    answer = client.post("/display", {field: value, "next": "/privacy?a=1"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/privacy?a=1")
    assert sign in client.get("/").content.decode()


def test_a_choice_never_leads_away_from_this_server(client: Client) -> None:
    answer = client.post("/display", {"view": "senior", "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == "/"


def test_an_unknown_choice_changes_nothing(client: Client) -> None:
    client.post("/display", {"view": "huge", "theme": "pink", "language": "xx"})
    client.cookies["gz_view"] = "<script>"
    page = client.get("/").content.decode()
    assert 'data-view="standard" data-theme="auto"' in page


def test_choosing_needs_the_form_of_our_own_page() -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/display", {"view": "senior"})
    assert answer.status_code == 403
    assert "页面放得太久了" in answer.content.decode()


STATIC = Path(pages.__file__).parent / "static" / "face"


def _declarations(css: str, selector: str) -> dict[str, str]:
    body = css.split(selector + " {", 1)[1].split("}", 1)[0]
    pairs = (line.strip().rstrip(";").split(":", 1) for line in body.splitlines() if ":" in line)
    return {name.strip(): value.strip() for name, value in pairs}


def test_dark_by_device_and_dark_by_choice_are_the_same() -> None:
    css = (STATIC / "tokens.css").read_text()
    by_device = _declarations(css, '  :root:not([data-theme="light"])')
    by_choice = _declarations(css, '\n:root[data-theme="dark"]')
    assert by_device == by_choice


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    """WCAG 2.2 contrast ratio of two colours."""
    light, dark = sorted((_luminance(one), _luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


GROUNDS = ("paper", "surface", "sunken")
ON_GROUND = [(ink, ground) for ink in ("ink", "ink-soft", "pine", "bad") for ground in GROUNDS]
ON_WASH = [(tone, f"{tone}-wash") for tone in ("info", "good", "warn", "bad", "quiet")]
IN_NOTICE = [("ink", wash) for _, wash in ON_WASH]
OTHERS = [("on-pine", "pine"), ("pine-deep", "pine-wash"), ("seal-ink", "paper"), ("warn", "paper")]
OTHERS += [("on-pine", "pine-deep"), ("pine-deep", "paper"), ("bad", "paper")]


@pytest.mark.parametrize("theme", [":root", '\n:root[data-theme="dark"]'])
@pytest.mark.parametrize(("ink", "ground"), ON_GROUND + ON_WASH + IN_NOTICE + OTHERS)
def test_text_stands_out_from_its_ground(theme: str, ink: str, ground: str) -> None:
    tokens = _declarations((STATIC / "tokens.css").read_text(), theme)
    full = {name: value if len(value) == 7 else value * 1 for name, value in tokens.items()}
    assert contrast(full[f"--{ink}"], full[f"--{ground}"]) >= 4.5


@pytest.mark.parametrize("theme", [":root", '\n:root[data-theme="dark"]'])
def test_edges_of_fields_and_the_focus_ring_stand_out(theme: str) -> None:
    tokens = _declarations((STATIC / "tokens.css").read_text(), theme)
    for ground in GROUNDS:
        assert contrast(tokens["--line-strong"], tokens[f"--{ground}"]) >= 3
        assert contrast(tokens["--focus"], tokens[f"--{ground}"]) >= 3


def test_style_sheets_load_nothing_from_outside_and_stay_small() -> None:
    sheets = sorted(STATIC.glob("*.css"))
    assert sum(len(sheet.read_bytes()) for sheet in sheets) < 60_000
    for sheet in sheets:
        text = sheet.read_text()
        assert "http" not in text.replace('a[href^="http"]', "")
        assert "@import" not in text
        assert len(text.splitlines()) < 400


def test_each_way_stands_once_and_a_group_stands_together() -> None:
    pages = [way.page for way in WAYS]
    assert len(pages) == len(set(pages))
    groups = [group for group, _ways in groupby(way.group for way in WAYS) if group]
    assert len(groups) == len(set(groups))


def test_no_two_addresses_share_a_name() -> None:
    def names(patterns: Sequence[Any]) -> Iterator[str]:
        for one in patterns:
            if not isinstance(one, URLPattern):
                if not one.namespace:
                    yield from names(one.url_patterns)
            elif one.name:
                yield one.name

    counted = Counter(names(get_resolver().url_patterns))
    assert [name for name, times in counted.items() if times > 1] == []
