"""Translations: sources are .po files in locale/, compiled for each installation on demand.

The strings in the code are Chinese; locale/en holds the English. Run as a program to bring the
.po file up to date with the code:  python -m gongzhi.config.translations
"""

import io
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
SOURCES = PACKAGE / "locale"
ENGLISH = SOURCES / "en" / "LC_MESSAGES" / "django.po"


def compiled(source: Path, *, into: Path) -> Path:
    """`into`, holding a compiled catalogue for each language of `source`; made when out of date.

    Chinese gets a catalogue of its own strings, or it would fall back to English wherever English
    is the default language. Safe when several processes start at once.
    """
    po = source / "en" / "LC_MESSAGES" / "django.po"
    stamp = into / ".stamp"
    mark = f"{po.stat().st_mtime_ns} {po.stat().st_size}"
    if stamp.exists() and stamp.read_text() == mark:
        return into
    from babel.messages import mofile, pofile  # noqa: PLC0415  slow to import, seldom needed

    with po.open("rb") as file:
        english = pofile.read_po(file, locale="en", domain="django")
    for language, echo in (("en", False), ("zh_Hans", True)):
        if echo:
            for message in english:
                if message.id:
                    several = not isinstance(message.id, str)
                    message.string = (message.id[0],) if several else message.id
            english.locale = "zh_Hans_CN"
        content = io.BytesIO()
        mofile.write_mo(content, english)
        _replace(into / language / "LC_MESSAGES" / "django.mo", content.getvalue())
    _replace(stamp, mark.encode())
    return into


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    Path(draft).replace(path)


def strings_in_code() -> Iterator[tuple[str, int, str | tuple[str, ...], str | None]]:
    """Every translatable string: (file, line, text or (singular, plural), context)."""
    from babel.messages.extract import extract  # noqa: PLC0415
    from django.utils.translation import template  # noqa: PLC0415

    keywords = {
        "_": None,
        "gettext": None,
        "gettext_lazy": None,
        "gettext_noop": None,
        "ngettext": (1, 2),
        "ngettext_lazy": (1, 2),
        "pgettext": ((1, "c"), 2),
        "pgettext_lazy": ((1, "c"), 2),
    }
    for path in sorted([*PACKAGE.rglob("*.py"), *PACKAGE.rglob("templates/**/*.html")]):
        content = path.read_text()
        if path.suffix == ".html":
            content = template.templatize(content)
        stream = io.BytesIO(content.encode())
        for line, text, _comments, context in extract("python", stream, keywords):
            yield str(path.relative_to(PACKAGE)), line, text, context


def bring_up_to_date() -> list[str]:
    """Add new strings to the English file, drop gone ones; the strings still without English."""
    from babel.messages import Catalog, pofile  # noqa: PLC0415

    found = Catalog(locale="en", domain="django", charset="utf-8", header_comment="")
    for file, _line, text, context in strings_in_code():
        found.add(text, locations=[(file, 0)], context=context)
    english = pofile.read_po(io.BytesIO(ENGLISH.read_bytes()), locale="en", domain="django")
    english.update(found, no_fuzzy_matching=True, update_creation_date=False)
    written = io.BytesIO()
    pofile.write_po(
        written, english, width=100, sort_output=True, include_lineno=False, ignore_obsolete=True
    )
    ENGLISH.write_bytes(written.getvalue())
    return [str(message.id) for message in english if message.id and not all_said(message.string)]


def all_said(text: str | tuple[str, ...] | list[str] | None) -> bool:
    """Whether every form of a message has words."""
    return all(text or [""]) if not isinstance(text, str) else bool(text)


if __name__ == "__main__":
    missing = bring_up_to_date()
    print("\n".join(missing) or "complete")
    sys.exit(1 if missing else 0)
