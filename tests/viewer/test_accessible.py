"""axe-core finds nothing serious on any page, in any state of it.

Each state is brought about as a person does it, then looked at light on a desktop and
dark on a tablet. What axe-core calls serious or critical is a fault.
"""

from pathlib import Path

import pytest
from tests.chromium import watched_tabs
from tests.viewer.conftest import SETTLED

pytestmark = pytest.mark.browser
AXE = Path(__file__).parent / "axe" / "axe.min.js"
SOON = {"timeout": 20_000}
DESKTOP = {"width": 1280, "height": 800}
TABLET = {"width": 1024, "height": 768}
RUN = """async (rules) => {
  const options = { resultTypes: ["violations"] };
  if (rules) { options.runOnly = { type: "rule", values: rules }; }
  const { violations } = await axe.run(document, options);
  return violations.map(({ id, impact, help, nodes }) => [
    impact, id, help, nodes.map(({ target, failureSummary }) =>
      [target.join(" "), failureSummary])]);
}"""
# Colours change with the theme, and where things lie with the width.
PLACES = ["color-contrast", "scrollable-region-focusable", "target-size"]


@pytest.fixture(scope="module")
def server(museum):
    return museum


@pytest.fixture(scope="module")
def desk(browser, server):
    """One tab of an administrator, with axe-core in every page of it."""
    with watched_tabs(browser) as make:
        page = make(bypass_csp=True, careless=True)
        page.context.add_init_script(path=AXE)
        server.let_in(page, "anna")
        yield page


@pytest.fixture(scope="module")
def guest(browser, server):
    """A tab of somebody who is not logged in."""
    with watched_tabs(browser) as make:
        page = make(bypass_csp=True, careless=True)
        page.context.add_init_script(path=AXE)
        yield page


def found_by_axe(page, rules=None):
    page.evaluate(SETTLED)
    wrong = []
    for impact, name, words, places in page.evaluate(RUN, rules):
        if impact in {"serious", "critical"}:
            wrong.append(f"{impact} {name}: {words}")
            wrong += [f"  {place}\n    {why}" for place, why in places[:5]]
    return wrong


def look(page):
    """Look at a page light and dark, wide and narrow; gives what is wrong with it."""
    wrong = []
    ways = [("light", DESKTOP, None), ("dark", TABLET, PLACES)]
    for scheme, size, rules in ways:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size(size)
        found = found_by_axe(page, rules)
        wrong += [f"{scheme} {size['width']}:", *found] if found else []
    page.set_viewport_size(DESKTOP)
    page.emulate_media(color_scheme="light")
    return wrong


def image_page(page, server, name="embryo", query=""):
    number = server.id_of("image", name)
    page.goto(f"{server.url}/image/{number}/{query}")
    page.locator('#viewer[data-parts="there"]').wait_for(**SOON)
    page.locator('#picture[aria-busy="false"]').wait_for(**SOON)


def container(page, server, kind, name):
    page.goto(f"{server.url}/{kind}/{server.id_of(kind, name)}/")
    page.locator('#tree[data-state="ready"]').wait_for(**SOON)


# What people come upon, and how. Each function is one state.


def start(page, server):
    page.goto(server.url)
    page.locator('#tree[data-state="ready"]').wait_for(**SOON)


def start_with_recent(page, server):
    image_page(page, server)
    start(page, server)
    page.get_by_text("Recently viewed").wait_for(**SOON)


def project(page, server):
    container(page, server, "project", "Embryos")
    page.keyboard.press("Tab")


def dataset_small(page, server):
    container(page, server, "dataset", "Day 1")
    page.locator(".thumb img[src]").first.wait_for(**SOON)


def dataset_grid(page, server):
    container(page, server, "dataset", "Day 2")
    page.get_by_role("button", name="Grid").click()
    page.locator(".cell img[src]").first.wait_for(**SOON)


def dataset_selected(page, server):
    dataset_grid(page, server)
    for number in (2, 5):
        cell = page.locator(".cell").nth(number)
        cell.locator("a").click(modifiers=["Control"])
    page.get_by_role("toolbar", name="Selection").wait_for()


def dataset_list(page, server):
    container(page, server, "dataset", "Day 2")
    page.get_by_role("button", name="List").click()
    page.locator(".cell.row img[src]").first.wait_for(**SOON)
    page.locator(".cell.row").first.locator("a").click(modifiers=["Control"])


