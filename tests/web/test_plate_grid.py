"""A plate as a grid (contract webgateway 8.4)."""

from datetime import UTC, datetime

import pytest
from tests.web.conftest import checked


@pytest.fixture
def make_plate(catalog):
    """Make a plate with wells at places, each with fields by file name and run."""
    from graticule.catalog.models import Plate, Well, WellSample

    belongs = {"owner": catalog.administrator, "group": catalog.public_group}

    def make(wells, **more):
        plate = Plate.objects.create(name="plate", **belongs, **more)
        for (row, column), images in wells.items():
            well = Well.objects.create(plate=plate, row=row, column=column, **belongs)
            for index, (image, run) in enumerate(images):
                WellSample.objects.create(
                    well=well, image=image, index=index, acquisition=run
                )
        return plate

    make.belongs = belongs
    return make


@pytest.fixture
def plate(make_plate, image):
    """B2 with two fields, D3 with one, C5 with none."""
    return make_plate(
        {
            (3, 2): [(image("int8.tif"), None)],
            (1, 1): [(image("uint8.tif"), None), (image("photo.tif"), None)],
            (2, 4): [],
        }
    )


@pytest.fixture
def ask(client):
    def get(plate, place="", **query):
        return client.get(f"/webgateway/plate/{plate.pk}/{place}", query)

    return get


def grid_of(answer):
    return checked(answer, "plate_grid")


def found(grid):
    """Images of a grid by row and column."""
    return {
        (row, column): cell["id"]
        for row, cells in enumerate(grid["grid"])
        for column, cell in enumerate(cells)
        if cell is not None
    }


def shape(grid):
    rows, columns = len(grid["grid"]), {len(cells) for cells in grid["grid"]}
    assert len(grid["rowlabels"]) == rows
    assert columns <= {len(grid["collabels"])}
    return rows, len(grid["collabels"])


def test_it_works(ask, plate, image):
    grid = grid_of(ask(plate))
    assert shape(grid) == (8, 12)
    assert found(grid) == {(1, 1): image("uint8.tif").pk, (3, 2): image("int8.tif").pk}
    row = image("uint8.tif")
    assert grid["grid"][1][1] == {
        "type": "Image",
        "id": row.pk,
        "name": "uint8.tif",
        "description": "",
        "author": row.owner.full_name,
        "date": int(row.created.timestamp()),
        "wellId": plate.wells.get(row=1).pk,
        "field": 0,
        "thumb_url": f"/webgateway/render_thumbnail/{row.pk}/",
    }
    assert grid["rowlabels"] == list("ABCDEFGH")
    assert grid["collabels"] == list(range(1, 13))
    assert grid["image_sizes"] == [{"x": 128, "y": 32, "image_id": row.pk}]


def test_jsonp(ask, plate):
    # as the plate panel asks (contract clients 3)
    answer = ask(plate, "0/", callback="jQuery1_2", size="64", _="1")
    assert answer["Content-Type"] == "application/javascript"
    assert answer.content.startswith(b'jQuery1_2({"grid": [[')


def test_size_goes_into_addresses(ask, plate, image):
    cell = grid_of(ask(plate, size="64"))["grid"][1][1]
    number = image("uint8.tif").pk
    assert cell["thumb_url"] == f"/webgateway/render_thumbnail/{number}/64/"


def test_the_date_is_the_acquisitions(ask, plate, image):
    row = image("uint8.tif")
    for acquired, date in (
        (datetime(2024, 3, 4, 5, 6, 7, 900_000, tzinfo=UTC), 1709528767),
        (datetime(1970, 1, 1, tzinfo=UTC), int(row.created.timestamp())),
    ):
        row.acquired = acquired
        row.save()
        assert grid_of(ask(plate))["grid"][1][1]["date"] == date


