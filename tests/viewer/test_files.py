"""What can be said of the viewer's files without a browser."""

import re
from pathlib import Path

import pytest

import graticule

VIEWER = Path(graticule.__file__).parent / "viewer"
STATIC = VIEWER / "static" / "graticule"
TEMPLATES = sorted((VIEWER / "templates").rglob("*.html"))
SCRIPTS = sorted((STATIC / "js").rglob("*.js"))


def luminance(color):
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first, second):
    light, dark = sorted([luminance(first), luminance(second)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


def palettes():
    text = (STATIC / "css" / "tokens.css").read_text()
    blocks = [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        for block in text.split("}")
    ]
    return [block for block in blocks if "paper" in block]


def test_there_are_a_light_and_twice_the_same_dark_palette():
    light, by_preference, by_choice = palettes()
    assert by_preference == by_choice
    assert luminance(light["paper"]) > 0.8 > 0.1 > luminance(by_choice["paper"])


@pytest.mark.parametrize("palette", palettes()[:2], ids=["light", "dark"])
def test_contrast_is_wcag_aa(palette):
    for ground in ("paper", "surface", "sunken"):
        for ink in ("ink", "ink-soft", "accent", "accent-hover", "danger"):
            assert contrast(palette[ink], palette[ground]) >= 4.5, (ink, ground)
        # Borders of fields and buttons (WCAG 1.4.11).
        assert contrast(palette["line-strong"], palette[ground]) >= 2.9, ground
    assert contrast(palette["on-accent"], palette["accent"]) >= 4.5
    assert contrast(palette["accent"], palette["wash"]) >= 4.5


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_keep_a_strict_content_policy(path):
    text = path.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"\son\w+=|\sstyle=|<style|javascript:", text)
    assert not re.search(r"(src|href)=\"(https?:)?//", text)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_import_what_is_there_and_stay_small(path):
    text = path.read_text()
    for target in re.findall(r'^import .* from "(.+)";$', text, re.MULTILINE):
        assert (path.parent / target).is_file(), target
    assert len(text.splitlines()) <= 300
    assert text.startswith("//")
    assert "innerHTML" not in text
    assert not re.search(r"https?://(?!www\.w3\.org)", text)


def test_vendored_versions_are_as_listed():
    listed = (STATIC / "vendor" / "VENDORED.md").read_text()
    script = STATIC / "vendor" / "openseadragon" / "openseadragon.min.js"
    version = re.match(r"//! openseadragon ([\d.]+)\n", script.read_text())[1]
    assert f"| OpenSeadragon | {version} " in listed
    assert "sourceMappingURL" not in script.read_text()
    assert (script.parent / "LICENSE.txt").is_file()


def test_icons_that_are_used_are_there():
    sprite = (STATIC / "icons.svg").read_text()
    there = set(re.findall(r'symbol id="([\w-]+)"', sprite))
    used = set()
    for path in TEMPLATES:
        used |= set(re.findall(r'icon\.html" with name="([\w-]+)"', path.read_text()))
    for path in SCRIPTS:
        used |= set(re.findall(r'icon\("([\w-]+)"\)', path.read_text()))
    assert used
    assert used <= there


IMPORTED = re.compile(r'^import [^;]*?from "([^"]+)"', re.MULTILINE)


def test_image_page_preloads_what_its_first_picture_needs():
    text = (VIEWER / "templates" / "graticule" / "image.html").read_text()
    named = set(re.findall(r"modulepreload\" href=\"{% static '([^']+)'", text))
    entry = STATIC / "js" / "image" / "page.js"
    needed, new = set(), [entry]
    while new:
        path = new.pop()
        needed.add(path)
        for name in IMPORTED.findall(path.read_text()):
            found = (path.parent / name).resolve()
            new += [] if found in needed else [found]
    addresses = {path.relative_to(STATIC.parent).as_posix() for path in needed}
    assert named == addresses - {"graticule/js/image/page.js"}
