"""Files are checked by content, cleaned, kept durably, and shown to whoever may see them."""

import os
import time
import zipfile
from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import ExifTags, Image, PngImagePlugin

from gongzhi.commons.attachments import access, attaching, images, queries, storage
from gongzhi.commons.attachments.attaching import (
    CannotAttach,
    attach,
    detach,
    erase_attachments,
    sweep_orphans,
)
from gongzhi.commons.attachments.media_types import media_type
from gongzhi.commons.ledger.models import Event
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import RESIDENT, SYSTEM, resident_with_key
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.privacy.digests import NoDigestKey, says

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
TICKET = Subject("ticket", 7)
HOLDER = resident_with_key(7)
KEY_8 = resident_with_key(8)
DAYS = 24 * 3600


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **save
) -> bytes:
    out = BytesIO()
    Image.new(mode, size, "orange").save(out, kind, **save)
    return out.getvalue()


def packed(parts: dict[str, str]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def photo_with_place() -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "PhoneMaker"
    exif[ExifTags.Base.Orientation] = 6  # lies on its side
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (30.0, 15.0, 12.0)
    return picture(exif=exif, comment=b"SECRETCOMMENT", icc_profile=b"SECRETPROFILE")


DOCX = {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}
ODT = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}


@pytest.fixture(autouse=True)
def tickets(monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "attachments"
    monkeypatch.setattr(access, "_rules", {})
    access.declare_access(
        "ticket",
        may_read=lambda ticket, by: by.ticket_key == ticket,
        may_attach=lambda ticket, by: by.ticket_key == ticket,
    )


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (picture("JPEG"), "image/jpeg"),
        (picture("PNG"), "image/png"),
        (picture("GIF"), "image/gif"),
        (picture("WEBP"), "image/webp"),
        (b"%PDF-1.7\n", "application/pdf"),
        (packed(DOCX), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (packed(ODT), "application/vnd.oasis.opendocument.text"),
    ],
)
def test_the_type_is_told_by_content(data: bytes, expected: str) -> None:
    assert media_type(data).name == expected


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "不支持这种文件"),
        (b"<!doctype html><script>1</script>", "不支持这种文件"),
        (b"MZ\x90\x00", "不支持这种文件"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版"),
        (packed({"readme.txt": "x"}), "压缩包"),
        (packed(DOCX | {"word/vbaProject.bin": "x"}), "宏"),
        (b"PK\x03\x04garbage", "损坏"),
    ],
)
def test_what_is_not_on_the_list_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(CannotAttach, match=why):
        media_type(data)


def test_an_image_keeps_its_picture_and_nothing_else() -> None:
    dirty = photo_with_place()
    assert b"PhoneMaker" in dirty
    assert b"SECRETCOMMENT" in dirty
    clean = images.clean_image(dirty)
    for secret in (b"PhoneMaker", b"SECRETCOMMENT", b"SECRETPROFILE", b"Exif"):
        assert secret not in clean.data
    with Image.open(BytesIO(clean.data)) as opened:
        assert not opened.getexif()
        assert (opened.width, opened.height) == (clean.width, clean.height) == (40, 60)  # upright
        pixel = opened.convert("RGB").getpixel((5, 5))
    assert isinstance(pixel, tuple)
    assert all(abs(a - b) < 12 for a, b in zip(pixel, (255, 165, 0), strict=True))


def test_the_texts_inside_a_png_are_gone_and_its_transparency_stays() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "SECRETAUTHOR")
    clean = images.clean_image(picture("PNG", mode="RGBA", pnginfo=info))
    assert clean.media_type.name == "image/png"
    assert b"SECRETAUTHOR" not in clean.data


def test_a_long_picture_is_scaled_down() -> None:
    clean = images.clean_image(picture(size=(6000, 1500)))
    assert (clean.width, clean.height) == (2560, 640)


def test_a_picture_above_the_bound_is_refused_before_it_is_decoded() -> None:
    bomb = picture("PNG", size=(20_000, 20_000), mode="1")
    assert len(bomb) < 200_000
    with pytest.raises(CannotAttach):
        images.clean_image(bomb)
    with pytest.raises(CannotAttach, match="5100×5000"):
        images.clean_image(picture("PNG", size=(5100, 5000), mode="1"))


def test_a_cut_picture_is_refused_as_damaged() -> None:
    with pytest.raises(CannotAttach, match="损坏"):
        images.clean_image(picture(size=(400, 400))[:700])


def test_stored_bytes_appear_whole_and_once(settings) -> None:
    content = storage.store(b"hello")
    assert storage.store(b"hello") == content
    assert storage.path_of(content).read_bytes() == b"hello"
    assert [file.name for file in storage.path_of(content).parent.iterdir()] == [content]
    with pytest.raises(ValueError, match="SHA-256"):
        storage.path_of("../../etc/passwd")


def test_a_write_that_fails_leaves_no_half_file(monkeypatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.os, "fsync", full)
    storage.path_of("0" * 64)
    with pytest.raises(OSError, match="No space"):
        storage.store(b"hello")
    assert [file for file in storage.root().rglob("*") if file.is_file()] == []


