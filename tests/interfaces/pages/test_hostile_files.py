"""Files to read before a vote, sent by somebody who means no good, and opened by who may not."""

import io
import struct
import zipfile
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gongzhi.affairs.assemblies.models import Material, Topic
from gongzhi.affairs.assemblies.topics import refuse_topic, withdraw_topic
from gongzhi.commons.attachments.models import Attachment
from tests.affairs.assemblies.talks import LATER, Talk, propose
from tests.interfaces.pages.offices import Offices
from tests.interfaces.pages.test_materials import PDF, add, photo

pytestmark = [pytest.mark.django_db, pytest.mark.database]

BIG = 2**63


@pytest.fixture
def talk(offices: Offices) -> Talk:
    return propose(offices.district)


@pytest.fixture
def staff(client: Client, offices: Offices) -> Client:
    return offices.sign_in(Client(), offices.district.worker)


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


def huge_png() -> bytes:
    """A picture of 60,000 × 60,000 in a few bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


DOCX = {"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("a.jpg", b"<!doctype html><script>alert(1)</script>"),
        ("a.png", b"\x89PNG\r\n\x1a\n<script>alert(1)</script>"),
        ("a.gif", b"GIF89a/*<script>alert(1)</script>*/=1"),
        ("a.png", huge_png()),
        ("a.docx", packed(DOCX | {"word/vbaProject.bin": b"x"})),
        ("a.zip", packed({"a.exe": b"MZ"})),
        ("a.docx", b"PK\x03\x04" + b"x" * 500),
        ("a.docm", b"\xd0\xcf\x11\xe0" + b"x" * 500),
        ("a.html", b"\xef\xbb\xbf<html>"),
        ("a.pdf", b" %PDF-1.4"),
    ],
)
def test_what_could_run_is_not_taken(staff: Client, talk: Talk, name: str, data: bytes) -> None:
    page = add(staff, talk, (name, data))
    assert "四十万" in page
    assert not Attachment.objects.exists()
    assert not Material.objects.exists()


def test_what_is_taken_is_served_as_what_it_is_and_runs_nowhere(staff: Client, talk: Talk) -> None:
    polyglot = photo() + b"<script>alert(1)</script>"
    bomb = packed(DOCX | {"word/media/bomb": bytes(50_000_000)})
    files = [
        ('"><script>.jpg', polyglot), ("../../etc/passwd.html", PDF + b"<script>x</script>"),
        ("\u202egpj.exe\r\nX-Evil: 1", bomb),
    ]  # fmt: skip
    add(staff, talk, *files)
    talk.open()
    page = Client().get(f"/topics/{talk.topic_id}").content.decode()
    assert '"><script>' not in page
    rows = list(Attachment.objects.order_by("pk"))
    assert [row.media_type.rpartition("/")[2][:4] for row in rows] == ["jpeg", "pdf", "vnd."]
    for row in rows:
        assert not set(row.name) & set('<>:"/\\|?*\r\n\u202e')
        answer = Client().get(f"/files/{row.pk}")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "X-Evil" not in answer.headers
        if not row.media_type.startswith("image/"):
            assert answer.headers["Content-Disposition"].startswith("attachment")
        else:
            assert b"<script>" not in b"".join(answer.streaming_content)


def test_files_are_for_those_who_may_read_the_topic(
    staff: Client, talk: Talk, offices: Offices
) -> None:
    add(staff, talk, ("报价.pdf", PDF))
    address = f"/files/{Attachment.objects.get().pk}"
    other = offices.sign_in(Client(), offices.district.sanitation)
    for who in (Client(), other):
        assert who.get(address).status_code in {302, 403, 404}
        assert who.get(f"/topics/{talk.topic_id}").status_code == 404
    refuse_topic(topic_id=talk.topic_id, reason="不办", by=offices.district.worker, at=LATER)
    for who in (Client(), other):
        assert who.get(address).status_code in {302, 403, 404}


def test_files_of_a_topic_taken_back_are_as_readable_as_its_page(
    staff: Client, talk: Talk, offices: Offices
) -> None:
    add(staff, talk, ("报价.pdf", PDF))
    talk.open()
    withdraw_topic(topic_id=talk.topic_id, reason="撤回", by=offices.district.worker, at=LATER)
    assert Topic.objects.get().state == "withdrawn"
    page = Client().get(f"/topics/{talk.topic_id}").status_code
    assert Client().get(f"/files/{Attachment.objects.get().pk}").status_code == page


@pytest.mark.parametrize("number", [0, BIG - 1, BIG, "9" * 30])
def test_no_such_file_and_no_such_topic(staff: Client, number: object) -> None:
    for who in (Client(), staff):
        for path in (f"/files/{number}", f"/topics/{number}", f"/topics/{number}/run/material"):
            assert who.get(path).status_code in {302, 403, 404}, path


def test_many_files_and_strange_fields_are_refused_whole(staff: Client, talk: Talk) -> None:
    page = add(staff, talk, *[(f"{n}.pdf", PDF) for n in range(6)])
    assert "最多 5 个文件" in page
    for title, text in (("\x00", "x"), ("x" * 81, "x"), ("x", "y" * 20_001), ("x", "\x00")):
        sent = {"title": title, "text": text, "papers": SimpleUploadedFile("a.pdf", PDF)}
        assert staff.post(f"/topics/{talk.topic_id}/run/material", sent).status_code == 200
    assert not Material.objects.exists()
    assert not Attachment.objects.exists()
    sent = {"title": "x", "text": "y", "papers": "no file at all"}
    assert staff.post(f"/topics/{talk.topic_id}/run/material", sent).status_code in {200, 302}
