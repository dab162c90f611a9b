"""Addresses of pages, fit to be kept or passed on."""

from django.utils.http import url_has_allowed_host_and_scheme

_TOKEN = 18  # characters; a private link's token has at least nineteen


def page_without_secrets(address: str) -> str:
    """The path of a page of ours, without its query; tokens of private links become "…"."""
    path = address.partition("?")[0].partition("#")[0]
    if not url_has_allowed_host_and_scheme(path, allowed_hosts=None):
        return ""
    return "/".join(part if len(part) < _TOKEN else "…" for part in path.split("/"))[:200]
