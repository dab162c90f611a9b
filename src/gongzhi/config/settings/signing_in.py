"""How staff sign in: django-allauth with a second factor, and OpenID Connect where it is set."""

from gongzhi.config import environment

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"

ACCOUNT_ADAPTER = "gongzhi.interfaces.pages.signing_in.adapters.StaffAccounts"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False  # shared desks: a sign-in ends with the browser
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Five wrong passwords lock a login for five minutes, ten a minute lock an address.
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}

_forms = "gongzhi.interfaces.pages.signing_in.forms"
ACCOUNT_FORMS = {
    "login": f"{_forms}.SignIn",
    "change_password": f"{_forms}.NewPassword",
    "reauthenticate": f"{_forms}.PasswordAgain",
}
MFA_FORMS = {
    "authenticate": f"{_forms}.Code",
    "reauthenticate": f"{_forms}.CodeAgain",
    "activate_totp": f"{_forms}.FirstCode",
}
MFA_ADAPTER = "gongzhi.interfaces.pages.signing_in.adapters.StaffSecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # accounts are opened by an administrator, not by e-mail
MFA_TOTP_ISSUER = "共治"
MFA_TOTP_TOLERANCE = 1  # phones whose clock is half a minute off

SOCIALACCOUNT_ADAPTER = "gongzhi.interfaces.pages.signing_in.adapters.StaffIdentities"
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_STORE_TOKENS = False
_issuer = environment.OIDC_ISSUER.read().rstrip("/")
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "district",
                "name": environment.OIDC_NAME.read(),
                "client_id": environment.OIDC_CLIENT_ID.read(),
                "secret": environment.OIDC_CLIENT_SECRET.read(),
                "settings": {"server_url": _issuer},
            }
        ]
        if _issuer
        else [],
    }
}
OIDC_LOGIN_CLAIM = environment.OIDC_LOGIN_CLAIM.read()

# Where a form of ours may lead: the sign-in of the issuer, by a redirect.
FORM_TARGETS = [_issuer] if _issuer else []
