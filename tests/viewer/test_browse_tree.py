"""The tree beside the pages that list, and the images viewed last."""

import re
import sqlite3

import numpy as np
import pytest
import tifffile
from playwright.sync_api import expect
from tests.served import graticule, serving

pytestmark = pytest.mark.browser
SOON = {"timeout": 20_000}
PASSWORD = "correct horse battery"
HELD = "name => document.activeElement.title === name"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Two projects with two datasets, two images in each; three people."""
    base = tmp_path_factory.mktemp("tree")
    home, folder = base / "home", base / "files"
    plane = np.arange(48 * 48, dtype=np.uint8).reshape(48, 48)
    for project in ("larvae", "wings"):
        for dataset in ("day 1", "day 2"):
            place = folder / project / dataset
            place.mkdir(parents=True)
            for name in ("left", "right"):
                tifffile.imwrite(place / f"{project} {dataset} {name}.tif", plane)

    people = [("user", "add", name) for name in ("alice", "bob", "charlie")]
    typed = f"{PASSWORD}\n{PASSWORD}\n" * len(people)
    graticule(home, ("scan", folder), *people, typed=typed)
    with sqlite3.connect(home / "graticule.sqlite3") as database:
        give_away(database)
    with serving(home) as served:
        yield served


def give_away(database):
    """Make "wings" Alice's, in a group that Bob shares and nobody else sees."""
    people = dict(database.execute("SELECT username, id FROM catalog_person"))
    database.execute(
        "INSERT INTO catalog_group (name, description, permissions, created) "
        "VALUES ('lab', '', 'rwr---', '2026-01-01')"
    )
    ((lab,),) = database.execute("SELECT id FROM catalog_group WHERE name = 'lab'")
    for name in ("alice", "bob"):
        database.execute(
            "INSERT INTO catalog_membership (person_id, group_id, is_owner) "
            "VALUES (?, ?, 0)",
            (people[name], lab),
        )
    wings = "SELECT id FROM catalog_project WHERE name = 'wings'"
    datasets = (
        f"SELECT dataset_id FROM catalog_project_datasets WHERE project_id IN ({wings})"
    )
    images = (
        f"SELECT image_id FROM catalog_dataset_images WHERE dataset_id IN ({datasets})"
    )
    for table, which in (("image", images), ("dataset", datasets), ("project", wings)):
        database.execute(
            f"UPDATE catalog_{table} SET owner_id = ?, group_id = ? "
            f"WHERE id IN ({which})",
            (people["alice"], lab),
        )


@pytest.fixture
def page(same_tab):
    return same_tab


