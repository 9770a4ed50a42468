"""Structured annotations and plates written by hand."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from graticule.pixels.annotations import (
    Acquisition,
    AnnotationKind,
    FileAnnotation,
    WellSample,
)
from graticule.pixels.omexml.document import parse_ome

HERE = Path("some.ome.xml")
PIXELS = (
    '<Pixels DimensionOrder="XYCZT" Type="uint8" SizeX="1" SizeY="1" SizeZ="1" '
    'SizeC="1" SizeT="1"/>'
)


def refs(*names):
    return "".join(f'<AnnotationRef ID="{name}"/>' for name in names)


def parse(annotations: str, *names: str, more: str = ""):
    image = f'<Image ID="Image:0">{PIXELS}{refs(*names)}</Image>'
    group = f"<StructuredAnnotations>{annotations}</StructuredAnnotations>"
    return parse_ome(f"<OME>{more}{image}{group}</OME>", HERE)


@pytest.mark.parametrize(
    ("tag", "value", "kind", "expected"),
    [
        ("TagAnnotation", " mitosis ", AnnotationKind.TAG, "mitosis"),
        ("CommentAnnotation", "a\nb", AnnotationKind.COMMENT, "a\nb"),
        ("StringAnnotation", "old", AnnotationKind.COMMENT, "old"),
        ("TermAnnotation", "CMPO:1", AnnotationKind.TERM, "CMPO:1"),
        ("BooleanAnnotation", "true", AnnotationKind.BOOLEAN, True),
        ("BooleanAnnotation", "0", AnnotationKind.BOOLEAN, False),
        ("LongAnnotation", "-42", AnnotationKind.LONG, -42),
        ("DoubleAnnotation", "1e-3", AnnotationKind.DOUBLE, 1e-3),
        (
            "TimestampAnnotation",
            "2025-03-06T13:18:57.847775",
            AnnotationKind.TIMESTAMP,
            datetime(2025, 3, 6, 13, 18, 57, 847775, tzinfo=UTC),
        ),
        (
            "MapAnnotation",
            '<M K="a">1</M><M K="a"> 2 </M><M K="é"/>',
            AnnotationKind.MAP,
            (("a", "1"), ("a", " 2 "), ("é", "")),
        ),
        (
            "XMLAnnotation",
            '<x:a xmlns:x="u" b="&lt;">t<c/>u<!-- n --></x:a>',
            AnnotationKind.XML,
            '<x:a xmlns:x="u" b="&lt;">t<c/>u<!-- n --></x:a>',
        ),
        ("XMLAnnotation", "µ only text", AnnotationKind.XML, "µ only text"),
    ],
)
def test_kinds(tag, value, kind, expected):
    found = parse(
        f"""<{tag} ID="A:0" Namespace="n/s"><Description> about </Description>
        <Value>{value}</Value></{tag}>""",
        "A:0",
    )
    assert found.warnings == ()
    assert found.metadata.annotations == {
        "0": (FileAnnotation("A:0", kind, expected, "n/s", "about"),)
    }


@pytest.mark.parametrize(
    ("inside", "expected", "warned"),
    [
        ("", "report.pdf", False),
        ('<External href="file:///r.pdf" SHA1="x"/>', "file:///r.pdf", False),
        ('<BinData Length="4">AAAA</BinData>', "report.pdf", True),
    ],
)
def test_files(inside, expected, warned):
    found = parse(
        f"""<FileAnnotation ID="A:0"><BinaryFile FileName="report.pdf" Size="3">
        {inside}</BinaryFile></FileAnnotation>""",
        "A:0",
    )
    (annotation,) = found.metadata.annotations["0"]
    assert (annotation.kind, annotation.value) == (AnnotationKind.FILE, expected)
    assert bool(found.warnings) == warned


@pytest.mark.parametrize(
    "text",
    [
        '<LongAnnotation ID="A:0"><Value>many</Value></LongAnnotation>',
        '<DoubleAnnotation ID="A:0"><Value>NaN</Value></DoubleAnnotation>',
        '<BooleanAnnotation ID="A:0"/>',
        '<TimestampAnnotation ID="A:0"><Value>now</Value></TimestampAnnotation>',
        '<FileAnnotation ID="A:0"/>',
        '<NovelAnnotation ID="A:0"><Value>1</Value></NovelAnnotation>',
    ],
)
def test_unreadable_ones_are_left_out_with_a_warning(text):
    found = parse(text, "A:0")
    assert found.metadata.annotations == {}
    (warning,) = found.warnings
    assert "A:0" in warning


def tag(name, *links):
    return (
        f'<TagAnnotation ID="{name}">{refs(*links)}<Value>{name}</Value>'
        "</TagAnnotation>"
    )


def keys(metadata):
    return {key: [a.key for a in found] for key, found in metadata.annotations.items()}


def test_links_among_annotations():
    # A tag set that is in itself, and a link to nothing.
    found = parse(tag("set", "a", "b", "set", "gone") + tag("a") + tag("b"), "set")
    assert keys(found.metadata) == {"0": ["set"], "annotation:set": ["a", "b", "set"]}
    assert found.warnings == ()


def test_lists_give_their_members():
    lists = f"""<ListAnnotation ID="L1">{refs("a", "L2")}</ListAnnotation>
      <ListAnnotation ID="L2">{refs("b", "L1", "a")}</ListAnnotation>"""
    found = parse(lists + tag("a") + tag("b") + tag("c"), "L1", "c", "a")
    assert keys(found.metadata) == {"0": ["a", "b", "c"]}


def test_annotations_of_nothing_are_counted():
    found = parse(tag("a") + tag("b"), "a")
    assert found.warnings == ("1 annotations belong to nothing that is shown here.",)
    converter = """<XMLAnnotation ID="x" Namespace="openmicroscopy.org/OriginalMetadata"
      ><Value><a/></Value></XMLAnnotation>"""
    assert parse(converter).warnings == ()


PLATE = """
<Plate ID="Plate:0" Name="screening" Rows="8" Columns="12" ExternalIdentifier="bar"
  RowNamingConvention="number" ColumnNamingConvention="letter">
  <Description>of drugs</Description>
  <Well ID="w1" Row="1" Column="2" Type="control" Color="-1" ExternalDescription="d">
    <WellSample ID="s2" Index="9" PositionX="3" PositionXUnit="mm" PositionY="4">
      <ImageRef ID="Image:1"/></WellSample>
    <WellSample ID="s1" Index="4"><ImageRef ID="Image:0"/></WellSample>
    <WellSample ID="s0" Index="1"/>
    <WellSample ID="s9" Index="2"><ImageRef ID="Image:9"/></WellSample>
    <ReagentRef ID="Reagent:0"/><AnnotationRef ID="a"/></Well>
  <Well ID="w2" Row="0" Column="0"/>
  <Well ID="w3" Row="0" Column="0"/>
  <Well ID="w4" Row="-1" Column="0"/>
  <Well ID="w5" Column="0"/>
  <AnnotationRef ID="b"/>
  <PlateAcquisition ID="run" Name="first" MaximumFieldCount="2"
    StartTime="2010-02-23T12:49:30" EndTime="2010-02-23T12:50:30">
    <Description>at night</Description><WellSampleRef ID="s1"/></PlateAcquisition>
