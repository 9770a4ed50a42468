"""Filters against a naive one: Python loops over the rows, knowing no search."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

TAGS = ("control", "control group", "Mitosis")
KEYS = ("gene", "dose")
VALUES = ("CDK2", "ten mM", "ten mM twice")
CHANNELS = ("DAPI", "GFP")
FORMATS = ("OME-TIFF", "FITS")
WORDS = ("embryo", "larva", "wing")
DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Plain:
    """An image as the naive filter sees it."""

    pk: int
    name: str
    owner: int
    group: int
    sizes: dict
    day: date
    format: str
    channels: set
    tags: set = field(default_factory=set)
    pairs: set = field(default_factory=set)


@pytest.fixture
def lab(cast):
    """Thirty images that differ in everything, of two people in two groups."""
    from graticule.catalog.models import (
        Annotation,
        AnnotationLink,
        Channel,
        Fileset,
        Folder,
        Group,
        Image,
        Membership,
    )

    other = Group.objects.create(name="other lab", permissions="rwr---")
    Membership.objects.create(person=cast.alice, group=other)
    folder = Folder.objects.create(path="/lab", owner=cast.alice, group=cast.group)
    filesets = {
        name: Fileset.objects.create(
            folder=folder, entry=f"/lab/{name}", format=name, signature="s", scanned=DAY
        )
        for name in FORMATS
    }
    rows = []
    for n in range(30):
        belongs = {
            "owner": (cast.alice, cast.bob)[n % 3 == 0],
            "group": (cast.group, other)[n % 5 == 0],
        }
        sizes = {
            "size_x": 10 * (n % 7 + 1),
            "size_y": 10 * (n % 4 + 1),
            "size_z": n % 3 + 1,
            "size_t": n % 6 + 1,
            "size_c": n % 2 + 1,
            "pixel_width_um": None if n % 4 == 3 else 0.1 * (n % 5 + 1),
        }
        image = Image.objects.create(
            name=f"{WORDS[n % 3]} {n}",
            pixel_type="uint8",
            levels=[],
            key=str(n),
            fileset=filesets[FORMATS[n % 2]],
            acquired=DAY + timedelta(days=n % 11),
            **sizes,
            **belongs,
        )
        plain = Plain(
            *(image.pk, image.name, image.owner_id, image.group_id, sizes),
            *(image.acquired.date(), FORMATS[n % 2], set()),
        )
        for index in range(n % 2 + 1):
            name = CHANNELS[(n + index) % 2]
            Channel.objects.create(image=image, index=index, name=name)
            plain.channels.add(name)

        def annotate(owner, image=image, **values):
            made = Annotation.objects.create(owner=owner, group=image.group, **values)
            AnnotationLink.objects.create(annotation=made, target=image, owner=owner)

        for place, tag in enumerate(TAGS):
            if n % (place + 2) == 0:
                annotate(image.owner, kind="tag", text=tag)
                plain.tags.add(tag)
        if n % 2:
            pair = (KEYS[n % 4 == 1], VALUES[n % 3])
            annotate(image.owner, kind="map", pairs=[list(pair)])
            plain.pairs.add(pair)
        rows.append(plain)
    # What somebody else says of it in a group that Alice does not see.
    hidden = Group.objects.create(name="hidden", permissions="rw----")
    made = Annotation.objects.create(
        owner=cast.charlie, group=hidden, kind="tag", text="secret"
    )
    AnnotationLink.objects.create(annotation=made, target=image, owner=cast.charlie)
    return rows, other


def fits(row, asked, columns):
    """The naive filter."""
    if asked.text and not any(
        word.startswith(asked.text.casefold()) for word in row.name.split()
    ):
        return False
    for key, value in asked.pairs:
        texts = [text for name, text in row.pairs if name == key]
        wanted = f" {value.casefold()} "
        if value and not any(wanted in f" {text.casefold()} " for text in texts):
            return False
        if not texts:
            return False
    for name, span in asked.spans.items():
        size = row.sizes[columns[name]]
        if size is None:
            return False
        if span.least is not None and size < span.least:
            return False
        if span.most is not None and size > span.most:
            return False
    return (
        set(asked.tags) <= row.tags
        and set(asked.channels) <= row.channels
        and (not asked.owners or row.owner in asked.owners)
        and (not asked.groups or row.group in asked.groups)
        and (not asked.formats or row.format in asked.formats)
        and (asked.since is None or row.day >= asked.since)
        and (asked.until is None or row.day <= asked.until)
    )


def some(values, most=2):
    return st.lists(st.sampled_from(values), max_size=most, unique=True).map(tuple)


def maybe(values):
    return st.none() | values


DAYS = st.integers(-2, 13).map(lambda n: DAY.date() + timedelta(days=n))
WANTED_VALUES = ("", "CDK2", "cdk2", "ten mM", "mM twice", "twice", "nothing")


def spans():
    from graticule.services.search.filters import COLUMNS, Span

    number = st.none() | st.sampled_from([0.1, 0.25, 1.0, 2.0, 3.0, 20.0, 40.0])
    # An address has no filter that is open on both sides.
    span = st.builds(Span, number, number).filter(lambda each: each != Span())
    return st.dictionaries(st.sampled_from(sorted(COLUMNS)), span, max_size=2)


@settings(
    max_examples=120,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_the_same_as_a_naive_filter(lab, cast, data):
    from graticule.services.browse import Kind
    from graticule.services.search.facets import counts, facets
    from graticule.services.search.filters import COLUMNS, Filters, found

    rows, other = lab
    asked = Filters(
        text=data.draw(st.sampled_from(["", "", "embr", "Larva", "wing", "none"])),
        tags=data.draw(some(TAGS)),
        channels=data.draw(some(CHANNELS)),
        pairs=data.draw(
            st.lists(
                st.tuples(st.sampled_from(KEYS), st.sampled_from(WANTED_VALUES)),
                max_size=1,
            ).map(tuple)
        ),
        owners=data.draw(some([cast.alice.pk, cast.bob.pk])),
        groups=data.draw(some([cast.group.pk, other.pk])),
        formats=data.draw(some(FORMATS)),
        since=data.draw(maybe(DAYS)),
        until=data.draw(maybe(DAYS)),
        spans=data.draw(spans()),
    )
    expected = {row.pk for row in rows if fits(row, asked, COLUMNS)}
    assert set(found(cast.alice, Kind.IMAGE, asked).values_list("pk", flat=True)) == (
        expected
    )
    assert counts(cast.alice, asked)[Kind.IMAGE] == len(expected)
    inside = [row for row in rows if row.pk in expected]
    shown = facets(cast.alice, asked)
    for name, of in (
        ("tag", lambda row: row.tags),
        ("channel", lambda row: row.channels),
        ("key", lambda row: {key for key, _ in row.pairs}),
    ):
        values = {value for row in inside for value in of(row)}
        wanted = {value: sum(value in of(row) for row in inside) for value in values}
        assert {each.label: each.count for each in shown[name]} == wanted, name


def test_only_what_is_seen_counts(lab, cast):
    from graticule.services.browse import Kind
    from graticule.services.search.facets import facets
    from graticule.services.search.filters import Filters, found
    from graticule.services.search.suggesting import suggest

    rows, _ = lab
    everything = Filters()
    seen = {
        "alice": len(rows),
        "bob": sum(
            row.group == cast.group.pk or row.owner == cast.bob.pk for row in rows
        ),
        "charlie": 0,
        "administrator": len(rows),
    }
    for who, count in seen.items():
        person = getattr(cast, who)
        assert found(person, Kind.IMAGE, everything).count() == count, who
        owners = facets(person, everything)["owner"]
        assert sum(each.count for each in owners) == count
        assert bool(suggest(person, "embr")) == bool(count)
    secret = Filters(tags=("secret",))
    assert found(cast.alice, Kind.IMAGE, secret).count() == 0
    assert found(cast.administrator, Kind.IMAGE, secret).count() == 1
    assert [each.text for each in suggest(cast.alice, "secr")] == []
    assert [each.text for each in suggest(cast.administrator, "secr")] == ["secret"]
    assert "secret" not in [
        each.label for each in facets(cast.alice, everything)["tag"]
    ]


def test_facets_of_one_is_enough_count_the_others_too(lab, cast):
    from graticule.services.search.facets import facets
    from graticule.services.search.filters import Filters

    rows, _ = lab
    shown = facets(cast.alice, Filters(owners=(cast.bob.pk,), formats=("FITS",)))
    counted = {each.value: each.count for each in shown["owner"]}
    fits_rows = [row for row in rows if row.format == "FITS"]
    assert counted == {
        str(person.pk): sum(row.owner == person.pk for row in fits_rows)
        for person in (cast.alice, cast.bob)
    }


def test_containers_are_filtered_too(cast):
    from graticule.catalog.models import Annotation, AnnotationLink, Dataset, Project
    from graticule.services.browse import Kind
    from graticule.services.search.filters import Filters, Span, found

    belongs = {"owner": cast.alice, "group": cast.group}
    project = Project.objects.create(name="wings", **belongs)
    Dataset.objects.create(name="wings of day 1", **belongs)
    tag = Annotation.objects.create(kind="tag", text="kept", **belongs)
    AnnotationLink.objects.create(annotation=tag, target=project, owner=cast.alice)

    def names(of, **asked):
        return [row.name for row in found(cast.bob, of, Filters(**asked))]

    assert names(Kind.PROJECT, tags=("kept",)) == ["wings"]
    assert names(Kind.DATASET, tags=("kept",)) == []
    assert names(Kind.DATASET, text="wing") == ["wings of day 1"]
    assert names(Kind.DATASET, text="wing", kind=Kind.PROJECT) == []
    assert names(Kind.DATASET, spans={"width": Span(1, None)}) == []
    today = datetime.now(UTC).date()
    assert names(Kind.PROJECT, since=today) == ["wings"]
    assert names(Kind.PROJECT, until=today - timedelta(days=2)) == []


def test_suggestions(lab, cast):
    from graticule.services.search.suggesting import suggest

    def said(text):
        return [(each.kind, each.text) for each in suggest(cast.alice, text)]

    assert said("embr")[:1] == [("image", "embryo 0")]
    assert len(said("embr")) == 4
    assert said("control") == [("tag", "control"), ("tag", "control group")]
    assert said("grou") == [("tag", "control group")]
    assert said("GEN") == [("key", "gene")]
    assert said("wing 1")[0] == ("image", "wing 11")
    for nothing in ("", "  ", "***", '"', "(", "nothing at all", "\\"):
        assert said(nothing) == []
