"""The image page: what the screen shows is what was asked for, pixel by pixel."""

import re
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image
from playwright.sync_api import expect
from tests.patience import eventually

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]

CELLS = "bpae_3ch.ome.tif"
STACK = "mitosis_5d.ome.tif"
SLIDE = "tcga_subifd.ome.tif"

# What JPEG may cost in the mean over blocks, of 255.
LOSS = 2.0
BLOCK = 8
SOON = {"timeout": 20_000}
TIMES = "\N{MULTIPLICATION SIGN}"


@pytest.fixture
def page(same_tab):
    return same_tab


# What a field has held, as often as the screen is drawn.
WATCHED = """field => {
  window.planes = new Set();
  const look = () => {
    window.planes.add(field.value);
    requestAnimationFrame(look);
  };
  look();
}"""


def composed(planes, channels):
    """Draw planes by linear windows, added up: the contract by other means."""
    total = np.zeros((*planes.shape[1:], 3))
    for plane, channel in zip(planes, channels, strict=True):
        start, end = channel["window"]["start"], channel["window"]["end"]
        grey = np.clip((plane.astype(float) - start) / (end - start), 0, 1)
        if channel["active"]:
            color = [int(channel["color"][i : i + 2], 16) for i in (0, 2, 4)]
            total += grey[..., None] * color
    return np.minimum(total, 255)


