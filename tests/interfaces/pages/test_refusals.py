"""Each refusal is a page that says what happened and offers a way on."""

from collections.abc import Callable

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import include, path

from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.interfaces.pages.guarding.limits import TooMany
from tests.interfaces.pages.reading import Page


def _raises(error: Exception) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    return view


urlpatterns = [
    path("bad", _raises(SuspiciousOperation("odd"))),
    path("forbidden", _raises(NotPermitted("tickets.close"))),
    path("busy", _raises(TooMany(150))),
    path("broken", _raises(RuntimeError("a fault of ours"))),
    path("", include("gongzhi.config.urls")),
]
handler400 = "gongzhi.interfaces.pages.framing.errors.bad_request"
handler403 = "gongzhi.interfaces.pages.framing.errors.forbidden"
handler404 = "gongzhi.interfaces.pages.framing.errors.not_found"
handler500 = "gongzhi.interfaces.pages.framing.errors.failed"


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/bad", 400, "没看懂这个请求"),
        ("/forbidden", 403, "承办人员"),
        ("/nothing", 404, "没有找到这一页"),
        ("/busy", 429, "过 3 分钟再试"),
        ("/broken", 500, "这是我们的问题"),
    ],
)
@override_settings(ROOT_URLCONF=__name__)
def test_a_refusal_says_what_happened_and_offers_a_way_on(
    client: Client, address: str, status: int, words: str
) -> None:
    client.raise_request_exception = False
    answer = client.get(address)
    page = Page(answer.content.decode())
    assert answer.status_code == status
    assert words in page.html
    assert page.faults == []
    assert {"class": "button", "href": "/"} in page.all("a")


@override_settings(ROOT_URLCONF=__name__)
def test_too_many_says_when_to_come_back(client: Client) -> None:
    assert client.get("/busy").headers["Retry-After"] == "150"


def test_the_page_of_a_fault_needs_no_database(django_db_blocker: object) -> None:
    from gongzhi.interfaces.pages.framing.errors import failed  # noqa: PLC0415

    assert failed(RequestFactory().get("/")).status_code == 500


def test_health_answers_whoever_watches(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_health_says_when_the_database_is_gone(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone:
        def cursor(self) -> None:
            raise RuntimeError("gone")

    monkeypatch.setattr("gongzhi.interfaces.pages.welcoming.views.connection", Gone())
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "no database"})


def test_the_style_guide_is_not_there_in_a_real_district(
    as_staff: Callable[..., Client],
) -> None:
    assert as_staff(RoleKind.COMMUNITY_WORKER).get("/styleguide").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "status"), [("database is locked", 503), ("database or disk is full", 507)]
)
def test_a_database_that_fails_before_any_page_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch, words: str, status: int
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OperationalError(words)

    monkeypatch.setattr("gongzhi.interfaces.pages.framing.visitors.Visitor", fails)
    answer = Client(raise_request_exception=False).get("/")
    assert answer.status_code == status
    assert "没有保存" in answer.content.decode()
    assert words not in answer.content.decode()
    assert ("Retry-After" in answer.headers) == (status == 503)
