"""The pages of jobs: what they hold, for whom, and what their forms mean (U10)."""

import json
import re
from datetime import timedelta
from enum import Enum
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Literal

import jsonschema
import pytest
from django.urls import reverse
from pydantic import Field
from tests.web.uws.conftest import LIST, location, url

MINE = "/services/jobs"
HTML = {"HTTP_ACCEPT": "text/html,application/xhtml+xml,*/*;q=0.8"}
SCHEMA = Path(__file__).parents[3] / "src/graticule/web/uws/schemas/mine.json"
FORM = {"_shown": "TEXT SECONDS FAIL CPU MEMORY_BYTES"}


class Inputs(HTMLParser):
    """The inputs of a page by name, with their attributes."""

    def __init__(self, text):
        super().__init__()
        self.found = {}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        known = dict(attributes)
        if tag in {"input", "textarea", "select"} and known.get("name"):
            self.found.setdefault(known["name"], []).append({"tag": tag, **known})


def inputs(answer):
    assert answer.status_code == 200
    return Inputs(answer.content.decode()).found


def mine(client, query=""):
    answer = client.get(MINE + query)
    assert answer.status_code == 200
    value = answer.json()
    jsonschema.validate(value, json.loads(SCHEMA.read_text()))
    return value


def shown(answer):
    return set(re.findall(r'<tr data-job="(\w+)"', answer.content.decode()))


class TestMine:
    def test_it_works(self, alice, cast, new_job):
        job = new_job("EXECUTING", cast.alice, run_id="mine")
        new_job("EXECUTING", cast.bob)
        new_job("COMPLETED", cast.alice)
        value = mine(alice)
        assert value["running"] == 1
        assert len(value["jobs"]) == 2
        (found,) = [each for each in value["jobs"] if each["runId"] == "mine"]
        assert found["jobId"] == job.pk
        assert found["service"] == "echo"
        assert found["href"] == f"http://localhost{url(job)}"

    def test_phases_and_last(self, alice, cast, new_job):
        jobs = [new_job(phase, cast.alice) for phase in ("PENDING", "QUEUED", "ERROR")]
        found = mine(alice, "?PHASE=QUEUED&PHASE=ERROR")["jobs"]
        assert [each["jobId"] for each in found] == [jobs[2].pk, jobs[1].pk]
        assert len(mine(alice, "?LAST=1")["jobs"]) == 1
        assert alice.get(MINE + "?PHASE=queued").status_code == 400

    def test_page_and_json_hold_the_same(self, alice, cast, new_job):
        for phase in ("PENDING", "EXECUTING", "COMPLETED", "ABORTED"):
            new_job(phase, cast.alice)
        new_job("COMPLETED", cast.bob)
        page = alice.get(MINE, **HTML)
        assert shown(page) == {each["jobId"] for each in mine(alice)["jobs"]}
        assert "Accept" in page["Vary"]
        assert page["Cache-Control"] == "no-cache"

    def test_administrators_may_see_all(self, logged_in, cast, new_job):
        admin = logged_in(cast.administrator)
        job = new_job("EXECUTING", cast.alice)
        assert mine(admin)["jobs"] == []
        value = mine(admin, "?WHOSE=all")
        assert [each["jobId"] for each in value["jobs"]] == [job.pk]
        assert value["running"] == 0
        assert shown(admin.get(MINE + "?WHOSE=all", **HTML)) == {job.pk}

    def test_others_may_not(self, logged_in, cast, new_job):
        new_job("EXECUTING", cast.alice)
        assert mine(logged_in(cast.bob), "?WHOSE=all")["jobs"] == []

    @pytest.mark.parametrize(("rule", "count"), [("all", 1), ("own", 0), ("none", 0)])
    def test_without_a_login(self, client, cast, new_job, configured, rule, count):
        configured(anonymous_jobs=rule)
        new_job("EXECUTING", cast.alice)
        new_job("EXECUTING")
        assert mine(client)["running"] == count
        assert len(mine(client)["jobs"]) == count

    def test_where_the_public_sees_nothing(self, client, configured):
        configured(anonymous_access=False)
        answer = client.get(MINE, **HTML)
        assert answer.status_code == 302
        assert "login" in answer["Location"]

    def test_as_many_queries_for_many_jobs(self, alice, cast, new_job):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        def queries():
            with CaptureQueriesContext(connection) as asked:
                alice.get(MINE, **HTML)
                alice.get(MINE)
            return len(asked)

        new_job("COMPLETED", cast.alice)
        few = queries()
        for _ in range(5):
            new_job("COMPLETED", cast.alice)
        assert queries() == few


