"""Our answers to allauth's questions: who may sign in, and how secrets are kept."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from gongzhi.commons.privacy.encryption import open_text, seal_text
from gongzhi.interfaces.pages.guarding.addresses import client_address, neighbourhood


class StaffAccounts(DefaultAccountAdapter):
    """Accounts are opened by an administrator; residents need none."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return neighbourhood(client_address(request))


class StaffSecondFactors(DefaultMFAAdapter):
    """Keys of authenticator apps lie encrypted in the database."""

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return str(user.get_username())

    def encrypt(self, text: str) -> str:
        return seal_text(text)

    def decrypt(self, encrypted_text: str) -> str:
        return open_text(encrypted_text)


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
        login = said.get(claim) or said.get("userinfo", {}).get(claim)
        person = login and get_user_model().objects.filter(login=login, is_active=True).first()
        if person:
            sociallogin.connect(request, person)
