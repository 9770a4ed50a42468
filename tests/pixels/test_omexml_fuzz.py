"""Whatever the XML says, a file opens or fails with one of our errors."""

import re
from contextlib import suppress
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from graticule.errors import FileError, LimitError
from graticule.pixels.cache import ChunkCache
from graticule.pixels.model import Window
from graticule.pixels.omexml.file import OmeXmlReader
from graticule.pixels.reader import ReadContext, ReadLimits

DOCUMENT = """<OME UUID="u"><Plate ID="P" Rows="2" Columns="3"><Well ID="W" Row="0"
 Column="1"><WellSample ID="S" Index="0" PositionX="1"><ImageRef ID="I"/></WellSample>
 <AnnotationRef ID="A"/></Well><PlateAcquisition ID="R" StartTime="2010-02-23T12:49:30"
 ><WellSampleRef ID="S"/></PlateAcquisition></Plate><Instrument ID="N"><Objective
 ID="O" NominalMagnification="20"/><Filter ID="F"><TransmittanceRange CutIn="1"/>
 </Filter></Instrument><Image ID="I" Name="n"><AcquisitionDate>2010-02-23T12:51:30
 </AcquisitionDate><ObjectiveSettings ID="O"/><Pixels DimensionOrder="XYZCT"
 Type="uint8" SizeX="3" SizeY="2" SizeZ="2" SizeC="3" SizeT="1" SignificantBits="8"
 PhysicalSizeX="1" TimeIncrement="2" TimeIncrementUnit="s"><Channel ID="C" Color="255"
 SamplesPerPixel="3" EmissionWavelength="500"><LightPath><EmissionFilterRef ID="F"/>
 </LightPath></Channel><BinData Compression="none" BigEndian="true">AAAAAAAAAAAAAAAA
 AAAAAAAA</BinData><BinData>AAAAAAAAAAAAAAAAAAAAAAAA</BinData><TiffData IFD="1"/>
 <Plane TheZ="0" TheC="0" TheT="0" DeltaT="1.5" ExposureTime="2" PositionX="1"/>
 </Pixels><ROIRef ID="Q"/><AnnotationRef ID="A"/></Image><StructuredAnnotations>
 <LongAnnotation ID="A"><AnnotationRef ID="A"/><Value>3</Value></LongAnnotation>
 <XMLAnnotation ID="X"><Value><a>b</a></Value></XMLAnnotation></StructuredAnnotations>
 <ROI ID="Q"><Union><Mask X="0" Y="0" Width="4" Height="2"><Transform A00="1" A10="0"
 A01="0" A11="1" A02="0" A12="0"/><BinData>/w==</BinData></Mask><Polygon
 Points="0,0 1,1 2,0" TheZ="1" FillColor="-1"/></Union></ROI></OME>"""
QUOTED = [m.span(1) for m in re.finditer(r'="([^"]*)"', DOCUMENT)]
TAGS = [m.span() for m in re.finditer(r"<[^>]*/>", DOCUMENT)]
VALUES = st.one_of(
    st.sampled_from(
        [
            "",
            "0",
            "-1",
            "1e308",
            "-1e308",
            "nan",
            "inf",
            "9" * 400,
            "1_0",
            "٣",
            "1e-400",
        ]
    ),
    st.integers(-(1 << 70), 1 << 70).map(str),
    st.floats().map(repr),
    st.text(st.characters(exclude_characters='<&"', exclude_categories=["Cs", "Cc"])),
)


def try_everything(xml: bytes, folder: Path) -> None:
    path = folder / "fuzzed.ome.xml"
    path.write_bytes(xml)
    with suppress(FileError, LimitError):
        source = OmeXmlReader().open(
            path, ReadContext(ReadLimits(max_chunk_bytes=1 << 20), ChunkCache(1 << 20))
        )
        for i, info in enumerate(source.fileset.images):
            assert len(info.channels) == info.size_c
            got = source.read(i, 0, 0, 0, [info.size_c - 1], Window(0, 0, 1, 1))
            assert got.shape == (1, 1, 1)
            assert got.dtype == info.pixel_type.dtype


def test_the_healthy_document_opens(tmp_path):
    path = tmp_path / "a.ome.xml"
    path.write_text(DOCUMENT)
    source = OmeXmlReader().open(path, ReadContext(ReadLimits(), ChunkCache(1 << 20)))
    assert source.fileset.warnings == (
        "1 annotations belong to nothing that is shown here.",
    )
    assert len(source.fileset.metadata.rois["0"][0].shapes) == 2


@settings(max_examples=500, deadline=None)
@given(changes=st.lists(st.tuples(st.sampled_from(QUOTED), VALUES), max_size=3))
def test_any_value_of_any_attribute(tmp_path_factory, changes):
    text = DOCUMENT
    for (start, stop), value in sorted(dict(changes).items(), reverse=True):
        text = text[:start] + value + text[stop:]
    try_everything(text.encode(), tmp_path_factory.getbasetemp())


@settings(max_examples=200, deadline=None)
@given(gone=st.sets(st.sampled_from(TAGS + QUOTED), max_size=4), cut=st.floats(0, 1))
def test_anything_missing(tmp_path_factory, gone, cut):
    text = DOCUMENT
    for start, stop in sorted(gone, reverse=True):
        text = text[:start] + text[stop:]
    length = len(text) if cut > 0.3 else int(len(text) * cut * 3)
    try_everything(text[:length].encode(), tmp_path_factory.getbasetemp())


@settings(max_examples=300, deadline=None)
@given(place=st.integers(0, len(DOCUMENT) - 1), byte=st.integers(0, 255))
def test_any_byte_changed(tmp_path_factory, place, byte):
    data = bytearray(DOCUMENT.encode())
    data[place] = byte
    try_everything(bytes(data), tmp_path_factory.getbasetemp())
