"""Projects, datasets and their children (contract webgateway 8.1, 8.2)."""

import pytest
from tests.web.conftest import checked


@pytest.fixture
def dataset(image):
    return image("slide.ome.tif").datasets.get()


@pytest.fixture
def project(dataset):
    return dataset.projects.get()


def legacy(answer):
    """2.6: the old "object not found" of some lists."""
    assert answer.status_code == 500
    assert answer["Content-Type"] == "text/javascript"
    assert answer.content == b'""'


class TestProjects:
    def test_it_works(self, client, project):
        found = checked(client.get("/webgateway/proj/list/"), "project_list")
        assert {row["name"] for row in found} == {"embryos", "slides", "types"}
        assert {"id": project.pk, "name": "slides", "description": ""} in found

    def test_detail(self, client, project):
        project.description = "Objektträger"
        project.save()
        answer = client.get(f"/webgateway/proj/{project.pk}/detail/")
        assert checked(answer, "simple") == {
            "type": "Project",
            "id": project.pk,
            "name": "slides",
            "description": "Objektträger",
        }
        assert rb"Objekttr\u00e4ger" in answer.content  # 2.6

    def test_datasets_by_name_with_counts(self, client, project, dataset, image):
        from graticule.catalog.models import Dataset

        for name in ("b", "A", "zz"):
            more = Dataset.objects.create(
                name=name, owner=project.owner, group=project.group
            )
            project.datasets.add(more)
        more.images.add(image("cells.ome.tif"))
        answer = client.get(f"/webgateway/proj/{project.pk}/children/")
        found = checked(answer, "dataset_list")
        assert [(row["name"], row["child_count"]) for row in found] == [
            ("A", 0),
            ("b", 0),
            ("slides", 3),
            ("zz", 1),
        ]

    def test_hidden_images_are_not_counted(self, client, project, image, cast):
        hidden = image("photo.tif")
        hidden.owner, hidden.group = cast.alice, cast.group
        hidden.save()
        answer = client.get(f"/webgateway/proj/{project.pk}/children/")
        assert checked(answer, "dataset_list")[0]["child_count"] == 2

    def test_unknown(self, client):
        # 8.1: detail 500 JSON, children an empty list
        answer = client.get("/webgateway/proj/987654/detail/")
        assert "987654" in checked(answer, "error", 500)["message"]
        answer = client.get("/webgateway/proj/987654/children/")
        assert checked(answer, "dataset_list") == []

    def test_jsonp(self, client):
        answer = client.get("/webgateway/proj/987654/children/?callback=f")
        assert answer["Content-Type"] == "application/javascript"
        assert answer.content == b"f([])"


class TestDatasets:
    def test_detail(self, client, dataset):
        answer = client.get(f"/webgateway/dataset/{dataset.pk}/detail/")
        found = checked(answer, "simple")
        assert (found["type"], found["name"]) == ("Dataset", "slides")
        checked(client.get("/webgateway/dataset/987654/detail/"), "error", 500)

    def test_images_by_name(self, client, dataset, image):
        answer = client.get(f"/webgateway/dataset/{dataset.pk}/children/")
        found = checked(answer, "image_list")
        names = [row["name"] for row in found]
        assert names == sorted(names, key=str.lower)
        row = next(row for row in found if row["name"] == "photo.tif")
        photo = image("photo.tif")
        assert row == {
            "type": "Image",
            "id": photo.pk,
            "name": "photo.tif",
            "description": "",
            "author": photo.owner.full_name,
            "date": photo.created.timestamp(),
            "thumb_url": f"/webgateway/render_thumbnail/{photo.pk}/",
        }
        assert client.get(row["thumb_url"]).status_code == 200

    @pytest.mark.parametrize("text", ["1", "true", "false", "0"])
    def test_tiled_is_any_text(self, client, dataset, configured, text):
        configured(max_plane_pixels=100_000)
        answer = client.get(f"/webgateway/dataset/{dataset.pk}/children/?tiled={text}")
        found = {row["name"]: row for row in checked(answer, "image_list_tiled")}
        assert found["photo.tif"]["size"] == {"width": 192, "height": 128}
        assert found["photo.tif"]["tiled"] is False
        assert found["Image0"]["size"] == {"width": 1000, "height": 700}
        assert found["Image0"]["tiled"] is True

    @pytest.mark.parametrize("query", ["tiled=", "thumbUrlPrefix=x", ""])
    def test_not_tiled(self, client, dataset, query):
        answer = client.get(f"/webgateway/dataset/{dataset.pk}/children/?{query}")
        checked(answer, "image_list")

    def test_unknown(self, client):
        legacy(client.get("/webgateway/dataset/987654/children/"))
        # a full response: no JSONP
        legacy(client.get("/webgateway/dataset/987654/children/?callback=f"))


@pytest.mark.parametrize(
    "path",
    [
        "proj/{}/detail/",
        "proj/{}/children/",
        "dataset/{}/detail/",
        "dataset/{}/children/",
        "well/{}/children/",
        "wellData/{}/",
    ],
)
def test_too_large_numbers(client, path):
    for number in (2**63, "9" * 5000):
        checked(client.get("/webgateway/" + path.format(number)), "error", 500)
    # the largest that fits is just not there
    assert client.get("/webgateway/" + path.format(2**63 - 1)).status_code in {200, 500}
