"""The job list of links, ``dlasync`` (contract uws 16: ``DatalinkAsyncRenderer``)."""

import pytest
from tests.jobs.conftest import execute
from tests.web.datalink.conftest import HERE, did
from tests.web.uws.conftest import location
from tests.web.uws.documents import UWS, XLINK, read, said, values

LIST = "/datalink/dlasync"


def created(client, data=None):
    return location(client.post(LIST, data or {}))


def test_it_works(client, image, catalogued):
    row = image("uint8.tif")
    job = created(client, {"ID": did(row), "RUNID": "night-42", "PHASE": "RUN"})
    assert job.startswith(f"{LIST}/")
    execute(job.rpartition("/")[2])
    root = read(client.get(job))
    (result,) = root.iter(f"{UWS}result")
    address = result.get(f"{XLINK}href")
    assert address == f"{HERE}{job}/results/original-1"  # below this mount
    answer = client.get(address.removeprefix(HERE))
    body = b"".join(answer.streaming_content)
    assert body == (catalogued / "types" / "uint8.tif").read_bytes()
    assert answer["Content-Type"] == result.get("mime-type") == "image/tiff"
    assert int(result.get("size")) == len(body)


def test_a_list_of_its_own(client, door):
    job = created(client)
    mine = read(client.get(LIST))
    assert [ref.get(f"{XLINK}href") for ref in mine] == [f"{HERE}{job}"]
    number = job.rpartition("/")[2]
    for other in ("echo", "cutout", "movie"):
        assert list(read(client.get(f"/services/{other}/async"))) == []
        # It remembers which service it belongs to, and is below that one only.
        for child in ("", "/phase", "/results"):
            answer = client.get(f"/services/{other}/async/{number}{child}")
            assert answer.status_code == 404
        answer = client.delete(f"/services/{other}/async/{number}")
        assert answer.status_code == 404
    from graticule.jobs.models import Job

    assert Job.objects.get(pk=number).service == "datalink"
    echo = location(client.post("/services/echo/async")).rpartition("/")[2]
    said(client.get(f"{LIST}/{echo}"), 404)


def test_the_same_under_its_other_name(client):
    job = created(client)
    number = job.rpartition("/")[2]
    assert client.get(f"/datalink/uws.xml/{number}/phase").content == b"PENDING"
    aborted = client.post(f"/datalink/uws.xml/{number}/phase", {"PHASE": "ABORT"})
    assert location(aborted) == job


def test_parameters_are_listed_one_by_one_and_later_ones_kept(client, image):
    # The peer: one opaque text, later posts lost.
    first, second = did(image("uint8.tif")), did(image("int8.tif"))
    job = created(client, {"ID": first, "BAND": "4e-7/5e-7,6e-7/"})
    location(client.post(f"{job}/parameters", {"ID": second, "Pol": "I"}))
    assert values(read(client.get(job))) == [
        ("ID", first),
        ("BAND", "4e-7/5e-7,6e-7/"),
        ("ID", second),
        ("POL", "I"),
    ]


def test_they_are_judged_when_it_is_run(client):
    # U52
    job = created(client, {"BAND": "x"})
    location(client.post(f"{job}/phase", {"PHASE": "RUN"}))
    assert client.get(f"{job}/phase").content == b"ERROR"
    text = said(client.get(f"{job}/error"), 200)
    assert "BAND" in text
    empty = created(client, {"PHASE": "RUN"})
    assert "ID" in said(client.get(f"{empty}/error"), 200)


def test_the_style_of_its_literals_is_pql():
    # U55; `parameterStyle = 'pql'`
    from graticule.jobs.executors.base import Given
    from graticule.services.observatory.cutout_words import Interval
    from graticule.services.tasks.registry import task_named

    task = task_named("datalink")
    assert (task.style, task_named("cutout").style) == ("pql", "dali")
    asked = task.parse(
        [
            Given("ID", "image/1,image/2"),
            Given("BAND", "4e-7/5e-7,6e-7/"),
            Given("X", "10/20"),
            Given("Z", "3"),
            Given("POL", "I,Q"),
            Given("CIRCLE", "12.5 34 0.05"),
        ]
    )
    assert asked.id == ["image/1", "image/2"]
    assert asked.band == [Interval(4e-7, 5e-7), Interval(6e-7, float("inf"))]
    assert asked.x == [Interval(10, 20)]
    assert asked.z == [Interval(3, 3)]
    assert asked.pol == ["I", "Q"]
    assert len(asked.circle) == 1


def test_uploads_are_allowed_here_too(client, image, tmp_path):
    first, second = did(image("uint8.tif")), did(image("int8.tif"))
    path = tmp_path / "ids.txt"
    path.write_text(f"{first}\n\n{second}\nimage/999999\n")
    with path.open("rb") as file:
        form = {"UPLOAD": "ID_FILE,param:here", "here": file, "PHASE": "RUN"}
        job = location(client.post(LIST, form))
    execute(job.rpartition("/")[2])
    results = {row.get("id"): row for row in read(client.get(job)).iter(f"{UWS}result")}
    assert set(results) == {"original-1", "original-2", "original-3"}
    assert results["original-3"].get("mime-type").startswith("text/plain")
    answer = client.get(f"{job}/results/original-3")
    assert b"".join(answer.streaming_content).startswith(b"NotFoundFault: ")


@pytest.mark.parametrize("who", ["bob", "charlie"])
def test_it_has_the_rights_of_whoever_made_it(image, cast, logged_in, door, who):
    row = image("uint8.tif")
    row.owner, row.group = cast.alice, cast.group
    row.save()
    client = logged_in(getattr(cast, who))
    job = created(client, {"ID": [did(row), did(image("int8.tif"))], "PHASE": "RUN"})
    assert logged_in(cast.alice).get(job).status_code == 403
    from graticule.errors import NotFoundError

    if who == "bob":
        execute(job.rpartition("/")[2])
        assert len(list(read(client.get(job)).iter(f"{UWS}result"))) == 2
    else:
        with pytest.raises(NotFoundError, match="not known here"):
            execute(job.rpartition("/")[2])