@pytest.mark.django_db
@pytest.mark.database
class TestAttaching:
    def test_a_file_is_tied_to_its_subject_with_an_event(self) -> None:
        view = attach(BytesIO(picture("PNG")), subject=TICKET, by=HOLDER, at=AT, name="a/楼道.PNG")
        assert view.name == "楼道.jpg"
        assert (view.width, view.height, view.by_resident) == (60, 40, True)
        assert queries.attachments_of(TICKET) == [view]
        assert queries.attachments_of_many("ticket", [7, 8]) == {7: [view]}
        event = Event.objects.get(kind="attachment.added")
        assert event.data["subject"] == 7
        assert says(Subject("attachment", view.id), view.content, event.data["digest"])

    def test_an_image_opens_in_the_page_and_a_document_is_downloaded(self) -> None:
        image = attach(BytesIO(picture()), subject=TICKET, by=HOLDER, at=AT, name="照片.jpg")
        paper = attach(BytesIO(b"%PDF-1.7\n"), subject=TICKET, by=HOLDER, at=AT, name='a".html')
        shown = queries.open_attachment(image.id, by=HOLDER)
        assert shown.headers["Content-Disposition"].startswith("inline")
        assert shown.path.read_bytes().startswith(b"\xff\xd8\xff")
        loaded = queries.open_attachment(paper.id, by=HOLDER)
        assert loaded.headers["Content-Disposition"] == 'attachment; filename="a.pdf"'
        assert loaded.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in loaded.headers["Content-Security-Policy"]

    def test_only_who_may_read_the_subject_opens_its_files(self) -> None:
        view = attach(BytesIO(picture()), subject=TICKET, by=HOLDER, at=AT)
        for somebody in (RESIDENT, resident_with_key(8)):
            with pytest.raises(NotPermitted):
                queries.open_attachment(view.id, by=somebody)
            with pytest.raises(NotPermitted):
                attach(BytesIO(picture()), subject=TICKET, by=somebody, at=AT)
            with pytest.raises(NotPermitted):
                detach(attachment_id=view.id, by=somebody, at=AT)
        with pytest.raises(NotPermitted):
            attach(BytesIO(picture()), subject=Subject("stranger", 1), by=SYSTEM, at=AT)

    def test_a_file_above_ten_megabytes_or_empty_is_refused(self) -> None:
        for data, why in [(b"%PDF-" + bytes(attaching.MOST_BYTES), "10 MB"), (b"", "空")]:
            with pytest.raises(CannotAttach, match=why):
                attach(BytesIO(data), subject=TICKET, by=HOLDER, at=AT)

    def test_a_subject_takes_only_so_many(self, monkeypatch) -> None:
        monkeypatch.setattr(attaching, "MOST_PER_SUBJECT", 1)
        attach(BytesIO(picture()), subject=TICKET, by=HOLDER, at=AT)
        with pytest.raises(CannotAttach, match="1 个"):
            attach(BytesIO(picture()), subject=TICKET, by=HOLDER, at=AT)

    def test_a_removed_file_is_gone_and_its_digest_says_nothing(self) -> None:
        view = attach(BytesIO(picture()), subject=TICKET, by=HOLDER, at=AT)
        detach(attachment_id=view.id, by=HOLDER, at=AT)
        assert queries.attachments_of(TICKET) == []
        assert Event.objects.filter(kind="attachment.removed").count() == 1
        with pytest.raises(NoDigestKey):
            says(Subject("attachment", view.id), view.content, "")
        with pytest.raises(CannotAttach):
            detach(attachment_id=view.id, by=HOLDER, at=AT)
        with pytest.raises(queries.NoAttachment):
            queries.open_attachment(view.id, by=HOLDER)

    def test_all_files_of_a_subject_are_erased_at_once(self) -> None:
        for _ in range(2):
            attach(BytesIO(picture()), subject=TICKET, by=HOLDER, at=AT)
        other = attach(BytesIO(picture()), subject=Subject("ticket", 8), by=KEY_8, at=AT)
        assert erase_attachments(TICKET, by=HOLDER, at=AT) == 2
        assert queries.attachments_of(TICKET) == []
        assert queries.attachments_of(Subject("ticket", 8)) == [other]
        assert Event.objects.filter(kind="attachment.removed").count() == 2
        assert erase_attachments(TICKET, by=HOLDER, at=AT) == 0

    def test_the_sweep_removes_what_nobody_uses_after_a_day(self) -> None:
        kept = attach(BytesIO(picture()), subject=TICKET, by=HOLDER, at=AT)
        twin = attach(BytesIO(picture()), subject=TICKET, by=HOLDER, at=AT)
        gone = attach(BytesIO(picture("PNG", mode="RGBA")), subject=TICKET, by=HOLDER, at=AT)
        detach(attachment_id=twin.id, by=HOLDER, at=AT)
        detach(attachment_id=gone.id, by=HOLDER, at=AT)
        draft = storage.path_of(kept.content).with_name(".left-by-a-killed-process")
        draft.write_bytes(b"half")
        assert sweep_orphans() == 0
        assert sweep_orphans(now=time.time() + 2 * DAYS) == 2
        assert storage.path_of(kept.content).exists()
        assert not storage.path_of(gone.content).exists()
        assert not draft.exists()

    def test_the_waiting_time_begins_when_the_last_owner_goes(
        self, django_capture_on_commit_callbacks
    ) -> None:
        view = attach(BytesIO(picture()), subject=TICKET, by=HOLDER, at=AT)
        os.utime(storage.path_of(view.content), (0, 0))
        with django_capture_on_commit_callbacks(execute=True):
            detach(attachment_id=view.id, by=HOLDER, at=AT)
        assert sweep_orphans() == 0

    def test_lost_bytes_are_told_from_a_missing_attachment(self) -> None:
        view = attach(BytesIO(picture()), subject=TICKET, by=HOLDER, at=AT)
        storage.path_of(view.content).unlink()
        with pytest.raises(queries.NoAttachment, match="lost"):
            queries.open_attachment(view.id, by=HOLDER)
