"""A report as a file: Word, page or PDF, as its name says."""

from collections.abc import Callable
from pathlib import Path

from django.utils.translation import gettext as _

from gongzhi.insights.reports.contents import Facts
from gongzhi.insights.reports.web_page import as_page
from gongzhi.insights.reports.word import as_word


class CannotWrite(ValueError):
    """A name that says no kind of file that reports are written as."""


def _as_pdf(facts: Facts) -> bytes:
    from gongzhi.insights.reports.pdf import as_pdf  # noqa: PLC0415  slow to import, seldom needed

    return as_pdf(facts)


MAKERS: dict[str, Callable[[Facts], bytes]] = {
    "docx": as_word,
    "html": lambda facts: as_page(facts).encode(),
    "pdf": _as_pdf,
}
MEDIA_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}


def write_report(facts: Facts, file: Path) -> None:
    """Write the report, whole or not at all."""
    maker = MAKERS.get(file.suffix.lower().removeprefix("."))
    if maker is None:
        raise CannotWrite(
            _("不知道写成什么：%(file)s；文件名要以 .docx、.html 或 .pdf 结尾")
            % {"file": file.name}
        )
    content = maker(facts)
    draft = file.with_name(f".{file.name}.part")
    try:
        draft.write_bytes(content)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
