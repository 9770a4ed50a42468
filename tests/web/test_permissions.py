"""Who sees what: every endpoint, every level, every role (contract webgateway 2.2)."""

import pytest
from tests.web.conftest import new_client

# Who sees what is Alice's, by the level of her group.
SEES = {
    "rw----": {"alice", "group_owner", "administrator"},
    "rwr---": {"alice", "bob", "group_owner", "administrator"},
    "rwra--": {"alice", "bob", "group_owner", "administrator"},
    "rwrw--": {"alice", "bob", "group_owner", "administrator"},
}
WHO = ("alice", "bob", "charlie", "group_owner", "administrator")

# Path, and what those get who may not see: status, body (None: any page).
ENDPOINTS = {
    "render_image/{image}/0/0/": (404, None),
    "render_image_region/{image}/0/0/?tile=0,0,0": (404, None),
    "render_image_rdef/{image}/0/0/?c=1|0:9$FFF&m=c": (404, None),
    "render_image_region_rdef/{image}/0/0/?c=1|0:9$FFF&m=c&tile=0,0,0": (404, None),
    "render_split_channel/{image}/0/0/": (404, None),
    "render_row_plot/{image}/0/0/0/": (404, None),
    "render_col_plot/{image}/0/0/0/": (404, None),
    "render_birds_eye_view/{image}/": (404, None),
    "render_thumbnail/{image}/": (404, None),
    "get_thumbnail/{image}/": (500, b"Failed to render thumbnail"),
    "get_thumbnails/?id={image}": (200, b": null}"),
    "imgData/{image}/": (404, b"not found"),
    "proj/{project}/detail/": (500, b"not found"),
    "proj/{project}/children/": (200, b"[]"),
    "dataset/{dataset}/detail/": (500, b"not found"),
    "dataset/{dataset}/children/": (500, b'""'),
    "well/{well}/children/": (500, b'""'),
    "wellData/{well}/": (500, b'""'),
    "search/?text=own+id:{image}": (200, b"[]"),
    "search/?text=own+id:{image}&ctx=imgs&grabData=1": (200, b"[]"),
    "plate/{plate}/": (500, b"not found"),
    "histogram_json/{image}/channel/0/": (404, None),
    "compatImgRDef/{image}/": (200, b"false"),
    "get_image_rdefs_json/{image}/": (200, b"No image with id"),
    "img_detail/{image}/": (404, None),
    "render_ome_tiff/i/{image}/?dryrun=1": (500, b"not found"),
    "render_ome_tiff/d/{dataset}/?dryrun=1": (500, b"not found"),
    "render_ome_tiff/p/{project}/?dryrun=1": (500, b"not found"),
    "render_ome_tiff/w/{well}/?dryrun=1": (500, b"not found"),
    "render_ome_tiff/i/{image}/": (500, b"not found"),
    "render_movie/{image}/z/1/": (404, None),
    "download_as/{image}/": (500, b"may see"),
    "archived_files/download/{image}/": (500, b"may see"),
    "original_file_paths/{image}/": (500, b"not found"),
    "render_roi_thumbnail/{roi}/": (404, None),
    "render_shape_thumbnail/{shape}": (404, None),
    "render_shape_mask/{shape}/": (404, None),
    "get_rois_json/{image}/": (200, b"[]"),
    "get_shape_json/{roi}/{shape}/": (500, b"not found"),
    "annotations/Plate.wells/{well}/": (200, b'{"data": []}'),
    "table/{table}/query/?query=*": (200, b"not found"),
    "table/Plate/{plate}/query/?query=*": (200, b"Could not retrieve bulk"),
    "table/{table}/metadata/": (200, b"not found"),
    "table/{table}/obj_id_bitmask/?query=*": (200, b"not found"),
    "table/{table}/rows/?query=n>0": (200, b"not found"),
    "table/{table}/slice/?rows=0&columns=0": (200, b"not found"),
}


