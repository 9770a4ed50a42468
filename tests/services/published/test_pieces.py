"""What changes is in the next answer, and only pieces that it touches are written."""

import re
import threading
from contextlib import ExitStack
from datetime import timedelta

import pytest
from tests.services.published.conftest import FAR, make_image

OBSCORE = "ivoa.obscore"
NEAR_SLOT, FAR_SLOT = 0, 2


def ask(person, text):
    from graticule.services.published.answering import Question, answered

    with answered(person, Question(text, "ADQL", 100, "", 60)) as found:
        return sorted(found)


def pieces(name):
    """The files of a table's copy, by the number of the piece."""
    from graticule.services.published.copies import copies_of
    from graticule.services.published.publication import own_sources

    with ExitStack() as held:
        (files,) = copies_of([own_sources()[name]], held).values()
    return {int(re.search(r"-(\d+)-", path.name)[1]): path for path in files}


def update(thing, **fields):
    type(thing).objects.filter(pk=thing.pk).update(**fields)


def _insert(world):
    make_image(world, 200)


def _insert_beyond(world):
    make_image(world, FAR + (1 << 15))


def _bulk(world):
    from graticule.catalog.models import Image

    Image.objects.update(name="the same")


def _raw(world):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE catalog_image SET name = 'raw' WHERE id = {FAR}")


def _move(world):
    world.first.images.remove(world.near)
    world.second.images.add(world.near)


def _move_channel(world):
    from graticule.catalog.models import Channel

    Channel.objects.filter(image=world.near).update(image=world.far, index=1)


