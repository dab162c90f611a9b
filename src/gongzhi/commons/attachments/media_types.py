"""What a file is, told by its content and never by its name."""

import zipfile
from dataclasses import dataclass
from io import BytesIO

from django.utils.translation import gettext as _

from gongzhi.commons.attachments.errors import CannotAttach


@dataclass(frozen=True, slots=True)
class MediaType:
    """A type of file that is taken; an image is shown in the page, anything else downloaded."""

    name: str
    extension: str
    is_image: bool = False


JPEG = MediaType("image/jpeg", ".jpg", is_image=True)
PNG = MediaType("image/png", ".png", is_image=True)
GIF = MediaType("image/gif", ".gif", is_image=True)
WEBP = MediaType("image/webp", ".webp", is_image=True)
PDF = MediaType("application/pdf", ".pdf")
_OFFICE = "application/vnd.openxmlformats-officedocument"
DOCX = MediaType(f"{_OFFICE}.wordprocessingml.document", ".docx")
XLSX = MediaType(f"{_OFFICE}.spreadsheetml.sheet", ".xlsx")
PPTX = MediaType(f"{_OFFICE}.presentationml.presentation", ".pptx")
ODT = MediaType("application/vnd.oasis.opendocument.text", ".odt")
ODS = MediaType("application/vnd.oasis.opendocument.spreadsheet", ".ods")

ALL = (JPEG, PNG, GIF, WEBP, PDF, DOCX, XLSX, PPTX, ODT, ODS)

_BY_MAIN_PART = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX, "ppt/presentation.xml": PPTX}
_BY_MIMETYPE = {kind.name.encode(): kind for kind in (ODT, ODS)}
_MOST_PARTS = 5_000


def media_type(data: bytes) -> MediaType:
    """The type of a file; raises CannotAttach for what isn't on the list."""
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data.startswith(b"%PDF-"):
        return PDF
    if data.startswith(b"PK\x03\x04"):
        return _packed(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise CannotAttach(_("旧版 Office 文件可能带有宏，请另存为 docx、xlsx 或 pptx 后再上传。"))
    raise CannotAttach(
        _("不支持这种文件。请上传图片（JPEG、PNG、GIF、WebP）、PDF 或 docx、xlsx、pptx 文件。")
    )


def _packed(data: bytes) -> MediaType:
    """An office file is a zip archive with a known main part; macros are not taken."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
            odf = _first_bytes(archive, "mimetype") if names[:1] == ["mimetype"] else b""
    except Exception as error:  # damaged archives raise whatever they like
        raise CannotAttach(_("文件已损坏，打不开。请重新保存后再上传。")) from error
    if len(names) > _MOST_PARTS:
        raise CannotAttach(_("文件内部的部分过多。"))
    lowered = {name.lower() for name in names}
    if any(name.endswith("vbaproject.bin") or name.startswith("basic/") for name in lowered):
        raise CannotAttach(_("文件带有宏。请另存为不带宏的 docx、xlsx 或 pptx 后再上传。"))
    found = [kind for part, kind in _BY_MAIN_PART.items() if part in names]
    if len(found) == 1 and "[Content_Types].xml" in names:
        return found[0]
    if odf in _BY_MIMETYPE and "content.xml" in names:
        return _BY_MIMETYPE[odf]
    raise CannotAttach(_("不支持压缩包。请直接上传其中的图片、PDF 或 docx、xlsx、pptx 文件。"))


def _first_bytes(archive: zipfile.ZipFile, name: str) -> bytes:
    """The beginning of a part; never more, whatever it would unpack to."""
    with archive.open(name) as part:
        return part.read(100)
