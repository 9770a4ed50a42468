"""Every address of the JSON API: what it lists, filters, orders (contract 3)."""

import pytest
from tests.web.api.conftest import M, checked_list, checked_one, make_picture

# Every list of the contract's table: address, kind, the thing it must hold.
LISTS = [
    ("projects/", "Project", "project"),
    ("projects/?dataset={dataset}", "Project", "project"),
    ("datasets/", "Dataset", "dataset"),
    ("datasets/?project={project}", "Dataset", "dataset"),
    ("datasets/?image={image}", "Dataset", "dataset"),
    ("projects/{project}/datasets/", "Dataset", "dataset"),
    ("projects/{project}/datasets/?image={image}", "Dataset", "dataset"),
    ("images/{image}/datasets/", "Dataset", "dataset"),
    ("images/{image}/datasets/?project={project}", "Dataset", "dataset"),
    ("datasets/{dataset}/projects/", "Project", "project"),
    ("images/", "Image", "image"),
    ("images/?dataset={dataset}", "Image", "image"),
    ("datasets/{dataset}/images/", "Image", "image"),
    ("screens/", "Screen", "screen"),
    ("screens/?plate={plate}", "Screen", "screen"),
    ("plates/{plate}/screens/", "Screen", "screen"),
    ("plates/", "Plate", "plate"),
    ("plates/?screen={screen}", "Plate", "plate"),
    ("plates/?well={well}", "Plate", "plate"),
    ("screens/{screen}/plates/", "Plate", "plate"),
    ("screens/{screen}/plates/?well={well}", "Plate", "plate"),
    ("wells/{well}/plates/", "Plate", "plate"),
    ("wells/{well}/plates/?screen={screen}", "Plate", "plate"),
    ("plates/{plate}/plateacquisitions/", "PlateAcquisition", "plateacquisition"),
    ("wells/", "Well", "well"),
    ("wells/?plate={plate}", "Well", "well"),
    ("plates/{plate}/wells/", "Well", "well"),
    ("plateacquisitions/{plateacquisition}/wells/", "Well", "well"),
    ("plates/{plate}/wellsampleindex/3/wells/", "Well", "well"),
    (
        "plateacquisitions/{plateacquisition}/wellsampleindex/3/wells/",
        "Well",
        "well",
    ),
    ("rois/", "Roi", "roi"),
    ("rois/?image={image}", "Roi", "roi"),
    ("images/{image}/rois/", "Roi", "roi"),
    ("shapes/", "Shape", "shape"),
    ("experimenters/", "Experimenter", "experimenter"),
    (
        "experimenters/?experimentergroup={experimentergroup}",
        "Experimenter",
        "experimenter",
    ),
    (
        "experimentergroups/{experimentergroup}/experimenters/",
        "Experimenter",
        "experimenter",
    ),
    ("experimentergroups/", "ExperimenterGroup", "experimentergroup"),
    (
        "experimentergroups/?experimenter={experimenter}",
        "ExperimenterGroup",
        "experimentergroup",
    ),
    (
        "experimenters/{experimenter}/experimentergroups/",
        "ExperimenterGroup",
        "experimentergroup",
    ),
]
SINGLE = {
    "projects": "project",
    "datasets": "dataset",
    "images": "image",
    "screens": "screen",
    "plates": "plate",
    "plateacquisitions": "plateacquisition",
    "wells": "well",
    "rois": "roi",
    "shapes": "shape",
    "experimenters": "experimenter",
    "experimentergroups": "experimentergroup",
}
BY_NAME = {
    "project": "Project",
    "dataset": "Dataset",
    "image": "Image",
    "screen": "Screen",
    "plate": "Plate",
    "plateacquisition": "PlateAcquisition",
    "well": "Well",
    "roi": "Roi",
    "shape": "Shape",
    "experimenter": "Experimenter",
    "experimentergroup": "ExperimenterGroup",
}
OF_PARENTS = [row for row in LISTS if "{" in row[0]]


def fill(path, things):
    ids = {name: getattr(things, name).pk for name in SINGLE.values()}
    return M + path.format(**ids)


def numbers(answer):
    return [row["@id"] for row in answer.json()["data"]]


@pytest.mark.parametrize(("path", "kind", "name"), LISTS)
def test_lists(alice, full, path, kind, name):
    found = checked_list(alice.get(fill(path, full)), kind)
    assert getattr(full, name).pk in [row["@id"] for row in found["data"]]
    assert found["meta"]["offset"] == 0
    assert found["meta"]["limit"] == 200
    assert found["meta"]["maxLimit"] == 500
    assert found["meta"]["totalCount"] == len(found["data"])