def blocks(picture):
    """Means over blocks: JPEG keeps them, however it treats what is within."""
    rows, columns = (side // BLOCK for side in picture.shape[:2])
    cut = picture[: rows * BLOCK, : columns * BLOCK]
    return cut.reshape(rows, BLOCK, columns, BLOCK, 3).mean(axis=(1, 3))


def difference(first, second):
    return np.abs(blocks(first) - blocks(second)).mean()


def same_as_gateway(stage, text, z=0, t=0):
    """Whether the screen shows the gateway's own picture, to the last bit."""
    part, x, y = stage.window()
    size = len(part)
    whole = stage.picture(f"render_image/{stage.id}/{z}/{t}/?{text}")
    return np.array_equal(part, whole[y : y + size, x : x + size])


def test_it_works(open_image, shared_data):
    stage = open_image(CELLS)
    planes = tifffile.imread(shared_data / "fluorescence" / CELLS)
    part, x, y = stage.window()
    expected = composed(planes[:, y : y + 160, x : x + 160], stage.data()["channels"])
    assert expected.std() > 10
    assert difference(part, expected) < LOSS


def test_switching_a_channel_off_takes_its_light_away(open_image, shared_data):
    stage = open_image(CELLS)
    planes = tifffile.imread(shared_data / "fluorescence" / CELLS)
    before, _, _ = stage.window()
    stage.channel(2).get_by_role("checkbox").uncheck()
    stage.settle()
    part, x, y = stage.window()
    channels = stage.data()["channels"]
    channels[1]["active"] = False
    expected = composed(planes[:, y : y + 160, x : x + 160], channels)
    assert difference(part, expected) < LOSS
    assert difference(part, before) > 2 * LOSS
    stage.channel(2).get_by_role("checkbox").check()
    stage.settle()
    again, _, _ = stage.window()
    assert difference(again, before) < 0.01


def test_typed_window(open_image, shared_data):
    stage = open_image(CELLS)
    planes = tifffile.imread(shared_data / "fluorescence" / CELLS)
    fields = stage.channel(1).get_by_role("spinbutton")
    channels = stage.data()["channels"]
    channels[0]["window"] |= {"start": 400, "end": 1500}
    fields.nth(0).fill("400")
    fields.nth(0).press("Enter")
    fields.nth(1).fill("1500")
    fields.nth(1).press("Enter")
    stage.settle()
    part, x, y = stage.window()
    expected = composed(planes[:, y : y + 160, x : x + 160], channels)
    assert difference(part, expected) < LOSS
    assert stage.query()["c"].startswith("1|400:1500$")


def test_window_that_is_upside_down_is_not_taken(open_image):
    stage = open_image(CELLS)
    saved = stage.data()["channels"][0]["window"]["start"]
    start = stage.channel(1).get_by_role("spinbutton").nth(0)
    start.fill("65536000")
    start.press("Enter")

    def is_as_before():
        assert float(start.input_value()) == pytest.approx(saved, rel=1e-6)

    eventually(stage.page, is_as_before)


def test_window_by_keys_buttons_and_reset(open_image):
    stage = open_image(CELLS)
    card = stage.channel(1)
    first = stage.data()["channels"][0]["window"]
    fields = card.get_by_role("spinbutton")

    def has_window(start, end):
        def check():
            window = [float(fields.nth(place).input_value()) for place in (0, 1)]
            assert window == pytest.approx([start, end], rel=1e-6)

        eventually(stage.page, check)

    card.get_by_role("button", name="Full").click()
    has_window(0, 65535)
    card.get_by_role("slider").nth(1).focus()
    stage.page.keyboard.press("ArrowLeft")
    has_window(0, 65534)
    card.get_by_role("button", name=re.compile("^Min")).click()
    has_window(first["min"], first["max"])
    card.get_by_role("button", name="Reset").click()
    has_window(first["start"], first["end"])


def test_reverse_grey_color_and_table_are_drawn_as_the_gateway_draws(
    open_image, rendering_text
):
    stage = open_image(CELLS)
    card = stage.channel(1)
    card.get_by_role("button", name="Reverse").click()
    stage.settle()
    query = stage.query()
    assert '"inverted":{"enabled":true}' in query["maps"]
    assert same_as_gateway(stage, rendering_text(query))
    card.get_by_role("button", name="Reverse").click()
    card.get_by_role("button", name="Magenta").click()
    stage.settle()
    query = stage.query()
    assert query["c"].split(",")[0].endswith("$FF00FF")
    assert same_as_gateway(stage, rendering_text(query))
    card.get_by_role("button", name="lookup table").click()
    card.get_by_role("option", name="fire", exact=True).click()
    stage.settle()
    query = stage.query()
    assert query["c"].split(",")[0].endswith("$fire.lut")
    assert same_as_gateway(stage, rendering_text(query))
    stage.page.get_by_role("button", name="Grey").click()
    stage.settle()
    part, _, _ = stage.window()
    assert np.ptp(part, axis=2).max() <= 2
    assert stage.query()["m"] == "g"


def test_reset_all_goes_back(open_image):
    stage = open_image(CELLS)
    before, _, _ = stage.window()
    address = stage.query()
    stage.channel(3).get_by_role("checkbox").uncheck()
    stage.page.get_by_role("button", name="Grey").click()
    stage.page.get_by_role("button", name="Reset all").click()
    stage.settle()
    after, _, _ = stage.window()
    assert np.array_equal(before, after)
    assert stage.query() == address


def test_planes_by_keys_and_sliders(open_image, rendering_text):
    stage = open_image(STACK, "?z=1&t=1")
    stage.page.locator("#picture").focus()
    stage.page.keyboard.press("ArrowUp")
    stage.page.keyboard.press("z")
    stage.page.keyboard.press("ArrowRight")
    stage.settle()
    query = stage.query()
    assert (query["z"], query["t"]) == ("3", "2")
    assert same_as_gateway(stage, rendering_text(query), z=2, t=1)
    assert not same_as_gateway(stage, rendering_text(query), z=0, t=0)
    row = stage.page.locator('[data-axis="z"]')
    row.get_by_role("slider").fill("5")
    stage.settle()
    expect(row.get_by_role("spinbutton")).to_have_value("5")
    expect(row.locator("output")).to_have_text("/ 5")
    assert same_as_gateway(stage, rendering_text(query), z=4, t=1)
    stage.page.locator("#picture").focus()
    stage.page.keyboard.press("ArrowUp")
    assert stage.query()["z"] == "5"


def test_a_stack_fits_above_its_sliders(open_image):
    stage = open_image(STACK)
    zoom = stage.page.locator("#zoom")
    expect(zoom).to_contain_text("%")
    first = zoom.inner_text()
    stage.page.locator("#picture").press(".")
    expect(zoom).to_have_text("100 %")
    stage.page.locator("#picture").press("0")
    expect(zoom).to_have_text(first)


def test_play_goes_round(open_image):
    stage = open_image(STACK, "?t=1")
    place = stage.page.locator('[data-axis="t"] .plane-number').first
    place.evaluate(WATCHED)
    stage.page.get_by_role("button", name="Play along T").click()
    stage.page.wait_for_function(
        "() => ['1', '2', '3'].every(number => window.planes.has(number))", **SOON
    )
    stage.page.keyboard.press("Space")
    expect(stage.page.get_by_role("button", name="Play along T")).to_be_visible()
    stage.settle()
    rest = place.input_value()
    # It would have gone on by now.
    stage.page.wait_for_timeout(400)
    assert place.input_value() == rest


def test_projection_of_the_stack(open_image, shared_data, rendering_text):
    stage = open_image(STACK)
    stage.page.locator("#projection select").select_option("intmax")
    stage.settle()
    query = stage.query()
    assert query["p"] == "intmax"
    planes = tifffile.imread(shared_data / "fluorescence" / STACK)[0].max(axis=1)
    part, x, y = stage.window(size=120)
    channels = stage.data()["channels"]
    expected = composed(planes[:, y : y + 120, x : x + 120], channels)
    assert difference(part, expected) < LOSS
    assert same_as_gateway(stage, rendering_text(query))


def test_link_reproduces_the_view(open_image, new_tab):
    stage = open_image(STACK)
    stage.channel(1).get_by_role("checkbox").uncheck()
    stage.channel(2).get_by_role("button", name="more").click()
    stage.channel(2).get_by_role("button", name="Reverse").click()
    stage.channel(2).get_by_role("button", name="Yellow").click()
    stage.page.locator("#picture").focus()
    stage.page.keyboard.press("t")
    stage.page.keyboard.press("+")
    stage.page.keyboard.press("Shift+ArrowRight")
    stage.settle()
    wanted = stage.query()
    address = stage.page.url.split("?")[1]
    other = open_image(STACK, f"?{address}", tab=new_tab())
    assert other.query() == wanted
    expect(other.channel(1).get_by_role("checkbox")).not_to_be_checked()
    assert stage.seen().std() > 10
    assert difference(stage.seen(), other.seen()) < 0.5


def test_views_of_the_contract_open_the_same(open_image, served, page):
    image = served.image_id(STACK)
    query = "c=-1|0:100$FF0000,2|10:5000$00FF00&m=c&z=2&t=3&zm=150&x=100&y=60"
    page.goto(f"{served.url}/webgateway/img_detail/{image}/?{query}")
    page.locator('#viewer[data-state="open"]').wait_for()

    def is_the_same():
        assert "z=2&t=3&zm=150&x=100&y=60" in page.url
        assert "c=-1|0:100$FF0000,2|10:5000$00FF00" in page.url

    page.locator('#viewer[data-address="current"]').wait_for(**SOON)
    eventually(page, is_the_same)


def test_tiles_of_a_slide(open_image, rendering_text):
    asked = []
    stage = open_image(SLIDE)
    stage.page.on("request", lambda request: asked.append(request.url))
    part, x, y = stage.window()
    size = len(part)
    text = rendering_text(stage.query())
    region = f"region={x},{y},{size},{size}"
    expected = stage.picture(f"render_image_region/{stage.id}/0/0/?{region}&{text}")
    assert difference(part, expected) < LOSS
    assert any("tile=0," in url for url in asked)
    assert not [url for url in asked if "/render_image/" in url]


def test_edges_of_a_slide_are_asked_and_shown_once(open_image, shared_data):
    stage = open_image(SLIDE)
    data = stage.data()
    width, height = data["size"]["width"], data["size"]["height"]
    stage = open_image(SLIDE, f"?zm=100&x={width - 40}&y={height - 40}")
    canvas = stage.page.locator("#picture canvas").first
    corner = canvas.evaluate(
        """canvas => {
          const [w, h] = [canvas.width / 2, canvas.height / 2];
          const context = canvas.getContext("2d");
          const at = (x, y) => context.getImageData(x, y, 1, 1).data[3];
          return [at(w + 36, h + 36), at(w + 60, h), at(w, h + 60)];
        }"""
    )
    assert corner == [255, 0, 0]


def test_nothing_flashes_when_the_settings_change(open_image):
    stage = open_image(SLIDE)
    stage.page.route(
        "**/render_image_region/**",
        lambda route: (stage.page.wait_for_timeout(60), route.continue_()),
    )
    watch = """() => {
      const canvas = document.querySelector("#picture canvas");
      window.alphas = [];
      const look = () => {
        const { width, height } = canvas;
        const context = canvas.getContext("2d");
        window.alphas.push(context.getImageData(width / 2, height / 2, 1, 1).data[3]);
        window.looking = requestAnimationFrame(look);
      };
      look();
    }"""
    before = stage.seen()
    stage.page.evaluate(watch)
    stage.channel(1).get_by_role("checkbox").uncheck()
    stage.settle()
    alphas = stage.page.evaluate("() => window.alphas")
    assert difference(stage.seen(), before) > LOSS
    assert len(alphas) > 3
    assert set(alphas) == {255}


def test_scale_bar_tells_the_truth(open_image, number_in):
    stage = open_image(STACK)
    pixel_size = stage.data()["pixel_size"]["x"]
    for key in (".", "+", "0"):
        stage.page.keyboard.press(key)
        zoom = float(stage.query()["zm"]) / 100

        def is_true(zoom=zoom):
            length = stage.page.locator(".scale-line").bounding_box()["width"]
            text = stage.page.locator(".scale-text").inner_text()
            unit = {"nm": 1e-3, "µm": 1, "mm": 1e3}[text.split()[1]]
            said = number_in(text) * unit
            assert length / zoom * pixel_size == pytest.approx(said, rel=0.02)
            assert number_in(text) in {1, 2, 5, 10, 20, 50, 100, 200, 500}

        eventually(stage.page, is_true)


def test_pointer_names_the_pixel(open_image):
    stage = open_image(CELLS)
    stage.window()
    query = stage.query()
    box = stage.page.locator("#picture").bounding_box()
    stage.page.mouse.move(box["x"] + 300, box["y"] + 200)
    x = float(query["x"]) - box["width"] / 2 + 300
    y = float(query["y"]) - box["height"] / 2 + 200
    said = stage.page.locator("#pointer")
    expect(said).to_have_text(re.compile(rf"x\s+{x:.0f}\s+y\s+{y:.0f}\b"))


def test_keys(open_image):
    stage = open_image(CELLS)
    page = stage.page
    second, panel = stage.channel(2).get_by_role("checkbox"), page.locator("#panel")
    page.keyboard.press("2")
    expect(second).not_to_be_checked()
    page.keyboard.press("2")
    expect(second).to_be_checked()
    page.keyboard.press("p")
    expect(panel).to_be_hidden()
    page.keyboard.press("p")
    expect(panel).to_be_visible()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog")
    expect(sheet).to_be_visible()
    sheet.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.keyboard.press("2")
    expect(second).to_be_checked()


def test_everything_can_be_reached_by_tab(open_image):
    stage = open_image(CELLS)
    stage.page.locator("body").focus()
    reached = []
    for _ in range(60):
        stage.page.keyboard.press("Tab")
        reached.append(
            stage.page.evaluate(
                "() => document.activeElement.getAttribute('aria-label')"
                " ?? document.activeElement.textContent.trim()"
            )
        )
    for name in ("Fit the whole image", "Download the whole plane as JPEG", "Auto"):
        assert name in reached


def test_download_is_the_picture(open_image):
    stage = open_image(CELLS)
    stage.query()
    with stage.page.expect_download() as waiting:
        stage.page.locator("#download").click()
    assert waiting.value.suggested_filename == "BPAE.jpg"
    assert Path(waiting.value.path()).read_bytes()[:3] == b"\xff\xd8\xff"


def test_the_panel_offers_the_plane_in_formats(open_image):
    stage = open_image(CELLS)
    stage.query()
    for name, magic in (("JPEG", b"\xff\xd8"), ("PNG", b"\x89PNG"), ("TIFF", b"II*")):
        with stage.page.expect_download() as waiting:
            stage.page.get_by_role("link", name=f"Plane as {name}", exact=True).click()
        extension = {"JPEG": "jpeg", "TIFF": "tif"}.get(name, "png")
        assert waiting.value.suggested_filename == f"BPAE.{extension}"
        assert Path(waiting.value.path()).read_bytes().startswith(magic)
        if name == "PNG":
            with Image.open(waiting.value.path()) as image:
                before = np.asarray(image, float)
    # what is switched off is not in it
    stage.channel(1).get_by_role("checkbox").uncheck()
    stage.settle()
    stage.query()
    with stage.page.expect_download() as waiting:
        stage.page.get_by_role("link", name="Plane as PNG").click()
    with Image.open(waiting.value.path()) as image:
        assert difference(np.asarray(image, float), before) > 1


def test_the_panel_offers_the_files(open_image, shared_data):
    stage = open_image(CELLS)
    with stage.page.expect_download() as waiting:
        stage.page.get_by_role("link", name="Original files").click()
    assert waiting.value.suggested_filename == CELLS
    stored = shared_data / "fluorescence" / CELLS
    assert Path(waiting.value.path()).read_bytes() == stored.read_bytes()


def test_large_planes_are_not_offered(open_image):
    stage = open_image(SLIDE)
    stage.query()
    expect(stage.page.get_by_role("link", name="Original files")).to_be_visible()
    expect(stage.page.get_by_role("link", name="Plane as PNG")).to_be_hidden()


def test_facts(open_image):
    stage = open_image(STACK)
    facts = stage.page.locator("#facts")
    expect(facts).to_be_hidden()
    stage.page.get_by_role("tab", name="Info").click()
    expect(facts).to_be_visible(**SOON)
    size = f"240 {TIMES} 170 px, 5 z planes, 3 time points, 2 channels"
    for text in (size, "uint16", STACK):
        expect(facts).to_contain_text(text, **SOON)


def test_the_open_tab_is_in_the_address_and_told_by_arrows(open_image):
    stage = open_image(STACK)
    page = stage.page
    page.locator('#viewer[data-parts="there"]').wait_for()
    page.get_by_role("tab", name="Channels").press("ArrowRight")
    expect(page.locator("#tab-rois")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-info")).to_be_focused()
    page.wait_for_url("**tab=info**")
    page.reload()
    page.locator("#facts").wait_for(state="visible")
    page.get_by_role("tab", name="Info").press("Home")
    page.wait_for_url(lambda url: "tab=" not in url)


def test_what_others_add_to_the_address_stays(open_image):
    stage = open_image(STACK, "?note=mine&z=2")
    assert stage.query()["note"] == "mine"
    assert stage.query()["z"] == "2"


def test_tiles_that_fail_are_said_calmly_and_tried_again(new_tab, open_image):
    page = new_tab(careless=True)
    page.route("**/render_image/**", lambda route: route.abort())
    tab = open_image(CELLS, tab=page)
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("could not be loaded", **SOON)
    page.unroute("**/render_image/**")
    notice.get_by_role("button", name="Try again").click()
    tab.settle()
    expect(page.get_by_role("alert")).to_have_count(0, **SOON)
    part, _, _ = tab.window()
    assert part.std() > 10


def test_why_a_picture_does_not_come_is_told(new_tab, open_image):
    page = new_tab(careless=True)
    page.route(
        "**/render_image/**",
        lambda route: route.continue_(
            url=re.sub(r"render_image/\d+", "render_image/987654", route.request.url)
        ),
    )
    open_image(CELLS, tab=page)
    told = page.get_by_role("alert")
    expect(told).to_contain_text("Image:987654 not found", timeout=20_000)


def test_server_out_of_reach_is_said_and_tried_again(new_tab, served):
    page = new_tab(careless=True)
    page.route("**/imgData/**", lambda route: route.abort())
    page.goto(f"{served.url}/image/{served.image_id(CELLS)}/")
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("cannot be reached", **SOON)
    page.unroute("**/imgData/**")
    notice.get_by_role("button", name="Try again").click()
    page.locator('#viewer[data-state="open"]').wait_for()


def test_tablet_has_the_panel_below(new_tab, open_image):
    stage = open_image(CELLS, tab=new_tab(width=768, height=1024, has_touch=True))
    picture = stage.page.locator("#picture").bounding_box()
    panel = stage.page.locator("#panel").bounding_box()
    assert panel["y"] >= picture["y"] + picture["height"]
    assert picture["width"] == 768
    assert picture["height"] > 350
    stage.channel(1).get_by_role("checkbox").uncheck()
    stage.settle()
    assert stage.query()["c"].startswith("-1|")


def test_download_of_a_slide_is_what_is_seen(open_image):
    stage = open_image(SLIDE)
    stage.query()
    with stage.page.expect_download() as waiting:
        stage.page.locator("#download").click()
    box = stage.page.locator("#picture").bounding_box()
    with Image.open(waiting.value.path()) as image:
        assert image.size == (box["width"], box["height"])
        saved = np.asarray(image, float)
    assert difference(saved, stage.seen()) < LOSS
    stage.window()
    with stage.page.expect_download() as waiting:
        stage.page.locator("#download").click()
    with Image.open(waiting.value.path()) as image:
        assert image.size == (box["width"], box["height"])
