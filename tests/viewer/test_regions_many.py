"""100,000 regions on one image: in view, as dots, one by one, found, listed."""

import re
from contextlib import closing

import pytest
from playwright.sync_api import expect
from tests.viewer.house import MANY

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]
SOON = {"timeout": 20_000}
ACROSS, DOWN = 400, 250
COUNT = ACROSS * DOWN
SIDE = 1.5
WIDTH, HEIGHT = 1100, 680
HEAP = "() => performance.memory.usedJSHeapSize / 1048576"


def place(number):
    """Where the number-th square begins."""
    return (
        number % ACROSS * WIDTH / ACROSS,
        number // ACROSS * HEIGHT / DOWN,
    )


def fill(house):
    """Write 100,000 squares into the catalogue, as a scan would."""
    image_id = house.image_id(MANY)
    with closing(house.catalogue()) as rows, rows:
        owner, group = rows.execute(
            "SELECT owner_id, group_id FROM catalog_image WHERE id = ?", (image_id,)
        ).fetchone()
        (first,) = rows.execute(
            "SELECT COALESCE(MAX(id), 0) + 1000 FROM catalog_roi"
        ).fetchone()
        moment = "2026-01-01 00:00:00"
        rows.executemany(
            "INSERT INTO catalog_roi (id, owner_id, group_id, image_id, name,"
            " description, created, modified) VALUES (?, ?, ?, ?, '', '', ?, ?)",
            ((first + n, owner, group, image_id, moment, moment) for n in range(COUNT)),
        )
        rows.executemany(
            "INSERT INTO catalog_shape (roi_id, kind, geometry, points, text,"
            " stroke_color, on_image, min_x, min_y, max_x, max_y)"
            " VALUES (?, 'Rectangle', ?, '', ?, -65281, ?, ?, ?, ?, ?)",
            (
                (
                    first + n,
                    f'{{"x": {x}, "y": {y}, "width": {SIDE}, "height": {SIDE}}}',
                    f"cell {n}",
                    image_id,
                    x,
                    y,
                    x + SIDE,
                    y + SIDE,
                )
                for n, (x, y) in ((n, place(n)) for n in range(COUNT))
            ),
        )


@pytest.fixture(scope="module")
def served(house, shared_data):
    fill(house)
    return house


def test_all_of_them_are_usable(new_tab, served):
    page = served.enter(new_tab(), "bert")
    heaviest = []
    page.on(
        "response",
        lambda answer: (
            heaviest.append(len(answer.body())) if "/view/" in answer.url else None
        ),
    )
    page.goto(f"{served.url}/image/{served.image_id(MANY)}/?tab=rois")
    page.locator('#viewer[data-parts="there"]').wait_for(**SOON)
    says = page.locator('[data-rois="says"]')
    # All in view: too small to tell apart, and all accounted for.
    expect(says).to_have_text(
        "0 drawn, 100,000 smaller ones as dots. Zoom in to see each.", **SOON
    )
    expect(page.locator("#tab-rois")).to_have_text("ROIs 100,000")
    # The list holds them all, and few lines are in the page.
    grid = page.locator("#rois-grid")
    expect(grid).to_have_attribute("aria-rowcount", str(COUNT), **SOON)
    grid.evaluate("grid => { grid.scrollTop = grid.scrollHeight; }")
    last = page.locator("#rois-rows [role=row]").filter(has_text=f"cell {COUNT - 1}")
    expect(last).to_be_visible(**SOON)
    assert page.locator("#rois-rows [role=row]").count() < 40
    # A click on a dot finds the shape below it.
    number = 125 * ACROSS + 200
    middle = [side + SIDE / 2 for side in place(number)]
    box = page.locator("#picture").bounding_box()
    scale = float(page.locator("#zoom").inner_text().split()[0]) / 100
    page.mouse.click(
        box["x"] + box["width"] / 2 + (middle[0] - WIDTH / 2) * scale,
        box["y"] + box["height"] / 2 + (middle[1] - HEIGHT / 2) * scale,
    )
    heading = page.locator("#rois-card-heading")
    expect(heading).to_contain_text("Rectangle", **SOON)
    found = page.locator("#rois-card").get_by_label("Text", exact=True)
    expect(found).to_have_value(re.compile(r"cell \d+"), **SOON)
    chosen = int(found.input_value().split()[1])
    near = [a - b for a, b in zip(place(chosen), place(number), strict=True)]
    assert max(map(abs, near)) < 3
    # To any of them from the list; near by, each is drawn.
    page.get_by_label("Text or number").fill(f"cell {number}")
    expect(grid).to_have_attribute("aria-rowcount", "1", **SOON)
    rows = page.locator("#rois-rows [role=row]")
    rows.filter(has_text=f"cell {number}").click()
    expect(found).to_have_value(f"cell {number}", **SOON)
    expect(says).to_have_text("", **SOON)
    expect(page.locator("canvas.regions")).to_have_attribute(
        "data-painted", re.compile(r"^([1-9]\d\d|[1-4]\d{3})$"), **SOON
    )
    # What came and what is kept stays small.
    assert max(heaviest) < 2_000_000
    assert page.evaluate(HEAP) < 150