class TestChanges:
    def test_abort_and_delete(self, alice, cast, new_job):
        from graticule.jobs.models import Job

        runs, ended, other = (
            new_job(phase, cast.alice) for phase in ("EXECUTING", "COMPLETED", "QUEUED")
        )
        sent = {"ACTION": "ABORT", "ID": [runs.pk, ended.pk], "back": "/services/jobs"}
        assert location(alice.post(MINE, sent)) == MINE
        alice.post(MINE, {"DELETE": other.pk})
        assert dict(Job.objects.values_list("pk", "phase")) == {
            runs.pk: "ABORTED",
            ended.pk: "COMPLETED",
        }
        alice.post(MINE, {"ACTION": "DELETE", "ID": [runs.pk, ended.pk, "gone"]})
        assert not Job.objects.exists()

    def test_nothing_that_is_somebody_elses(self, logged_in, cast, new_job):
        from graticule.jobs.models import Job

        job = new_job("EXECUTING", cast.alice)
        for sent in (
            {"ABORT": job.pk},
            {"DELETE": job.pk},
            {"ACTION": "DELETE", "ID": job.pk},
        ):
            assert logged_in(cast.bob).post(MINE, sent).status_code == 403
        assert Job.objects.get().phase == "EXECUTING"

    def test_not_from_other_sites(self, alice, cast, new_job):
        job = new_job("EXECUTING", cast.alice)
        answer = alice.post(
            MINE, {"DELETE": job.pk}, HTTP_ORIGIN="https://elsewhere.example"
        )
        assert answer.status_code == 403
        job.refresh_from_db()

    @pytest.mark.parametrize(
        "back", ["https://evil.example/", "//evil.example", "/\\evil.example", "x"]
    )
    def test_one_is_not_sent_elsewhere(self, alice, back):
        answer = alice.post(MINE, {"ACTION": "NONE", "back": back})
        assert location(answer) == MINE

    def test_one_is_sent_back(self, alice):
        answer = alice.post(MINE, {"ACTION": "NONE", "back": f"{LIST}?PHASE=ERROR"})
        assert answer["Location"] == f"http://localhost{LIST}?PHASE=ERROR"

    def test_nonsense(self, alice):
        assert alice.post(MINE, {"ACTION": "BURN", "ID": "x"}).status_code == 400
        assert alice.post(MINE, {}).status_code == 400
        assert alice.put(MINE).status_code == 405