@pytest.fixture
def make_things(image, make_cast, tmp_path):
    """Give an image, its containers and a well to Alice, in a group of a level."""
    from graticule.catalog.models import Plate, Roi, Shape, Well, WellSample

    def make(level):
        cast = make_cast(level)
        belongs = {"owner": cast.alice, "group": cast.group}
        row = image("uint8.tif")
        dataset = row.datasets.get()
        project = dataset.projects.get()
        plate = Plate.objects.create(name="plate", **belongs)
        well = Well.objects.create(plate=plate, row=0, column=0, **belongs)
        WellSample.objects.create(well=well, image=row)
        roi = Roi.objects.create(image=row, **belongs)
        shape = Shape.objects.create(
            roi=roi,
            kind="Mask",
            geometry={"x": 0, "y": 0, "width": 2, "height": 2},
            mask_bits=b"\xf0",
            min_x=0,
            min_y=0,
            max_x=2,
            max_y=2,
        )
        table = attach_table(cast, plate, tmp_path)
        for thing in (row, dataset, project):
            thing.owner, thing.group = cast.alice, cast.group
            thing.name = "Alice's own"
            thing.save()
        ids = {
            "image": row.pk,
            "dataset": dataset.pk,
            "project": project.pk,
            "well": well.pk,
            "plate": plate.pk,
            "roi": roi.pk,
            "shape": shape.pk,
            "table": table,
        }
        return cast, {path: f"/webgateway/{path.format(**ids)}" for path in ENDPOINTS}

    return make


def attach_table(cast, plate, folder):
    """Attach a table of Alice's to the plate; give the id of its file."""
    from graticule.services.tables.importing import import_table

    path = folder / "Alice.csv"
    path.write_text("n,m\n1,2\n")
    return import_table(cast.alice, path, plate, tell=print).file_id


def sees(answer, path):
    """Whether an answer shows the thing; if not, it must be the contract's."""
    status, body = ENDPOINTS[path]
    hidden = answer.status_code == status and (body is None or body in answer.content)
    if not hidden:
        if answer.streaming:
            assert b"".join(answer.streaming_content)
        assert answer.status_code == 200, (path, answer.status_code, answer)
    else:
        assert b"Alice" not in answer.content
    return not hidden


@pytest.mark.parametrize("anonymous_access", [True, False])
@pytest.mark.parametrize("level", SEES)
def test_every_endpoint(make_things, logged_in, configured, level, anonymous_access):
    configured(anonymous_access=anonymous_access)
    cast, urls = make_things(level)
    for who in WHO:
        client = logged_in(getattr(cast, who))
        found = {path: sees(client.get(url), path) for path, url in urls.items()}
        expected = who in SEES[level]
        assert found == dict.fromkeys(urls, expected), who


@pytest.mark.parametrize("level", SEES)
def test_the_public_sees_none_of_it(make_things, level):
    _, urls = make_things(level)
    client = new_client()
    for path, url in urls.items():
        answer = client.get(url)
        if path.startswith("imgData"):
            assert (answer.status_code, answer.content) == (403, b"")  # 2.4
        else:
            assert not sees(answer, path)


def test_nobody_sees_even_what_is_public(image, configured):
    configured(anonymous_access=False)
    client = new_client()
    names = ("image", "dataset", "project", "well", "plate", "roi", "shape", "table")
    ids = dict.fromkeys(names, image("uint8.tif").pk)
    for path in ENDPOINTS:
        assert client.get(f"/webgateway/{path.format(**ids)}").status_code == 302


@pytest.mark.parametrize("level", SEES)
def test_lists_hold_what_is_seen(make_things, logged_in, level):
    cast, _ = make_things(level)
    for who in WHO:
        client = logged_in(getattr(cast, who))
        names = [row["name"] for row in client.get("/webgateway/proj/list/").json()]
        assert ("Alice's own" in names) == (who in SEES[level]), who
    names = [row["name"] for row in new_client().get("/webgateway/proj/list/").json()]
    assert names
    assert "Alice's own" not in names


@pytest.mark.parametrize(
    ("who", "rights"),
    [
        ("alice", "annotate edit delete link"),
        ("bob", "annotate"),
        ("group_owner", "annotate edit delete link"),
        ("administrator", "annotate edit delete link"),
    ],
)
def test_imgdata_says_what_may_be_done(make_things, logged_in, who, rights):
    cast, urls = make_things("rwra--")
    client = logged_in(getattr(cast, who))
    perms = client.get(urls["imgData/{image}/"]).json()["perms"]
    allowed = {name.removeprefix("can").lower() for name, on in perms.items() if on}
    assert allowed == set(rights.split())


def test_the_public_may_do_nothing(image):
    url = f"/webgateway/imgData/{image('uint8.tif').pk}/perms/"
    assert not any(new_client().get(url).json().values())
