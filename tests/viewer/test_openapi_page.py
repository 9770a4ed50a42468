"""The page of the HTTP interface, as somebody who writes a program reads it."""

import json
import urllib.request

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]


def test_an_address_can_be_read_and_tried(page, served):
    page.goto(f"{served.url}/openapi/")
    expect(page.locator(".info .title")).to_contain_text("Graticule", timeout=20_000)
    page.locator("#operations-tag-gateway").click()
    path = '[data-path="/webgateway/proj/list/"]'
    page.locator(f".opblock-summary-path{path}").click()
    block = page.locator(".opblock", has=page.locator(path))
    block.get_by_role("button", name="Try it out").click()
    block.get_by_role("button", name="Execute").click()
    shown = block.locator(".live-responses-table tbody .response-col_status")
    expect(shown).to_contain_text("200", timeout=20_000)
    with urllib.request.urlopen(f"{served.url}/webgateway/proj/list/") as answer:
        projects = json.load(answer)
    assert projects
    for name in [project["name"] for project in projects][:3]:
        expect(block.locator(".live-responses-table")).to_contain_text(
            name, timeout=20_000
        )