@pytest.mark.parametrize(("path", "kind", "name"), OF_PARENTS)
def test_parents_that_do_not_exist_have_no_children(alice, things, path, kind, name):
    for number in (999_999, 10**17):
        nobody = dict.fromkeys(SINGLE.values(), number)
        found = checked_list(alice.get(M + path.format(**nobody)), kind)
        assert found["data"] == []
        assert found["meta"]["totalCount"] == 0


@pytest.mark.parametrize(("path", "kind", "name"), OF_PARENTS)
def test_parents_that_are_hidden_have_no_children(things, logged_in, path, kind, name):
    charlie = logged_in(things.cast.charlie)
    assert numbers(charlie.get(fill(path, things))) == []


@pytest.mark.parametrize(
    ("path", "name"),
    [(path, name) for path, kind, name in OF_PARENTS if "Experimenter" not in kind],
)
def test_only_their_own_children(alice, things, path, name):
    """A second thing of every kind, linked with nothing of Alice's first ones."""
    other = make_other(things)
    found = numbers(alice.get(fill(path, things)))
    assert getattr(other, name).pk not in found
    assert getattr(things, name).pk in found


def make_other(things):
    from types import SimpleNamespace

    from graticule.catalog import models

    belongs = things.belongs
    image = make_picture("other", belongs)
    plate = models.Plate.objects.create(name="other", **belongs)
    run = models.PlateAcquisition.objects.create(plate=plate, key="0", **belongs)
    well = models.Well.objects.create(plate=plate, row=0, column=0, **belongs)
    models.WellSample.objects.create(well=well, image=image, acquisition=run, index=3)
    return SimpleNamespace(
        image=image,
        plate=plate,
        plateacquisition=run,
        well=well,
        dataset=models.Dataset.objects.create(name="other", **belongs),
        project=models.Project.objects.create(name="other", **belongs),
        screen=models.Screen.objects.create(name="other", **belongs),
        roi=models.Roi.objects.create(image=image, **belongs),
    )


@pytest.mark.parametrize(("path", "name"), SINGLE.items())
def test_single_objects(alice, full, path, name):
    thing = getattr(full, name)
    found = checked_one(alice.get(f"{M}{path}/{thing.pk}/"), BY_NAME[name])
    assert found["@id"] == thing.pk


@pytest.mark.parametrize(("path", "name"), SINGLE.items())
@pytest.mark.parametrize("number", ["0", "999999", "9" * 19, "9" * 40])
def test_single_objects_that_do_not_exist(alice, things, path, name, number):
    answer = alice.get(f"{M}{path}/{number}/")
    assert answer.status_code == 404
    kind = BY_NAME[name]
    assert answer.json()["message"].startswith(f"{kind} ")
    assert answer.json()["message"].endswith(" not found")
    assert answer.json()["stacktrace"] == ""
    assert answer["X-OMERO-ApiVersion"] == "0.2"


@pytest.mark.parametrize(("path", "name"), SINGLE.items())
def test_addresses_lead_somewhere(alice, full, path, name):
    one = alice.get(f"{M}{path}/{getattr(full, name).pk}/").json()["data"]
    rows = (
        [] if path == "plateacquisitions" else alice.get(f"{M}{path}/").json()["data"]
    )
    found = list(addresses([one, *rows]))
    assert found or name == "roi"
    for address in found:
        assert alice.get(address).status_code == 200, address


def addresses(value):
    if isinstance(value, list):
        for each in value:
            yield from addresses(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key.startswith("url:"):
                yield from each if isinstance(each, list) else [each]
            else:
                yield from addresses(each)


@pytest.mark.parametrize(
    "path",
    ["plateacquisitions/", "save/x/", "projects/x/", "projects/-1/", "images/1/wells/"],
)
def test_no_such_address(alice, path):
    assert alice.get(M + path).status_code == 404


def test_other_versions_are_not_there(client):
    for version in ("v1", "v00", "v0.1"):
        answer = client.get(f"/api/{version}/")
        assert answer.status_code == 404
        assert answer["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("method", ["put", "patch", "delete", "post", "options"])
@pytest.mark.parametrize("path", ["projects/", "images/{image}/", "rois/"])
def test_wrong_methods(things, path, method):
    from django.test import Client

    answer = getattr(Client(SERVER_NAME="localhost"), method)(fill(path, things))
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD"
    if (path, method) == ("images/{image}/", "delete"):  # contract 6
        expected = {"message": "Delete of Image not supported", "stacktrace": ""}
    else:
        expected = {"message": f"{method.upper()} is not possible here."}
    assert answer.json() == expected