class TestForm:
    def test_lines_are_values_and_empty_fields_are_not(self, client):
        from graticule.jobs.models import Job

        sent = {**FORM, "TEXT": "one\r\n\r\ntwo\r\n", "SECONDS": "", "FAIL": ""}
        location(client.post(LIST, sent))
        job = Job.objects.get()
        found = list(job.parameters.values_list("name", "value"))
        assert found == [("TEXT", "one"), ("TEXT", "two")]

    def test_programs_send_what_they_mean(self, client):
        from graticule.jobs.models import Job

        location(client.post(LIST, {"TEXT": "one\ntwo"}))
        assert Job.objects.get().parameters.get().value == "one\ntwo"

    def test_saving_replaces_what_was_there(self, client, new_job):
        from graticule.jobs.requests import Value

        values = (Value("TEXT", "old"), Value("TEXT", "older"), Value("FAIL", "so"))
        job = new_job("PENDING", values=values)
        location(client.post(url(job, "parameters"), {**FORM, "TEXT": "new"}))
        assert list(job.parameters.values_list("name", "value")) == [("TEXT", "new")]
        location(client.post(url(job, "parameters"), {**FORM, "TEXT": ""}))
        assert not job.parameters.exists()

    def test_a_link_fills_it_in(self, client):
        found = inputs(client.get(f"{LIST}?SECONDS=7&text=x&CPU=true", **HTML))
        assert found["SECONDS"][0]["value"] == "7"
        assert "checked" in found["CPU"][0]
        assert found["_shown"][0]["value"].split()[:2] == ["TEXT", "SECONDS"]

    def test_ids_lead_to_what_they_name(self, client, new_job):
        from graticule.jobs.requests import Value

        values = (Value("IMAGE", "7"), Value("IMAGE", "x7"), Value("TEXT", "8"))
        page = client.get(url(new_job("PENDING", values=values)), **HTML)
        text = page.content.decode()
        assert '<dd><a href="/image/7/">7</a></dd>' in text
        assert "<dd>x7</dd>" in text
        assert "<dd>8</dd>" in text

    def test_what_was_sent_cannot_write_the_page(self, client):
        answer = client.get(
            f"{LIST}?FAIL=%22%3E%3Cscript%3E&TEXT=%3C/textarea%3E", **HTML
        )
        text = answer.content.decode()
        assert "<script>" not in text
        assert "&lt;/textarea&gt;" in text

    def test_who_may_make_none_sees_no_form(self, client, configured):
        configured(public_get_only=True)
        page = client.get(LIST, **HTML)
        assert "TEXT" not in inputs(page)
        assert b"log in</a>" in page.content
        assert b"data-tray" not in page.content


class Sort(Enum):
    NAME = "name"
    SIZE = "size"


@pytest.fixture
def every(database):
    """A task with one parameter of each kind."""
    from graticule.services.tasks.task import Parameters, Task

    class Every(Parameters):
        image: int = Field(ge=1, description="The image.")
        share: float = Field(0.5, gt=0, le=1)
        side: int | None = Field(None, gt=15, lt=4096)
        sort: Sort = Sort.SIZE
        format: Literal["png", "jpeg"] | None = None
        axes: list[Literal["z", "t"]] = Field(["z"])
        boxes: list[str] = Field([])
        keep: bool = True
        note: str = Field("", max_length=5000, title="A note")
        file: Path | None = None

    return Task("every", "Every", "One of each.", Every, lambda *_: None)


class TestFields:
    @pytest.fixture
    def fields(self, every):
        from graticule.web.uws.fields import fields_of

        return {each.name: each for each in fields_of(every, {})}

    def test_kinds(self, fields):
        assert {name: each.kind for name, each in fields.items()} == {
            "IMAGE": "number",
            "SHARE": "number",
            "SIDE": "number",
            "SORT": "choice",
            "FORMAT": "choice",
            "AXES": "choices",
            "BOXES": "lines",
            "KEEP": "tick",
            "NOTE": "long",
            "FILE": "file",
        }

    def test_ranges(self, fields):
        assert fields["IMAGE"].limits == {"step": "1", "min": "1"}
        # Zero itself is excluded, which an input of a browser cannot say.
        assert fields["SHARE"].limits == {"step": "any", "max": "1"}
        assert fields["SIDE"].limits == {"step": "1", "min": "16", "max": "4095"}
        assert fields["NOTE"].longest == 5000

    def test_defaults(self, fields):
        assert fields["IMAGE"].required
        assert (fields["IMAGE"].value, fields["SHARE"].value) == ("", "0.5")
        chosen = {
            name: [each.value for each in fields[name].choices if each.chosen]
            for name in ("SORT", "FORMAT", "AXES")
        }
        assert chosen == {"SORT": ["size"], "FORMAT": [], "AXES": ["z"]}
        assert fields["KEEP"].ticked
        assert fields["NOTE"].label == "A note"
        assert fields["BOXES"].label == "Boxes"

    def test_ticks_that_are_taken_away(self, every):
        from graticule.jobs.requests import Value
        from graticule.web.uws.form_posts import as_meant

        shown = frozenset(every.fields)
        assert list(as_meant(every, shown, [])) == [Value("KEEP", "false")]
        kept = [Value("KEEP", "true")]
        assert list(as_meant(every, shown, kept)) == kept
        assert list(as_meant(every, frozenset({"IMAGE"}), [])) == []

    def test_complaints_stand_where_they_belong(self, every):
        from graticule.jobs.executors.base import Given
        from graticule.web.uws.fields import complaints_about

        said = complaints_about(every, [Given("SHARE", "7")])
        assert set(said) == {"IMAGE", "SHARE"}
        assert "less than or equal to 1" in said["SHARE"]


