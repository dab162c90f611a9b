"""Forms through the pages: asked from a template, filled by confirming, told what they cost."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from gongzhi.insights.indicators.definitions import INDICATORS
from tests.interfaces.pages.offices import Offices
from tests.interfaces.pages.reading import Page

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    text = answer.content.decode()
    assert Page(text).faults == [], path
    return text


def asked(offices: Offices, **other: object) -> dict[str, object]:
    return {
        "title": "情况表<script>",
        "legal_basis": "示例文件",
        "category_code": "environment.waste",
        "period": str(timezone.localdate().year),
        "minutes": "30",
        "communities": [str(offices.district.places["willow"].pk)],
        "fields_text": "共建单位数\n一件事",
    } | other


def test_a_form_is_asked_filled_and_taken_home(client: Client, offices: Offices) -> None:
    officer = offices.sign_in(client, offices.district.officer)
    made = officer.post("/forms/new", asked(offices))
    assert made.status_code == 302
    here = made.headers["Location"]
    shown = page(officer, here)
    assert "30 分钟 × 1 个社区 = 0.5 小时" in shown
    assert "情况表&lt;script&gt;" in shown
    worker = offices.sign_in(client, offices.district.worker)
    (copy,) = re.findall(r'href="(/forms/fill/\d+)"', page(worker, "/forms"))
    form = page(worker, copy)
    assert "来自共建单位数" in form
    names = re.findall(r'name="(f\d+)"', form)
    assert worker.post(copy, {names[0]: "0", names[1]: ""}).status_code == 400
    refused = worker.post(copy, {names[0]: "7", names[1]: "加装电梯"})
    assert refused.status_code == 400
    assert "要改请写明理由" in refused.content.decode()
    sent = worker.post(copy, {names[0]: "0", names[1]: "加装电梯"})
    assert sent.status_code == 302
    assert "加装电梯" in page(worker, copy)
    officer = offices.sign_in(client, offices.district.officer)
    assert "0.2 小时" in page(officer, here)  # half of its fields came from what was known
    assert officer.get(f"{here}.xlsx").content.startswith(b"PK")


def test_a_template_is_read_shown_and_not_yet_asked(client: Client, offices: Offices) -> None:
    officer = offices.sign_in(client, offices.district.officer)
    file = SimpleUploadedFile("t.csv", "社区名称,总户数,备注\n".encode())
    shown = officer.post("/forms/new", asked(offices, template=file, fields_text=""))
    assert shown.status_code == 200
    text = shown.content.decode()
    assert "总户数 | place.households | text" in text
    assert "还没有发过表" in page(officer, "/forms")
    broken = SimpleUploadedFile("t.xlsx", b"PK\x03\x04rest")
    assert officer.post("/forms/new", asked(offices, template=broken)).status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"legal_basis": ""},
        {"fields_text": ""},
        {"communities": ["999"]},
        {"minutes": "long"},
        {"fields_text": "x | the.moon"},
        {"period": "soon"},
    ],
)
def test_a_form_that_makes_no_sense_is_a_400(
    client: Client, offices: Offices, wrong: dict[str, object]
) -> None:
    officer = offices.sign_in(client, offices.district.officer)
    assert officer.post("/forms/new", asked(offices) | wrong).status_code == 400


def test_pages_are_sound_in_both_languages_and_closed_to_others(
    client: Client, offices: Offices
) -> None:
    street = offices.sign_in(client, offices.district.street)
    here = street.post("/forms/new", asked(offices, category_code="")).headers["Location"]
    officer = offices.sign_in(client, offices.district.officer)
    for language in ("zh-hans", "en"):
        client.cookies["django_language"] = language
        for path in ("/forms", "/forms/new", here):
            page(officer, path)
    assert officer.post(f"{here}/approve").status_code == 302
    assert officer.post(f"{here}/sing").status_code == 404
    worker = offices.sign_in(client, offices.district.worker)
    assert worker.get("/forms/new").status_code == 403
    assert worker.get("/forms/fill/99999").status_code == 404
    assert worker.get("/forms/99999").status_code == 404


def test_a_form_about_a_time_to_come_is_shown_with_what_is_known_by_now(
    client: Client, offices: Offices
) -> None:
    """Indicators of next year have no number yet; the registers do."""
    officer = offices.sign_in(client, offices.district.officer)
    name = str(next(each for each in INDICATORS if each.is_recorded).name)
    later = str(timezone.localdate().year + 1)
    made = officer.post(
        "/forms/new", asked(offices, period=later, fields_text=f"共建单位数\n{name}")
    )
    assert made.status_code == 302
    worker = offices.sign_in(client, offices.district.worker)
    (copy,) = re.findall(r'href="(/forms/fill/\d+)"', page(worker, "/forms"))
    assert "来自共建单位数" in page(worker, copy)
