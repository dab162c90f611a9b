"""Which page of a list was asked for."""

from django.http import HttpRequest

_FURTHEST = 100_000


def page_number(request: HttpRequest) -> int:
    """The number in `?page=`, from 1; anything odd is page 1."""
    asked = request.GET.get("page", "")
    if not (asked.isascii() and asked.isdigit()) or len(asked) > 6:
        return 1
    return min(max(1, int(asked)), _FURTHEST)
