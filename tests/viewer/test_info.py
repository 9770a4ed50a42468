"""The panel of annotations as people use it, checked in the catalogue's tables."""

import pytest
from playwright.sync_api import expect
from tests.chromium import DESKTOP, Watched
from tests.patience import eventually
from tests.viewer.annotated import annotated, log_in

pytestmark = pytest.mark.browser
WAIT_MS = 20_000
CLIENT_MAP = "openmicroscopy.org/omero/client/mapAnnotation"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with annotated(
        tmp_path_factory.mktemp("info"), max_attachment_bytes="2000"
    ) as server:
        yield server


@pytest.fixture(scope="module")
def tabs():
    """A tab of each, once they have logged in."""
    return {}


@pytest.fixture
def tab_of(server, browser, tabs, new_tab):
    """Open a page as somebody."""

    def make(name, path=None, *, careless=False):
        if name not in tabs:
            tabs[name] = Watched(browser.new_context(viewport=DESKTOP))
            log_in(tabs[name].page, server, name)
        page = tabs[name].page
        if careless:
            theirs = page.context.cookies()
            page = new_tab(careless=True)
            page.context.add_cookies(theirs)
        page.goto(f"{server.url}/{path or f'image/{server.image}/?tab=info'}")
        return page

    yield make
    wrong = [said for tab in tabs.values() for said in tab.wrong]
    for tab in tabs.values():
        tab.page.goto("about:blank")
        tab.wrong.clear()
    assert not wrong, wrong


def shown(locator):
    expect(locator).to_be_visible(timeout=WAIT_MS)
    return locator


def panel(page):
    return shown(page.locator(".info-panel:has(.tags)"))


def becomes(page, ask, wanted):
    """Wait until the tables say it, too."""

    def check():
        assert ask() == wanted

    eventually(page, check)


def idle(page):
    expect(page.locator(".info-panel")).to_have_attribute(
        "aria-busy", "false", timeout=WAIT_MS
    )


def test_tags_are_added_suggested_removed_and_put_back(server, tab_of):
    page = tab_of("alice")
    info = panel(page)
    field = info.get_by_role("combobox", name="Add a tag")
    for text in ("mitosis", "late"):
        field.fill(text)
        field.press("Enter")
        shown(info.get_by_role("button", name=f"Remove the tag {text}"))
    becomes(
        page, lambda: [tag["text"] for tag in server.held("tag")], ["mitosis", "late"]
    )
    field.fill("mit")
    option = page.locator('datalist option[value="mitosis"]')
    option.wait_for(state="attached", timeout=WAIT_MS)
    info.get_by_role("button", name="Remove the tag mitosis").click()
    shown(info.get_by_text("Tag “mitosis” removed."))
    idle(page)
    becomes(page, lambda: [tag["text"] for tag in server.held("tag")], ["late"])
    info.get_by_role("button", name="Undo").click()
    shown(info.get_by_role("button", name="Remove the tag mitosis"))
    idle(page)
    becomes(
        page, lambda: {tag["text"] for tag in server.held("tag")}, {"late", "mitosis"}
    )
    page.reload()
    shown(panel(page).get_by_text("mitosis", exact=True))


def test_key_values_are_written_by_keys_alone(server, tab_of):
    page = tab_of("alice")
    info = panel(page)
    info.get_by_role("button", name="Add key-values").focus()
    for word in ("Enter", "stain", "Enter", "DAPI", "Enter", "dose", "Enter", "10 µM"):
        if word == "Enter":
            page.keyboard.press(word)
        else:
            page.keyboard.type(word)
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Control+Enter")
    shown(info.locator("dd", has_text="10 µM"))
    idle(page)
    pairs = [["dose", "10 µM"], ["stain", "DAPI"]]
    becomes(page, lambda: [held["pairs"] for held in server.held("map")], [pairs])
    (held,) = server.held("map")
    assert (held["namespace"], held["owner"]) == (CLIENT_MAP, "alice")

    info.get_by_role("button", name="Edit these key-values").click()
    rows = info.locator(".pair-row")
    rows.nth(0).get_by_role("button", name="Delete row").click()
    rows.nth(0).get_by_label("Value").fill("Hoechst")
    info.get_by_text("Namespace", exact=True).click()
    info.get_by_role("textbox", name="Namespace").fill("lab/stains")
    info.get_by_role("button", name="Save").click()
    shown(info.locator("dd", has_text="Hoechst"))
    idle(page)
    becomes(
        page,
        lambda: [(held["pairs"], held["namespace"]) for held in server.held("map")],
        [([["stain", "Hoechst"]], "lab/stains")],
    )
    info.get_by_role("button", name="Remove these key-values").click()
    shown(info.get_by_text("Key-values removed."))
    idle(page)
    becomes(page, lambda: server.held("map"), [])
    info.get_by_role("button", name="Undo").click()
    shown(info.locator("dd", has_text="Hoechst"))
    idle(page)
    becomes(page, lambda: server.held("map")[0]["pairs"], [["stain", "Hoechst"]])