def dataset_info(page, server):
    container(page, server, "dataset", "Day 1")
    page.locator(".info-fold summary, [data-info] summary").first.click()
    page.get_by_role("button", name="Attach files").or_(
        page.get_by_text("Attach files")
    ).first.wait_for(**SOON)


def dialog_tag(page, server):
    dataset_selected(page, server)
    page.get_by_role("button", name="Tag", exact=True).click()
    page.get_by_role("dialog").wait_for()


def dialog_move(page, server):
    dataset_selected(page, server)
    page.get_by_role("button", name="Move to").click()
    page.get_by_role("dialog").wait_for()


def dialog_delete(page, server):
    container(page, server, "project", "Embryos")
    page.get_by_role("button", name="Delete").first.click()
    page.get_by_role("dialog").wait_for()


def dialog_new(page, server):
    container(page, server, "project", "Embryos")
    page.get_by_role("button", name="New dataset").first.click()
    page.get_by_role("dialog").wait_for()


def dialog_share(page, server):
    container(page, server, "dataset", "Day 1")
    page.get_by_role("button", name="Share by a link").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Make a link").click()
    dialog.get_by_label("The link, shown only now").wait_for(**SOON)


def menu_make(page, server):
    container(page, server, "dataset", "Day 1")
    page.locator("details.menu summary").first.click()


def suggestions(page, server):
    page.goto(server.url)
    page.keyboard.press("/")
    page.keyboard.type("emb")
    page.get_by_role("option").first.wait_for(**SOON)


def results(page, server):
    page.goto(f"{server.url}/search/?q=cell")
    page.locator(".facets summary").click()
    page.locator('.facet-lists[aria-busy="false"]').wait_for(**SOON)


def results_none(page, server):
    page.goto(f"{server.url}/search/?q=zebra")
    page.locator(".plaque").wait_for()


def plate(page, server):
    number = server.ask("SELECT max(id) FROM catalog_plate")
    page.goto(f"{server.url}/plate/{number}/")
    page.locator('#plate-tools[data-state="ready"]').wait_for(**SOON)


def plate_coloured(page, server):
    plate(page, server)
    page.get_by_label("Colour by").select_option(index=1)
    page.locator("td[data-label=A1] .well").wait_for()


def plate_zoom(page, server):
    plate(page, server)
    page.locator("td[data-label=A1] .well").click()
    page.locator("#well-zoom[open]").wait_for(**SOON)


def well(page, server):
    number = server.ask("SELECT min(id) FROM catalog_well")
    page.goto(f"{server.url}/well/{number}/")
    page.locator(".thumb img[src]").first.wait_for(**SOON)


def table(page, server):
    number = server.ask("SELECT id FROM catalog_originalfile WHERE name = 'areas.csv'")
    page.goto(f"{server.url}/table/{number}/")
    page.locator('#table[aria-busy="false"]').wait_for(**SOON)


def table_columns(page, server):
    table(page, server)
    page.get_by_text("Columns", exact=True).click()


def image_channels(page, server):
    image_page(page, server)


def image_lut(page, server):
    image_page(page, server)
    page.locator('[data-channel="1"] summary, [data-channel="1"] button').last.click()


def image_regions(page, server):
    image_page(page, server, query="?tab=rois")
    page.locator("#picture").press("r")
    box = page.locator("#picture").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 60, y - 60)
    page.mouse.down()
    page.mouse.move(x + 60, y + 40, steps=4)
    page.mouse.up()
    page.locator("#rois-card:not([hidden])").wait_for(**SOON)


def image_info(page, server):
    image_page(page, server, query="?tab=info")
    page.get_by_text("Attach files").wait_for(**SOON)
    for fold in page.locator("#panel-info details > summary").all():
        if fold.is_visible():
            fold.click()


def image_measure(page, server):
    image_page(page, server)
    page.locator("#picture").press("m")
    box = page.locator("#picture").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 60, y - 60)
    page.mouse.down()
    page.mouse.move(x + 60, y + 40, steps=4)
    page.mouse.up()
    page.locator(".profile:not([hidden]) path.axis").wait_for(state="attached", **SOON)