@pytest.fixture
def log_in(new_tab, server):
    def enter(name):
        page = new_tab()
        page.goto(f"{server.url}/webclient/login/")
        page.locator("[name=username]").fill(name)
        page.locator("[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.get_by_role("button", name="Log out").wait_for()
        return page

    return enter


def item(page, name):
    return page.get_by_role("treeitem", name=name)


def ready(page):
    page.locator('#tree[data-state="ready"]').wait_for(timeout=20_000)


def test_it_works(page, server):
    page.goto(server.url)
    ready(page)
    larvae = item(page, "larvae")
    expect(larvae).to_have_attribute("aria-expanded", "false")
    expect(larvae.locator(".tree-count")).to_have_text("2")
    larvae.locator(".tree-turn").click()
    expect(larvae).to_have_attribute("aria-expanded", "true", **SOON)
    day = item(page, "day 1")
    expect(day).to_have_attribute("aria-level", "2")
    day.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("day 1")
    # The next page shows the same branch open, and where one is.
    expect(item(page, "larvae")).to_have_attribute("aria-expanded", "true", **SOON)
    expect(item(page, "day 1")).to_have_attribute("aria-current", "page")
    expect(item(page, "day 2")).not_to_have_attribute("aria-current", "page")


def test_by_keyboard(page, server):
    page.goto(server.url)
    ready(page)
    tree = page.get_by_role("tree")
    expect(tree.locator('[tabindex="0"]')).to_have_count(1)
    tree.locator('[tabindex="0"]').focus()
    page.wait_for_function(HELD, arg="larvae", **SOON)
    page.keyboard.press("ArrowRight")
    expect(item(page, "larvae")).to_have_attribute("aria-expanded", "true", **SOON)
    page.wait_for_function(HELD, arg="larvae", **SOON)
    page.keyboard.press("ArrowRight")
    page.wait_for_function(HELD, arg="day 1", **SOON)
    page.keyboard.press("ArrowDown")
    page.wait_for_function(HELD, arg="day 2", **SOON)
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(HELD, arg="larvae", **SOON)
    page.keyboard.press("End")
    page.wait_for_function(HELD, arg="day 2", **SOON)
    page.keyboard.press("l")
    page.wait_for_function(HELD, arg="larvae", **SOON)
    page.keyboard.press("ArrowLeft")
    expect(item(page, "larvae")).to_have_attribute("aria-expanded", "false")
    expect(item(page, "day 1")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("larvae")


def test_a_link_opens_the_way_to_where_it_leads(page, server, dataset_id):
    page.goto(f"{server.url}/dataset/{dataset_id('larvae', 'day 2')}/")
    expect(item(page, "day 2")).to_have_attribute("aria-current", "page", **SOON)
    expect(item(page, "larvae")).to_have_attribute("aria-expanded", "true")


@pytest.fixture(scope="module")
def dataset_id(server):
    def find(project, dataset):
        with sqlite3.connect(server.home / "graticule.sqlite3") as database:
            ((found,),) = database.execute(
                "SELECT d.id FROM catalog_dataset d "
                "JOIN catalog_project_datasets l ON l.dataset_id = d.id "
                "JOIN catalog_project p ON p.id = l.project_id "
                "WHERE p.name = ? AND d.name = ?",
                (project, dataset),
            )
        return found

    return find


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_everybody_has_a_tree_of_their_own(log_in, server, who):
    page = log_in(who)
    page.goto(server.url)
    ready(page)
    item(page, "wings").locator(".tree-turn").click()
    expect(item(page, "day 1")).to_be_visible(**SOON)
    # Nothing of it is shown to who comes next in the same tab.
    page.get_by_role("button", name="Log out").click()
    page.goto(server.url)
    ready(page)
    expect(item(page, "larvae")).to_have_count(1)
    expect(item(page, "wings")).to_have_count(0)


def test_charlie_has_nothing_to_look_through(log_in, server):
    page = log_in("charlie")
    page.goto(server.url)
    expect(page.get_by_role("heading", name="No images to show yet")).to_be_visible()
    # But may begin.
    expect(page.get_by_role("button", name="New dataset")).to_be_visible(**SOON)
    tree = page.request.get(f"{server.url}/browse/tree/").json()
    assert tree["orphaned"] == 0
    assert not any(root["branches"] for root in tree["roots"])


def test_hidden_and_shown_again(page, server):
    page.goto(server.url)
    ready(page)
    page.get_by_role("button", name="Hide the tree").click()
    expect(page.get_by_role("tree")).to_be_hidden()
    page.reload()
    ready(page)
    expect(page.get_by_role("tree")).to_be_hidden()
    page.get_by_role("button", name="Show the tree").click()
    expect(item(page, "larvae")).to_be_visible()


def test_a_drawer_on_a_tablet(new_tab, server):
    page = new_tab(width=1024, height=768, has_touch=True)
    page.goto(server.url)
    ready(page)
    expect(page.get_by_role("tree")).to_be_hidden()
    brand = page.locator(".brand .icon").bounding_box()
    rail = page.locator("#tree").bounding_box()
    assert rail["y"] >= brand["y"] + brand["height"]
    heading = page.get_by_role("heading", level=1)
    before = heading.bounding_box()
    page.get_by_role("button", name="Show the tree").tap()
    expect(item(page, "larvae")).to_be_visible()
    assert heading.bounding_box() == before
    page.keyboard.press("Escape")
    expect(page.get_by_role("tree")).to_be_hidden()
    page.get_by_role("button", name="Show the tree").tap()
    page.touchscreen.tap(900, 700)
    expect(page.get_by_role("tree")).to_be_hidden()


def test_recently_viewed_images(page, server, dataset_id):
    page.goto(server.url)
    ready(page)
    expect(page.locator("#recent")).to_be_hidden()
    seen = []
    for name in ("day 1", "day 2"):
        page.goto(f"{server.url}/dataset/{dataset_id('larvae', name)}/")
        link = page.locator("#browse [data-item] a").first
        # A cell stands before its name has come.
        expect(link.locator(".name")).to_have_text(re.compile("larvae"), **SOON)
        seen.append(link.locator(".name").inner_text())
        link.click()
        page.locator('#viewer[data-state="open"]').wait_for(timeout=20_000)
    page.goto(server.url)
    names = page.locator("#recent .name")
    expect(names).to_have_text(seen[::-1], **SOON)
    page.wait_for_function(
        """() => [...document.querySelectorAll('#recent img')]
          .every(image => image.naturalWidth > 0)""",
        timeout=20_000,
    )
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#recent")).to_be_hidden()
    page.reload()
    ready(page)
    expect(page.locator("#recent")).to_be_hidden()


def test_images_that_may_no_longer_be_seen_are_not_recent(log_in, server, dataset_id):
    page = log_in("alice")
    page.goto(f"{server.url}/dataset/{dataset_id('wings', 'day 1')}/")
    page.locator("#browse [data-item] a").first.click()
    page.locator('#viewer[data-state="open"]').wait_for(timeout=20_000)
    page.goto(server.url)
    expect(page.locator("#recent .name")).to_have_count(1, **SOON)
    page.get_by_role("button", name="Log out").click()
    page.goto(server.url)
    ready(page)
    expect(page.locator("#recent")).to_be_hidden()
    # Even with the number at hand.
    keys = page.evaluate("Object.keys(localStorage)")
    mine = next(key for key in keys if key.startswith("graticule.recent."))
    public = page.evaluate("document.documentElement.dataset.person")
    page.evaluate(
        "([from, to]) => localStorage.setItem(to, localStorage.getItem(from))",
        [mine, f"graticule.recent.{public}"],
    )
    with page.expect_response("**/browse/images/**") as answer:
        page.reload()
    assert answer.value.json() == {"total": 0, "images": []}
    expect(page.locator("#recent")).to_be_hidden()
