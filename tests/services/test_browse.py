"""Leafing through the catalogue: pages, covers, counts, places, plates."""

import pytest

KINDS = ["project", "dataset", "screen", "plate", "image"]


@pytest.fixture
def browse(catalog):
    from graticule.services import browse

    return browse


@pytest.fixture
def make(cast):
    """Make things that Alice owns in her group."""
    from graticule.catalog.models import Dataset, Image, Plate, Project, Screen, Well

    tables = {
        "dataset": Dataset,
        "plate": Plate,
        "project": Project,
        "screen": Screen,
        "well": Well,
    }

    def made(kind, name, **values):
        owned = {"owner": cast.alice, "group": cast.group, "name": name}
        if kind == "image":
            sizes = {f"size_{axis}": 1 for axis in "xyzct"}
            values = {"pixel_type": "uint8", "levels": [[1, 1, 1, 1]]} | sizes | values
            return Image.objects.create(**owned, **values)
        return tables[kind].objects.create(**owned, **values)

    return made


def names(page):
    return [entry.name for entry in page.entries]


def test_it_works(browse, cast, make):
    project, dataset = make("project", "Cells"), make("dataset", "Run")
    project.datasets.add(dataset)
    dataset.images.add(make("image", "b.tif"), make("image", "A.tif", size_x=7))
    page = browse.page_of(
        cast.bob, browse.Kind.IMAGE, browse.children_of(cast.bob, dataset)
    )
    assert names(page) == ["A.tif", "b.tif"]
    assert (page.entries[0].width, page.total, page.number) == (7, 2, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_charlie_and_nobody_see_nothing(browse, cast, make, kind):
    make(kind, "secret")
    kind = browse.Kind(kind)
    for person in (cast.charlie, None):
        assert not browse.top_level(person, kind).exists()
        assert not browse.searched(person, kind, "secret").exists()
        page = browse.page_of(person, kind, browse.top_level(person, kind))
        assert (page.entries, page.total, page.number) == ((), 0, 1)
    assert browse.top_level(cast.bob, kind).count() == 1


def test_covers_and_counts_of_every_container(browse, cast, make):
    project, dataset = make("project", "P"), make("dataset", "D")
    screen, plate = make("screen", "S"), make("plate", "L")
    project.datasets.add(dataset, make("dataset", "empty"))
    screen.plates.add(plate)
    images = [make("image", f"{n}.tif") for n in range(6)]
    dataset.images.set(images)
    for n, image in enumerate(images[:2]):
        make("well", "", plate=plate, row=0, column=n).samples.create(image=image)
    first_four = tuple(image.pk for image in images[:4])
    expected = {
        browse.Kind.PROJECT: (project, 2, first_four),
        browse.Kind.DATASET: (dataset, 6, first_four),
        browse.Kind.SCREEN: (screen, 1, first_four[:2]),
        browse.Kind.PLATE: (plate, 2, first_four[:2]),
    }
    for kind, (thing, children, covers) in expected.items():
        query = browse.searched(cast.bob, kind, thing.name)
        entry = next(
            entry
            for entry in browse.page_of(cast.bob, kind, query).entries
            if entry.id == thing.pk
        )
        assert entry.children == children
        assert tuple(sorted(entry.covers)) == covers


def test_what_others_may_not_see_is_no_cover_and_not_counted(browse, cast, make):
    from graticule.catalog.models import Image

    dataset = make("dataset", "D")
    hidden = make("image", "hidden.tif")
    dataset.images.add(make("image", "shown.tif"), hidden)
    Image.objects.filter(pk=hidden.pk).update(
        owner=cast.charlie, group=cast.charlie.memberships.get().group
    )
    (entry,) = browse.page_of(
        cast.bob, browse.Kind.DATASET, browse.top_level(cast.bob, browse.Kind.DATASET)
    ).entries
    assert entry.children == 1
    assert hidden.pk not in entry.covers


def test_top_level_is_what_hangs_nowhere(browse, cast, make):
    project, inside = make("project", "P"), make("dataset", "inside")
    make("dataset", "outside")
    project.datasets.add(inside)
    inside.images.add(make("image", "inside.tif"))
    make("image", "outside.tif")
    well = make("well", "", plate=make("plate", "L"), row=0, column=0)
    well.samples.create(image=make("image", "in a well.tif"))

    def top(kind):
        return names(browse.page_of(cast.bob, kind, browse.top_level(cast.bob, kind)))

    assert top(browse.Kind.DATASET) == ["outside"]
    assert top(browse.Kind.IMAGE) == ["outside.tif"]
    assert top(browse.Kind.PLATE) == ["L"]


def test_pages_are_cut_and_clamped(browse, cast, make):
    for n in range(5):
        make("project", f"p{n}")
    everything = browse.top_level(cast.bob, browse.Kind.PROJECT)

    def page(number):
        return browse.page_of(cast.bob, browse.Kind.PROJECT, everything, number, size=2)

    assert names(page(1)) == ["p0", "p1"]
    assert names(page(3)) == ["p4"]
    assert (page(99).number, names(page(99))) == (3, ["p4"])
    assert page(-5).number == 1
    assert page(2).total == 5


def test_search_is_for_beginnings_of_words_and_never_refuses(browse, cast, make):
    make("image", "Mitosis 100%.tif")
    make("image", "other_cell.tif", description="in mitosis")

    def found(text, kind=browse.Kind.IMAGE):
        return names(
            browse.page_of(cast.bob, kind, browse.searched(cast.bob, kind, text))
        )

    assert found("mITO") == ["Mitosis 100%.tif", "other_cell.tif"]
    assert found("name:mito") == found("100%") == ["Mitosis 100%.tif"]
    assert found('"mito"') == found("%") == found("nothing") == []
    # What is no query is taken for its words.
    assert found("(mitosis 100") == found("mitosis: 100~") == ["Mitosis 100%.tif"]
    assert found('oth "') == found("oth AND") == ["other_cell.tif"]
    assert found("id:mito") == []
    make("plate", "plate 7")
    assert found("plate7", browse.Kind.PLATE) == ["plate 7"]
    assert found("7plate", browse.Kind.PLATE) == []


def test_place_of_an_image(browse, cast, make):
    image, dataset, project = (
        make("image", "i"),
        make("dataset", "D"),
        make("project", "P"),
    )
    assert browse.place_of(cast.bob, image).parents == ()
    dataset.images.add(image)
    assert browse.place_of(cast.bob, image).parents == (
        (browse.Kind.DATASET, dataset.pk, "D"),
    )
    project.datasets.add(dataset)
    assert browse.place_of(cast.bob, image).parents == (
        (browse.Kind.PROJECT, project.pk, "P"),
        (browse.Kind.DATASET, dataset.pk, "D"),
    )
    assert browse.parent_of(cast.bob, dataset).parents == (
        (browse.Kind.PROJECT, project.pk, "P"),
    )
    assert browse.place_of(cast.charlie, image).parents == ()


def test_plate_field(browse, cast, make):
    plate = make("plate", "L", rows=2, columns=3)
    first, second, far = (make("image", name) for name in ("f1", "f2", "far"))
    well = make("well", "", plate=plate, row=0, column=1)
    well.samples.create(image=first, index=0)
    well.samples.create(image=second, index=1)
    make("well", "", plate=plate, row=4, column=0).samples.create(image=far)
    field = browse.plate_field(cast.bob, plate, 0)
    assert (field.rows, field.columns, field.fields) == (5, 3, 2)
    assert field.images == {(0, 1): (first.pk, "f1"), (4, 0): (far.pk, "far")}
    assert browse.plate_field(cast.bob, plate, 1).images == {(0, 1): (second.pk, "f2")}
    assert browse.plate_field(cast.bob, plate, 9).images == {}
    hidden = browse.plate_field(cast.charlie, plate, 0)
    assert hidden.images == {}
    assert hidden.fields == 0
