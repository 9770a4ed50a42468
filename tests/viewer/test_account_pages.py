"""Accounts as people use them: a real server and worker, a real browser."""

import json
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest
from playwright.sync_api import expect
from tests.patience import eventually

pytestmark = pytest.mark.browser
SOON = {"timeout": 20_000}
# Keeps what the browser would show outside its window.
RECORDED = """
window.told = [];
window.Notification = class extends EventTarget {
  static permission = "default";
  static async requestPermission() {
    this.permission = "granted";
    return this.permission;
  }
  constructor(title, options) { super(); window.told.push([title, options.body]); }
};
"""


@pytest.fixture(scope="module")
def server(museum):
    return museum


@pytest.fixture
def log_in(new_tab, server):
    def make(name, **options):
        page = new_tab(**options)
        server.let_in(page, name)
        page.goto(server.url)
        page.get_by_role("link", name=name, exact=True).click()
        page.get_by_text(f"Logged in as {name}").wait_for()
        return page

    return make


def answered(url, secret):
    request = urllib.request.Request(url)
    request.add_header("Authorization", f"Bearer {secret}")
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_a_token_lets_a_program_in_until_it_is_revoked(log_in, server):
    page = log_in("alice")
    page.get_by_role("link", name="Tokens").click()
    page.get_by_label("What for").fill("A notebook")
    page.get_by_role("button", name="Make token").click()
    secret = page.get_by_role("status").locator("code").first.inner_text()
    url = f"{server.url}/api/v0/m/projects/"
    assert answered(url, secret) == 200
    assert answered(url, secret[:-1] + "x") == 401
    page.reload()
    assert secret not in page.content()
    # The form is not sent again: there is one token, not two.
    expect(page.get_by_role("button", name="Revoke A notebook")).to_have_count(1)
    page.get_by_role("button", name="Revoke A notebook").click()
    page.get_by_text("You have none yet.").wait_for()
    assert answered(url, secret) == 401


def test_an_owner_puts_somebody_into_the_group(log_in):
    page = log_in("alice")
    page.get_by_role("link", name="Groups").click()
    page.get_by_role("link", name="imaging").click()
    page.get_by_label("Logs in as").fill("bob")
    page.get_by_role("button", name="Add").click()
    page.get_by_role("button", name="Take out bob").wait_for()
    other = log_in("bob")
    other.get_by_role("link", name="Groups").click()
    other.get_by_role("link", name="imaging").click()
    other.get_by_role("heading", name="imaging").wait_for()
    expect(other.get_by_role("button", name="Take")).to_have_count(0)
    page.get_by_role("button", name="Take out bob").click()
    page.get_by_role("row", name="bob").wait_for(state="detached")


def test_details_are_kept_and_mistakes_are_said(log_in):
    page = log_in("bob", careless=True)  # the refusal is a 400
    page.get_by_label("Last name").fill("Baker")
    page.get_by_label("Mail address").fill("nowhere@")
    # What the browser itself would refuse reaches the server, too.
    page.locator("form", has_text="Details").evaluate("f => { f.noValidate = true; }")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("valid email")
    page.get_by_label("Mail address").fill("bob@example.org")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()
    expect(page.get_by_role("heading", level=1)).to_have_text("Baker")


def test_administrators_find_every_table(log_in, server):
    page = log_in("anna")
    page.get_by_role("link", name="Administration").click()
    page.get_by_role("link", name="People", exact=True).click()
    page.locator("#result_list").get_by_role("link", name="alice").wait_for()
    # In our palette, dark where that was chosen.
    page.emulate_media(color_scheme="dark")
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(int(c) for c in colour[4:-1].split(",")) < 60
    other = log_in("bob", careless=True)
    expect(other.get_by_role("link", name="Administration")).to_have_count(0)
    assert other.goto(f"{server.url}/administration/").status == 403


def run_echo(page, server, name, **parameters):
    query = "&".join(f"{key}={value}" for key, value in parameters.items())
    page.goto(f"{server.url}/services/echo/async?{query}")
    if page.locator(".new-job[open]").count() == 0:
        page.get_by_text("New job", exact=True).click()
    page.get_by_label("Name of the job").fill(name)
    page.get_by_role("button", name="Run", exact=True).click()
    page.locator("[data-job]").wait_for()


def test_the_browser_tells_what_has_ended(log_in, server):
    page = log_in("alice")
    page.context.add_init_script(RECORDED)
    page.goto(f"{server.url}/account/notifications/")
    page.get_by_role("button", name="Tell me here").click()
    page.get_by_text("You will be told.").wait_for()
    # Given once; the recorder forgets with each page.
    page.context.add_init_script("window.Notification.permission = 'granted';")
    run_echo(page, server, "long one", SECONDS=60)
    job = page.url
    page.goto(server.url)
    # It is known here that it runs.
    page.locator("[data-tray] .badge:not([hidden])").wait_for(**SOON)
    other = page.context.new_page()
    other.goto(job)
    other.get_by_role("button", name="Abort").click()
    page.wait_for_function("() => window.told.length > 0", **SOON)
    assert page.evaluate("window.told") == [["Aborted: long one", ""]]


def test_a_webhook_hears_of_a_failure(log_in, server):
    got, heard = [], Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(json.loads(body))
            self.send_response(204)
            self.end_headers()
            heard.set()

        def log_message(self, *_):
            pass

    receiver = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=receiver.serve_forever, args=(0.02,))
    thread.start()
    try:
        page = log_in("bob")
        page.get_by_role("link", name="Notifications").click()
        page.get_by_label("By webhook, to").fill(
            f"http://127.0.0.1:{receiver.server_port}/"
        )
        page.get_by_label("That took at least").fill("0")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Saved.").wait_for()
        run_echo(page, server, "bad one", FAIL="no+such+star")
        heard.wait(20)
        (said,) = got
        assert said["type"] == "job.error"
        assert said["data"]["runId"] == "bad one"
        assert "no such star" in said["data"]["message"]
        # Written down as soon as it has been answered.
        sent = page.get_by_role("row", name="bad one").get_by_text("sent", exact=True)

        def is_written():
            page.goto(f"{server.url}/account/notifications/")
            assert sent.is_visible()

        eventually(page, is_written)
    finally:
        receiver.shutdown()
        receiver.server_close()
        thread.join()
