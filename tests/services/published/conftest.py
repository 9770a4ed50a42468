"""A small catalogue in two pieces, committed: copies are kept of such alone."""

from types import SimpleNamespace

import pytest

FAR = 100 + (2 << 15)
"""The number of an image that is in another piece than image 100."""


@pytest.fixture
def world(database, configured, tmp_path):
    """Two images with what belongs to them, in pieces 0 and 2; gone afterwards."""
    from graticule.catalog.models import Group, Membership, Person
    from graticule.services.remembered import forget_all

    configured(home=tmp_path)
    forget_all()
    made = SimpleNamespace()
    made.group = Group.objects.create(name="pieces", permissions="rwr---")
    made.elsewhere = Group.objects.create(name="no pieces", permissions="rwr---")
    for name, group in [
        ("alice", made.group),
        ("bob", made.group),
        ("charlie", made.elsewhere),
    ]:
        person = Person.objects.create_user(f"{name}-of-pieces")
        Membership.objects.create(person=person, group=group)
        setattr(made, name, person)
    try:
        _fill(made)
        yield made
    finally:
        _clear(made)
        forget_all()


def make_image(world, pk, **fields):
    """Make an image of Alice's with this number, and its observation."""
    from graticule.catalog.models import Channel, Image, Observation

    values = {"owner": world.alice, "group": world.group, "name": f"image {pk}"}
    image = Image.objects.create(
        pk=pk,
        **(values | fields),
        pixel_type="uint16",
        size_x=100,
        size_y=50,
        size_z=1,
        size_c=1,
        size_t=1,
        levels=[[100, 50, 100, 50]],
    )
    Channel.objects.create(image=image, index=0, name="r")
    Observation.objects.create(
        image=image,
        dataproduct_type="image",
        calib_level=2,
        obs_collection="folder",
        obs_id=f"of {pk}",
        s_ra=10,
        s_dec=40,
        s_fov=0.1,
        s_xel1=100,
        s_xel2=50,
    )
    return image


def _fill(made):
    from django.utils import timezone

    from graticule.catalog.models import (
        Annotation,
        AnnotationLink,
        Dataset,
        Fileset,
        Folder,
        OriginalFile,
        Project,
        Roi,
        Shape,
    )

    ours = {"owner": made.alice, "group": made.group}
    now = timezone.now()
    folder = Folder.objects.create(path="/pieces", **ours)
    fileset = Fileset.objects.create(
        folder=folder, entry="/pieces/a", format="FITS", signature="1", scanned=now
    )
    made.file = OriginalFile.objects.create(
        fileset=fileset, path="/pieces/a", name="a", size_bytes=5000, modified=now
    )
    made.near = make_image(made, 100, fileset=fileset)
    made.far = make_image(made, FAR)
    for name, image in (("first", made.near), ("second", made.far)):
        dataset = Dataset.objects.create(name=name, **ours)
        dataset.images.add(image)
        setattr(made, name, dataset)
    made.project = Project.objects.create(name="survey", **ours)
    made.project.datasets.add(made.first)
    made.roi = Roi.objects.create(image=made.near, name="star", **ours)
    made.shape = Shape.objects.create(
        roi=made.roi, kind="Point", min_x=1, min_y=1, max_x=1, max_y=1
    )
    made.tag = Annotation.objects.create(kind="tag", text="spiral", **ours)
    AnnotationLink.objects.create(
        annotation=made.tag, target=made.near, owner=made.alice
    )


def _clear(made):
    from graticule.catalog import models

    for name in (
        *("AnnotationLink", "Annotation", "Share", "Roi", "Image", "Dataset"),
        *("Project", "OriginalFile", "Fileset", "Folder"),
    ):
        getattr(models, name).objects.all().delete()
    models.Membership.objects.filter(group__name__endswith="pieces").delete()
    for person in (made.alice, made.bob, made.charlie):
        person.delete()
    models.Group.objects.filter(name__endswith="pieces").delete()
