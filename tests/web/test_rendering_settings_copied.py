"""The clipboard, copies, resets and images alike (contract webgateway 9.2 to 9.4)."""

import json

import pytest
from tests.web.conftest import checked
from tests.web.test_rendering_settings import ALL, MAPS, posting, rdef_of

QUERY = {"c": ALL, "m": "c", "maps": MAPS, "pixel_range": "0:65535"}


@pytest.fixture
def twins(image, make_cast):
    """Two images alike, one of other channels: Alice's, in one dataset; the cast."""
    from graticule.catalog.models import Channel, Dataset, Project, RenderingSettings

    cast = make_cast("rwra--")
    belongs = {"owner": cast.alice, "group": cast.group}
    first, other = image("cells.ome.tif"), image("slide.ome.tif")
    channels = list(first.channels.all())
    imported = first.renderings.get(person=None)
    for row in (first, other):
        row.owner, row.group = cast.alice, cast.group
        row.save()
    second = type(first).objects.get(pk=first.pk)
    second.pk, second.key, second.name = None, "1", "twin"
    second.size_z, second._state.adding = 2, True
    second.save()
    for channel in channels:
        Channel.objects.create(
            image=second,
            index=channel.index,
            name=channel.name,
            emission_nm=channel.emission_nm,
        )
    RenderingSettings.objects.create(
        image=second,
        person=None,
        channels=imported.channels,
        default_z=1,
        default_t=1,
    )
    dataset = Dataset.objects.create(name="all", **belongs)
    dataset.images.set([first, second, other])
    project = Project.objects.create(name="one", **belongs)
    project.datasets.add(dataset)
    for image_row in (first, second, other):
        for place in image_row.datasets.exclude(pk=dataset.pk):
            place.images.remove(image_row)
    return first, second, other, dataset, cast


@pytest.fixture
def bob(twins, logged_in):
    return logged_in(twins[4].bob)


def clipboard(client):
    return checked(client.get("/webgateway/getImgRDef/"), "clipboard")["rdef"]


def copy(client, form=None, **query):
    return posting(client)("copyImgRDef/", query, form)


class TestClipboard:
    def test_empty(self, bob):
        assert clipboard(bob) is None

    def test_settings(self, bob, twins):
        # as viewers copy: a GET that stores
        answer = bob.get(
            "/webgateway/copyImgRDef/", {**QUERY, "imageId": twins[0].pk, "q": "0.9"}
        )
        assert checked(answer, "truth") is True
        assert clipboard(bob) == {
            **QUERY,
            "maps": json.loads(MAPS),
            "imageId": twins[0].pk,
        }

    def test_it_is_the_sessions(self, bob, twins, logged_in):
        bob.get("/webgateway/copyImgRDef/", QUERY)
        assert clipboard(logged_in(twins[4].bob)) is None

    def test_maps_that_are_no_json_are_left_out(self, bob):
        bob.get("/webgateway/copyImgRDef/", {"c": ALL, "maps": "{", "z": "2"})
        assert clipboard(bob) == {"c": ALL, "z": "2"}

    def test_posts_store_only_if_asked(self, bob):
        assert checked(copy(bob, QUERY), "truth") is False
        assert clipboard(bob) is None
        assert checked(copy(bob, {**QUERY, "store": "true"}), "truth") is True
        assert clipboard(bob)["c"] == ALL

    def test_an_image(self, bob, twins):
        first = twins[0]
        bob.get("/webgateway/copyImgRDef/", QUERY)
        answer = bob.get("/webgateway/copyImgRDef/", {"fromid": first.pk})
        assert checked(answer, "truth") is True
        held = clipboard(bob)
        assert held["m"] == "color"
        assert held["pixel_range"] == "0:65535"
        entries = held["c"].split(",")
        # over the statistics of the file's formula
        assert entries[0] == "1|100.0:9180.0$0000FF"
        assert entries[3].startswith("-4|")
        assert (
            held["maps"]
            == [
                {
                    "inverted": {"enabled": False},
                    "quantization": {"family": "linear", "coefficient": 1.0},
                }
            ]
            * 4
        )

    def test_an_image_that_cannot_be_seen(self, twins, logged_in):
        client = logged_in(twins[4].charlie)
        client.get("/webgateway/copyImgRDef/", {"fromid": twins[0].pk})
        assert clipboard(client) is None

    def test_nothing_asked(self, bob):
        answer = bob.get("/webgateway/copyImgRDef/")
        assert (answer.status_code, answer["Allow"]) == (405, "POST")

    def test_an_id_that_is_none(self, bob):
        answer = bob.get("/webgateway/copyImgRDef/", {**QUERY, "imageId": "x"})
        checked(answer, "error", 500)


