"""Sign-in through the district's own identity service, with a small one that really answers."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client, override_settings

from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.interfaces.pages.framing.headers import content_security_policy
from tests.interfaces.pages.conftest import People

LOGIN = "/account/oidc/district/login/"
CALLBACK = "/account/oidc/district/login/callback/"


class Issuer(BaseHTTPRequestHandler):
    """Discovery, token and userinfo of OpenID Connect, for whoever `said` names."""

    said: dict[str, str] = {}

    def do_GET(self) -> None:
        base = f"http://{self.headers['Host']}"
        if "openid-configuration" in self.path:
            names = ("authorization", "token", "userinfo")
            self.answer({f"{name}_endpoint": f"{base}/{name}" for name in names} | {"issuer": base})
        else:
            self.answer(self.said)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer({"access_token": "opaque", "token_type": "Bearer"})

    def answer(self, body: dict[str, str]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def issuer() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Issuer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    app = {
        "provider_id": "district",
        "name": "统一身份认证",
        "client_id": "gongzhi",
        "secret": "shared",
        "settings": {"server_url": url},
    }
    providers = settings.SOCIALACCOUNT_PROVIDERS
    with override_settings(
        SOCIALACCOUNT_PROVIDERS={
            "openid_connect": providers["openid_connect"] | {"APPS": [app]},
        },
        OIDC_LOGIN_CLAIM="preferred_username",
    ):
        yield url
    server.shutdown()
    server.server_close()


def arrive(client: Client, login: str) -> str:
    """Press the button, come back from the issuer as `login`; where that leads."""
    Issuer.said = {"sub": f"id-of-{login}", "preferred_username": login}
    away = urlsplit(client.post(LOGIN).headers["Location"])
    asked = parse_qs(away.query)
    assert away.path == "/authorization"
    assert asked["code_challenge_method"] == ["S256"]
    answer = client.get(CALLBACK, {"code": "once", "state": asked["state"][0]}, follow=True)
    return answer.content.decode()


def test_the_sign_in_page_offers_the_service_only_where_it_is_set(
    client: Client, issuer: str
) -> None:
    assert "统一身份认证" in client.get("/account/login/").content.decode()
    with override_settings(
        SOCIALACCOUNT_PROVIDERS=settings.SOCIALACCOUNT_PROVIDERS | {"openid_connect": {"APPS": []}}
    ):
        assert "统一身份认证" not in client.get("/account/login/").content.decode()


def test_an_identity_opens_the_account_of_its_login(
    people: People, client: Client, issuer: str
) -> None:
    people.add(RoleKind.COORDINATOR)
    assert "社区统筹人甲" in arrive(client, "coordinator")


def test_an_identity_without_an_account_is_told_so_and_gets_none(
    people: People, client: Client, issuer: str
) -> None:
    page = arrive(client, "stranger")
    assert "工作人员登录" in page
    assert not get_user_model().objects.filter(login="stranger").exists()


def test_who_needs_a_second_factor_needs_it_here_too(
    people: People, client: Client, issuer: str
) -> None:
    people.add(RoleKind.AUDITOR)
    assert "启用两步验证" in arrive(client, "auditor")


def test_the_security_policy_lets_the_form_lead_to_the_issuer_and_nowhere_else() -> None:
    with override_settings(FORM_TARGETS=["https://id.district.example"]):
        assert "form-action 'self' https://id.district.example;" in content_security_policy()
    assert "form-action 'self';" in content_security_policy()
