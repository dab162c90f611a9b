"""From a study to a Word file and back: text, numbers, drafts, layout, and every number again."""

import re
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm

from gongzhi.commons.ledger.columns import Version
from gongzhi.commons.organisations.actors import SYSTEM
from gongzhi.insights.indicators.periods import period_named
from gongzhi.insights.indicators.snapshots import Snapshot, snapshot_of
from gongzhi.insights.indicators.sources import local_events
from gongzhi.insights.reports.facts import (
    CannotAssemble,
    Facts,
    assemble,
    figures_file,
    remember,
    remembered,
)
from gongzhi.insights.reports.numbering import CannotNumber, chinese_number, numbered
from gongzhi.insights.reports.studies import CannotReadStudy, new_study, read_study
from gongzhi.insights.reports.verifying import CannotVerify, Verified, verify_report
from gongzhi.insights.reports.word import write_word
from tests.affairs.small_district import SmallDistrict
from tests.affairs.tickets.journeys import closed, dispatched

AS_OF = datetime(2026, 4, 10, tzinfo=UTC)
STUDY = """
title = "明湖区社区治理调研"
period = "2026-03"
dated = 2026-04-10
[[section]]
heading = "背景"
text = "期内响应率为 {response_rate}。"
reviewed = true
[[section]]
heading = "情况"
text = "柳岸社区响应率为 {response_rate@柳岸社区}，需求满足率为 {need_fulfilment}。"
include = ["situation", "difficulties"]
[[section.part]]
heading = "做法"
text = "一桥两岸。"
[[section]]
heading = "经验"
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    file = tmp_path / "study.toml"
    file.write_text(STUDY)
    return file


def snap(tmp_path: Path, version: Version | None = None) -> Snapshot:
    return snapshot_of(local_events(tmp_path / "mirror", as_of=AS_OF, version=version), AS_OF)


def facts_of(study: Path) -> Facts:
    known = remembered(figures_file(study))
    return assemble(read_study(study), snap(study.parent), by=SYSTEM, known=known)


def verify(file: Path) -> Verified:
    return verify_report(
        file, by=SYSTEM, snapshot_of=lambda version, _at: snap(file.parent, version)
    )


@pytest.fixture
def written(district: SmallDistrict, study: Path, tmp_path: Path) -> Path:
    for _ in range(6):
        closed(district)
    file = tmp_path / "report.docx"
    facts = facts_of(study)
    write_word(facts, file)
    remember(facts, figures_file(study))
    return file


@pytest.mark.django_db
def test_numbers_stand_in_the_text_and_gaps_say_so(written: Path) -> None:
    text = "\n".join(
        "".join(t.text or "" for t in p._p.iter(qn("w:t")))
        for p in docx.Document(str(written)).paragraphs
    )
    assert "期内响应率为 100.0%[1]。" in text
    assert "需求满足率为 （期内没有记录）[3]。" in text
    assert "一、背景" in text
    assert "（一）做法" in text


@pytest.mark.django_db
def test_what_nobody_reviewed_is_marked_and_what_was_is_not(written: Path) -> None:
    said = [p.text for p in docx.Document(str(written)).paragraphs]
    assert any(text.endswith("（草稿）") for text in said)
    assert [text for text in said if text.startswith("期内响应率")]
    assert [text for text in said if text.startswith("【草稿】柳岸社区")]
    assert "【草稿】（待写）" in said


@pytest.mark.django_db
def test_every_number_is_reckoned_again_from_the_file_alone(
    written: Path, district: SmallDistrict
) -> None:
    for _ in range(5):
        dispatched(district)  # later events don't count: the version is named in the file
    done = verify(written)
    assert done.findings == ()
    assert done.numbers > 26


@pytest.mark.django_db
def test_a_number_changed_by_hand_is_found(written: Path) -> None:
    document = docx.Document(str(written))
    control = next(document.element.body.iter(qn("w:sdt")))
    next(control.iter(qn("w:t"))).text = "99.9%"
    document.save(str(written))
    (finding,) = verify(written).findings
    assert (finding.number, finding.found, finding.reckoned) == (1, "99.9%", "100.0%")


@pytest.mark.django_db
def test_a_source_that_was_taken_away_is_found(written: Path) -> None:
    document = docx.Document(str(written))
    row = document.tables[-1].rows[1]
    row._tr.getparent().remove(row._tr)
    document.save(str(written))
    assert [f.number for f in verify(written).findings] == [1]


@pytest.mark.django_db
def test_a_report_on_another_ledger_is_refused(written: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.docx"
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "word/document.xml":
                version = local_events(tmp_path / "mirror").version
                body = body.replace(version.hash.encode(), b"0" * 64)
            new.writestr(name, body)
    with pytest.raises(CannotVerify, match="台账"):
        verify(other)


@pytest.mark.django_db
def test_what_is_no_report_is_refused(tmp_path: Path) -> None:
    plain, broken = tmp_path / "plain.docx", tmp_path / "broken.docx"
    docx.Document().save(str(plain))
    broken.write_text("no zip")
    for file in (plain, broken):
        with pytest.raises(CannotVerify):
            verify(file)


@pytest.mark.django_db
def test_a_sentence_whose_number_changed_is_flagged_and_the_text_is_kept(
    written: Path, study: Path, district: SmallDistrict
) -> None:
    before = study.read_text()
    for _ in range(6):
        dispatched(district)  # due, and nobody made contact
    facts = facts_of(study)
    flagged = facts.chapters[0].paragraphs[0]
    assert [(f.changed_from, f.words) for f in flagged.changed] == [("100.0%", "50.0%")]
    write_word(facts, written)
    said = [p.text for p in docx.Document(str(written)).paragraphs]
    assert any("【数据有变：100.0% → 50.0%，请核对本段】" in text for text in said)
    remember(facts, figures_file(study))
    assert facts_of(study).chapters[0].paragraphs[0].changed == ()
    assert study.read_text() == before


@pytest.mark.django_db
def test_the_page_is_that_of_official_documents(written: Path) -> None:
    document = docx.Document(str(written))
    page = document.sections[0]
    sizes = (page.page_width, page.page_height, page.top_margin, page.bottom_margin)
    assert [round(size.mm) for size in sizes if size] == [210, 297, 37, 35]
    assert [round(s.mm) for s in (page.left_margin, page.right_margin) if s] == [28, 26]
    grid = page._sectPr.find(qn("w:docGrid"))
    assert grid.get(qn("w:type")) == "linesAndChars"
    pitch = int(grid.get(qn("w:linePitch")))
    assert int(Mm(225).pt * 20 // pitch) == 22
    letter = 16 + int(grid.get(qn("w:charSpace"))) / 4096
    assert int(Mm(156).pt // letter) == 28
    assert document.settings.odd_and_even_pages_header_footer
    fonts = document.styles["Normal"].element.rPr.find(qn("w:rFonts"))
    assert fonts.get(qn("w:eastAsia")) == "仿宋_GB2312"


@pytest.mark.django_db
@pytest.mark.slow
def test_libreoffice_lays_it_out_in_22_lines(written: Path, tmp_path: Path) -> None:
    office, words = shutil.which("soffice"), shutil.which("pdftotext")
    if not office or not words:
        pytest.skip("LibreOffice and poppler are not on this machine: the layout is not looked at")
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    convert = [office, home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*convert, str(written)], check=True, capture_output=True, timeout=240)
    pdf = tmp_path / "report.pdf"
    found = subprocess.run(
        [words, "-layout", "-f", "2", "-l", "2", str(pdf), "-"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    # The raised numbers of the sources come out on lines of their own.
    bare = [re.sub(r"\[\d+\]", "", line).strip("\f ") for line in found.stdout.splitlines()]
    lines = [line for line in bare if line]
    assert lines[-1].replace(" ", "").strip() == "—2—"
    assert len(lines) - 1 <= 22
    assert max(len(line.strip()) for line in lines) >= 24


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title = 3", "title"),
        ('title = "a"\nperiod = "soon"', "period"),
        ('title = "a"\nperiod = "2026"', "section"),
        ('title = "a"\nperiod = "2026"\n[[section]]\ntext = "{happiness}"', "happiness"),
        ('title = "a"\nperiod = "2026"\n[[section]]\ninclude = ["weather"]', "weather"),
        ('title = "a', "study.toml"),
    ],
)
def test_a_study_that_makes_no_sense_is_refused(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "study.toml"
    file.write_text(text)
    with pytest.raises(CannotReadStudy, match=says):
        read_study(file)


@pytest.mark.django_db
def test_a_place_that_is_not_there_is_named(district: SmallDistrict, study: Path) -> None:
    study.write_text(STUDY.replace("@柳岸社区", "@天上社区"))
    with pytest.raises(CannotAssemble, match="天上社区"):
        facts_of(study)


def test_a_new_study_can_be_read_and_is_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "new.toml"
    new_study(file, title='说"明"', period=period_named("2026Q1"))
    assert read_study(file).sections[0].heading == "背景与内在逻辑"
    with pytest.raises(CannotReadStudy):
        new_study(file, title="again", period=period_named("2026Q1"))


@pytest.mark.parametrize(
    ("place", "number"),
    [((1,), "一、"), ((2, 10), "（十）"), ((1, 1, 12), "12. "), ((1, 1, 1, 3), "（3）")],
)
def test_headings_are_numbered_as_in_official_documents(
    place: tuple[int, ...], number: str
) -> None:
    assert numbered(place) == number


def test_numbers_go_from_one_to_ninety_nine() -> None:
    assert [chinese_number(n) for n in (10, 11, 20, 21)] == ["十", "十一", "二十", "二十一"]
    for wrong in (0, 100):
        with pytest.raises(CannotNumber):
            chinese_number(wrong)
