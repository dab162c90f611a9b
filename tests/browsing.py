"""Chromium for tests: found on this machine, kept to itself, watched for what is not ours."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium; without one on the machine the test is skipped with that reason.

    Playwright keeps an event loop in this thread, which Django must be told to put up with.
    """
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        if found is None:
            bundled = playwright.chromium.executable_path
            if not shutil.which(bundled):
                pytest.skip("no Chromium on this machine: browser tests are skipped")
            found = bundled
        browser = playwright.chromium.launch(executable_path=found, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visit:
    """One visitor's browser window, watched for what must not happen."""

    base: str
    context: BrowserContext
    page: Page
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def choose(self, **cookies: str) -> None:
        """Set display cookies: gz_view, gz_theme, django_language."""
        self.context.add_cookies(
            [{"name": name, "value": value, "url": self.base} for name, value in cookies.items()]
        )


def visit(browser: Browser, base: str, *, size: dict[str, int], **options: Any) -> Visit:
    """Open a window of this size; requests to other hosts and console errors are kept."""
    context = browser.new_context(viewport=size, locale="zh-CN", **options)  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    page = context.new_page()
    seen = Visit(base, context, page)

    def ask(request: Any) -> None:
        if not request.url.startswith((base, "data:", "blob:")):
            seen.outside.append(request.url)

    def hear(message: Any) -> None:
        if message.type == "error" and "404" not in message.text:
            seen.complaints.append(message.text)

    def look(answer: Any) -> None:
        if answer.status >= 400 and answer.request.resource_type != "document":
            seen.complaints.append(f"{answer.status} {answer.url}")

    page.on("request", ask)
    page.on("response", look)
    page.on("console", hear)
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    return seen
