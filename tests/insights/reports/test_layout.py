"""The page of official documents: in Word, as LibreOffice lays it out, and in our own PDF."""

import io
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm

from gongzhi.insights.reports import fonts
from gongzhi.insights.reports.pdf import CannotPrint, as_pdf, can_print
from gongzhi.insights.reports.typesetting import Ink, Piece, lines_of
from gongzhi.insights.reports.word import as_word
from gongzhi.insights.reports.writing import CannotWrite, write_report
from tests.insights.reports.made_facts import made


@pytest.fixture(scope="module")
def document() -> Any:
    return docx.Document(io.BytesIO(as_word(made(draft=True))))


def test_the_page_is_that_of_official_documents(document: Any) -> None:
    page = document.sections[0]
    sizes = (page.page_width, page.page_height, page.top_margin, page.bottom_margin)
    assert [round(size.mm) for size in sizes] == [210, 297, 37, 35]
    assert [round(s.mm) for s in (page.left_margin, page.right_margin)] == [28, 26]
    grid = page._sectPr.find(qn("w:docGrid"))
    assert grid.get(qn("w:type")) == "linesAndChars"
    pitch = int(grid.get(qn("w:linePitch")))
    assert int(Mm(225).pt * 20 // pitch) == 22
    letter = 16 + int(grid.get(qn("w:charSpace"))) / 4096
    assert int(Mm(156).pt // letter) == 28
    assert document.settings.odd_and_even_pages_header_footer
    faces = document.styles["Normal"].element.rPr.find(qn("w:rFonts"))
    assert faces.get(qn("w:eastAsia")) == "仿宋_GB2312"


def test_each_kind_of_heading_has_its_face(document: Any) -> None:
    faces = {}
    for paragraph in document.paragraphs:
        for run in [run for run in paragraph.runs if run.text][:1]:
            face = run._r.rPr.find(qn("w:rFonts"))
            faces[paragraph.text] = face.get(qn("w:eastAsia"))
    assert faces["一、背景"] == "黑体"
    assert faces["（一）做法"] == "楷体_GB2312"
    assert faces["明湖区社区治理调研（草稿）"] == "方正小标宋简体"


def test_properties_of_a_paragraph_stand_in_the_order_that_word_wants(document: Any) -> None:
    order = ["keepNext", "pageBreakBefore", "widowControl", "snapToGrid", "spacing", "ind"]
    order += ["jc", "outlineLvl"]
    for paragraph in document.paragraphs:
        if paragraph._p.pPr is not None:
            names = [child.tag.rpartition("}")[2] for child in paragraph._p.pPr]
            places = [order.index(name) for name in names if name in order]
            assert places == sorted(places), names


def test_word_lists_the_headings_and_pictures_speak(document: Any) -> None:
    assert document.element.xml.count("<w:outlineLvl") == 4
    (picture,) = document.inline_shapes
    assert picture._inline.docPr.get("descr") == "响应率 98.1%（区间 96.0%–99.1%）"


def test_an_english_report_is_numbered_and_dated_as_english_ones() -> None:
    english = docx.Document(io.BytesIO(as_word(made(language="en"))))
    said = [paragraph.text for paragraph in english.paragraphs]
    for words in ("1 背景", "2.1 做法", "2.2 原因", "10 April 2026", "Annex 1"):
        assert words in said
    assert any(text.startswith("Figure 1") for text in said)


def test_a_file_that_is_no_kind_of_report_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match=r"\.docx"):
        write_report(made(), tmp_path / "report.odt")
    assert list(tmp_path.iterdir()) == []


def _lines(pdf_file: Path, page: int) -> list[str]:
    words = shutil.which("pdftotext")
    if not words:
        pytest.skip("poppler is not on this machine: the layout is not looked at")
    found = subprocess.run(
        [words, "-layout", "-f", str(page), "-l", str(page), str(pdf_file), "-"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    # The raised numbers of the sources come out on lines of their own.
    bare = [re.sub(r"\[\d+\]", "", line).strip("\f ") for line in found.stdout.splitlines()]
    return [line for line in bare if line]


@pytest.mark.slow
def test_libreoffice_lays_it_out_in_22_lines_of_28(tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if not office:
        pytest.skip("LibreOffice is not on this machine: the layout is not looked at")
    # Without punctuation, which may be pushed out of a line.
    write_report(made(text="一二三四五六七八九十" * 60), tmp_path / "report.docx")
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    convert = [office, home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    word = str(tmp_path / "report.docx")
    subprocess.run([*convert, word], check=True, capture_output=True, timeout=240)
    lines = _lines(tmp_path / "report.pdf", 2)
    assert lines[-1].replace(" ", "").strip() == "—2—"
    assert len(lines) - 1 == 22
    long = [len(line.strip()) for line in lines]
    assert max(long) == 28
    assert long.count(28) > 15  # all but the ends of paragraphs


def test_our_own_pdf_has_22_lines_of_28_and_its_numbers_at_the_foot(tmp_path: Path) -> None:
    if not can_print():
        pytest.skip("no Chinese font is on this machine: no PDF is made")
    write_report(made(), tmp_path / "report.pdf")
    lines = _lines(tmp_path / "report.pdf", 2)
    assert lines[-1].replace(" ", "") == "—2—"
    assert len(lines) - 1 == 22
    assert max(len(line) for line in lines) == 28


def test_without_a_chinese_font_there_is_no_pdf_but_the_pictures_still_speak(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fonts, "_FOLDERS", ())
    fonts.forget_fonts()
    try:
        with pytest.raises(CannotPrint, match="字体"):
            as_pdf(made())
        bare = docx.Document(io.BytesIO(as_word(made())))
        said = [paragraph.text for paragraph in bare.paragraphs]
        (caption,) = [text for text in said if text.startswith("图 1　")]
        assert "1 响应率" in caption  # what the short label on the picture stands for
    finally:
        monkeypatch.undo()
        fonts.forget_fonts()


def _set(text: str, *, cells: float) -> list[str]:
    """Break a text with letters one wide, Latin ones half."""
    found = lines_of(
        [Piece(text, Ink("song", 1))],
        width=cells,
        measure=lambda part, _ink: sum(0.5 if sign.isascii() else 1 for sign in part),
    )
    return ["".join(piece.text for piece in line.pieces) for line in found]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("一二三四五六七", ["一二三四五", "六七"]),
        ("一二三四五，六七", ["一二三四", "五，六七"]),  # no comma begins a line
        ("一二三四（五六）", ["一二三四", "（五六）"]),  # no bracket ends one
        ("一二三四 98.1% 五", ["一二三四", "98.1% 五"]),  # no number is cut
        ("abcdefghijklmn", ["abcdefghij", "klmn"]),  # unless it is longer than a line
        ("，，，，，，，，", ["，，，，，", "，，，"]),  # and it always goes on
        ("", [""]),
    ],
)
def test_lines_are_broken_as_chinese_is_set(text: str, lines: list[str]) -> None:
    assert _set(text, cells=5) == lines
