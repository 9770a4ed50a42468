"""The pages of jobs as people use them: a real server, a real worker (uws U10)."""

import json
import re
import urllib.error
import urllib.request
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import expect
from tests.viewer.conftest import SETTLED
from tests.viewer.museum import PASSWORD

pytestmark = pytest.mark.browser
QUICK_MS = 20_000
SOON = {"timeout": QUICK_MS}
# What the progress bars of a page said while it was open.
BARS = """() => {
  window.bars = new Set();
  const look = () => document.querySelectorAll("progress[value]").forEach(
    (bar) => window.bars.add(bar.value));
  new MutationObserver(look).observe(
    document.body, { subtree: true, childList: true, attributes: true });
  look();
}"""


@pytest.fixture(scope="module")
def server(museum):
    return museum


@pytest.fixture
def page(same_tab):
    return same_tab


@pytest.fixture
def echo(server):
    return f"{server.url}/services/echo/async"


def asked(url, accept="application/json"):
    request = urllib.request.Request(url, headers={"Accept": accept})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer) if accept.endswith("json") else answer.read().decode()


def status_of(url):
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def has_phase(page, phase):
    page.locator(f'.state[data-phase="{phase}"]').wait_for(timeout=QUICK_MS)


def start(page, echo, name="", **parameters):
    """Fill the form by a link, and run it; gives the job's address."""
    query = "&".join(f"{key}={value}" for key, value in parameters.items())
    page.goto(f"{echo}?{query}")
    if page.locator(".new-job[open]").count() == 0:
        page.get_by_text("New job", exact=True).click()
    page.get_by_label("Name of the job").fill(name)
    page.get_by_role("button", name="Run", exact=True).click()
    page.locator("[data-job]").wait_for()
    return page.url


def ended(job):
    """Wait until a job has ended; gives its phase."""
    phase = "QUEUED"
    while phase in {"QUEUED", "EXECUTING"}:
        phase = asked(f"{job}?WAIT=20&PHASE={phase}")["phase"]
    return phase


def given(job):
    found = {}
    for each in asked(job)["parameters"]:
        found.setdefault(each["id"], []).append(each["value"])
    return found


def test_it_works_from_the_form_to_the_result_without_a_reload(page, echo):
    page.goto(echo)
    if page.locator(".new-job[open]").count() == 0:
        page.get_by_text("New job", exact=True).click()
    page.get_by_label("Text").fill("first line\nsecond, with ümlauts")
    page.get_by_label("Seconds").fill("4")
    page.get_by_role("button", name="Run", exact=True).click()
    has_phase(page, "EXECUTING")
    page.evaluate("window.loadedOnce = true")
    page.evaluate(BARS)
    assert given(page.url)["TEXT"] == ["first line", "second, with ümlauts"]
    has_phase(page, "COMPLETED")
    assert any(0 < value < 100 for value in page.evaluate("[...window.bars]"))
    assert page.evaluate("window.loadedOnce")
    link = page.get_by_role("link", name="echo.txt")
    text = asked(page.url + "/results/result", "text/plain")
    assert text == "first line\nsecond, with ümlauts\n"
    with page.expect_download() as download:
        link.click()
    assert download.value.path().read_text("utf-8") == text
    size = f"{len(text.encode())}\N{NO-BREAK SPACE}bytes · text/plain"
    expect(page.locator(".facts-line")).to_have_text(size)


def test_the_header_counts_what_runs_on_every_page(page, server, echo):
    job = start(page, echo, SECONDS=60)
    badge = page.locator("[data-tray] .badge")
    for url in (server.url, f"{server.url}/services/"):
        page.goto(url)
        expect(badge).to_have_text("1", **SOON)
        expect(badge).to_be_visible()
    page.get_by_role("link", name="Jobs: 1 running").click()
    row = page.locator(f'tr[data-job="{job.rpartition("/")[2]}"]')
    row.get_by_role("button", name="Abort").click()
    badge.wait_for(state="hidden", timeout=QUICK_MS)
    assert asked(job)["phase"] == "ABORTED"


def test_rows_follow_their_jobs(page, server, echo):
    job = start(page, echo, "follows", SECONDS=5)
    page.goto(f"{server.url}/services/jobs")
    page.evaluate("window.loadedOnce = true")
    row = page.locator(f'tr[data-job="{job.rpartition("/")[2]}"]')
    row.locator("progress[value]").wait_for(timeout=QUICK_MS)
    page.locator(
        f'tr[data-job="{job.rpartition("/")[2]}"][data-phase="COMPLETED"]'
    ).wait_for(timeout=QUICK_MS)
    assert page.evaluate("window.loadedOnce")
    expect(row.get_by_text("Completed")).to_be_visible()
    expect(page.locator("[data-say]")).to_have_text("follows: completed")


