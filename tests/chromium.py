"""Chromium for tests, and tabs that remember what went wrong in them."""

import shutil
from contextlib import contextmanager

import pytest

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
]


@contextmanager
def chromium():
    """Start Chromium, and stop it.

    While it runs, Playwright's event loop counts as running and Django refuses
    the database: hence for the tests of a module, and after a server.
    """
    from playwright.sync_api import expect, sync_playwright

    # Slow machines are waited for; on others it costs nothing.
    expect.set_options(timeout=20_000)
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.fail("Chromium is missing: install Debian's package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


class Watched:
    """A tab and everything that went wrong in it."""

    def __init__(self, context):
        self.page = context.new_page()
        self.wrong = []
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def _said(self, message):
        if message.type == "error":
            self.wrong.append(f"console: {message.text}")

    def _failed(self, request):
        # Pictures still on their way when the tab leaves are no failure.
        if request.failure != "net::ERR_ABORTED":
            self.wrong.append(f"failed: {request.url} {request.failure}")

    def _answered(self, response):
        if response.status >= 400:
            self.wrong.append(f"{response.status}: {response.url}")


@contextmanager
def watched_tabs(browser):
    """Give a function that opens tabs; at the end nothing may be wrong in them."""
    contexts, tabs = [], []

    def make(*, width=1280, height=800, careless=False, **options):
        context = browser.new_context(
            viewport={"width": width, "height": height}, **options
        )
        contexts.append(context)
        tab = Watched(context)
        if not careless:
            tabs.append(tab)
        return tab.page

    yield make
    for context in contexts:
        context.close()
    wrong = [said for tab in tabs for said in tab.wrong]
    assert not wrong, wrong