IMAGES = "SELECT image_id, name, owner FROM graticule.images"
COLLECTIONS = "SELECT obs_id, obs_collection FROM ivoa.obscore"
ALICE = "alice-of-pieces"
CHANGES = {
    "a new name": (
        *("graticule.images", IMAGES),
        lambda w: update(w.near, name="new"),
        [(100, "new", ALICE), (FAR, f"image {FAR}", ALICE)],
        {NEAR_SLOT},
    ),
    "a new row": (
        *(OBSCORE, COLLECTIONS),
        _insert,
        [("of 100", "first"), ("of 200", "folder"), (f"of {FAR}", "second")],
        {NEAR_SLOT},
    ),
    "a row in a piece of its own": (
        *("graticule.channels", "SELECT image_id FROM graticule.channels"),
        _insert_beyond,
        [(100,), (FAR,), (FAR + (1 << 15),)],
        {FAR_SLOT + 1},
    ),
    "the last row of a piece gone": (
        *(OBSCORE, COLLECTIONS),
        lambda w: w.far.delete(),
        [("of 100", "first")],
        {FAR_SLOT},
    ),
    "the first row gone": (
        *("graticule.images", "SELECT image_id FROM graticule.images"),
        lambda w: w.near.delete(),
        [(FAR,)],
        {NEAR_SLOT},
    ),
    "all rows": (
        *("graticule.images", "SELECT name FROM graticule.images"),
        _bulk,
        [("the same",), ("the same",)],
        {NEAR_SLOT, FAR_SLOT},
    ),
    "another program": (
        *("graticule.images", "SELECT name FROM graticule.images"),
        _raw,
        [("image 100",), ("raw",)],
        {FAR_SLOT},
    ),
    "what no table shows": (
        *("graticule.images", "SELECT image_id FROM graticule.images"),
        lambda w: update(w.near, revision=7),
        [(100,), (FAR,)],
        set(),
    ),
    "a dataset's name": (
        *(OBSCORE, COLLECTIONS),
        lambda w: update(w.first, name="renamed"),
        [("of 100", "renamed"), (f"of {FAR}", "second")],
        {NEAR_SLOT},
    ),
    "a move between datasets": (
        *(OBSCORE, COLLECTIONS),
        _move,
        [("of 100", "second"), (f"of {FAR}", "second")],
        {NEAR_SLOT},
    ),
    "out of all datasets": (
        *(OBSCORE, COLLECTIONS),
        lambda w: w.second.images.clear(),
        [("of 100", "first"), (f"of {FAR}", "folder")],
        {FAR_SLOT},
    ),
    "a move, as links": (
        "graticule.dataset_images",
        (
            "SELECT d.name, i.image_id FROM graticule.dataset_images AS i "
            "JOIN graticule.datasets AS d ON d.dataset_id = i.dataset_id"
        ),
        _move,
        [("second", 100), ("second", FAR)],
        {NEAR_SLOT},
    ),
    "from one piece to another": (
        *("graticule.channels", "SELECT image_id FROM graticule.channels"),
        _move_channel,
        [(FAR,), (FAR,)],
        {NEAR_SLOT, FAR_SLOT},
    ),
    "the size of a file": (
        *(OBSCORE, "SELECT obs_id, access_estsize FROM ivoa.obscore"),
        lambda w: update(w.file, size_bytes=7000),
        [("of 100", 7), (f"of {FAR}", None)],
        {NEAR_SLOT},
    ),
    "the format of files": (
        *("graticule.images", "SELECT image_id, format FROM graticule.images"),
        lambda w: update(w.near.fileset, format="other"),
        [(100, "other"), (FAR, None)],
        {NEAR_SLOT},
    ),
    "a project gone": (
        "graticule.project_datasets",
        (
            "SELECT project_id FROM graticule.project_datasets "
            "UNION SELECT project_id FROM graticule.projects"
        ),
        lambda w: w.project.delete(),
        [],
        None,
    ),
    "a person's name": (
        *("graticule.images", "SELECT owner FROM graticule.images"),
        lambda w: update(w.alice, username="alix-of-pieces"),
        [("alix-of-pieces",), ("alix-of-pieces",)],
        {NEAR_SLOT, FAR_SLOT},
    ),
    "a tag": (
        "graticule.annotations",
        (
            "SELECT a.text_value, l.image_id FROM graticule.annotations AS a "
            "JOIN graticule.image_annotations AS l ON a.annotation_id = l.annotation_id"
        ),
        lambda w: update(w.tag, text="barred"),
        [("barred", 100)],
        None,
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_in_the_next_answer_and_writes_what_it_touches(world, what):
    table, query, change, expected, touched = CHANGES[what]
    ask(world.alice, query)
    before = pieces(table)
    change(world)
    assert ask(world.alice, query) == sorted(expected)
    after = pieces(table)
    if touched is not None:
        slots = before.keys() | after.keys()
        # The first piece alone is written where it has no rows.
        assert {s for s in slots if before.get(s) != after.get(s)} == touched


SEEN = {
    "an image's group": (
        lambda w: update(w.far, group=w.elsewhere),
        lambda w: update(w.far, owner=w.charlie),
        [
            (OBSCORE, "SELECT obs_id FROM ivoa.obscore", {FAR_SLOT}),
            ("graticule.images", "SELECT image_id FROM graticule.images", {FAR_SLOT}),
            (
                *("graticule.channels", "SELECT image_id FROM graticule.channels"),
                {FAR_SLOT},
            ),
            (
                "graticule.dataset_images",
                "SELECT image_id FROM graticule.dataset_images",
                {FAR_SLOT},
            ),
        ],
    ),
    "a dataset's group": (
        lambda w: update(w.first, group=w.elsewhere),
        lambda w: update(w.first, owner=w.charlie),
        [
            (
                "graticule.dataset_images",
                "SELECT image_id FROM graticule.dataset_images",
                {NEAR_SLOT},
            ),
        ],
    ),
    "a region's group": (
        lambda w: update(w.roi, group=w.elsewhere),
        lambda w: update(w.roi, owner=w.charlie),
        [("graticule.shapes", "SELECT shape_id FROM graticule.shapes", None)],
    ),
    "an annotation's group": (
        lambda w: update(w.tag, group=w.elsewhere),
        lambda w: update(w.tag, owner=w.charlie),
        [
            (
                "graticule.image_annotations",
                "SELECT image_id FROM graticule.image_annotations",
                {NEAR_SLOT},
            )
        ],
    ),
}


@pytest.mark.parametrize("what", SEEN)
def test_who_sees_a_row_changes_with_what_it_hangs_on(world, what):
    """Bob sees one less as it leaves his group; Alice, as it is not hers any more."""
    regroup, give_away, tables = SEEN[what]
    people = (world.alice, world.bob, world.charlie)
    rows = {name: [len(ask(who, query)) for who in people] for name, query, _ in tables}
    copies = {name: pieces(name) for name, *_ in tables}
    regroup(world)
    for name, query, touched in tables:
        alice, bob, _ = rows[name]
        assert len(ask(world.alice, query)) == alice
        assert len(ask(world.bob, query)) == bob - 1
        after = pieces(name)
        changed = {slot for slot in after if copies[name].get(slot) != after[slot]}
        assert touched is None or changed == touched
    give_away(world)
    for name, query, _ in tables:
        assert len(ask(world.alice, query)) == rows[name][0] - 1


def test_what_a_group_may_see_changes_at_once(world):
    from graticule.catalog.models import Permissions

    query = "SELECT obs_id FROM ivoa.obscore"
    assert len(ask(world.bob, query)) == 2
    update(world.group, permissions=Permissions.PRIVATE)
    assert ask(world.bob, query) == []
    assert len(ask(world.alice, query)) == 2


def test_a_dataset_that_others_alone_see_names_no_collection(world):
    from graticule.catalog.models import Permissions

    near = (world.alice, f"{COLLECTIONS} WHERE obs_id = 'of 100'")
    update(world.first, owner=world.bob)
    assert ask(*near) == [("of 100", "first")]
    update(world.group, permissions=Permissions.PRIVATE)
    assert ask(*near) == [("of 100", "folder")]
    update(world.group, permissions=Permissions.READ_ONLY)
    assert ask(*near) == [("of 100", "first")]
    update(world.first, group=world.elsewhere)
    assert ask(*near) == [("of 100", "folder")]


def test_what_the_header_names_goes_before_a_dataset(world):
    from graticule.catalog.models import Observation

    Observation.objects.filter(image=world.near).update(
        is_collection_told=True, obs_collection="2MASS"
    )
    rows = ask(world.alice, COLLECTIONS)
    assert rows == sorted([("of 100", "2MASS"), (f"of {FAR}", "second")])


def test_a_shared_link_is_seen_without_writing(world):
    from django.utils import timezone

    from graticule.catalog.models import Person, Share

    query = "SELECT obs_id FROM ivoa.obscore"
    ask(world.alice, query)
    before = pieces(OBSCORE)
    holder = Person(username="holder")
    holder.share = Share.objects.create(
        kind="image",
        thing_id=FAR,
        owner=world.alice,
        digest="d",
        expires=timezone.now() + timedelta(days=1),
    )
    assert ask(holder, query) == [(f"of {FAR}",)]
    assert pieces(OBSCORE) == before


def test_numbers_beyond_all_pieces_are_counted_together(world):
    from graticule.catalog.published_triggers import PIECE_BITS, SLOT_BITS

    beyond = 100 + (1 << (PIECE_BITS + SLOT_BITS))
    make_image(world, beyond)
    query = "SELECT image_id, name FROM graticule.images"
    assert [pk for pk, _ in ask(world.alice, query)] == [100, FAR, beyond]
    before = pieces("graticule.images")
    from graticule.catalog.models import Image

    Image.objects.filter(pk=beyond).update(name="far out")
    assert (beyond, "far out") in ask(world.alice, query)
    after = pieces("graticule.images")
    assert {slot for slot in after if before[slot] != after[slot]} == {NEAR_SLOT}


def test_counts_stay_few(world):
    from graticule.catalog.models import Image, PublishedChange

    Image.objects.update(name="0")
    before = PublishedChange.objects.count()
    for name in range(20):
        Image.objects.update(name=name)
    assert PublishedChange.objects.count() == before


def test_files_are_kept_as_long_as_they_are_read(world):
    from graticule.services.published.answering import Question, answered

    query = "SELECT name FROM graticule.images"
    first = pieces("graticule.images")
    before = [("image 100",), (f"image {FAR}",)]
    with answered(world.alice, Question(query, "ADQL", 100, "", 60)) as reading:
        for name in ("b", "c"):
            update(world.near, name=name)
            assert ask(world.alice, query) == [(name,), (f"image {FAR}",)]
        assert sorted(reading) == before
        assert first[NEAR_SLOT].is_file()
    update(world.near, name="d")
    last = pieces("graticule.images")
    assert last[FAR_SLOT] == first[FAR_SLOT]  # touched by none
    folder = first[NEAR_SLOT].parent
    assert set(folder.glob("graticule.images-*.parquet")) == set(last.values())
    assert len(list(folder.glob("graticule.images-*"))) == len(last) + 1


def test_what_is_read_together_is_of_one_moment(world):
    from django.db import connection

    from graticule.catalog.models import Image
    from graticule.catalog.snapshots import snapshot

    def rename():
        try:
            Image.objects.filter(pk=FAR).update(name="meanwhile")
        finally:
            connection.close()

    with snapshot():
        assert Image.objects.get(pk=100).name == "image 100"
        writer = threading.Thread(target=rename)
        writer.start()
        writer.join(20)
        assert not writer.is_alive()
        assert Image.objects.get(pk=FAR).name == f"image {FAR}"
    assert Image.objects.get(pk=FAR).name == "meanwhile"
