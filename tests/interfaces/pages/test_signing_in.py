"""Staff sign in with a password, and where it matters with a second factor."""

import re
import time
from collections.abc import Callable
from html import unescape

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
)
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client, override_settings

from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.interfaces.pages.signing_in.adapters import StaffIdentities
from tests.interfaces.pages.conftest import PASSWORD, People
from tests.interfaces.pages.reading import Page

pytestmark = pytest.mark.django_db


def sign_in(client: Client, login: str, password: str = PASSWORD) -> str:
    """Post the sign-in form; the address it leads to, or the page it shows again."""
    answer = client.post("/account/login/", {"login": login, "password": password})
    return answer.headers["Location"] if answer.status_code == 302 else answer.content.decode()


def code_of(secret: str, *, ahead: int = 0) -> str:
    """What the authenticator shows now, or so many codes later: each is taken once."""
    counter = int(time.time()) // 30 + ahead
    return str(format_hotp_value(hotp_value(secret, counter)))


def set_up(client: Client) -> tuple[str, list[str]]:
    """Set the second factor up through its page; its secret and the recovery codes."""
    page = client.get("/account/2fa/totp/activate/").content.decode()
    secret = re.search(r'<code class="key">(\w+)</code>', page)
    assert secret
    answer = client.post("/account/2fa/totp/activate/", {"code": code_of(secret[1])}, follow=True)
    return secret[1], re.findall(r"<li>(\d{8})</li>", answer.content.decode())


def test_a_worker_signs_in_and_the_frame_says_who_they_are(people: People, client: Client) -> None:
    login = people.add(RoleKind.COMMUNITY_WORKER)
    assert sign_in(client, login) == "/"
    page = client.get("/").content.decode()
    assert "社区工作者甲" in page
    assert "工作人员登录" not in page


def test_a_wrong_password_says_no_more_than_that_it_is_wrong(
    people: People, client: Client
) -> None:
    login = people.add(RoleKind.COMMUNITY_WORKER)
    known = Page(sign_in(client, login, "wrong"))
    unknown = Page(sign_in(client, "nobody", "wrong"))
    said = [re.findall(r"<li>(.*?)</li>", page.html) for page in (known, unknown)]
    assert said[0] == said[1]
    assert known.faults == []


def test_five_wrong_passwords_lock_the_login_for_a_while(people: People, client: Client) -> None:
    login = people.add(RoleKind.COMMUNITY_WORKER)
    for _ in range(5):
        sign_in(client, login, "wrong")
    assert sign_in(client, login) != "/"


