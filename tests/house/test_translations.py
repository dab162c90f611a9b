"""Every string that people see is said in English too."""

import io
import string
from pathlib import Path

import pytest
from babel.messages import pofile
from django.utils import translation

from gongzhi.config import translations


def catalogue() -> dict[str, tuple[str, ...]]:
    """Chinese to English, each as all its forms."""
    found = pofile.read_po(io.BytesIO(translations.ENGLISH.read_bytes()), locale="en")
    return {
        message.id if isinstance(message.id, str) else message.id[0]: (message.string,)
        if isinstance(message.string, str)
        else tuple(message.string or ("",))
        for message in found
        if message.id
    }


def test_every_string_of_the_code_has_its_english() -> None:
    english = catalogue()
    missing = []
    for file, line, text, _context in translations.strings_in_code():
        key = text if isinstance(text, str) else text[0]
        if not all(english.get(key, ("",))):
            missing.append(f"{file}:{line} {key}")
    assert not missing, "say these in English in locale/en: " + "; ".join(missing)


def test_translations_keep_their_placeholders() -> None:
    for chinese, forms in catalogue().items():
        names = {part.split(")")[0] for part in chinese.split("%(")[1:]}
        for form in forms:
            assert {part.split(")")[0] for part in form.split("%(")[1:]} == names, chinese


def test_english_says_it_in_english() -> None:
    for chinese, forms in catalogue().items():
        for form in forms:
            assert not any("\u4e00" <= sign <= "\u9fff" for sign in form), (chinese, form)
            assert set(form) & set(string.ascii_letters) or form == ".", chinese


def test_catalogues_are_compiled_once_and_again_when_the_source_changes(tmp_path: Path) -> None:
    source, into = tmp_path / "locale", tmp_path / "compiled"
    po = source / "en" / "LC_MESSAGES" / "django.po"
    po.parent.mkdir(parents=True)
    po.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "楼"\nmsgstr "building"\n'
    )
    translations.compiled(source, into=into)
    compiled = into / "en" / "LC_MESSAGES" / "django.mo"
    first = compiled.stat().st_ino
    translations.compiled(source, into=into)
    assert compiled.stat().st_ino == first
    po.write_text(po.read_text() + '\nmsgid "门"\nmsgstr "door"\n')
    translations.compiled(source, into=into)
    assert compiled.stat().st_ino != first
    assert b"door" in compiled.read_bytes()
    assert "楼".encode() in (into / "zh_Hans" / "LC_MESSAGES" / "django.mo").read_bytes()


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "首页"), ("en", "Home")])
def test_the_running_system_speaks_both(language: str, word: str) -> None:
    with translation.override(language):
        assert translation.gettext("首页") == word
