"""What every template knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from gongzhi.commons.territory.queries import district, is_empty
from gongzhi.interfaces.pages.framing.addresses import page_without_secrets
from gongzhi.interfaces.pages.framing.display import Display, display_of
from gongzhi.interfaces.pages.framing.navigation import entries_for


def frame(request: HttpRequest) -> dict[str, Any]:
    """Site, visitor, display choices and the ways to go."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    display: Display = display_of(request)
    return {
        "site_title": settings.SITE_TITLE,
        "language": language,
        "other_language": "en" if language == "zh-hans" else "zh-hans",
        "html_language": "zh-Hans" if language == "zh-hans" else "en",
        "display": display,
        "district_name": "" if is_empty() else district().name,
        "visitor": getattr(request, "visitor", None),
        "navigation": entries_for(request),
        "here": request.get_full_path(),
        "here_without_secrets": page_without_secrets(request.path),
    }
