"""Images side by side: what the page shows, and how one gets on from it."""

import re

import pytest


@pytest.fixture
def many(image):
    """An image of 19 channels."""
    row = image("cells.ome.tif")
    channel = row.channels.last()
    for index in range(4, 19):
        channel.pk, channel.index, channel.name = None, index, f"dye {index + 1}"
        channel.save()
    row.size_c = 19
    row.save()
    return row


def page(client, query):
    answer = client.get(f"/compare/?{query}")
    assert answer.status_code == 200
    text = answer.content.decode()
    return text, re.findall(r'title="Open alone">([^<]+)</a>', text)


def test_it_works(client, image):
    row = image("cells.ome.tif")
    text, panes = page(client, f"image={row.pk}&split")
    assert panes == ["All channels", "DAPI", "GFP", "610", "700"]
    # Back to the image; and no parts where all are shown.
    trail = text.partition('class="trail"')[2].partition("</nav>")[0]
    assert f'<a href="/image/{row.pk}/">' in trail
    assert "&amp;split=" not in text


def test_very_many_channels_are_shown_in_parts(client, many):
    text, panes = page(client, f"image={many.pk}&split=9")
    assert panes == ["All channels", *(f"dye {n}" for n in range(9, 17))]
    parts = re.findall(rf'href="\?image={many.pk}&amp;split=(\d+)"([^>]*)>', text)
    assert [int(number) for number, _ in parts] == [1, 9, 17]
    assert ["aria-current" in more for _, more in parts] == [False, True, False]
    assert page(client, f"image={many.pk}&split=17")[1][1:] == [
        "dye 17",
        "dye 18",
        "dye 19",
    ]


@pytest.mark.parametrize("split", ["0", "20", "x", "-1"])
def test_channels_that_are_not_there(client, many, split):
    answer = client.get(f"/compare/?image={many.pk}&split={split}")
    assert answer.status_code == 400
    assert "1 to 19" in answer.content.decode()
