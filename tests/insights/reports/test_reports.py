"""From a study to a report: text, numbers, drafts, refreshing, and what makes no sense."""

from pathlib import Path

import pytest

from gongzhi.commons.organisations.actors import SYSTEM
from gongzhi.insights.indicators.periods import period_named
from gongzhi.insights.reports.contents import printable
from gongzhi.insights.reports.facts import CannotAssemble, assemble
from gongzhi.insights.reports.known_numbers import figures_file, remember
from gongzhi.insights.reports.numbering import CannotNumber, chinese_number, numbered
from gongzhi.insights.reports.studies import CannotReadStudy, new_study, read_study
from gongzhi.insights.reports.writing import write_report
from tests.affairs.small_district import SmallDistrict
from tests.affairs.tickets.journeys import dispatched
from tests.insights.reports.made_facts import made
from tests.insights.reports.writing import STUDY, facts_of, lines_of_word, snap

pytestmark = pytest.mark.database


@pytest.mark.django_db
def test_a_report_says_its_numbers_its_drafts_its_causes_and_its_annexes(written: Path) -> None:
    said = lines_of_word(written)
    # Numbers stand in the text, and gaps say so.
    assert "期内响应率为 100.0%[1]。" in said
    assert any("需求满足率为 （期内没有记录）[3]。" in text for text in said)
    # What nobody reviewed is marked, and what was is not.
    assert said[0].endswith("（草稿）")
    assert [text for text in said if text.startswith("【草稿】柳岸社区")]
    assert "【草稿】（待写）" in said
    # A difficulty stands with its numbers and its cause.
    at = next(n for n, text in enumerate(said) if text.endswith("失灵：反复办"))
    assert "重复发生率" in said[at + 1]
    assert "原因是只办单件。" in said[at + 1 : at + 8]
    assert sum("原因：（待写" in text for text in said) >= 3  # where nobody wrote on it yet
    # The annexes are named after the text, and follow it.
    listed = said.index("附件：1. 研究方法")
    assert said[listed + 1 : listed + 4] == [
        "　　　2. 问卷",
        "　　　3. 指标和图中的数",
        "　　　4. 数的出处",
    ]
    assert "1. 遇到问题时谁来牵头？" in said
    assert said.index("附件4") > said.index("附件1") > listed


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
    write_report(facts, written)
    assert any(
        "【数据有变：100.0% → 50.0%，请核对本段】" in text for text in lines_of_word(written)
    )
    remember(facts, figures_file(study))
    assert facts_of(study).chapters[0].paragraphs[0].changed == ()
    assert study.read_text() == before


HOSTILE = "<script>alert(1)</script>\x00\u202e & “引号” {{ x }} =cmd|' /C calc'!A0"


def test_hostile_text_is_text_in_every_form(tmp_path: Path) -> None:
    facts = made(text=printable(HOSTILE))
    for kind in ("docx", "html", "pdf"):
        write_report(facts, tmp_path / f"hostile.{kind}")
    page = (tmp_path / "hostile.html").read_text()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert any(HOSTILE[:25] in text for text in lines_of_word(tmp_path / "hostile.docx"))


def test_what_no_document_can_hold_is_left_out() -> None:
    assert printable("a\x00b\ud800\x9f\u202ec\ufffe\t一") == "abc\t一"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title = 3", "title"),
        ('title = "a"\nperiod = "soon"', "period"),
        ('title = "a"\nperiod = "2026"', "section"),
        ('title = "a"\nperiod = "2026"\nsection = "x"', "section"),
        ('title = "a"\nperiod = "2026"\nsection = ["x"]', "section"),
        ('title = "a"\nperiod = "2026"\n[[section]]\ntext = "{happiness}"', "happiness"),
        ('title = "a"\nperiod = "2026"\n[[section]]\ninclude = ["weather"]', "weather"),
        ('title = "a"\nperiod = "2026"\n[[section]]\ninclude = "weather"', "include"),
        ('title = "a"\nperiod = "2026"\nlanguage = "fr"\n[[section]]', "fr"),
        ('title = "a"\nperiod = "2026"\nindicators = ["x"]\n[[section]]', "x"),
        ('title = "a"\nperiod = "2026"\ndated = 2026-01-01T00:00:00\n[[section]]', "dated"),
        ('title = "a"\nperiod = "2026"\n[[section]]\n[[section.part]]\ndifficulty="sad"', "sad"),
        ('title = "a', "study.toml"),
    ],
)
def test_a_study_that_makes_no_sense_is_refused(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "study.toml"
    file.write_text(text)
    with pytest.raises(CannotReadStudy, match=says):
        read_study(file)


@pytest.mark.django_db
def test_a_study_speaks_of_the_places_it_names_and_names_those_that_are_not_there(
    district: SmallDistrict, study: Path
) -> None:
    study.write_text(STUDY.replace("dated =", 'places = ["北桥街道"]\ndated ='))
    read = snap(study.parent)
    facts = assemble(read_study(study), read, by=SYSTEM)
    sheets = [sheet for annex in facts.annexes for sheet in annex.sheets]
    (told,) = [sheet for sheet in sheets if sheet.head[0] == "社区"]
    assert [row[0] for row in told.rows] == ["柳岸社区", "梅溪社区"]
    for wrong in (
        STUDY.replace("@柳岸社区", "@天上社区"),
        STUDY.replace("dated =", 'places = ["天上社区"]\ndated ='),
    ):
        study.write_text(wrong)
        with pytest.raises(CannotAssemble, match="天上社区"):
            assemble(read_study(study), read, by=SYSTEM)


def test_a_new_study_can_be_read_and_is_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "new.toml"
    title = '说"明"\n\\ 与'
    new_study(file, title=title, period=period_named("2026Q1"))
    made = read_study(file)
    assert made.title == title
    assert made.sections[0].heading == "背景与内在逻辑"
    assert [section.includes for section in made.sections][-1] == ("suggestions",)
    with pytest.raises(CannotReadStudy):
        new_study(file, title="again", period=period_named("2026Q1"))


@pytest.mark.parametrize(
    ("place", "number", "english"),
    [
        ((1,), "一、", "1 "),
        ((2, 10), "（十）", "2.10 "),
        ((1, 1, 12), "12. ", "1.1.12 "),
        ((1, 1, 1, 3), "（3）", "1.1.1.3 "),
    ],
)
def test_headings_are_numbered_as_in_documents(
    place: tuple[int, ...], number: str, english: str
) -> None:
    assert numbered(place) == number
    assert numbered(place, "en") == english


def test_numbers_go_from_one_to_ninety_nine() -> None:
    assert [chinese_number(n) for n in (10, 11, 20, 21)] == ["十", "十一", "二十", "二十一"]
    for wrong in (0, 100):
        with pytest.raises(CannotNumber):
            chinese_number(wrong)
    with pytest.raises(CannotNumber):
        numbered((1, 1, 1, 1, 1), "en")