class TestPaste:
    def test_save_to_all(self, bob, twins):
        # as iviewer does: settings in the query, the dataset in the form
        first, second, other, dataset, cast = twins
        form = {"toids": dataset.pk, "to_type": "dataset", "imageId": first.pk}
        answer = copy(bob, form, z="3", t="1", **QUERY)
        found = checked(answer, "copied")
        assert found == {"true": [second.pk], "false": [other.pk]}
        source, target = (rdef_of(bob, row, cast.bob) for row in (first, second))
        assert source["c"] == target["c"]
        assert [channel["end"] for channel in target["c"]] == [9000, 6000, 8000, 2]
        assert target["c"][1]["inverted"] is True
        # rendering 9: planes only where they exist
        assert (source["z"], source["t"]) == (2, 0)
        assert (target["z"], target["t"]) == (1, 0)
        assert rdef_of(bob, other, cast.bob) is None

    def test_settings_on_images_do_not_stay_on_their_source(self, bob, twins):
        first, second, _, _, cast = twins
        form = {"toids": [second.pk]}
        answer = copy(bob, form, imageId=first.pk, **QUERY)
        assert checked(answer, "copied") == {"true": [second.pk], "false": []}
        assert rdef_of(bob, second, cast.bob)["c"][0]["end"] == 9000
        assert rdef_of(bob, first, cast.bob) is None

    def test_from_the_session(self, bob, twins):
        first, second, other, _, cast = twins
        posting(bob)(f"saveImgRDef/{first.pk}/", {"c": ALL, "m": "g"})
        bob.get("/webgateway/copyImgRDef/", {"fromid": first.pk})
        found = checked(copy(bob, {"toids": [other.pk, first.pk, second.pk]}), "copied")
        assert found == {"true": [second.pk], "false": [other.pk]}
        target = rdef_of(bob, second, cast.bob)
        assert (target["model"], target["c"][0]["start"]) == ("greyscale", 200)

    def test_from_the_query(self, bob, twins):
        first, second, *_ = twins
        posting(bob)(f"saveImgRDef/{first.pk}/", {"c": ALL, "m": "c"})
        answer = copy(bob, {"toids": [second.pk]}, fromid=first.pk)
        assert checked(answer, "copied")["true"] == [second.pk]

    def test_a_wavelength_that_is_missing(self, bob, twins):
        first, second, *_ = twins
        second.channels.filter(index=2).update(emission_nm=611)
        answer = copy(bob, {"toids": [second.pk]}, fromid=first.pk)
        assert checked(answer, "copied") == {"true": [], "false": [second.pk]}

    def test_a_plate_and_its_runs(self, bob, twins):
        from graticule.catalog.models import Plate, PlateAcquisition, Well, WellSample

        first, second, _, _, cast = twins
        belongs = {"owner": cast.alice, "group": cast.group}
        plate = Plate.objects.create(name="plate", **belongs)
        run = PlateAcquisition.objects.create(plate=plate, **belongs)
        well = Well.objects.create(plate=plate, row=0, column=0, **belongs)
        WellSample.objects.create(well=well, image=second)
        for kind, number in (("plate", plate.pk), ("acquisition", run.pk)):
            form = {"toids": number, "to_type": kind}
            answer = copy(bob, form, fromid=first.pk)
            assert checked(answer, "copied") == {"true": [second.pk], "false": []}

    def test_nothing_to_apply(self, bob, twins):
        assert checked(copy(bob, {"toids": [twins[0].pk]}), "truth") is False

    def test_a_source_that_may_not_be_annotated(self, twins, logged_in):
        client = logged_in(twins[4].charlie)
        answer = copy(client, {"toids": [twins[1].pk]}, fromid=twins[0].pk)
        assert checked(answer, "truth") is False

    def test_targets_that_may_not_be_annotated(self, bob, twins):
        from graticule.catalog.models import Membership

        first, second, _, _, cast = twins
        elsewhere = Membership.objects.get(person=cast.charlie).group
        second.owner, second.group = cast.charlie, elsewhere
        second.save()
        answer = copy(bob, {"toids": [second.pk]}, fromid=first.pk)
        assert checked(answer, "copied") == {"true": [], "false": [second.pk]}
        assert not second.renderings.exclude(person=None).exists()

    @pytest.mark.parametrize("left_out", ["m", "imageId"])
    def test_incomplete_settings(self, bob, twins, left_out):
        asked = {**QUERY, "imageId": twins[0].pk}
        del asked[left_out]
        answer = copy(bob, {"toids": [twins[1].pk]}, **asked)
        checked(answer, "error", 500)