def test_stars_by_arrow_keys(server, tab_of):
    page = tab_of("alice")
    info = panel(page)
    info.get_by_label("2 stars").check()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    shown(info.get_by_text("4.0 by 1 person"))
    becomes(page, lambda: [held["whole"] for held in server.held("rating")], [4])
    bob = tab_of("bob")
    panel(bob).get_by_label("1 star", exact=True).check()
    shown(bob.get_by_text("2.5 by 2 people"))
    bob.get_by_role("button", name="Clear").click()
    shown(bob.get_by_text("4.0 by 1 person"))
    becomes(page, lambda: [held["owner"] for held in server.held("rating")], ["alice"])


def test_comments_are_of_people(server, tab_of):
    page = tab_of("alice")
    info = panel(page)
    words = "<b>Two</b> cells\ndivide."
    info.get_by_label("Comment", exact=True).fill(words)
    page.keyboard.press("Control+Enter")
    shown(info.get_by_role("button", name="Delete the comment of Alice"))
    becomes(page, lambda: [held["text"] for held in server.held("comment")], [words])
    bob = tab_of("bob")
    theirs = panel(bob)
    shown(theirs.get_by_text("<b>Two</b> cells"))
    others = theirs.get_by_role("button", name="Delete the comment of Alice")
    expect(others).to_have_count(0)
    theirs.get_by_label("Comment", exact=True).fill("I see three.")
    theirs.get_by_role("button", name="Add comment").click()
    remove = shown(theirs.get_by_role("button", name="Delete the comment of Bob"))
    becomes(
        page,
        lambda: {held["owner"] for held in server.held("comment")},
        {"alice", "bob"},
    )
    remove.click()
    assert len(server.held("comment")) == 2  # the first click only asks
    theirs.locator("button.armed").click()
    shown(theirs.get_by_text("Comment deleted."))
    becomes(page, lambda: {held["owner"] for held in server.held("comment")}, {"alice"})


def test_files_are_attached_fetched_and_removed(server, tab_of):
    page = tab_of("alice")
    info = panel(page)
    content = bytes(range(256)) * 4
    field = info.get_by_label("Attach files")
    field.set_input_files(
        [
            {"name": "a b.bin", "mimeType": "application/x-own", "buffer": content},
            {"name": "large.bin", "mimeType": "", "buffer": b"x" * 2001},
        ]
    )
    link = shown(info.get_by_role("link", name="a b.bin"))
    shown(info.get_by_text("setting max_attachment_bytes"))
    shown(info.get_by_text("1.02 KB · application/x-own · Alice"))
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "a b.bin"
    with open(download.value.path(), "rb") as file:  # noqa: PTH123 -- a path of Playwright's
        assert file.read() == content
    ((place,),) = server.rows(
        "SELECT path FROM catalog_originalfile WHERE name = 'a b.bin'"
    )
    info.get_by_role("button", name="Remove the file a b.bin").click()
    info.locator("button.armed").click()
    shown(info.get_by_text("a b.bin removed."))
    idle(page)
    gone = "SELECT 1 FROM catalog_originalfile WHERE path = ?"
    becomes(page, lambda: server.rows(gone, place), [])
    expect(info.get_by_role("link", name="large.bin")).to_have_count(0)


