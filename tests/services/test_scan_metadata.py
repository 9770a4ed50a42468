"""What files say beyond pixels: ROIs, annotations, plates; twice, and changed."""

import base64

import pytest

NAMESPACE = "http://www.openmicroscopy.org/Schemas/OME/2016-06"
PIXELS = base64.b64encode(bytes(range(16))).decode()


def image(number, *references):
    refs = "".join(f'<{kind}Ref ID="{key}"/>' for kind, key in references)
    return f"""
    <Image ID="Image:{number}" Name="field {number}">
      <Pixels ID="Pixels:{number}" DimensionOrder="XYZCT" Type="uint8" SizeX="4"
              SizeY="4" SizeZ="1" SizeC="1" SizeT="1" BigEndian="false">
        <Channel ID="Channel:{number}:0" SamplesPerPixel="1" Color="-16776961"/>
        <BinData Length="16" BigEndian="false">{PIXELS}</BinData>
      </Pixels>{refs}
    </Image>"""


def roi(number, shapes, name="nucleus"):
    return f"""
    <ROI ID="ROI:{number}" Name="{name}"><Union>{shapes}</Union></ROI>"""


def annotations(*elements):
    return f"<StructuredAnnotations>{''.join(elements)}</StructuredAnnotations>"


def tag(number, text):
    return f"""<TagAnnotation ID="Annotation:{number}" Namespace="ours">
      <Value>{text}</Value></TagAnnotation>"""


def well(row, column, *fields):
    samples = "".join(
        f"""<WellSample ID="WellSample:0:{row}:{column}:{index}" Index="{index}"
            PositionX="{10 * index}"><ImageRef ID="Image:{number}"/></WellSample>"""
        for index, number in enumerate(fields)
    )
    return f"""<Well ID="Well:0:{row}:{column}" Row="{row}" Column="{column}">
      {samples}</Well>"""


def plate(*wells, name="Plate A"):
    return f"""<Plate ID="Plate:0" Name="{name}" Rows="2" Columns="3"
      RowNamingConvention="letter" ColumnNamingConvention="number">
      {"".join(wells)}</Plate>"""


RECTANGLE = '<Rectangle ID="Shape:0:0" X="1" Y="2" Width="2" Height="1" TheZ="0"/>'
TURNED = """<Point ID="Shape:0:1" X="3" Y="4" StrokeColor="-16776961">
  <Transform A00="0" A10="1" A01="-1" A11="0" A02="10" A12="0"/></Point>"""


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "images"
    (root / "day 1").mkdir(parents=True)
    return root


@pytest.fixture
def put(root):
    def write(*elements):
        body = "".join(elements)
        text = f'<?xml version="1.0"?><OME xmlns="{NAMESPACE}">{body}</OME>'
        (root / "day 1" / "all.ome.xml").write_text(text)

    return write


@pytest.fixture
def field(catalog, root):
    from graticule.catalog.models import Image

    entry = str(root / "day 1" / "all.ome.xml")
    return lambda number: Image.objects.get(
        fileset__entry=entry, name=f"field {number}"
    )


@pytest.fixture
def scanned(run_scan, root):
    def run():
        report = run_scan(root)
        assert report.problems == []
        return report

    return run


def test_rois_with_their_bounds(put, scanned, field):
    put(image(0, ("ROI", "ROI:0")), roi(0, RECTANGLE + TURNED))
    scanned()
    (found,) = field(0).rois.all()
    assert (found.name, found.owner) == ("nucleus", field(0).owner)
    rectangle, point = found.shapes.all()
    assert (rectangle.kind, rectangle.z) == ("Rectangle", 0)
    assert rectangle.geometry == {"x": 1, "y": 2, "width": 2, "height": 1}
    box = (rectangle.min_x, rectangle.min_y, rectangle.max_x, rectangle.max_y)
    assert box == (1, 2, 3, 3)
    assert point.stroke_color == -16776961
    assert (point.min_x, point.min_y, point.max_x, point.max_y) == (6, 3, 6, 3)