class TestResults:
    def test_new_images_are_linked(self, alice, cast, new_job, add_result):
        from graticule.catalog.models import Image

        image = Image.objects.create(
            owner=cast.alice,
            group=cast.group,
            name="max of <cells>",
            pixel_type="uint8",
            levels=[[1, 1, 1, 1]],
            **dict.fromkeys(("size_x", "size_y", "size_z", "size_c", "size_t"), 1),
        )
        job = new_job("COMPLETED", cast.alice)
        body = json.dumps({"id": image.pk, "name": "x"}).encode()
        add_result(job, "image", body, "application/json")
        page = alice.get(f"{LIST}/{job.pk}", **HTML).content.decode()
        link = f'href="{reverse("image", args=[image.pk])}">max of &lt;cells&gt;</a>'
        assert link in page
        add_result(job, "text", body)
        again = alice.get(f"{LIST}/{job.pk}", **HTML).content.decode()
        assert again.count(link) == 1


class TestMenus:
    def test_every_job_that_fits(self, database):
        from django.conf import settings

        from graticule.services.browse import Kind
        from graticule.web.pages.menus import makes

        assert not settings.GRATICULE["echo_service"]
        titles = {each["title"]: each for each in makes(Kind.IMAGE, 7, None)}
        assert titles["OME-TIFF"]["url"] == "/services/ome-tiff/async?IMAGE=7"
        assert titles["Movie"]["takes"].split() == ["Z", "T", "C", "MAPS", "M", "P"]
        assert "Movie" not in {each["title"] for each in makes(Kind.PLATE, 7, None)}

    def test_targets_are_parameters(self, database):
        from graticule.services.browse import Kind
        from graticule.services.tasks.registry import tasks

        kinds = {kind.value for kind in Kind} | {"well"}
        for task in tasks().values():
            assert set(task.targets) <= kinds, task.name
            assert set(task.targets.values()) <= set(task.fields), task.name


def test_long_times_are_said_shortly(database):
    from graticule.jobs.times import now
    from graticule.web.uws.pages import _took

    moment = now()

    def said(seconds):
        ended = moment + timedelta(seconds=seconds)
        return _took(SimpleNamespace(started=moment, ended=ended))

    assert said(2.34) == "2.3 s"
    assert said(61) == "1 min 01 s"
    assert said(3600 + 5 * 60 + 40) == "1 h 05 min"


def parts_of(client, query):
    """Headings of a form's parts, and whether each is open."""
    answer = client.get(f"/services/cutout/async?{query}", **HTML)
    assert {"ID", "CIRCLE", "X", "X_UM", "EXT"} <= inputs(answer).keys()
    found = re.findall(
        r'<details class="asks-more"( open)?><summary>([^<]+)<', answer.content.decode()
    )
    return {heading: bool(is_open) for is_open, heading in found}


def test_parts_of_a_form_are_open_where_something_is_said(client):
    empty = parts_of(client, "ID=image/1")
    assert len(empty) == 5
    assert not any(empty.values())
    said = parts_of(client, "ID=image/1&X=1+5")
    assert [heading for heading in said if said[heading]] == [
        "By pixels, planes, channels"
    ]


def test_parts_of_forms_name_what_there_is():
    from graticule.services.tasks.registry import tasks

    for task in tasks().values():
        for names in task.groups.values():
            for name in names:
                assert not task.fields[name].is_required()


def test_a_job_without_a_name_is_headed_by_its_service(client, new_job):
    def heading(job):
        text = client.get(url(job), **HTML).content.decode()
        return re.search(r"<h1>([^<]*)</h1>", text)[1]

    assert heading(new_job()) == "Echo"
    assert heading(new_job(run_id="Plate seven")) == "Plate seven"
