"""What every installation shares."""

from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext_lazy as _

from gongzhi.config import environment
from gongzhi.config.settings.logs import *  # noqa: F403
from gongzhi.config.settings.signing_in import *  # noqa: F403

PACKAGE = Path(__file__).resolve().parents[2]
PAGES = PACKAGE / "interfaces" / "pages"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "gongzhi.commons.territory",
    "gongzhi.commons.organisations",
    "gongzhi.commons.ledger",
    "gongzhi.commons.calendar",
    "gongzhi.commons.privacy",
    "gongzhi.commons.notices",
    "gongzhi.commons.tasks",
    "gongzhi.commons.categories",
    "gongzhi.commons.attachments",
    "gongzhi.commons.ratings",
    "gongzhi.commons.tables",
    "gongzhi.commons.remarks",
    "gongzhi.affairs.tickets",
    "gongzhi.affairs.resources",
    "gongzhi.insights.forms",
    "gongzhi.insights.reports",
    "gongzhi.affairs.assemblies",
    "gongzhi.affairs.budgets",
    "gongzhi.insights.surveys",
    "gongzhi.interfaces.pages",
]

MIDDLEWARE = [
    "gongzhi.interfaces.pages.framing.log_lines.RequestLines",
    "gongzhi.interfaces.api.metrics.timing.RequestTimes",
    "gongzhi.interfaces.pages.framing.headers.SafeHeaders",
    "gongzhi.interfaces.pages.framing.headers.SmallPages",
    "django.middleware.security.SecurityMiddleware",
    "gongzhi.interfaces.api.doors.StraightToTheDoor",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "gongzhi.interfaces.pages.framing.display.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "gongzhi.interfaces.pages.framing.visitors.KnownVisitor",
    "gongzhi.interfaces.pages.framing.errors.RefusalsAsPages",
]

# Interfaces for programs: no session, no cookie, no page; their views are reached straight away.
DOORS_FOR_PROGRAMS = ("/open311/", "/api/", "/metrics")

ROOT_URLCONF = "gongzhi.config.urls"
WSGI_APPLICATION = "gongzhi.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PAGES / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gongzhi.interfaces.pages.framing.context.frame",
            ],
            "builtins": ["gongzhi.interfaces.pages.templatetags.components"],
        },
    },
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "organisations.Person"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = environment.LANGUAGE.read()
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
TRANSLATIONS = PACKAGE / "locale"  # sources; each installation compiles its own copy
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
# Leaflet's own files only: its Django app would ask for GDAL, which we don't need.
_leaflet = find_spec("leaflet")
_leaflet_folders = list((_leaflet and _leaflet.submodule_search_locations) or [])
STATICFILES_DIRS = [PAGES / "static", *(Path(folder) / "static" for folder in _leaflet_folders)]

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

SITE_TITLE = _("共治")
JURISDICTION = environment.JURISDICTION.read()
OPEN311_NEEDS_KEY = environment.OPEN311_KEY.read() != "0"
OPERATOR = environment.OPERATOR.read()
CONTACT = environment.CONTACT.read()
SMS_WEBHOOK = environment.SMS_WEBHOOK.read()
WEBHOOK_SECRET = environment.WEBHOOK_SECRET.read()
METRICS_TOKEN = environment.METRICS_TOKEN.read()
WEB_HOST = environment.HOST.read()
WEB_PORT = int(environment.PORT.read())
PUBLIC_URL = environment.PUBLIC_URL.read().rstrip("/") or f"http://{WEB_HOST}:{WEB_PORT}"
_mail = urlsplit(environment.EMAIL_URL.read())
EMAIL_HOST = _mail.hostname or ""
EMAIL_PORT = _mail.port or 25
EMAIL_HOST_USER = unquote(_mail.username or "")
EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
EMAIL_USE_TLS = _mail.scheme == "smtp+tls"
EMAIL_USE_SSL = _mail.scheme == "smtps"
DEFAULT_FROM_EMAIL = environment.EMAIL_FROM.read()
EMAIL_TIMEOUT = 10
WEB_PROCESSES = int(environment.PROCESSES.read())

FORM_RENDERER = "gongzhi.interfaces.pages.framing.form_rendering.PageForms"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"  # private links must not travel in the Referer
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "gongzhi.interfaces.pages.framing.errors.form_expired"
CSRF_COOKIE_SAMESITE = SESSION_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600  # a working day; a sign-in ends with the browser anyway
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# In the database, so that every process counts the same visits and the same failed sign-ins.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
TRUSTED_PROXIES = int(environment.TRUSTED_PROXIES.read() or 0)
