"""ROIs of a real OME-TIFF, against the XML in its own header."""

import base64
import io
from dataclasses import replace
from xml.etree.ElementTree import fromstring

import numpy as np
import pytest
import tifffile
from PIL import Image
from tests.web.conftest import checked

pytestmark = pytest.mark.shared_data
# Attributes that place a shape, in lower case.
NUMBERS = {"x", "y", "width", "height", "radiusx", "radiusy", "x1", "y1", "x2", "y2"}
OME = "{http://www.openmicroscopy.org/Schemas/OME/2016-06}"


@pytest.fixture
def found(client, catalog, shared_data, tmp_path):
    """What is answered for all shapes of the file, and its XML's elements."""
    from django.conf import settings

    from graticule.catalog.models import Image as ImageRow
    from graticule.services.scan import ScanSettings, scan

    source = shared_data / "rois" / "nuclei_rois.ome.tif"
    (tmp_path / source.name).symlink_to(source)
    report = scan(
        [tmp_path],
        owner=catalog.administrator,
        group=catalog.public_group,
        settings=replace(ScanSettings.of(settings.GRATICULE), workers=1),
    )
    assert not report.problems
    url = f"/webgateway/get_rois_json/{ImageRow.objects.get().pk}/"
    rois = checked(client.get(url), "roi_list")
    with tifffile.TiffFile(source) as tif:
        document = fromstring(tif.ome_metadata)
    return rois, document.findall(f"{OME}ROI")


def test_every_shape(found):
    answered, written = found
    elements = [list(roi.find(f"{OME}Union")) for roi in written]
    assert sum(map(len, elements)) == sum(len(roi["shapes"]) for roi in answered) == 58
    assert len(answered) == len(written)
    seen = {}
    for roi in answered:
        for shape in roi["shapes"]:
            place = tuple(
                value
                for key, value in sorted(shape.items())
                if isinstance(value, float) and key.lower() in NUMBERS
            )
            points = shape.get("points", "").replace("M ", "").removesuffix(" z")
            seen.setdefault(shape["type"].lower(), []).append((place, points))
    expected = {}
    for element in (shape for union in elements for shape in union):
        at = {key.lower(): value for key, value in element.attrib.items()}
        place = tuple(float(at[key]) for key in sorted(NUMBERS) if key in at)
        points = at.get("points", "").replace(",", " ")
        points = " L ".join(
            f"{x} {y}" for x, y in zip(*[iter(points.split())] * 2, strict=True)
        )
        kind = element.tag.removeprefix(OME).lower()
        expected.setdefault(kind, []).append((place, points))
    assert len(expected) == 8
    for kind, places in expected.items():
        assert sorted(seen[kind]) == sorted(places)


def test_every_mask(client, found):
    answered, written = found
    pictures = []
    for shape in (shape for roi in answered for shape in roi["shapes"]):
        if shape["type"] == "Mask":
            answer = client.get(f"/webgateway/render_shape_mask/{shape['id']}/")
            with Image.open(io.BytesIO(answer.content)) as picture:
                pictures.append(np.asarray(picture).tolist())
    masks = [mask for roi in written for mask in roi.iter(f"{OME}Mask")]
    assert len(masks) > 3
    expected = []
    for mask in masks:
        width, height = int(float(mask.get("Width"))), int(float(mask.get("Height")))
        data = base64.b64decode(mask.find(f"{OME}BinData").text)
        digits = "".join(f"{byte:08b}" for byte in data)
        fill = list((int(mask.get("FillColor")) % 2**32).to_bytes(4, "big"))
        rows = [digits[y * width : (y + 1) * width] for y in range(height)]
        expected.append(
            [[fill if bit == "1" else [0, 0, 0, 0] for bit in row] for row in rows]
        )
    assert sorted(pictures) == sorted(expected)


def test_every_picture(client, found):
    answered, _ = found
    for roi in answered:
        urls = [f"render_roi_thumbnail/{roi['id']}"]
        urls += [f"render_shape_thumbnail/{s['id']}/" for s in roi["shapes"]]
        for url in urls:
            answer = client.get(f"/webgateway/{url}?color=ff0")
            with Image.open(io.BytesIO(answer.content)) as picture:
                assert picture.format == "JPEG"
                assert picture.size == (250, 166)