def test_a_list_shows_jobs_that_were_started_elsewhere(new_tab, echo, server):
    page, other = new_tab(), new_tab()
    page.goto(f"{server.url}/services/jobs")
    job = start(other, echo, "elsewhere", SECONDS=60)
    page.bring_to_front()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.get_by_role("link", name="elsewhere").wait_for(timeout=QUICK_MS)
    other.get_by_role("button", name="Abort").click()
    has_phase(other, "ABORTED")
    assert asked(job)["phase"] == "ABORTED"


def test_delete_asks_for_a_second_click(page, echo):
    job = start(page, echo)
    has_phase(page, "COMPLETED")
    delete = page.locator('[name="ACTION"][value="DELETE"]')
    delete.click()
    expect(delete).to_have_text("Really delete?")
    page.get_by_role("heading", level=1).click()
    expect(delete).to_have_text("Delete")
    assert status_of(job) == 200
    delete.click()
    delete.click()
    page.wait_for_url(lambda url: url.startswith(echo) and url != job)
    assert status_of(job) == 404


def test_several_are_deleted_at_once(page, server, echo):
    jobs = [start(page, echo, f"heap {number}") for number in range(3)]
    page.goto(f"{server.url}/services/jobs")
    page.get_by_label("Select heap 0").check()
    page.get_by_label("Select heap 2").check()
    expect(page.locator("[data-picked]")).to_have_text("2 selected:")
    delete = page.locator('.bulk [value="DELETE"]')
    delete.click()
    delete.click()
    page.get_by_label("Select heap 0").wait_for(state="detached")
    assert [status_of(job) for job in jobs] == [404, 200, 404]


def test_run_again_with_changes(page, echo):
    job = start(page, echo, "again", TEXT="before", SECONDS="0.1")
    has_phase(page, "COMPLETED")
    page.get_by_text("Run again with changes").click()
    expect(page.get_by_label("Text")).to_have_value("before")
    expect(page.get_by_label("Seconds")).to_have_value("0.1")
    page.get_by_label("Text").fill("after")
    page.get_by_role("button", name="Run as a new job").click()
    page.wait_for_url(lambda url: url != job)
    has_phase(page, "COMPLETED")
    assert asked(page.url + "/results/result", "text/plain") == "after\n"
    assert given(job)["TEXT"] == ["before"]
    assert given(page.url) == {**given(job), "TEXT": ["after"]}


def test_bad_parameters_say_what_to_do(page, echo):
    page.goto(f"{echo}?SECONDS=-5&TEXT=kept")
    page.locator("form.asks").evaluate("form => { form.noValidate = true; }")
    page.get_by_role("button", name="Run", exact=True).click()
    has_phase(page, "ERROR")
    fault = page.get_by_role("alert")
    expect(fault).to_contain_text("SECONDS: Input should be greater than or equal to 0")
    expect(fault).to_contain_text("Change the parameters below")
    seconds = page.get_by_label("Seconds")
    expect(seconds).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Text")).to_have_value("kept")
    seconds.fill("0")
    page.get_by_role("button", name="Run as a new job").click()
    has_phase(page, "COMPLETED")
    assert asked(page.url + "/results/result", "text/plain") == "kept\n"


def test_numbers_out_of_range_do_not_leave_the_browser(page, echo):
    page.goto(f"{echo}?SECONDS=-5")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#field-SECONDS:invalid")).to_be_focused()
    assert page.url.endswith("SECONDS=-5")


def test_failures_tell_their_reason(page, echo):
    start(page, echo, FAIL="The%20disk%20is%20full.")
    has_phase(page, "ERROR")
    expect(page.get_by_role("alert")).to_contain_text("The disk is full.")


def test_a_job_is_made_ready_changed_and_run(page, echo):
    page.goto(f"{echo}?TEXT=one&TEXT=two")
    page.get_by_role("button", name="Create without running").click()
    has_phase(page, "PENDING")
    job = page.url
    page.get_by_text("Change the parameters").click()
    expect(page.get_by_label("Text")).to_have_value("one\ntwo")
    page.get_by_label("Text").fill("three")
    page.get_by_label("Name of the job").fill("changed")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="changed", level=1).wait_for()
    assert given(job)["TEXT"] == ["three"]
    page.get_by_role("button", name="Run", exact=True).click()
    has_phase(page, "COMPLETED")
    assert asked(job + "/results/result", "text/plain") == "three\n"


