"""Every number of a written report can be reckoned again, and a forged one is found."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from gongzhi.insights.indicators.sources import local_events
from gongzhi.insights.reports.verifying import CannotVerify
from gongzhi.insights.reports.writing import write_report
from tests.affairs.small_district import SmallDistrict
from tests.affairs.tickets.journeys import dispatched
from tests.insights.reports.writing import STUDY, facts_of, verifier

pytestmark = [pytest.mark.django_db, pytest.mark.database]
Tamper = Callable[[Any], None]


def test_every_number_is_reckoned_again_from_the_file_alone(
    written: Path, district: SmallDistrict
) -> None:
    for _ in range(5):
        dispatched(district)  # later events don't count: the version is named in the file
    verify = verifier(written.parent)
    for file in (written, written.with_suffix(".html")):
        done = verify(file)
        assert done.findings == ()
        assert done.numbers > 26


def test_an_english_report_is_verified_whatever_language_reads_it(
    written: Path, study: Path
) -> None:
    study.write_text(STUDY.replace('period = "2026-03"', 'period = "2026-03"\nlanguage = "en"'))
    facts = facts_of(study)
    verify = verifier(written.parent)
    for file in (written, written.with_suffix(".html")):
        write_report(facts, file)
        assert verify(file).findings == ()


def _first_number(document: Any) -> Any:
    return next(document.element.body.iter(qn("w:sdt")))


def _another_value(document: Any) -> None:
    next(_first_number(document).iter(qn("w:t"))).text = "99.9%"


def _another_query(document: Any) -> None:
    alias = _first_number(document).find(f"{qn('w:sdtPr')}/{qn('w:alias')}")
    alias.set(qn("w:val"), "repeat_rate/district/")


def _no_source(document: Any) -> None:
    row = document.tables[-1].rows[1]
    row._tr.getparent().remove(row._tr)


def _no_number(document: Any) -> None:
    number = _first_number(document)
    number.getparent().remove(number)


def test_what_was_forged_in_word_is_found(written: Path) -> None:
    verify = verifier(written.parent)
    forgeries: dict[str, tuple[Tamper, str, str]] = {
        "value": (_another_value, "99.9%", "100.0%"),
        "query": (_another_query, "100.0%", "100.0%"),
        "source": (_no_source, "100.0%", ""),
        "number": (_no_number, "", "100.0%"),
    }
    for name, (tamper, shown, reckoned) in forgeries.items():
        document = docx.Document(str(written))
        tamper(document)
        forged = written.with_name(f"{name}.docx")
        document.save(str(forged))
        (finding,) = verify(forged).findings
        assert (finding.number, finding.found, finding.reckoned) == (1, shown, reckoned), name


def test_what_was_forged_in_a_page_is_found(written: Path) -> None:
    verify = verifier(written.parent)
    text = written.with_suffix(".html").read_text()
    shown = 'id="gz-1" data-query="response_rate/district/">100.0%<'
    assert shown in text
    second = '<p><span class="gz" id="gz-1" data-query="response_rate/district/">12%</span></p>'
    forgeries = {
        "99.9%": text.replace(shown, shown.replace("100.0%", "99.9%")),
        "12%": text.replace("</main>", f"{second}</main>"),  # a second copy of the same number
        "": text.replace('id="gz-1"', 'id="nothing"'),
    }
    for words, body in forgeries.items():
        forged = written.with_name("forged.html")
        forged.write_text(body)
        assert [(f.number, f.found) for f in verify(forged).findings] == [(1, words)]


def test_a_report_on_another_ledger_is_refused(written: Path) -> None:
    other = written.with_name("other.docx")
    version = local_events(written.parent / "mirror").version
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "word/document.xml":
                body = body.replace(version.hash.encode(), b"0" * 64)
            new.writestr(name, body)
    with pytest.raises(CannotVerify, match="台账"):
        verifier(written.parent)(other)


def test_what_is_no_report_is_refused(tmp_path: Path) -> None:
    plain = tmp_path / "plain.docx"
    docx.Document().save(str(plain))
    found = {"broken.docx": b"no zip", "half.docx": b"PK\x03\x04rest", "p.html": b"<p>x</p>"}
    found |= {"odd.html": b"\xff\xfe\x00", "empty.html": b""}
    for name, body in found.items():
        (tmp_path / name).write_bytes(body)
    for file in (plain, *(tmp_path / name for name in found), tmp_path / "none.docx"):
        with pytest.raises(CannotVerify):
            verifier(tmp_path)(file)


def test_a_report_of_a_time_after_its_reading_is_refused(written: Path) -> None:
    text, verify = written.with_suffix(".html").read_text(), verifier(written.parent)
    forged = written.with_name("ahead.html")
    no_zone = re.sub(r"(\d\d-\d\dT[\d:.]+)(?:[+-]\d\d:\d\d|Z)", r"\1", text)
    for body in (text.replace("2026-03-01/2026-03-31", "2027-03-01/2027-03-31"), no_zone):
        assert body != text
        forged.write_text(body)
        with pytest.raises(CannotVerify):
            verify(forged)
