"""What the tests of the residents' pages share."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from gongzhi.commons.privacy.links import sign_link
from tests.interfaces.pages.reading import Page

WORDS = "和风花园门口的垃圾桶三天没人清运，很臭"
NOW = timezone.now


def photo(name: str = "a.jpg") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (40, 30), "olive").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def fields(page: str) -> dict[str, str]:
    """What a browser would send back from the form on this page, as it stands."""
    kept = {
        each["name"]: each.get("value", "")
        for each in Page(page).all("input")
        if each.get("type") == "hidden" and each["name"] != "csrfmiddlewaretoken"
    }
    return {name: value for name, value in kept.items() if name != "next"}


def walk(client: Client, *, address: str = "", **reach: object) -> str:
    """Go through the three screens; the address of the private link."""
    page = client.get("/report").content.decode()
    sent = fields(page) | {"text": WORDS, "kind": "help"}
    page = client.post("/report", sent).content.decode()
    sent = fields(page) | {"address": address, "community": ""}
    page = client.post("/report", sent).content.decode()
    answer = client.post("/report", fields(page) | reach)
    assert answer.status_code == 302, answer.content.decode()
    return answer.headers["Location"]


def link_to(ticket_id: int) -> str:
    return f"/t/{sign_link('ticket', ticket_id, 1)}"