def test_without_scripts(new_tab, echo):
    page = new_tab(java_script_enabled=False)
    page.goto(f"{echo}?TEXT=none")
    page.get_by_label("Text").fill("one\n\ntwo")
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url(re.compile(r"/async/\w+$"))
    assert given(page.url)["TEXT"] == ["one", "two"]
    job = page.url
    assert ended(job) == "COMPLETED"
    page.reload()
    expect(page.get_by_role("link", name="echo.txt")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    page.wait_for_url(lambda url: url != job)
    assert status_of(job) == 404


def test_only_the_keyboard(page, echo):
    page.goto(f"{echo}?TEXT=typed")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.get_by_label("Text").focus()
    page.keyboard.press("End")
    page.keyboard.type(" by hand")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Run":
            break
    page.keyboard.press("Enter")
    has_phase(page, "COMPLETED")
    assert given(page.url)["TEXT"] == ["typed by hand"]
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "DELETE":
            break
    job = page.url
    page.keyboard.press("Enter")
    assert status_of(job) == 200
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != job)
    assert status_of(job) == 404


@pytest.mark.parametrize("scripts", [True, False])
def test_enter_in_a_list_does_nothing(new_tab, server, echo, scripts):
    page = new_tab(java_script_enabled=scripts)
    job = start(page, echo, SECONDS=60)
    page.goto(f"{server.url}/services/jobs")
    box = page.locator(f'[name="ID"][value="{job.rpartition("/")[2]}"]')
    if scripts:
        box.press("Enter")
    else:  # the form is sent by a button that asks for nothing
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            box.press("Enter")
    page.get_by_role("heading", level=1).wait_for()
    assert page.url == f"{server.url}/services/jobs"
    assert asked(job)["phase"] in {"QUEUED", "EXECUTING"}
    page.goto(job)
    page.get_by_role("button", name="Abort").click()
    has_phase(page, "ABORTED")


def test_times_are_the_readers_and_sent_as_utc(new_tab, echo):
    page = new_tab(timezone_id="Asia/Kolkata", locale="en-GB")
    job = start(page, echo)
    has_phase(page, "COMPLETED")
    created = asked(job)["creationTime"]
    shown = page.locator("time[data-time]").first
    hours, minutes = int(created[11:13]), int(created[14:16])
    local = (hours * 60 + minutes + 330) % 1440
    expect(shown).to_contain_text(f"{local // 60:02}:{local % 60:02}")
    expect(shown).to_have_attribute("title", f"{created[:19].replace('T', ' ')} UTC")
    kept = page.get_by_label("Kept until")
    day = asked(job)["destruction"][:10]
    kept.fill(f"{day}T00:10")
    setting = page.locator(".setting", has=kept)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        setting.get_by_role("button", name="Set").click()
    whole = np.datetime64(f"{day}T00:10:00") - np.timedelta64(330, "m")
    assert asked(job)["destruction"] == f"{whole}.000Z"


def test_lists_are_filtered(page, server, echo):
    ended = start(page, echo, "filter ended")
    has_phase(page, "COMPLETED")
    runs = start(page, echo, "filter runs", SECONDS=60)
    page.goto(f"{server.url}/services/jobs")
    page.locator(".filters summary").click()
    page.get_by_label("Executing").check()
    page.get_by_label("Queued").check()
    page.get_by_label("Echo", exact=True).check()
    page.get_by_label("Newest").fill("1")
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page.locator("tbody th a")).to_have_text(["filter runs"])
    assert parse_qs(urlsplit(page.url).query)["PHASE"] == ["QUEUED", "EXECUTING"]
    page.goto(runs)
    page.get_by_role("button", name="Abort").click()
    has_phase(page, "ABORTED")
    assert asked(ended)["phase"] == "COMPLETED"


