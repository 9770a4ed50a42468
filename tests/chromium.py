"""Chromium for tests, and tabs that remember what went wrong in them.

It is started once for a test process and kept from one module to the next.
"""

import asyncio
import shutil
from contextlib import contextmanager
from types import SimpleNamespace
from urllib.parse import urljoin

import pytest

# With each tab comes a window that nobody sees: without the parts of it that are pages
# themselves a tab costs half. The last list counts, hence also what Playwright leaves
# out and pages notice.
WITHOUT = [
    "InitialWebUI",
    "WebUIBackForwardButton",
    "WebUIHomeButton",
    "WebUILocationBar",
    "WebUIPinnedToolbarActions",
    "WebUIReloadButton",
    "WebUISplitTabsButton",
    "WebUIToolbar",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "Translate",
]
FLAGS = [
    f"--disable-features={','.join(WITHOUT)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
]
DESKTOP = {"width": 1280, "height": 800}
_kept = SimpleNamespace(playwright=None, browser=None, loop=None)


@contextmanager
def chromium():
    """Give Chromium, with no tabs in it.

    While it is given, Playwright's event loop counts as running and Django refuses
    the database: hence for the tests of a module.
    """
    before = asyncio._get_running_loop()
    if _kept.playwright is None:
        _start()
    asyncio._set_running_loop(_kept.loop)
    try:
        if _kept.browser is None or not _kept.browser.is_connected():
            _kept.browser = _launch()
        mine = set(_kept.browser.contexts)
        yield _kept.browser
        for context in set(_kept.browser.contexts) - mine:
            context.close()
    finally:
        asyncio._set_running_loop(before)


def _start():
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=20_000)  # the machine may be busy
    _kept.playwright = sync_playwright().start()
    _kept.loop = asyncio.get_running_loop()


def _launch():
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.fail("Chromium is missing: install Debian's package chromium")
    return _kept.playwright.chromium.launch(executable_path=program, args=FLAGS)


def stop_chromium():
    """Stop what was started; at the end of a test process."""
    if _kept.playwright is not None:
        asyncio._set_running_loop(_kept.loop)
        if _kept.browser is not None:
            _kept.browser.close()
        _kept.playwright.stop()
        _kept.playwright = _kept.browser = None


class Watched:
    """A tab and everything that went wrong in it."""

    def __init__(self, context):
        self.page = context.new_page()
        self.wrong = []
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))

    def _said(self, message):
        # Requests that fail are said, too, except those given up: pictures still on
        # their way when the tab leaves are no failure.
        if message.type == "error":
            self.wrong.append(f"console: {message.text} {message.location['url']}")


class KeptTab:
    """A tab for one test after another: a new one costs more than most pages."""

    def __init__(self, browser):
        self.browser = browser
        self.tab = None

    def open(self):
        if self.tab is None:
            self.tab = Watched(self.browser.new_context(viewport=DESKTOP))
        return self.tab.page

    def leave(self):
        """Leave the tab as if it were new; gives what went wrong in it."""
        tab, self.tab = self.tab, None
        if tab.page.is_closed():
            tab.page.context.close()
        else:
            self._empty(tab.page)
            self.tab = tab
        wrong, tab.wrong = tab.wrong, []
        return wrong

    def _empty(self, page):
        page.unroute_all(behavior="ignoreErrors")
        if page.url.startswith("http"):
            # A page that writes nothing as it is left, at the same address.
            page.goto(urljoin(page.url, "/webgateway/"))
            page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        page.goto("about:blank")
        page.context.clear_cookies()
        page.emulate_media(color_scheme="null", reduced_motion="null")
        page.set_viewport_size(DESKTOP)
        page.mouse.move(0, 0)


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