def test_name_and_description_in_place(server, tab_of):
    page = tab_of("alice")
    info = panel(page)
    info.get_by_role("button", name="Change name and description").click()
    info.get_by_label("Name", exact=True).fill("embryo 7")
    info.get_by_role("textbox", name="Description").fill("From Tuesday.")
    info.get_by_role("button", name="Save").click()
    shown(info.get_by_text("From Tuesday."))
    shown(page.locator(".trail", has_text="embryo 7"))
    words = "SELECT name, description FROM catalog_image WHERE id = ?"
    idle(page)
    becomes(
        page, lambda: server.rows(words, server.image), [("embryo 7", "From Tuesday.")]
    )
    info.get_by_role("button", name="Undo").click()
    shown(info.locator(".info-name", has_text="embryo").filter(has_not_text="7"))
    idle(page)
    becomes(page, lambda: server.rows(words, server.image), [("embryo", "")])


def test_who_may_not_edit_is_told_why_and_still_annotates(server, tab_of):
    page = tab_of("bob")
    info = panel(page)
    shown(info.get_by_text("The group lab is read-annotate: only Alice"))
    expect(info.get_by_role("button", name="Change name")).to_have_count(0)
    field = info.get_by_role("combobox", name="Add a tag")
    field.fill("bob was here")
    field.press("Enter")
    shown(info.get_by_role("button", name="Remove the tag bob was here"))
    becomes(
        page,
        lambda: {
            tag["owner"] for tag in server.held("tag") if tag["text"] == "bob was here"
        },
        {"bob"},
    )


def test_a_stranger_sees_nothing(server, tab_of):
    page = tab_of("charlie", careless=True)
    shown(page.get_by_text("none that you may see"))
    expect(page.locator(".info-panel")).to_have_count(0)
    answer = page.request.get(f"{server.url}/annotate/image/{server.image}/")
    assert answer.status == 404


def test_what_is_refused_is_taken_back_and_said(server, tab_of):
    page = tab_of("alice", careless=True)
    info = panel(page)
    page.route("**/annotate/tags/", lambda route: route.abort())
    field = info.get_by_role("combobox", name="Add a tag")
    field.fill("lost")
    field.press("Enter")
    shown(info.get_by_text("The server cannot be reached."))
    expect(info.locator(".tag", has_text="lost")).to_have_count(0)
    expect(field).to_have_value("lost")  # to try again with
    assert not [tag for tag in server.held("tag") if tag["text"] == "lost"]


@pytest.mark.parametrize("kind", ["dataset", "project"])
def test_on_the_pages_of_containers(server, tab_of, kind):
    number = getattr(server, kind)
    page = tab_of("alice", f"{kind}/{number}/")
    page.locator("#info-fold summary").click()
    info = panel(page)
    page.wait_for_url("**#info")
    info.get_by_role("combobox", name="Add a tag").fill(f"a {kind}")
    page.keyboard.press("Enter")
    shown(info.get_by_role("button", name=f"Remove the tag a {kind}"))
    becomes(
        page,
        lambda: [tag["text"] for tag in server.held("tag", kind, number)],
        [f"a {kind}"],
    )
    page.reload()
    shown(page.get_by_text(f"a {kind}", exact=True))


def test_what_the_file_says_is_searched_and_kept(server, tab_of):
    page = tab_of("bob")
    info = panel(page)
    info.get_by_text("Acquisition", exact=True).click()
    shown(info.get_by_text("Channel 2, GFP"))
    shown(info.locator("dd", has_text="509 nm"))
    info.get_by_text("Original metadata", exact=True).click()
    search = shown(info.get_by_label("Search the original metadata"))
    shown(info.get_by_text("PhysicalSizeX", exact=True))
    search.fill("emissionwave")
    values = info.locator(".original dd")
    expect(values.filter(has_text="461")).to_be_visible(timeout=WAIT_MS)
    expect(values.filter(has_text="509")).to_be_visible()
    expect(info.locator(".original").get_by_text("PhysicalSizeX")).to_have_count(0)
    with page.expect_download() as download:
        info.get_by_role("link", name="Download as text").click()
    assert download.value.suggested_filename == "embryo.ome.tif.txt"
    with open(download.value.path(), encoding="utf-8") as file:  # noqa: PTH123 -- a path of Playwright's
        assert "PhysicalSizeX = 0.25" in file.read().splitlines()