def test_a_hidden_tab_asks_nothing(new_tab, echo):
    page = new_tab()
    page.clock.install()
    start(page, echo, SECONDS=60)
    has_phase(page, "EXECUTING")
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    # Headless tabs are never hidden by themselves.
    hide = """hidden => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""

    def sent_in_two_minutes():
        page.clock.run_for(120_000)
        last = page.evaluate("fetch('/webgateway/?last').then(({ url }) => url)")
        return requests[: requests.index(last)]

    page.evaluate(hide, True)
    requests.clear()
    assert sent_in_two_minutes() == []
    with page.expect_request("**WAIT=**", **SOON):
        page.evaluate(hide, False)
    page.get_by_role("button", name="Abort").click()
    has_phase(page, "ABORTED")
    requests.clear()
    assert not [url for url in sent_in_two_minutes() if "WAIT=" in url]


def test_jobs_of_people_are_theirs(new_tab, server, echo):
    alice, bob, nobody = new_tab(), new_tab(careless=True), new_tab(careless=True)
    server.let_in(alice, "alice")
    server.let_in(bob, "bob")
    job = start(alice, echo, "of alice")
    has_phase(alice, "COMPLETED")
    expect(alice.get_by_text("alice", exact=True).first).to_be_visible()
    for who, status in ((bob, 403), (nobody, 401)):
        for url in (f"{server.url}/services/jobs", echo):
            who.goto(url)
            assert who.get_by_text("of alice").count() == 0
        assert who.request.get(job).status == status
    alice.goto(f"{server.url}/services/jobs")
    expect(alice.get_by_role("link", name="of alice")).to_have_count(1)
    # U43: who is not logged in is asked to, and led back.
    nobody.goto(job)
    nobody.locator("main").get_by_role("link", name="Log in").click()
    nobody.get_by_label("User name").fill("alice")
    nobody.get_by_label("Password").fill(PASSWORD)
    nobody.get_by_role("button", name="Log in").click()
    nobody.get_by_role("heading", name="of alice").wait_for()
    assert nobody.url == job


def test_the_menu_of_a_dataset_leads_to_forms_filled_in(page, server):
    page.goto(server.url)
    page.locator('main a[href*="/project/"]').first.click()
    page.wait_for_url("**/project/*/")
    page.locator('main a[href*="/dataset/"]').first.click()
    page.wait_for_url("**/dataset/*/")
    dataset = page.url.rstrip("/").rpartition("/")[2]
    page.get_by_text("Make", exact=True).click()
    page.get_by_role("link", name="OME-TIFF").click()
    expect(page.get_by_label("Dataset", exact=True)).to_have_value(dataset)
    expect(page.get_by_label("Image", exact=True)).to_have_value("")


def test_the_menu_of_an_image_knows_what_is_on_the_screen(page, server):
    image = server.id_of("image", "embryo")
    page.goto(f"{server.url}/image/{image}/?c=1|10:900$00FF00&m=g&z=3&t=1")
    page.locator('#viewer[data-address="current"]').wait_for()
    page.get_by_text("Make", exact=True).click()
    page.get_by_role("link", name="Movie").click()
    expect(page.get_by_label("Image required")).to_have_value(str(image))
    for name, value in (("Z", "2"), ("C", "1|10:900$00FF00"), ("M", "g")):
        expect(page.get_by_label(name, exact=True)).to_have_value(value)
    page.get_by_label("Axis").select_option("z")
    page.get_by_role("button", name="Run", exact=True).click()
    has_phase(page, "COMPLETED")
    video = page.locator("video")
    width = """video => new Promise((resolve) => {
      const tell = () => resolve(video.videoWidth);
      video.readyState ? tell() : video.addEventListener("loadedmetadata", tell);
    })"""
    assert video.evaluate(width) == 320


def test_menus_by_keyboard(page, server):
    page.goto(f"{server.url}/image/{server.id_of('image', 'embryo')}/")
    page.locator('#viewer[data-state="open"]').wait_for()
    summary = page.locator("[data-menu] summary")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    links = page.locator("[data-menu] a")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("Escape")
    expect(summary).to_be_focused()
    expect(page.locator("[data-menu][open]")).to_have_count(0)


# WCAG 2.2, 1.4.3: relative luminance and contrast, as its formula has them.
CONTRASTS = """() => {
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => {
    const [r, g, b] = numbers(color).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const color = getComputedStyle(each).backgroundColor;
      if (numbers(color).length === 3 || numbers(color)[3] === 1) return color;
    }
    return getComputedStyle(document.documentElement).backgroundColor;
  };
  return [...document.querySelectorAll("main *")]
    .filter((each) => !each.disabled && each.checkVisibility() &&
      [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .map((each) => {
      const pair = [light(getComputedStyle(each).color), light(ground(each))];
      const [dark, bright] = pair.sort((a, b) => a - b);
      return [(bright + 0.05) / (dark + 0.05), each.textContent.trim().slice(0, 40)];
    });
}"""


def test_everything_can_be_read(page, server, echo):
    failed = start(page, echo, FAIL="on purpose")
    has_phase(page, "ERROR")
    done = start(page, echo)
    has_phase(page, "COMPLETED")
    pages = [failed, done, f"{echo}?TEXT=x", f"{server.url}/services/jobs?LAST=5"]
    for url in [*pages, f"{server.url}/services/"]:
        page.goto(url)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.evaluate(SETTLED)
            found = page.evaluate(CONTRASTS)
            assert len(found) > 3
            assert [each for each in found if each[0] < 4.5] == [], (url, scheme)


def test_a_narrow_screen(new_tab, server, echo):
    page = new_tab(width=390, height=800)
    job = start(page, echo, "narrow")
    for url in (job, echo, f"{server.url}/services/jobs", f"{server.url}/services/"):
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