def test_rois_of_a_changed_file_and_those_of_people(put, scanned, field, make_cast):
    from graticule.catalog.models import Annotation, AnnotationLink, Roi

    cast = make_cast("rwrw--")
    every = [("ROI", f"ROI:{number}") for number in range(3)]
    put(image(0, *every), *(roi(number, RECTANGLE) for number in range(3)))
    scanned()
    kept, dropped, annotated = field(0).rois.all()
    drawn = Roi.objects.create(owner=cast.alice, group=cast.group, image=field(0))
    shape = drawn.shapes.create(
        kind="Point", geometry={"x": 1, "y": 1}, min_x=1, min_y=1, max_x=1, max_y=1
    )
    words = Annotation.objects.create(
        owner=cast.alice, group=cast.group, kind="comment", text="look here"
    )
    AnnotationLink.objects.create(annotation=words, target=annotated, owner=cast.alice)

    put(image(0, every[0]), roi(0, TURNED, name="moved"))
    scanned()
    left = {found.pk: found for found in field(0).rois.all()}
    assert set(left) == {kept.pk, annotated.pk, drawn.pk}
    assert left[kept.pk].name == "moved"
    assert [one.kind for one in left[kept.pk].shapes.all()] == ["Point"]
    assert left[annotated.pk].source is None
    assert left[annotated.pk].annotation_links.get().annotation == words
    assert list(left[drawn.pk].shapes.all()) == [shape]
    assert dropped.pk not in left


def test_shapes_without_a_place_are_left_out_with_a_warning(put, scanned, field):
    broken = '<Polygon ID="Shape:0:0" Points="here,there"/>'
    put(image(0, ("ROI", "ROI:0")), roi(0, broken + RECTANGLE))
    report = scanned()
    (found,) = field(0).rois.all()
    assert [one.kind for one in found.shapes.all()] == ["Rectangle"]
    assert report.warnings


def test_annotations_of_every_kind(put, scanned, field):
    ref = [("Annotation", f"Annotation:{number}") for number in range(8)]
    put(
        image(0, *ref),
        annotations(
            tag(0, "mitosis"),
            """<MapAnnotation ID="Annotation:1"><Value>
               <M K="b">2</M><M K="a">1</M><M K="b">3</M></Value></MapAnnotation>""",
            """<CommentAnnotation ID="Annotation:2"><Value>hm</Value>
               </CommentAnnotation>""",
            """<BooleanAnnotation ID="Annotation:3"><Value>true</Value>
               </BooleanAnnotation>""",
            '<LongAnnotation ID="Annotation:4"><Value>7</Value></LongAnnotation>',
            '<DoubleAnnotation ID="Annotation:5"><Value>1.5</Value></DoubleAnnotation>',
            """<TimestampAnnotation ID="Annotation:6">
               <Value>2024-05-06T07:08:09</Value></TimestampAnnotation>""",
            '<TermAnnotation ID="Annotation:7"><Value>GO:1</Value></TermAnnotation>',
        ),
    )
    scanned()
    links = field(0).annotation_links.select_related("annotation")
    assert all(link.scanned for link in links)
    found = {link.annotation.kind: link.annotation for link in links}
    assert (found["tag"].text, found["tag"].namespace) == ("mitosis", "ours")
    assert found["map"].pairs == [["b", "2"], ["a", "1"], ["b", "3"]]
    assert found["comment"].text == "hm"
    assert found["boolean"].truth is True
    assert found["long"].whole == 7
    assert found["double"].number == 1.5
    assert found["timestamp"].time.isoformat() == "2024-05-06T07:08:09+00:00"
    assert found["term"].text == "GO:1"


def test_annotations_of_a_changed_file_and_those_of_people(
    put, scanned, field, make_cast
):
    from graticule.catalog.models import Annotation, AnnotationLink

    cast = make_cast("rwrw--")
    one, two = ("Annotation", "Annotation:1"), ("Annotation", "Annotation:2")
    put(image(0, one, two), image(1, one), annotations(tag(1, "a"), tag(2, "b")))
    scanned()
    (shared,) = [link.annotation for link in field(1).annotation_links.all()]
    assert shared.links.count() == 2
    mine = Annotation.objects.create(
        owner=cast.alice, group=cast.group, kind="tag", text="mine"
    )
    AnnotationLink.objects.create(annotation=mine, target=field(0), owner=cast.alice)

    put(image(0, one), image(1), annotations(tag(1, "A")))
    scanned()
    found = [link.annotation for link in field(0).annotation_links.order_by("id")]
    assert [(one.pk, one.text) for one in found] == [
        (shared.pk, "A"),
        (mine.pk, "mine"),
    ]
    assert not field(1).annotation_links.exists()
    assert not Annotation.objects.filter(text="b").exists()


