"""The switch from the gateway's 500 to true statuses (contract webgateway 20)."""

import pytest
from tests.web.conftest import new_client

# Path, its status as OMERO.web has it, its true status.
CASES = [
    ("proj/99999999/detail/", 500, 404),
    ("dataset/99999999/children/", 500, 404),
    ("wellData/99999999/", 500, 404),
    ("get_thumbnail/99999999/", 500, 404),
    ("get_thumbnails/?" + "&".join(f"id={n}" for n in range(60)), 500, 400),
    ("search/?text=(", 500, 400),
    ("search/?text=a&start=x", 500, 400),
    ("render_image/{image}/?q=high", 500, 400),
    ("histogram_json/{image}/channel/0/?bins=many", 500, 400),
]


@pytest.mark.parametrize(("path", "as_omero", "true"), CASES)
def test_statuses(image, configured, path, as_omero, true):
    url = "/webgateway/" + path.format(image=image("uint8.tif").pk)
    configured(true_statuses=False)
    answer = new_client().get(url)
    assert answer.status_code == as_omero
    configured(true_statuses=True)
    truthful = new_client().get(url)
    assert truthful.status_code == true
    # JSON and texts stay the same; only pages say the status.
    if "html" not in answer["Content-Type"]:
        assert truthful.content == answer.content