class TestFields:
    def test_by_index(self, ask, plate, image):
        grid = grid_of(ask(plate, "1/"))
        assert found(grid) == {(1, 1): image("photo.tif").pk}
        assert grid["grid"][1][1]["field"] == 1
        assert grid["image_sizes"][0]["image_id"] == image("photo.tif").pk

    def test_beyond_the_last(self, ask, plate):
        grid = grid_of(ask(plate, "9/"))
        assert shape(grid) == (8, 12)
        assert found(grid) == {}
        assert grid["image_sizes"] == []

    def test_of_a_run(self, ask, make_plate, image):
        from graticule.catalog.models import PlateAcquisition

        plate = make_plate({})
        runs = [
            PlateAcquisition.objects.create(plate=plate, key=key, **make_plate.belongs)
            for key in "01"
        ]
        names = ("uint8.tif", "photo.tif", "int8.tif", "int16.tif")
        rows = [image(name) for name in names]
        fields = list(zip(rows, (runs[0], runs[0], runs[1], runs[1]), strict=True))
        other = make_plate({(0, 0): fields, (0, 1): fields[2:]})
        other.wells.update(plate=plate)
        for run, field, expected in (
            (0, 0, {(0, 0): rows[0].pk}),
            (0, 1, {(0, 0): rows[1].pk}),
            (0, 2, {}),  # not the next run's
            (1, 0, {(0, 0): rows[2].pk, (0, 1): rows[2].pk}),
            (1, 1, {(0, 0): rows[3].pk, (0, 1): rows[3].pk}),
        ):
            grid = grid_of(ask(plate, f"{field}/{runs[run].pk}/"))
            assert found(grid) == expected, (run, field)


class TestLayout:
    @pytest.mark.parametrize(
        ("last", "size"),
        [
            ((7, 11), (8, 12)),
            ((8, 0), (16, 24)),
            ((0, 12), (16, 24)),
            ((15, 23), (16, 24)),
            ((31, 47), (32, 48)),
            ((32, 0), (64, 96)),
        ],
    )
    def test_expand(self, ask, make_plate, image, last, size):
        plate = make_plate({last: [(image("uint8.tif"), None)]})
        grid = grid_of(ask(plate))
        assert shape(grid) == size
        assert found(grid) == {last: image("uint8.tif").pk}

    def test_trim(self, ask, plate, image):
        grid = grid_of(ask(plate, layout="trim"))
        assert (grid["rowlabels"], grid["collabels"]) == (list("ABCD"), [1, 2, 3, 4, 5])
        assert found(grid)[3, 2] == image("int8.tif").pk

    def test_shrink(self, ask, plate, image):
        grid = grid_of(ask(plate, layout="shrink"))
        assert (grid["rowlabels"], grid["collabels"]) == (list("BCD"), [2, 3, 4, 5])
        assert found(grid) == {
            (0, 0): image("uint8.tif").pk,
            (2, 1): image("int8.tif").pk,
        }

    @pytest.mark.parametrize("asked", ["", "Trim", "other"])
    def test_the_setting(self, ask, plate, configured, asked):
        configured(plate_layout="trim")
        assert shape(grid_of(ask(plate, layout=asked))) == (4, 5)
        assert shape(grid_of(ask(plate, layout="expand"))) == (8, 12)

    def test_no_wells(self, ask, make_plate):
        plate = make_plate({})
        assert shape(grid_of(ask(plate))) == (8, 12)
        assert grid_of(ask(plate, layout="trim"))["grid"] == []
        checked(ask(plate, layout="shrink"), "error", 500)

    def test_naming(self, ask, make_plate, image):
        plate = make_plate(
            {(27, 1): [(image("uint8.tif"), None)]},
            row_naming="letter",
            column_naming="letter",
        )
        grid = grid_of(ask(plate, layout="trim"))
        assert grid["rowlabels"][25:] == ["Z", "AA", "AB"]
        assert grid["collabels"] == ["A", "B"]
        plate.row_naming = "number"
        plate.save()
        assert grid_of(ask(plate, layout="trim"))["rowlabels"] == list(range(1, 29))


class TestRefused:
    def test_no_such_plate(self, client):
        checked(client.get("/webgateway/plate/999999/"), "error", 500)

    @pytest.mark.parametrize("size", ["", "x", "0", "-1"])
    def test_sizes(self, ask, plate, size):
        checked(ask(plate, size=size), "error", 500)

    def test_images_that_cannot_be_seen_are_no_cells(
        self, ask, plate, image, make_cast
    ):
        cast = make_cast("rw----")
        hidden = image("uint8.tif")
        hidden.owner, hidden.group = cast.alice, cast.group
        hidden.save()
        # The next field that can be seen moves up, as on the page.
        assert found(grid_of(ask(plate))) == {
            (1, 1): image("photo.tif").pk,
            (3, 2): image("int8.tif").pk,
        }
