"""What people read before they take part: versions of materials, with their files."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import ExifTags, Image

from gongzhi.affairs.assemblies.models import Material, Topic
from gongzhi.commons.attachments.attaching import attach, detach
from gongzhi.commons.attachments.models import Attachment
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.table import NotPermitted
from tests.affairs.assemblies.talks import LATER, Talk, propose
from tests.interfaces.pages.offices import Offices

pytestmark = [pytest.mark.django_db, pytest.mark.database]

PDF = b"%PDF-1.4\n%%EOF\n"


def photo() -> bytes:
    """A picture that says where it was taken."""
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (30.0, 15.0, 12.0)
    out = BytesIO()
    Image.new("RGB", (60, 40), "olive").save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.fixture
def talk(offices: Offices) -> Talk:
    return propose(offices.district)


@pytest.fixture
def staff(client: Client, offices: Offices) -> Client:
    return offices.sign_in(Client(), offices.district.worker)


def add(
    staff: Client, talk: Talk, *files: tuple[str, bytes], change: str = "", text: str = "四十万"
) -> str:
    sent = {
        "title": "报价", "text": text, "change": change,
        "papers": [SimpleUploadedFile(name, data) for name, data in files],
    }  # fmt: skip
    answer = staff.post(f"/topics/{talk.topic_id}/run/material", sent, follow=True)
    return str(answer.content.decode())


def file_of(version: int) -> Attachment:
    row = Material.objects.get(version=version)
    return Attachment.objects.get(subject_kind="material", subject_id=row.pk)


def test_a_version_is_published_with_its_files_and_the_old_ones_stay(
    staff: Client, talk: Talk
) -> None:
    add(staff, talk, ("报价单.pdf", PDF))
    add(staff, talk, ("现场.jpg", photo()), change="按新报价更正", text="四十二万")
    talk.open()
    page = Client().get(f"/topics/{talk.topic_id}").content.decode()
    for said in ("报价单.pdf", 'alt="现场.jpg"', "四十万", "四十二万"):
        assert said in page
    old, new = file_of(1), file_of(2)
    assert f'href="/files/{old.pk}"' in page
    opened = Client().get(f"/files/{old.pk}")
    assert b"".join(opened.streaming_content) == PDF
    assert opened.headers["Content-Disposition"].startswith("attachment; filename*=utf-8")
    assert opened.headers["Content-Type"] == "application/pdf"
    shown = b"".join(Client().get(f"/files/{new.pk}").streaming_content)
    assert not Image.open(BytesIO(shown)).getexif()


def test_files_of_a_proposal_are_for_staff_until_the_topic_opens(staff: Client, talk: Talk) -> None:
    add(staff, talk, ("报价单.pdf", PDF))
    address = f"/files/{file_of(1).pk}"
    assert staff.get(address).status_code == 200
    assert Client().get(address).status_code in {302, 403, 404}
    talk.open()
    assert Client().get(address).status_code == 200


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("报价单.pdf", b"MZ not what it says", "不支持这种文件"),
        ("空.pdf", b"", "空"),
        ("大.pdf", b"%PDF-" + bytes(10 * 1024 * 1024), "10 MB"),
    ],
)
def test_a_file_that_is_refused_leaves_no_version(
    staff: Client, talk: Talk, name: str, data: bytes, said: str
) -> None:
    page = add(staff, talk, ("好.pdf", PDF), (name, data))
    assert said in page
    assert "四十万" in page  # what was written is not lost
    assert not Material.objects.exists()
    assert not Attachment.objects.exists()


def test_nothing_is_added_to_or_taken_from_an_earlier_version(staff: Client, talk: Talk) -> None:
    add(staff, talk, ("报价单.pdf", PDF))
    add(staff, talk, change="更正")
    by, first = talk.district.worker, Material.objects.get(version=1)
    with pytest.raises(NotPermitted):
        attach(BytesIO(PDF), subject=Subject("material", first.pk), by=by, at=LATER)
    with pytest.raises(NotPermitted):
        detach(attachment_id=file_of(1).pk, by=by, at=LATER)


def test_only_who_runs_the_topic_adds_files_and_only_while_it_runs(
    staff: Client, talk: Talk
) -> None:
    add(staff, talk)
    subject = Subject("material", Material.objects.get().pk)
    with pytest.raises(NotPermitted):
        attach(BytesIO(PDF), subject=subject, by=talk.district.sanitation, at=LATER)
    Topic.objects.update(state="decided")
    with pytest.raises(NotPermitted):
        attach(BytesIO(PDF), subject=subject, by=talk.district.worker, at=LATER)
    with pytest.raises(NotPermitted):
        attach(BytesIO(PDF), subject=Subject("material", 0), by=talk.district.worker, at=LATER)


def test_files_cost_a_page_one_question_however_many_there_are(staff: Client, talk: Talk) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert Client().get(f"/topics/{talk.topic_id}").status_code == 200
        return len(asked)

    add(staff, talk, ("一.pdf", PDF))
    talk.open()
    before = questions()
    for number in range(3):
        add(staff, talk, ("二.pdf", PDF), ("三.jpg", photo()), change=f"第{number}次更正")
    assert questions() == before
