"""Queries over HTTP: the door in this process, over tables that are rolled back."""

from datetime import timedelta

import pytest
from tests.web.conftest import new_client


@pytest.fixture
def door(catalog, configured, tmp_path):
    """The service, with its copies and files in a folder of the test."""
    configured(home=tmp_path, rights_age=timedelta(0))
    return tmp_path


@pytest.fixture
def client(door):
    return new_client()


@pytest.fixture
def make_image(door, cast):
    """Make images, sky images if they are given a place."""
    from graticule.catalog.models import Channel, Image, Observation

    def make(name="M31", owner=None, group=None, place=None, **fields):
        image = Image.objects.create(
            name=name,
            owner=owner or cast.alice,
            group=group or cast.group,
            pixel_type="uint16",
            size_x=100,
            size_y=50,
            size_z=1,
            size_c=1,
            size_t=1,
            levels=[[100, 50, 100, 50]],
            **fields,
        )
        Channel.objects.create(image=image, index=0, name="r", emission_nm=620.5)
        if place is not None:
            Observation.objects.create(
                image=image,
                dataproduct_type="image",
                calib_level=2,
                obs_collection="Survey",
                obs_id=name,
                s_ra=place[0],
                s_dec=place[1],
                s_fov=0.1,
                s_region="POLYGON 10 40 10.1 40 10.1 40.1 10 40.1",
                s_xel1=100,
                s_xel2=50,
            )
        return image

    return make


@pytest.fixture
def ask(door, logged_in):
    """Ask a question as somebody and get the rows as dictionaries of texts."""
    import csv

    def rows(query, person=None, **more):
        client = logged_in(person) if person else new_client()
        answer = client.post(
            "/tap/sync", {"LANG": "ADQL", "QUERY": query, "FORMAT": "csv", **more}
        )
        body = b"".join(answer) if answer.streaming else answer.content
        assert answer.status_code == 200, body
        return list(csv.DictReader(body.decode().splitlines()))

    return rows
