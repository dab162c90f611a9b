"""Researchers write a study in the pages; the district publishes; anyone reads and complains."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from gongzhi.commons.organisations.actors import SYSTEM
from gongzhi.commons.organisations.models import Unit
from gongzhi.commons.organisations.people import NewPerson, NewRole, add_person, give_role
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.revisions import forget_all
from gongzhi.insights.indicators.snapshots import forget_snapshot
from gongzhi.insights.reports.editing import NewStudy, open_study
from gongzhi.insights.reports.models import Edition, StoredSection
from gongzhi.insights.reports.publishing import Terms, publish_edition, withdraw_edition
from tests.affairs.small_district import SmallDistrict
from tests.insights.district import build
from tests.insights.reports.made_facts import made
from tests.interfaces.pages.reading import Page

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SignIn = Callable[[RoleKind], Client]


@pytest.fixture
def district(db: None) -> Iterator[SmallDistrict]:
    forget_snapshot()
    yield build(at=timezone.now() - timedelta(days=60))
    forget_snapshot()


@pytest.fixture
def sign_in(district: SmallDistrict, client: Client) -> SignIn:
    def as_role(kind: RoleKind) -> Client:
        at = timezone.now() - timedelta(days=5)
        person = add_person(new=NewPerson(kind.value, kind.value), by=SYSTEM, at=at)
        hotline, root = district.units["hotline"].pk, district.places["district"].pk
        give_role(new=NewRole(person, hotline, kind.value, root), by=SYSTEM, at=at)
        client.force_login(get_user_model().objects.get(login=kind.value))
        return client

    return as_role


@pytest.fixture
def study_id(district: SmallDistrict) -> int:
    period = str(timezone.localdate().year)
    new = NewStudy(title="明湖区<b>调研</b>", period=period)
    return open_study(new=new, by=SYSTEM, at=timezone.now())


@pytest.fixture
def edition_id(study_id: int) -> int:
    return publish_edition(
        study_id=study_id,
        facts=made(text="一句话。"),
        seen_revision=1,
        terms=Terms(summary="提要<script>", licence="cc-by-4.0", conditions="注明出处"),
        by=SYSTEM,
        at=timezone.now(),
    )


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    text = answer.content.decode()
    assert Page(text).faults == [], path
    return text


def test_a_researcher_writes_reviews_and_downloads_a_report(sign_in: SignIn, study_id: int) -> None:
    client = sign_in(RoleKind.RESEARCHER)
    assert "明湖区&lt;b&gt;" in page(client, "/studies")
    section = StoredSection.objects.filter(study_id=study_id).first()
    assert section is not None
    here = f"/studies/sections/{section.pk}"
    sent = {f"s{section.pk}-heading": "背景", f"s{section.pk}-revision": "1"}
    sent[f"s{section.pk}-text"] = "响应率为 {response_rate}。<script>"
    assert client.post(here, sent).status_code == 302
    assert client.post(f"{here}/review", {"revision": "2"}).status_code == 302
    shown = page(client, f"/studies/{study_id}")
    assert "已审" in shown
    assert "响应率为 （期内没有记录）。&lt;script&gt;" in shown
    preview = client.get(f"/studies/{study_id}/preview")
    assert "<script" not in preview.content.decode()
    policy = preview.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    word = client.get(f"/studies/{study_id}/report.docx")
    assert word.content.startswith(b"PK")
    assert "attachment" in word.headers["Content-Disposition"]
    assert client.get(f"/studies/{study_id}/report.odt").status_code == 404
    assert client.get("/studies/99999").status_code == 404
    assert client.get(f"/studies/{study_id}/publish").status_code == 403


def test_of_two_editors_the_second_keeps_the_text_in_hand(sign_in: SignIn, study_id: int) -> None:
    client = sign_in(RoleKind.RESEARCHER)
    section = StoredSection.objects.filter(study_id=study_id).first()
    assert section is not None
    here, prefix = f"/studies/sections/{section.pk}", f"s{section.pk}-"
    sent = {f"{prefix}heading": "背景", f"{prefix}revision": "1"}
    assert client.post(here, sent | {f"{prefix}text": "甲写的话"}).status_code == 302
    second = client.post(here, sent | {f"{prefix}text": "乙写的话"})
    assert second.status_code == 409
    text = second.content.decode()
    assert Page(text).faults == []
    assert "甲写的话" in text
    assert "乙写的话" in text
    # Sent again from there, it is taken: the second has seen what the first wrote.
    again = sent | {f"{prefix}text": "甲乙一起", f"{prefix}revision": "2"}
    assert client.post(here, again).status_code == 302


@pytest.mark.parametrize(
    "sent",
    [
        {"text": "{happiness}", "revision": "1"},
        {"text": "长" * 20_001, "revision": "1"},
        {"text": "x", "revision": "soon"},
        {"text": "x"},
    ],
)
def test_what_a_chapter_cannot_be_is_a_400(
    sign_in: SignIn, study_id: int, sent: dict[str, str]
) -> None:
    client = sign_in(RoleKind.RESEARCHER)
    section = StoredSection.objects.filter(study_id=study_id).first()
    assert section is not None
    posted = {f"s{section.pk}-{name}": value for name, value in sent.items()}
    assert client.post(f"/studies/sections/{section.pk}", posted).status_code == 400
    section.refresh_from_db()
    assert section.text == ""


def test_the_pages_of_a_study_are_sound_in_both_languages(sign_in: SignIn, study_id: int) -> None:
    client = sign_in(RoleKind.DISTRICT_OFFICER)
    section = StoredSection.objects.filter(study_id=study_id).first()
    assert section is not None
    for language in ("zh-hans", "en"):
        client.cookies["django_language"] = language
        for path in (
            "/studies",
            "/studies/new",
            f"/studies/{study_id}",
            f"/studies/{study_id}/head",
            f"/studies/{study_id}/publish",
            f"/studies/sections/{section.pk}",
            f"/studies/sections/{section.pk}/part",
            "/library/violations",
        ):
            page(client, path)


def test_anyone_reads_what_was_published(client: Client, edition_id: int) -> None:
    assert "明湖区社区治理调研" in page(client, "/library")
    shown = page(client, f"/library/{edition_id}")
    assert "CC BY 4.0" in shown
    assert "提要&lt;script&gt;" in shown
    assert re.search(r"SHA-256 [0-9a-f]{64}", shown)
    assert client.get(f"/library/{edition_id}/read").headers["Content-Type"].startswith("text/html")
    first = client.get(f"/library/{edition_id}/report.docx").content
    assert first == client.get(f"/library/{edition_id}/report.docx").content
    feed = client.get("/library.atom").content.decode()
    assert f"urn:gongzhi:edition:{edition_id}" in feed
    assert "urn:gongzhi" not in client.get("/library.atom?unit=99999").content.decode()
    for path in ("/library/99999", f"/library/{edition_id}/report.odt", "/library/violations/x"):
        assert client.get(path).status_code == 404


def test_a_withdrawn_report_says_so_and_gives_out_nothing(client: Client, edition_id: int) -> None:
    withdraw_edition(edition_id=edition_id, reason="表 3 有误", by=SYSTEM, at=timezone.now())
    assert "表 3 有误" in page(client, f"/library/{edition_id}", 410)
    assert client.get(f"/library/{edition_id}/report.docx").status_code == 302
    assert "已撤回" in client.get("/library.atom").content.decode()


def test_the_feed_is_well_formed_whatever_was_typed(
    client: Client, district: SmallDistrict, edition_id: int
) -> None:
    hostile = "表\x0b3\x1b<有误>\ufffe&"
    Unit.objects.filter(pk=district.units["hotline"].pk).update(name=hostile)
    Edition.objects.filter(pk=edition_id).update(
        title=hostile, summary=hostile, unit=district.units["hotline"]
    )
    forget_all()
    space = {"a": "http://www.w3.org/2005/Atom"}
    root = ElementTree.fromstring(client.get("/library.atom").content)
    for name in ("title", "summary", "author/a:name"):
        assert root.findtext(f"a:entry/a:{name}", "", space) == "表 3 <有误> &"
    withdraw_edition(edition_id=edition_id, reason=hostile, by=SYSTEM, at=timezone.now())
    root = ElementTree.fromstring(client.get("/library.atom").content)
    assert root.findtext("a:entry/a:summary", "", space) == "表 3 <有误> &"


def test_a_complaint_is_guarded_followed_and_answered(
    client: Client, sign_in: SignIn, edition_id: int
) -> None:
    cache.clear()
    here = f"/library/{edition_id}/violation"
    page(client, here)
    sent = client.post(here, {"text": "第三页的数字有误"})
    link = sent.headers["Location"]
    assert "还没有答复" in page(client, link)
    assert client.post(here, {"text": " "}).status_code == 400
    officer = sign_in(RoleKind.DISTRICT_OFFICER)
    listed = page(officer, "/library/violations")
    (number,) = re.findall(r'name="violation" value="(\d+)"', listed)
    answer = {"violation": number, f"v{number}-answer": "已经更正"}
    assert officer.post("/library/violations", answer).status_code == 302
    assert "已经更正" in page(client, link)
    assert client.get(link[:-1] + ("A" if link[-1] != "A" else "B")).status_code == 404