def image_figure(page, server):
    image_page(page, server)
    page.keyboard.press("d")
    dialog = page.get_by_role("dialog", name="Download figure")
    dialog.get_by_alt_text("The figure as it will be").wait_for(**SOON)
    dialog.locator('img[aria-busy="false"]').wait_for(**SOON)


def image_sky(page, server):
    image_page(page, server, "field.fits")
    page.locator('#viewer[data-sky="there"]').wait_for(**SOON)
    page.locator("#picture").press("k")
    page.locator(".sky-label").first.wait_for(state="attached", **SOON)
    page.locator("#picture").press("j")
    page.locator(".sky-find input").fill("nowhere at all")
    page.keyboard.press("Enter")


def image_keys(page, server):
    image_page(page, server)
    page.locator("#picture").press("?")
    page.get_by_role("dialog").wait_for()


def compared(page, server):
    ids = [server.id_of("image", name) for name in ("embryo", "photo.tif")]
    page.goto(f"{server.url}/compare/?image={ids[0]}&image={ids[1]}")
    for index in range(2):
        frame = page.locator("iframe").nth(index).content_frame
        frame.locator('#picture[aria-busy="false"]').wait_for(**SOON)


def split(page, server):
    page.goto(f"{server.url}/compare/?image={server.id_of('image', 'embryo')}&split")
    page.locator("iframe").first.content_frame.locator(
        '#picture[aria-busy="false"]'
    ).wait_for(**SOON)


def services(page, server):
    page.goto(f"{server.url}/services/")


def job_form(page, server):
    page.goto(f"{server.url}/services/movie/async")
    page.get_by_text("New job", exact=True).click()


def job_done(page, server):
    page.goto(f"{server.url}/services/echo/async?TEXT=hello")
    page.get_by_role("button", name="Run", exact=True).click()
    page.locator('.state[data-phase="COMPLETED"]').wait_for(**SOON)


def job_failed(page, server):
    page.goto(f"{server.url}/services/echo/async?TEXT=hello&FAIL=fatal")
    page.get_by_role("button", name="Run", exact=True).click()
    page.locator(".fault").wait_for(**SOON)


def job_running(page, server):
    page.goto(f"{server.url}/services/echo/async?TEXT=hello&SECONDS=600")
    page.get_by_role("button", name="Run", exact=True).click()
    page.locator('.state[data-phase="EXECUTING"]').wait_for(**SOON)


def job_list(page, server):
    page.goto(f"{server.url}/services/jobs")
    page.locator("[data-tray] .badge:not([hidden])").wait_for(**SOON)


def account(page, server):
    page.goto(f"{server.url}/account/")


def account_tokens(page, server):
    page.goto(f"{server.url}/account/tokens/")
    page.get_by_label("What for").fill("A notebook")
    page.get_by_role("button", name="Make token").click()
    page.get_by_role("status").locator("code").first.wait_for()


def account_groups(page, server):
    page.goto(f"{server.url}/account/groups/")


def account_group(page, server):
    number = server.ask("SELECT id FROM catalog_group WHERE name = 'public'")
    page.goto(f"{server.url}/account/groups/{number}/")


def account_notifications(page, server):
    page.goto(f"{server.url}/account/notifications/")


def account_shares(page, server):
    page.goto(f"{server.url}/share/")


def administration(page, server):
    page.goto(f"{server.url}/administration/")


def administration_list(page, server):
    page.goto(f"{server.url}/administration/")
    page.get_by_role("link", name="Images", exact=True).first.click()


def administration_form(page, server):
    page.goto(f"{server.url}/administration/")
    page.get_by_role("link", name="Projects", exact=True).first.click()
    page.locator("#result_list tbody th a").first.click()


def admin_delete(page, server):
    administration_form(page, server)
    page.get_by_role("link", name="Delete", exact=True).click()


def login_refused(page, server):
    page.goto(f"{server.url}/webclient/login/")
    page.get_by_label("User name").fill("anna")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("alert").wait_for()


def shared_dataset(page, server):
    page.goto(page.context.shared_link)
    page.locator(".thumb img[src]").first.wait_for(**SOON)


def shared_image(page, server):
    shared_dataset(page, server)
    page.locator('[data-item][data-name="embryo"] a').click()
    page.locator('#viewer[data-parts="there"]').wait_for(**SOON)