def test_attached_files_come_from_the_scanned_folder_only(
    put, scanned, field, root, tmp_path
):
    from graticule.catalog.models import Annotation

    (root / "results.csv").write_text("a,b\n")
    (tmp_path / "secret.csv").write_text("password\n")
    (root / "day 1" / "link.csv").symlink_to(tmp_path / "secret.csv")

    def file(number, name):
        return f"""<FileAnnotation ID="Annotation:{number}">
          <BinaryFile FileName="{name}" Size="1"><External href="{name}"
          SHA1="0000000000000000000000000000000000000000"/></BinaryFile>
          </FileAnnotation>"""

    names = ["../results.csv", "../../secret.csv", "link.csv", "file:///etc/passwd"]
    put(
        image(0, *(("Annotation", f"Annotation:{n}") for n in range(4))),
        annotations(*(file(number, name) for number, name in enumerate(names))),
    )
    report = scanned()
    attached = Annotation.objects.get(links__target_id=field(0).pk, kind="file")
    assert attached.file.path == str(root / "results.csv")
    warnings = [warning.cause for warning in report.warnings]
    assert len(warnings) == 3
    assert all("not in the scanned folder" in warning for warning in warnings)


def test_plates(put, scanned, field, catalog):
    from graticule.catalog.models import Plate, Screen

    put(plate(well(0, 0, 0, 1), well(1, 2, 2)), *map(image, range(4)))
    scanned()
    (found,) = Plate.objects.filter(fileset=field(0).fileset)
    assert (found.name, found.rows, found.columns) == ("Plate A", 2, 3)
    assert [(one.row, one.column) for one in found.wells.all()] == [(0, 0), (1, 2)]
    first, last = found.wells.all()
    assert [sample.image for sample in first.samples.all()] == [field(0), field(1)]
    assert [sample.position_x_um for sample in first.samples.all()] == [0, 10]
    assert [sample.image for sample in last.samples.all()] == [field(2)]
    screen = Screen.objects.get(plates=found)
    assert screen.name == "day 1"
    # Only what is in no well goes to the dataset.
    assert not field(0).datasets.exists()
    assert field(3).datasets.get().name == "day 1"


def test_a_changed_plate_and_what_people_said_of_it(
    put, scanned, field, make_cast, catalog
):
    from graticule.catalog.models import Annotation, AnnotationLink, Plate, Screen

    cast = make_cast("rwrw--")
    put(plate(well(0, 0, 0, 1), well(0, 1, 2), well(1, 2, 3)), *map(image, range(4)))
    scanned()
    before = Plate.objects.get(fileset=field(0).fileset)
    kept, annotated, dropped = before.wells.order_by("row", "column")
    words = Annotation.objects.create(
        owner=cast.alice, group=cast.group, kind="comment", text="contaminated"
    )
    AnnotationLink.objects.create(annotation=words, target=annotated, owner=cast.alice)
    before.name = "Controls"
    before.save()
    Screen.objects.get(plates=before).plates.remove(before)

    put(plate(well(0, 0, 1), name="new name"), *map(image, range(3)))
    scanned()
    after = Plate.objects.get(fileset=field(0).fileset)
    assert (after.pk, after.name) == (before.pk, "Controls")
    assert not Screen.objects.filter(plates=after).exists()
    wells = {one.pk: one for one in after.wells.all()}
    assert set(wells) == {kept.pk, annotated.pk}
    assert [one.image for one in wells[kept.pk].samples.all()] == [field(1)]
    assert wells[annotated.pk].samples.count() == 0
    assert dropped.pk not in wells
    assert field(3).vanished is not None
    assert field(2).vanished is None


def test_a_plate_vanishes_with_its_file(put, scanned, field, root, run_scan):
    from graticule.catalog.models import Plate

    put(plate(well(0, 0, 0)), image(0))
    scanned()
    found = Plate.objects.get(fileset=field(0).fileset)
    (root / "day 1" / "all.ome.xml").rename(root / ".aside")
    assert run_scan(root).vanished == 1
    found.refresh_from_db()
    assert found.vanished is not None
    (root / ".aside").rename(root / "day 1" / "all.ome.xml")
    assert scanned().returned == 1
    found.refresh_from_db()
    assert found.vanished is None


def test_odd_values_are_made_to_fit(put, scanned, field):
    long = "x" * 3000
    put(
        image(0, ("ROI", "ROI:0"), ("Annotation", "Annotation:0")),
        roi(0, '<Label ID="Shape:0:0" X="1" Y="1" TheZ="-3" Text="t"/>', name=long),
        annotations(tag(0, long)),
    )
    scanned()
    (found,) = field(0).rois.all()
    assert len(found.name) == 1024
    assert found.shapes.get().z is None
    assert field(0).annotation_links.get().annotation.text == long