class TestReset:
    def test_to_import(self, bob, twins, logged_in):
        first, second, other, dataset, cast = twins
        before = bob.get(f"/webgateway/imgData/{first.pk}/").json()
        for client in (bob, logged_in(cast.alice)):
            posting(client)(f"saveImgRDef/{first.pk}/", {"c": ALL, "m": "g"})
        form = {"to_type": "dataset", "toids": [dataset.pk]}
        answer = posting(bob)("resetRDef/", form=form)
        assert checked(answer, "image_ids") == sorted([first.pk, second.pk, other.pk])
        assert bob.get(f"/webgateway/imgData/{first.pk}/").json() == before
        # Alice's own stay.
        assert rdef_of(bob, first, cast.alice)["model"] == "greyscale"

    def test_to_the_owners(self, bob, twins, logged_in):
        first, second, _, _, cast = twins
        posting(logged_in(cast.alice))(f"saveImgRDef/{first.pk}/", {"c": ALL, "m": "g"})
        posting(bob)(
            f"saveImgRDef/{first.pk}/", {"c": ALL.replace("9000", "1"), "m": "c"}
        )
        form = {"toids": [first.pk, second.pk]}
        answer = posting(bob)("applyOwnersRDef/", form=form)
        assert checked(answer, "image_ids") == sorted([first.pk, second.pk])
        mine, alices = (rdef_of(bob, first, who) for who in (cast.bob, cast.alice))
        assert mine.pop("id") != alices.pop("id")
        assert mine.pop("owner") != alices.pop("owner")
        assert mine == alices
        assert mine["c"][0]["end"] == 9000

    def test_of_a_run_only_its_images(self, bob, twins):
        from graticule.catalog.models import Plate, PlateAcquisition, Well, WellSample

        first, second, _, _, cast = twins
        belongs = {"owner": cast.alice, "group": cast.group}
        plate = Plate.objects.create(name="plate", **belongs)
        run = PlateAcquisition.objects.create(plate=plate, **belongs)
        well = Well.objects.create(plate=plate, row=0, column=0, **belongs)
        WellSample.objects.create(well=well, image=first, index=0)
        WellSample.objects.create(well=well, image=second, index=1, acquisition=run)
        for kind, number, expected in (
            ("acquisition", run.pk, [second.pk]),
            ("plateAcquisition", run.pk, [second.pk]),
            ("plate", plate.pk, sorted([first.pk, second.pk])),
            ("well", well.pk, sorted([first.pk, second.pk])),
        ):
            form = {"to_type": kind, "toids": [number]}
            answer = posting(bob)("resetRDef/", form=form)
            assert checked(answer, "image_ids") == expected

    @pytest.mark.parametrize("path", ["resetRDef/", "applyOwnersRDef/"])
    @pytest.mark.parametrize(
        "form",
        [{}, {"toids": "x"}, {"toids": ["0"]}, {"to_type": "roi", "toids": ["1"]}],
    )
    def test_refused(self, bob, path, form):
        checked(posting(bob)(path, form=form), "error", 500)

    def test_the_query_is_not_read(self, bob, twins):
        answer = posting(bob)("resetRDef/", {"toids": twins[0].pk})
        checked(answer, "error", 500)

    def test_who_may_not_annotate_changes_nothing(self, client, image):
        row = image("cells.ome.tif")
        answer = posting(client)("resetRDef/", form={"toids": [row.pk]})
        assert checked(answer, "image_ids") == []
        assert row.renderings.count() == 1


class TestAlike:
    def test_it_works(self, bob, twins):
        first, second, *_ = twins
        for row, twin in ((first, second), (second, first)):
            answer = bob.get(f"/webgateway/compatImgRDef/{row.pk}/")
            assert checked(answer, "image_ids") == [twin.pk]

    def test_labels_in_any_order(self, bob, twins):
        first, second, *_ = twins
        for index, name in ((0, "GFP"), (1, "DAPI")):
            second.channels.filter(index=index).update(name=name)
        url = f"/webgateway/compatImgRDef/{first.pk}/"
        assert bob.get(url).json() == [second.pk]
        second.channels.filter(index=0).update(name="other")
        assert bob.get(url).json() == []

    def test_no_such_image(self, twins, logged_in):
        client = logged_in(twins[4].charlie)
        answer = client.get(f"/webgateway/compatImgRDef/{twins[0].pk}/")
        assert checked(answer, "truth") is False

    def test_in_no_single_project(self, bob, twins):
        first, _, _, dataset, _ = twins
        dataset.projects.clear()
        answer = bob.get(f"/webgateway/compatImgRDef/{first.pk}/")
        checked(answer, "error", 500)


@pytest.mark.parametrize(("scope", "status"), [("read", 403), ("write", 200)])
def test_tokens_for_reading_change_nothing(client, twins, scope, status):
    from graticule.catalog.tokens import make_token

    first, second, _, _, cast = twins
    secret = make_token(cast.bob, "a script", scopes=(scope,))
    headers = {"Authorization": f"Bearer {secret}"}
    for path, form in (
        (f"saveImgRDef/{first.pk}/", {"c": ALL, "m": "c"}),
        ("resetRDef/", {"toids": first.pk}),
        ("applyOwnersRDef/", {"toids": first.pk}),
        (f"copyImgRDef/?fromid={first.pk}", {"toids": second.pk}),
    ):
        answer = client.post(f"/webgateway/{path}", form, headers=headers)
        assert answer.status_code == status, path
    assert second.renderings.filter(person=cast.bob).exists() is (status == 200)