def shared_hidden(page, server):
    page.goto(f"{page.context.shared_link}account/")


def error_404(page, server):
    page.goto(f"{server.url}/image/999999/")


def error_400(page, server):
    page.goto(f"{server.url}/search/?q=x&since=yesterday")
    page.get_by_role("heading", name="cannot be understood").wait_for()


def upload(page, server):
    container(page, server, "dataset", "Day 1")
    page.locator(".upload[data-ready]").wait_for(**SOON)
    with page.expect_file_chooser() as waiting:
        page.get_by_role("button", name="Upload files").click()
    file = {"name": "bad.tif", "mimeType": "image/tiff", "buffer": b"II*\0nothing"}
    waiting.value.set_files([file])
    page.locator('.upload-panel[data-upload-state="failed"]').wait_for(**SOON)


def queries(page, server):
    page.goto(f"{server.url}/tap")
    page.locator(".tap-tables summary").first.click()
    page.get_by_role("button", name="Show rows").click()
    page.locator(".tap-rows td").first.wait_for(**SOON)


def query_refused(page, server):
    page.goto(f"{server.url}/tap")
    page.get_by_label("Query", exact=True).fill("SELECT nothing FROM nowhere")
    page.get_by_role("button", name="Show rows").click()
    page.locator("#tap-trouble:not([hidden])").wait_for(**SOON)


def links(page, server):
    ids = [server.id_of("image", name) for name in ("field.fits", "embryo")]
    plate = server.ask("SELECT max(id) FROM catalog_plate")
    page.goto(
        f"{server.url}/datalink/links?ID=image/{ids[0]}&ID=image/{ids[1]}"
        f"&ID=plate/{plate}&ID=image/999999"
    )


def cutout_form(page, server):
    number = server.id_of("image", "field.fits")
    page.goto(f"{server.url}/services/cutout/async?ID=image/{number}")
    page.get_by_role("button", name="Run", exact=True).wait_for()


def described(page, server):
    page.goto(f"{server.url}/openapi/")
    page.locator("#operations-tag-share").click()
    block = page.locator(".opblock").first
    block.locator("button").first.click()
    block.locator(".opblock-body").wait_for(**SOON)


STATES = [
    *(start, start_with_recent, project, dataset_small, dataset_grid),
    *(dataset_selected, dataset_list, dataset_info, menu_make),
    *(dialog_tag, dialog_move, dialog_delete, dialog_new, dialog_share),
    *(suggestions, results, results_none),
    *(plate, plate_coloured, plate_zoom, well, table, table_columns),
    *(image_channels, image_lut, image_regions, image_info, image_measure),
    *(image_figure, image_sky, image_keys, compared, split),
    *(upload, queries, query_refused, links, cutout_form, described),
    *(services, job_form, job_done, job_failed, job_running, job_list),
    *(account, account_tokens, account_groups, account_group),
    *(account_notifications, account_shares),
    *(administration, administration_list, administration_form, admin_delete),
    *(error_404, error_400),
]
GUEST_STATES = [login_refused, shared_dataset, shared_image, shared_hidden]


def test_axe_sees_what_is_wrong(desk, server):
    start(desk, server)
    desk.evaluate(
        """() => {
          const grey = document.createElement("p");
          grey.textContent = "Hardly to be read";
          grey.style.color = "#868686";
          grey.style.backgroundColor = "#777";
          document.querySelector("h1").append(grey, document.createElement("button"));
        }"""
    )
    wrong = "\n".join(look(desk))
    assert "critical button-name" in wrong
    assert wrong.count("serious color-contrast") == 2


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_nothing_serious(state, desk, server):
    state(desk, server)
    wrong = look(desk)
    assert not wrong, "\n".join(wrong)


@pytest.fixture(scope="module")
def shared(desk, guest, server):
    """A link to a dataset, for the guest."""
    dialog_share(desk, server)
    field = desk.get_by_role("dialog").get_by_label("The link, shown only now")
    guest.context.shared_link = field.input_value()
    return guest


@pytest.mark.parametrize("state", GUEST_STATES, ids=lambda state: state.__name__)
def test_nothing_serious_for_guests(state, shared, server):
    state(shared, server)
    wrong = look(shared)
    assert not wrong, "\n".join(wrong)