def test_nobody_signs_up(client: Client) -> None:
    answer = client.post(
        "/account/signup/", {"username": "x", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert "不开放注册" in answer.content.decode()
    assert not get_user_model().objects.exists()


def test_signing_out_needs_a_press_of_a_button(as_staff: Callable[..., Client]) -> None:
    client = as_staff(RoleKind.COMMUNITY_WORKER)
    client.get("/account/logout/")
    assert "社区工作者甲" in client.get("/").content.decode()
    client.post("/account/logout/")
    assert "社区工作者甲" not in client.get("/").content.decode()


@pytest.mark.parametrize("kind", [RoleKind.ADMINISTRATOR, RoleKind.AUDITOR])
def test_who_sees_the_whole_district_must_set_up_a_second_factor(
    people: People, client: Client, kind: RoleKind
) -> None:
    sign_in(client, people.add(kind))
    answer = client.get("/remarks")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/2fa/totp/activate/")
    _, codes = set_up(client)
    assert len(codes) == 10
    assert client.get("/").status_code == 200


def test_other_staff_and_demonstration_accounts_need_none(people: People) -> None:
    for kind, is_demo in [(RoleKind.COORDINATOR, False), (RoleKind.ADMINISTRATOR, True)]:
        client = Client()
        sign_in(client, people.add(kind, is_demo=is_demo))
        assert client.get("/").status_code == 200


def test_the_second_factor_is_asked_for_at_each_sign_in(people: People, client: Client) -> None:
    login = people.add(RoleKind.ADMINISTRATOR)
    sign_in(client, login)
    _, codes = set_up(client)
    client.post("/account/logout/")

    assert sign_in(client, login) == "/account/2fa/authenticate/"
    assert "工作人员登录" in client.get("/").content.decode()
    page = Page(client.get("/account/2fa/authenticate/").content.decode())
    assert page.faults == []
    wrong = client.post("/account/2fa/authenticate/", {"code": "000000"})
    assert "还差一点" in wrong.content.decode()
    assert client.post("/account/2fa/authenticate/", {"code": codes[0]}).status_code == 302
    assert client.get("/remarks").status_code == 200

    client.post("/account/logout/")
    sign_in(client, login)
    again = client.post("/account/2fa/authenticate/", {"code": codes[0]})
    assert again.status_code == 200, "a recovery code works once"


def test_the_set_up_page_draws_its_code_here_and_spells_the_key(
    as_staff: Callable[..., Client], people: People, client: Client
) -> None:
    sign_in(client, people.add(RoleKind.AUDITOR))
    page = Page(client.get("/account/2fa/totp/activate/").content.decode())
    assert page.faults == []
    pictures = [each["src"] for each in page.all("img") if each["src"].startswith("data:")]
    assert len(pictures) == 1
    assert pictures[0].startswith("data:image/svg+xml;base64,")


def test_keys_of_authenticators_lie_encrypted_in_the_database(
    people: People, client: Client
) -> None:
    sign_in(client, people.add(RoleKind.ADMINISTRATOR))
    secret, _ = set_up(client)
    stored = Authenticator.objects.get(type=Authenticator.Type.TOTP).data["secret"]
    assert secret not in stored
    assert stored.startswith("gAAAA")
    with override_settings(KEYS=settings.KEYS | {"contact": [Fernet.generate_key().decode()]}):
        client.post("/account/logout/")
        assert sign_in(client, "administrator") == "/account/2fa/authenticate/"
        answer = client.post("/account/2fa/authenticate/", {"code": code_of(secret, ahead=1)})
    assert answer.status_code == 302, "a new key of contacts locks nobody out"


@pytest.mark.parametrize("path", ["/account/2fa/", "/account/2fa/recovery-codes/"])
def test_pages_of_the_second_factor_are_sound(people: People, client: Client, path: str) -> None:
    sign_in(client, people.add(RoleKind.ADMINISTRATOR))
    set_up(client)
    for address in (path, "/account/2fa/recovery-codes/generate/", "/account/2fa/totp/deactivate/"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert Page(answer.content.decode()).faults == []


def test_a_password_is_changed_and_a_weak_one_refused(people: People, client: Client) -> None:
    login = people.add(RoleKind.COMMUNITY_WORKER)
    sign_in(client, login)
    weak = client.post(
        "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": "short", "password2": "short"},
    )
    assert "还差一点" in unescape(weak.content.decode())
    new = "quite-another-password"
    client.post(
        "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    assert sign_in(Client(), login, new) == "/"


class _Account:
    def __init__(self, data: dict[str, object]) -> None:
        self.extra_data = data


class _Arrival:
    """What allauth hands over when an identity comes back from the issuer."""

    is_existing = False

    def __init__(self, data: dict[str, object]) -> None:
        self.account = _Account(data)
        self.connected: object = None

    def connect(self, request: object, person: object) -> None:
        self.connected = person


@pytest.mark.parametrize(
    ("claim", "data", "connected"),
    [
        ("preferred_username", {"userinfo": {"preferred_username": "community_worker"}}, True),
        ("preferred_username", {"id_token": {"preferred_username": "community_worker"}}, True),
        ("preferred_username", {"userinfo": {"preferred_username": "nobody"}}, False),
        ("preferred_username", {"userinfo": {"sub": "community_worker"}}, False),
        ("", {"userinfo": {"preferred_username": "community_worker"}}, False),
    ],
)
def test_an_outside_identity_opens_an_account_only_by_the_claim_that_is_set(
    people: People, *, claim: str, data: dict[str, object], connected: bool
) -> None:
    people.add(RoleKind.COMMUNITY_WORKER)
    request = Client().get("/").wsgi_request
    arrival = _Arrival(data)
    with override_settings(OIDC_LOGIN_CLAIM=claim):
        StaffIdentities().pre_social_login(request, arrival)
    assert (arrival.connected is not None) is connected


def test_an_outside_identity_never_opens_a_new_account(client: Client) -> None:
    request = client.get("/").wsgi_request
    assert not StaffIdentities().is_open_for_signup(request, object())
