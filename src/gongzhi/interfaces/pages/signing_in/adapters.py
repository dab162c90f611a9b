"""Our answers to allauth's questions: who may sign in, and how secrets are kept."""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from gongzhi.interfaces.pages.guarding.addresses import client_address, neighbourhood
from gongzhi.interfaces.pages.signing_in.sealing import open_secret, seal_secret

# Where an issuer says who somebody is: asked for over its own connection, both are trusted.
_SAID_IN = ("userinfo", "id_token")


class StaffAccounts(DefaultAccountAdapter):
    """Accounts are opened by an administrator; residents need none."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Not within minutes of signing in, so that a second factor is set up in one go."""
        records = get_authentication_records(self.request, self.request.user)
        fresh = any(time.time() - each["at"] < REAUTHENTICATION_TIMEOUT for each in records)
        return not (fresh and app == "allauth.mfa")

    def get_client_ip(self, request: HttpRequest) -> str:
        return neighbourhood(client_address(request))


class StaffSecondFactors(DefaultMFAAdapter):
    """Keys of authenticator apps lie encrypted in the database."""

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return str(user.get_username())

    def encrypt(self, text: str) -> str:
        return seal_secret(text)

    def decrypt(self, encrypted_text: str) -> str:
        return open_secret(encrypted_text)


class StaffIdentities(DefaultSocialAccountAdapter):
    """An identity of the district's own service opens its account, never a new one."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Where the installation names a claim that equals the login, connect by it."""
        claim = settings.OIDC_LOGIN_CLAIM
        if sociallogin.is_existing or request.user.is_authenticated or not claim:
            return
        said = sociallogin.account.extra_data
        login = next((said[part][claim] for part in _SAID_IN if claim in said.get(part, {})), None)
        person = login and get_user_model().objects.filter(login=login, is_active=True).first()
        if person:
            sociallogin.connect(request, person)
