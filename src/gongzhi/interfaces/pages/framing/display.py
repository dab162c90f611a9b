"""How a visitor wants pages shown: language, senior view, light or dark. Kept in cookies."""

from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from gongzhi.interfaces.pages.framing.headers import Handler

COOKIE_AGE = 365 * 24 * 3600


class View(StrEnum):
    """The size of everything."""

    STANDARD = "standard"
    SENIOR = "senior"  # at least 18 pt, targets of 60 px


class Theme(StrEnum):
    """The colours."""

    AUTO = "auto"  # as the device says
    LIGHT = "light"
    DARK = "dark"


COOKIES = {"view": ("gz_view", View), "theme": ("gz_theme", Theme)}


@dataclass(frozen=True, slots=True)
class Display:
    """The choices of one visitor."""

    view: View = View.STANDARD
    theme: Theme = Theme.AUTO

    @property
    def senior(self) -> bool:
        return self.view is View.SENIOR


def display_of(request: HttpRequest) -> Display:
    """The visitor's choices; what a cookie says wrongly counts as not chosen."""

    def chosen(name: str, kind: type[StrEnum], otherwise: StrEnum) -> StrEnum:
        value = request.COOKIES.get(name, "")
        return kind(value) if value in list(kind) else otherwise

    return Display(
        view=View(chosen("gz_view", View, View.STANDARD)),
        theme=Theme(chosen("gz_theme", Theme, Theme.AUTO)),
    )


class ChosenLanguage:
    """The language is what the visitor chose, else what the installation says.

    The browser's own list is not asked: many phones here are sold with English first.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


@require_POST
def choose_display(request: HttpRequest) -> HttpResponse:
    """Keep what was chosen and go back to where the visitor was."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = reverse("home")
    response = HttpResponseRedirect(back)
    for field, (cookie, kind) in COOKIES.items():
        value = request.POST.get(field, "")
        if value in list(kind):
            _keep(request, response, cookie, value)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        _keep(request, response, settings.LANGUAGE_COOKIE_NAME, language)
    return response


def _keep(request: HttpRequest, response: HttpResponse, cookie: str, value: str) -> None:
    response.set_cookie(
        cookie, value, max_age=COOKIE_AGE, samesite="Lax", httponly=True, secure=request.is_secure()
    )
