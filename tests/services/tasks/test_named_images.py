"""Which images a result names, for those who may see them."""

import json

import pytest


@pytest.fixture
def asked(lab, tmp_path):
    from graticule.services.tasks.named_images import named_images

    def ask(said, person):
        path = tmp_path / "said.json"
        path.write_text(said if isinstance(said, str) else json.dumps(said))
        return named_images(path, person)

    return ask


def test_it_works(asked, lab, catalog):
    cells, slide = (lab.cells.pk, lab.cells.name), (lab.slide.pk, lab.slide.name)
    who = catalog.administrator
    assert asked({"id": slide[0], "name": "what it was called"}, who) == [slide]
    assert asked({"made": [slide[0], cells[0], slide[0]]}, who) == [slide, cells]
    assert asked({"image_ids": [cells[0]], "problems": []}, who) == [cells]


def test_others_are_not_told(asked, lab, cast):
    assert asked({"id": lab.cells.pk}, None) == []
    assert asked({"id": lab.cells.pk}, cast.charlie) == []


@pytest.mark.parametrize(
    "said",
    ["", "{", "[1]", '"x"', {"id": True}, {"id": "1"}, {"made": 1}, {"id": -1}],
)
def test_nonsense_names_none(asked, catalog, said):
    assert asked(said, catalog.administrator) == []


def test_what_is_long_or_gone_is_not_read(asked, lab, catalog, tmp_path):
    from graticule.services.tasks.named_images import named_images

    long = json.dumps({"id": lab.cells.pk, "more": "x" * (1 << 20)})
    assert asked(long, catalog.administrator) == []
    assert named_images(tmp_path / "gone", catalog.administrator) == []
