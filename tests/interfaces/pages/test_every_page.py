"""What holds for every page, whoever looks at it and in whichever language."""

from collections.abc import Callable

import pytest
from django.test import Client

from gongzhi.commons.permissions.roles import RoleKind
from tests.interfaces.pages.reading import Page

PUBLIC = ["/", "/privacy", "/remark", "/remark/left", "/account/login/", "/account/signup/"]
PUBLIC += ["/report", "/track", "/track/sent"]
PUBLIC += ["/account/password/reset/", "/no/such/page"]
SIGNED_IN = ["/", "/styleguide", "/account/password/change/", "/account/2fa/", "/account/logout/"]
SIGNED_IN += ["/account/reauthenticate/", "/account/3rdparty/", "/account/email/"]

SIGNED_IN += [
    "/desk",
    "/desk/stuck",
    "/desk/search",
    "/desk/notices",
    "/desk/register",
    "/desk/hot",
]
SIGNED_IN += ["/desk?whose=ours", "/desk/replies", "/whistles", "/tasks", "/rates"]
PUBLIC += ["/needs", "/offers", "/rooms", "/posts", "/survey/", "/survey/thanks", "/library"]
PUBLIC += ["/budgets", "/vote", "/owners-votes", "/topics", "/topics?over=1", "/decisions"]
PUBLIC += ["/topics/propose", "/topics/77", "/decisions/77"]
SIGNED_IN += [
    "/budgets",
    "/vote",
    "/surveys",
    "/meetings",
    "/owners-votes/new",
    "/owners-votes",
    "/topics",
    "/decisions",
]
SIGNED_IN += ["/topics/new", "/topics/77/roster"]
SIGNED_IN += ["/whistles"]
PUBLIC += ["/needs", "/offers", "/rooms", "/posts"]
PUBLIC += ["/needs", "/offers", "/rooms"]
PUBLIC += ["/survey/", "/survey/thanks"]
SIGNED_IN += ["/surveys", "/insights", "/insights/failure", "/insights/schemes"]
SIGNED_IN += ["/insights/indicator/response_rate"]
PUBLIC += ["/budgets", "/vote"]
PUBLIC += ["/library"]
SIGNED_IN += ["/budgets", "/vote"]
SIGNED_IN += ["/library", "/forms"]
SIGNED_IN += ["/needs", "/needs/new", "/needs/wish", "/offers", "/claims", "/gap", "/rooms"]
SIGNED_IN += ["/posts", "/posts/new", "/slips", "/slips/new", "/projects"]


def faults_of(client: Client, path: str, language: str) -> list[str]:
    client.cookies["django_language"] = language
    response = client.get(path)
    assert response.status_code in {200, 404}, (path, response.status_code)
    assert response.headers["Content-Language"] == language
    return Page(response.content.decode()).faults


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_is_sound(client: Client, path: str, language: str) -> None:
    assert faults_of(client, path, language) == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("path", SIGNED_IN)
def test_a_page_of_staff_is_sound(
    as_staff: Callable[..., Client], path: str, language: str
) -> None:
    client = as_staff(RoleKind.COMMUNITY_WORKER, is_demo=True)
    assert faults_of(client, path, language) == []


def test_the_reader_of_these_tests_does_find_faults() -> None:
    bad = Page(
        '<html lang="xx"><h1>a</h1><h3 onclick="x()">b</h3><input name="q"><form method="post">'
        '</form><img src="https://elsewhere.example/a.png"><script>1</script><nav></nav>'
        '<p style="x" id="a" aria-describedby="none"></p><p id="a"></p></html>'
    ).faults
    for expected in [
        "no language",
        "0 times <main>",
        "from h1 to h3",
        "<h3> has onclick",
        "<input name=q> without a label",
        "1 posted forms but 0 tokens",
        "<img https://elsewhere.example/a.png> without alt",
        "leads outside: https://elsewhere.example/a.png",
        "inline script",
        "a <nav> without a name",
        "<p> has a style attribute",
        "id a twice",
        "<p> aria-describedby points at nothing: none",
    ]:
        assert expected in bad


@pytest.mark.parametrize("path", ["/", "/account/login/", "/remark", "/privacy"])
def test_pages_are_small_enough_for_a_weak_network(client: Client, path: str) -> None:
    assert len(client.get(path).content) < 15_000


def test_pages_are_packed_for_who_can_unpack(client: Client) -> None:
    packed = client.get("/", headers={"accept-encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.content) < 4_000
    answer = client.get("/healthz", headers={"accept-encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers


def test_every_answer_forbids_what_is_not_ours(client: Client) -> None:
    for path in ["/", "/no/such/page", "/healthz"]:
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]


def test_pages_of_staff_stay_in_no_cache(as_staff: Callable[..., Client], client: Client) -> None:
    assert "no-store" not in client.get("/").headers.get("Cache-Control", "")
    assert as_staff(RoleKind.COMMUNITY_WORKER).get("/").headers["Cache-Control"] == "no-store"
