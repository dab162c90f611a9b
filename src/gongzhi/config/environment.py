"""The one place that reads the environment: every setting, its default and what it is for.

A test checks that each entry is explained in docs/settings.md.
"""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Setting:
    """One environment variable: its name, default and purpose."""

    name: str
    default: str
    purpose: str

    def read(self) -> str:
        return os.environ.get(self.name, self.default)


DATA = Setting("GONGZHI_DATA", "./data", "the folder that holds database, keys and attachments")
DATABASE_URL = Setting(
    "GONGZHI_DATABASE_URL", "", "postgresql://… ; empty: SQLite in the data folder"
)
HOST = Setting("GONGZHI_HOST", "127.0.0.1", "the address the web server listens on")
PORT = Setting("GONGZHI_PORT", "8000", "the port the web server listens on")
HOSTNAMES = Setting(
    "GONGZHI_HOSTNAMES", "localhost,127.0.0.1,[::1]", "host names the server answers to"
)
PUBLIC_URL = Setting(
    "GONGZHI_PUBLIC_URL", "", "the address in links of notices; empty: from host and port"
)
HTTPS = Setting("GONGZHI_HTTPS", "0", "1 where a proxy in front speaks TLS: secure cookies, HSTS")
TRUSTED_PROXIES = Setting(
    "GONGZHI_TRUSTED_PROXIES", "0", "how many proxies in front set X-Forwarded-For"
)
PROCESSES = Setting("GONGZHI_PROCESSES", "2", "how many web processes `gongzhi serve` starts")
LANGUAGE = Setting(
    "GONGZHI_LANGUAGE", "zh-hans", "language of pages for whoever has not chosen: zh-hans or en"
)
EMAIL_URL = Setting(
    "GONGZHI_EMAIL_URL", "", "smtp://user:password@host:port ; empty: e-mail is off"
)
EMAIL_FROM = Setting("GONGZHI_EMAIL_FROM", "gongzhi@localhost", "sender of e-mail notices")
SMS_WEBHOOK = Setting(
    "GONGZHI_SMS_WEBHOOK", "", "HTTP address of a text-message gateway; empty: off"
)
WEBHOOK_SECRET = Setting(
    "GONGZHI_WEBHOOK_SECRET",
    "",
    "shared with receivers over HTTP, who check Gongzhi-Signature (HMAC-SHA-256 of the body) with "
    "it; empty: unsigned",
)
OIDC_ISSUER = Setting(
    "GONGZHI_OIDC_ISSUER", "", "OpenID Connect issuer for staff sign-in; empty: off"
)
OIDC_CLIENT_ID = Setting("GONGZHI_OIDC_CLIENT_ID", "", "client id at the OpenID Connect issuer")
OIDC_CLIENT_SECRET = Setting(
    "GONGZHI_OIDC_CLIENT_SECRET", "", "client secret at the OpenID Connect issuer"
)
JURISDICTION = Setting(
    "GONGZHI_JURISDICTION", "gongzhi", "the Open311 jurisdiction_id of the district"
)
OPEN311_KEY = Setting("GONGZHI_OPEN311_KEY", "1", "0 lets anyone post by Open311 without a key")
CONTACT = Setting(
    "GONGZHI_CONTACT", "", "how to reach the operator, as text: on /privacy and in the interfaces"
)
OIDC_NAME = Setting("GONGZHI_OIDC_NAME", "统一身份认证", "what the OpenID Connect button says")
OIDC_LOGIN_CLAIM = Setting(
    "GONGZHI_OIDC_LOGIN_CLAIM",
    "",
    "claim that equals the login here, such as preferred_username; "
    "empty: staff connect their identity once, after signing in with a password",
)
OPERATOR = Setting("GONGZHI_OPERATOR", "", "who processes personal data: named on /privacy")
LOG_LEVEL = Setting("GONGZHI_LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR")
METRICS_TOKEN = Setting(
    "GONGZHI_METRICS_TOKEN",
    "",
    "bearer token that /metrics asks for; empty: it answers this machine only, and not where a "
    "proxy is configured",
)
SEAL_KEY = Setting(
    "GONGZHI_SEAL_KEY", "", "file with the key that seals the ledger; empty: in the data folder"
)

ALL = tuple(value for value in list(globals().values()) if isinstance(value, Setting))


def data_folder() -> Path:
    """The absolute path of the data folder, created on first use, readable by its owner only."""
    folder = Path(DATA.read()).expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def metrics_folder() -> Path:
    """Where the web processes keep what they count, so that each can tell of all."""
    return data_folder() / "metrics"