</Plate>
<Plate ID="Plate:1" Rows="0" Columns="-3" RowNamingConvention="roman"/>
<Screen ID="Screen:0" Name="big"><Reagent ID="Reagent:0" Name="drug"
  ReagentIdentifier="D1"/><PlateRef ID="Plate:0"/></Screen>
<Screen ID="Screen:1"><PlateRef ID="Plate:0"/><PlateRef ID="Plate:1"/></Screen>
"""


def test_plates():
    second = f'<Image ID="Image:1">{PIXELS}</Image>'
    found = parse_ome(
        f"""<OME>{PLATE}<Image ID="Image:0">{PIXELS}</Image>{second}
        <StructuredAnnotations>{tag("a")}{tag("b")}</StructuredAnnotations></OME>""",
        HERE,
    )
    plate, empty = found.metadata.plates
    assert (plate.key, plate.name, plate.screen) == ("Plate:0", "screening", "big")
    assert (plate.rows, plate.columns) == (8, 12)
    assert (plate.row_naming, plate.column_naming) == ("number", "letter")
    assert (plate.description, plate.external_identifier) == ("of drugs", "bar")
    assert plate.acquisitions == (
        Acquisition(
            key="run",
            name="first",
            started=datetime(2010, 2, 23, 12, 49, 30, tzinfo=UTC),
            ended=datetime(2010, 2, 23, 12, 50, 30, tzinfo=UTC),
            description="at night",
            maximum_field_count=2,
        ),
    )
    well, bare = plate.wells
    assert (well.row, well.column) == (1, 2)
    assert well.samples == (
        WellSample("0", "run"),
        WellSample("1", None, 3000.0, 4.0),
    )
    assert well.facts == {
        "Type": "control",
        "Color": -1,
        "ExternalDescription": "d",
        "Reagent": {"Name": "drug", "ReagentIdentifier": "D1"},
    }
    assert well.annotations == ("a",)
    assert (bare.row, bare.column, bare.samples) == (0, 0, ())
    assert keys(found.metadata) == {
        "plate:Plate:0": ["b"],
        "well:Plate:0:1:2": ["a"],
    }
    assert (empty.name, empty.screen) == ("Plate:1", "Screen:1")
    assert (empty.rows, empty.columns, empty.wells) == (None, None, ())
    assert (empty.row_naming, empty.column_naming) == ("letter", "number")
    assert sum("no place" in warning for warning in found.warnings) == 3


def test_old_plates_name_their_screen():
    found = parse_ome(
        """<OME xmlns:SPW="u"><SPW:Screen ID="S" Name="old"/>
        <SPW:Plate ID="P"><SPW:ScreenRef ID="S"/></SPW:Plate></OME>""",
        HERE,
    )
    assert [plate.screen for plate in found.metadata.plates] == ["old"]
