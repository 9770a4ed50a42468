"""OME-XML documents written by hand, of every age, with known values."""

import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from graticule.errors import CorruptFileError, FileError, UnsupportedFileError
from graticule.pixels.model import Level, PixelType
from graticule.pixels.omexml.document import TiffBlock, parse_ome
from graticule.pixels.omexml.tree import MAX_DEPTH

HERE = Path("some.ome.tif")
NEW = "http://www.openmicroscopy.org/Schemas/OME/2016-06"


def document(inside: str, *, more: str = "", attributes: str = "") -> str:
    return f'<OME xmlns="{NEW}" {attributes}>{more}{inside}</OME>'


def pixels(inside: str = "", **changes: object) -> str:
    attributes = {
        "DimensionOrder": "XYCZT",
        "Type": "uint16",
        "SizeX": 7,
        "SizeY": 5,
        "SizeZ": 4,
        "SizeC": 2,
        "SizeT": 3,
    } | changes
    said = " ".join(f'{k}="{v}"' for k, v in attributes.items() if v is not None)
    return f'<Pixels ID="Pixels:0" {said}>{inside}</Pixels>'


def image_of(inside: str = "", more: str = "", before: str = "", **changes: object):
    xml = document(
        f'<Image ID="Image:0">{before}{pixels(inside, **changes)}</Image>', more=more
    )
    return parse_ome(xml, HERE).images[0]


def described(*args, **changes):
    image = image_of(*args, **changes)
    level = Level(image.width, image.height, image.width, image.height)
    return image.describe("k", (level,), "fallback")


def test_it_works():
    inside = """
      <Channel ID="Channel:0" Name="DAPI" Color="65535" EmissionWavelength="461"
        ExcitationWavelength="0.358" ExcitationWavelengthUnit="µm" Fluor="DAPI"
        PinholeSize="1.5" PinholeSizeUnit="mm" AcquisitionMode="WideField"
        IlluminationType="Epifluorescence" ContrastMethod="Fluorescence"
        NDFilter="0.25" PockelCellSetting="3" SamplesPerPixel="1"/>
      <Channel ID="Channel:1" Color="-16776961"/>
      <TiffData IFD="2" FirstZ="1" FirstC="1" FirstT="2" PlaneCount="5">
        <UUID FileName="b.ome.tif">urn:uuid:b</UUID></TiffData>
      <TiffData/>
      <Plane TheZ="1" TheC="0" TheT="2" DeltaT="250" DeltaTUnit="ms"
        ExposureTime="20" ExposureTimeUnit="ms" PositionX="3" PositionXUnit="mm"/>
      <Plane TheZ="9" TheC="0" TheT="2" DeltaT="250"/>
    """
    before = """
      <AcquisitionDate>2020-02-29T12:30:00+02:00</AcquisitionDate>
      <Description>  cells &amp; more </Description>
    """
    image = image_of(inside)
    assert (image.id, image.index, image.name) == ("Image:0", 0, None)
    assert (image.width, image.height) == (7, 5)
    assert (image.size_z, image.size_c, image.size_t) == (4, 2, 3)
    assert image.pixel_type is PixelType.UINT16
    assert image.dimension_order == "XYCZT"
    assert image.samples_per_channel == (1, 1)
    assert image.bin_blocks == ()
    assert image.blocks == (
        TiffBlock(1, 1, 2, 2, 5, "b.ome.tif", "urn:uuid:b"),
        TiffBlock(0, 0, 0, None, None, None, None),
    )
    info = described(
        inside,
        before=before,
        PhysicalSizeX="250",
        PhysicalSizeXUnit="nm",
        PhysicalSizeY="0.5",
        PhysicalSizeZ="0",
        TimeIncrement="2",
        TimeIncrementUnit="min",
        SignificantBits="12",
    )
    assert (info.key, info.name, info.description) == ("k", "fallback", "cells & more")
    assert info.acquired == datetime(2020, 2, 29, 10, 30, tzinfo=UTC)
    assert (info.pixel_width_um, info.pixel_height_um) == (0.25, 0.5)
    assert info.pixel_depth_um is None
    assert info.time_increment == timedelta(minutes=2)
    assert info.significant_bits == 12
    assert info.planes_seconds == {(1, 0, 2): 0.25}
    first, second = info.channels
    assert (first.name, first.color) == ("DAPI", (0, 0, 255, 255))
    assert (first.emission_nm, first.excitation_nm) == (461.0, 358.0)
    assert first.facts == {
        "Fluor": "DAPI",
        "PinholeSize": 1.5,
        "PinholeSizeUnit": "mm",
        "AcquisitionMode": "WideField",
        "IlluminationType": "Epifluorescence",
        "ContrastMethod": "Fluorescence",
        "NDFilter": 0.25,
        "PockelCellSetting": 3,
        "SamplesPerPixel": 1,
        "ExposureTime": 0.02,
    }
    assert (second.name, second.color) == (None, (255, 0, 0, 255))
    assert info.facts == {"PlanePosition": {"X": 3.0, "XUnit": "mm"}}


@pytest.mark.parametrize("kind", PixelType)
def test_pixel_types(kind):
    assert image_of(Type=kind.value).pixel_type is kind
    # 2003-FC wrote them with capitals, in an attribute of another name.
    old = image_of(Type=None, PixelType=kind.value.capitalize())
    assert old.pixel_type is kind


@pytest.mark.parametrize("kind", ["complex", "double-complex", "colour"])
def test_pixels_that_cannot_be_shown(kind):
    with pytest.raises(UnsupportedFileError, match=kind):
        image_of(Type=kind)


@pytest.mark.parametrize("size", ["0", "-1", "many", "1.5", "", None, "1e30"])
@pytest.mark.parametrize("name", ["SizeX", "SizeY", "SizeZ", "SizeC", "SizeT"])
def test_senseless_sizes(name, size):
    with pytest.raises(CorruptFileError, match=name):
        image_of(**{name: size})


def test_too_many_channels_are_nonsense():
    with pytest.raises(CorruptFileError, match="SizeC"):
        image_of(SizeC=1 << 40)


@pytest.mark.parametrize(
    ("given", "size_c", "expected"),
    [
        ([], 3, (1, 1, 1)),
        ([None], 1, (1,)),
        ([3], 3, (3,)),
        ([4], 4, (4,)),
        ([3, 1], 4, (3, 1)),
        ([None], 3, (1, 1, 1)),
        ([3, 3, 3], 3, (1, 1, 1)),
        ([3], 4, (1, 1, 1, 1)),
        ([1, 1, 1], 2, (1, 1)),
    ],
)
def test_samples_add_up(given, size_c, expected):
    channels = "".join(
        "<Channel/>" if n is None else f'<Channel SamplesPerPixel="{n}"/>'
        for n in given
    )
    image = image_of(channels, SizeC=size_c)
    assert image.samples_per_channel == expected
    assert len(described(channels, SizeC=size_c).channels) == size_c


def test_samples_of_a_colour_channel():
    inside = """<Channel ID="a" SamplesPerPixel="4" Name="H&amp;E" Color="-1"/>
      <Channel ID="b" Name="DAPI" Color="65535"/>
      <Plane TheZ="0" TheC="1" TheT="0" DeltaT="5"/>
      <Plane TheZ="0" TheC="0" TheT="0" DeltaT="4"/>"""
    info = described(inside, SizeC=5)
    assert [c.name for c in info.channels] == [
        "H&E Red",
        "H&E Green",
        "H&E Blue",
        "H&E Alpha",
        "DAPI",
    ]
    assert [c.color for c in info.channels] == [
        (255, 0, 0, 255),
        (0, 255, 0, 255),
        (0, 0, 255, 255),
        (0, 0, 0, 0),
        (0, 0, 255, 255),
    ]
    times = {(0, c, 0): 4.0 for c in range(4)} | {(0, 4, 0): 5.0}
    assert info.planes_seconds == times
    plain = described('<Channel SamplesPerPixel="3"/>', SizeC=3)
    assert [c.name for c in plain.channels] == ["Red", "Green", "Blue"]


@pytest.mark.parametrize("rgba", [(1, 2, 3, 4), (255, 0, 0, 255), (200, 0, 0, 0)])
def test_colours_are_signed_integers(rgba):
    signed = struct.unpack(">i", bytes(rgba))[0]
    unsigned = struct.unpack(">I", bytes(rgba))[0]
    for value in (signed, unsigned):
        info = described(f'<Channel Color="{value}"/>')
        assert info.channels[0].color == rgba


@pytest.mark.parametrize("value", ["-2147483648", "red", "", str(1 << 33)])
def test_colours_that_are_none(value):
    assert described(f'<Channel Color="{value}"/>').channels[0].color is None


INSTRUMENT = """
<Instrument ID="Instrument:0">
  <Microscope Type="Inverted" Manufacturer="Zeiss" Model="LSM"/>
  <Laser ID="LightSource:0" Power="3" Wavelength="488" Type="Gas" Tuneable="false">
    <Pump ID="LightSource:1"/></Laser>
  <Detector ID="Detector:0" Type="PMT" Gain="2.5" SerialNumber="007"/>
  <Objective ID="Objective:0" NominalMagnification="63" LensNA="1.4" Iris="true"
    Immersion="Oil" Model="Plan" WorkingDistance="0.19" WorkingDistanceUnit="mm"/>
  <Objective ID="Objective:1" NominalMagnification="10"/>
  <FilterSet ID="FilterSet:0" Model="FS38"><EmissionFilterRef ID="Filter:1"/>
  </FilterSet>
  <Filter ID="Filter:0" Type="BandPass"><TransmittanceRange CutIn="450" CutOut="490"/>
  </Filter>
  <Filter ID="Filter:1"><TransmittanceRange CutIn="500" Transmittance="0.9"/></Filter>
  <Dichroic ID="Dichroic:0" Model="FT495"/>
</Instrument>
<Experimenter ID="Experimenter:0" FirstName="Ada"/>
<Experimenter ID="Experimenter:1" FirstName="Grace" LastName="Hopper"/>
"""


def test_instruments():
    before = """
      <ExperimenterRef ID="Experimenter:1"/><InstrumentRef ID="Instrument:0"/>
      <ObjectiveSettings ID="Objective:0" RefractiveIndex="1.518" Medium="Oil"/>
      <ImagingEnvironment Temperature="37.5" CO2Percent="0.05"/>
      <StageLabel Name="left" X="1.5" XUnit="mm"/>
    """
    inside = """<Channel ID="c">
      <LightSourceSettings ID="LightSource:0" Attenuation="0.5"/>
      <DetectorSettings ID="Detector:0" Voltage="600" Binning="2x2" Gain="3"/>
      <FilterSetRef ID="FilterSet:0"/>
      <LightPath><ExcitationFilterRef ID="Filter:0"/><DichroicRef ID="Dichroic:0"/>
        <EmissionFilterRef ID="Filter:1"/><EmissionFilterRef ID="Filter:9"/></LightPath>
    </Channel>"""
    info = described(inside, more=INSTRUMENT, before=before)
    objective = {
        "NominalMagnification": 63.0,
        "LensNA": 1.4,
        "Iris": True,
        "Immersion": "Oil",
        "Model": "Plan",
        "WorkingDistance": 0.19,
        "WorkingDistanceUnit": "mm",
    }
    detector = {"Type": "PMT", "Gain": 2.5, "SerialNumber": "007"}
    laser = {
        "Kind": "Laser",
        "Power": 3.0,
        "PowerUnit": "mW",
        "Wavelength": 488.0,
        "WavelengthUnit": "nm",
        "Type": "Gas",
        "Tuneable": False,
    }
    excitation = {"CutIn": 450.0, "CutOut": 490.0, "CutInUnit": "nm"}
    emission = {
        "TransmittanceRange": {
            "CutIn": 500.0,
            "CutInUnit": "nm",
            "Transmittance": 0.9,
        }
    }
    assert info.nominal_magnification == 63.0
    facts = info.facts
    assert facts["Objective"] == objective
    assert facts["ObjectiveSettings"] == {"RefractiveIndex": 1.518, "Medium": "Oil"}
    assert facts["ImagingEnvironment"] == {
        "Temperature": 37.5,
        "TemperatureUnit": "°C",
        "CO2Percent": 0.05,
    }
    assert facts["StageLabel"] == {"Name": "left", "X": 1.5, "XUnit": "mm"}
    assert facts["Experimenter"] == {"FirstName": "Grace", "LastName": "Hopper"}
    assert facts["Instrument"]["Microscope"]["Manufacturer"] == "Zeiss"
    assert facts["Instrument"]["Detector"] == [detector]
    assert facts["Instrument"]["Laser"] == [laser]
    assert len(facts["Instrument"]["Objective"]) == 2
    channel = info.channels[0].facts
    assert channel["LightSourceSettings"] == {"Attenuation": 0.5, "LightSource": laser}
    assert channel["DetectorSettings"] == {
        "Voltage": 600.0,
        "VoltageUnit": "V",
        "Binning": "2x2",
        "Gain": 3.0,
        "Detector": detector,
    }
    assert channel["FilterSet"] == {"Model": "FS38", "EmissionFilters": [emission]}
    path = channel["LightPath"]
    assert path["Dichroic"] == {"Model": "FT495"}
    assert path["EmissionFilters"] == [emission]
    (found,) = path["ExcitationFilters"]
    assert found["Type"] == "BandPass"
    assert excitation.items() <= found["TransmittanceRange"].items()
    # The second channel and its neighbours say nothing.
    assert info.channels[1].facts == {}


OLD_2007 = """<?xml version="1.0"?>
<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2007-06"
  xmlns:Bin="http://www.openmicroscopy.org/Schemas/BinaryFile/2007-06">
 <Instrument ID="urn:I:1"><Objective ID="urn:O:1">
   <LensNA>1.2</LensNA><NominalMagnification>40</NominalMagnification></Objective>
   <LightSource ID="urn:L:1" Model="Ar"><Laser Wavelength="514" Type="Gas"/>
   </LightSource>
 </Instrument>
 <Image ID="urn:Image:1" Name="old" DefaultPixels="urn:P:2">
  <CreationDate>2007-06-05T10:11:12</CreationDate>
  <ObjectiveRef ID="urn:O:1"/><InstrumentRef ID="urn:I:1"/>
  <LogicalChannel ID="urn:C:2" Name="second" EmWave="600" Mode="Wide-field">
   <ChannelComponent Index="1" Pixels="urn:P:2" ColorDomain="G"/></LogicalChannel>
  <LogicalChannel ID="urn:C:1" Name="first" ExWave="488" NDfilter="0.5">
   <LightSourceRef ID="urn:L:1"/>
   <ChannelComponent Index="0" Pixels="urn:P:2" ColorDomain="R"/></LogicalChannel>
  <Pixels ID="urn:P:1" DimensionOrder="XYZCT" PixelType="int8" BigEndian="true"
   SizeX="1" SizeY="1" SizeZ="1" SizeC="2" SizeT="1"/>
  <Pixels ID="urn:P:2" DimensionOrder="XYZTC" PixelType="int16" BigEndian="true"
   SizeX="3" SizeY="4" SizeZ="5" SizeC="2" SizeT="6" PhysicalSizeX="0.1"
   TimeIncrement="1.5">
   <TiffData IFD="7" NumPlanes="60"/>
   <Plane TheZ="2" TheT="1" TheC="1"><PlaneTiming DeltaT="9.5" ExposureTime="0.1"/>
    <StagePosition PositionX="4" PositionZ="2"/></Plane>
  </Pixels>
 </Image>
</OME>"""


def test_schema_2007():
    image = parse_ome(OLD_2007, HERE).images[0]
    assert (image.name, image.width, image.height) == ("old", 3, 4)
    assert (image.size_z, image.size_c, image.size_t) == (5, 2, 6)
    assert image.pixel_type is PixelType.INT16
    assert image.dimension_order == "XYZTC"
    assert image.blocks == (TiffBlock(0, 0, 0, 7, 60, None, None),)
    info = image.describe("0", (Level(3, 4, 3, 4),), "x")
    assert info.acquired == datetime(2007, 6, 5, 10, 11, 12, tzinfo=UTC)
    assert [c.name for c in info.channels] == ["first", "second"]
    first, second = info.channels
    assert (first.excitation_nm, first.emission_nm) == (488.0, None)
    assert (second.excitation_nm, second.emission_nm) == (None, 600.0)
    assert first.facts["NDFilter"] == 0.5
    assert first.facts["LightSourceSettings"]["LightSource"] == {
        "Model": "Ar",
        "Kind": "Laser",
        "Wavelength": 514.0,
        "WavelengthUnit": "nm",
        "Type": "Gas",
    }
    assert second.facts == {"AcquisitionMode": "Wide-field", "ExposureTime": 0.1}
    assert info.nominal_magnification == 40.0
    assert info.facts["Objective"] == {"LensNA": 1.2, "NominalMagnification": 40.0}
    assert info.pixel_width_um == 0.1
    assert info.time_increment == timedelta(seconds=1.5)
    assert info.planes_seconds == {(2, 1, 1): 9.5}
    assert info.facts["PlanePosition"]["Z"] == 2.0


OLD_2003 = """<?xml version="1.0" encoding="UTF-8"?>
<OME xmlns="http://www.openmicroscopy.org/XMLschemas/OME/FC/ome.xsd"
 xmlns:Bin="http://www.openmicroscopy.org/XMLschemas/BinaryFile/RC1/BinaryFile.xsd">
 <Image ID="urn:Image:1" Name="older" DefaultPixels="p" PixelSizeX="0.2"
   PixelSizeY="0.3" TimeIncrement="4">
  <CreationDate>2003-12-10T11:45:56</CreationDate>
  <ChannelInfo ID="c" Name="RGB" IlluminationType="Transmitted">
   <ChannelComponent ColorDomain="R" Index="0"/>
   <ChannelComponent ColorDomain="G" Index="1"/>
   <ChannelComponent ColorDomain="B" Index="2"/></ChannelInfo>
  <Pixels ID="p" DimensionOrder="XYCZT" PixelType="Uint8" BigEndian="true"
   SizeX="2" SizeY="2" SizeZ="1" SizeC="3" SizeT="1">
   <Bin:BinData Compression="zlib" Length="9">eJw=</Bin:BinData>
  </Pixels>
 </Image>
</OME>"""


def test_schema_2003():
    image = parse_ome(OLD_2003, HERE).images[0]
    assert image.pixel_type is PixelType.UINT8
    assert image.samples_per_channel == (3,)
    (block,) = image.bin_blocks
    assert (block.data, block.compression) == ("eJw=", "zlib")
    assert (block.big_endian, block.length) == (True, 9)
    info = image.describe("0", (Level(2, 2, 2, 2),), "x")
    assert (info.pixel_width_um, info.pixel_height_um) == (0.2, 0.3)
    assert info.time_increment == timedelta(seconds=4)
    assert [c.name for c in info.channels] == ["RGB Red", "RGB Green", "RGB Blue"]
    assert info.channels[0].facts["IlluminationType"] == "Transmitted"


def test_prefixes_do_not_matter():
    xml = f"""<o:OME xmlns:o="{NEW}"><o:Image ID="i">{pixels()}</o:Image></o:OME>"""
    xml = xml.replace("<Pixels", "<o:Pixels").replace("</Pixels", "</o:Pixels")
    assert parse_ome(xml, HERE).images[0].id == "i"


def test_pointers_to_other_files():
    xml = document('<BinaryOnly MetadataFile="a.companion.ome" UUID="urn:uuid:1"/>')
    found = parse_ome(xml, HERE)
    assert found.metadata_file == "a.companion.ome"
    assert found.images == ()
    found = parse_ome(document("", attributes='UUID="urn:uuid:2"'), HERE)
    assert (found.uuid, found.metadata_file) == ("urn:uuid:2", None)


def test_index_is_the_position_in_the_document():
    images = f"""<Image ID="a">{pixels()}</Image><Image ID="b"/>
      <Image ID="c" Name="last">{pixels()}</Image>"""
    found = parse_ome(document(images), HERE)
    assert [(i.id, i.index) for i in found.images] == [("a", 0), ("c", 2)]
    assert any("b" in warning for warning in found.warnings)


def test_unreadable_order_is_assumed_with_a_warning():
    found = parse_ome(document(f"<Image>{pixels(DimensionOrder='ZYX')}</Image>"), HERE)
    assert found.images[0].dimension_order == "XYZCT"
    assert any("ZYX" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2012-02-16 23:49:22.0", datetime(2012, 2, 16, 23, 49, 22, tzinfo=UTC)),
        ("2012-02-16T23:49:22Z", datetime(2012, 2, 16, 23, 49, 22, tzinfo=UTC)),
        ("2012-02-16", datetime(2012, 2, 16, tzinfo=UTC)),
        ("yesterday", None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_dates(date, expected):
    before = f"<AcquiredDate>{date}</AcquiredDate>"
    assert described(before=before).acquired == expected


@pytest.mark.parametrize("value", ["", "nan", "inf", "1e400", "x", "-3", "0"])
def test_senseless_numbers_are_as_if_not_there(value):
    info = described(
        f'<Channel NDFilter="{value}"/><Plane TheZ="{value}" TheC="0" TheT="0"/>',
        PhysicalSizeX=value,
        TimeIncrement=value,
        SignificantBits=value,
    )
    assert info.pixel_width_um is None
    assert info.time_increment is None
    assert info.significant_bits is None


def test_more_significant_bits_than_bits():
    assert described(SignificantBits="17").significant_bits is None
    assert described(SignificantBits="16").significant_bits == 16


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_encodings(encoding):
    text = document(f'<Image Name="5 µm">{pixels()}</Image>')
    xml = f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding)
    assert parse_ome(xml, HERE).images[0].name == "5 µm"
    assert parse_ome(xml.decode(encoding), HERE).images[0].name == "5 µm"


def test_what_writers_do_to_xml():
    text = document(f'<Image Name="5 µm">{pixels()}</Image>')
    declared = f'<?xml version="1.0" encoding="UTF-8"?>{text}'
    for broken in (
        declared.encode("latin-1"),
        b"\xef\xbb\xbf" + declared.encode(),
        declared.encode() + b"\0\0",
        b"\n " + declared.encode(),
        declared.replace("5 µm", "5 \x02µm").encode(),
        "\ufeff" + declared,
    ):
        assert parse_ome(broken, HERE).images[0].name == "5 µm"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not XML at all",
        "<OME",
        "<OME><Image></OME>",
        "<svg/>",
        "<OME>&nbsp;</OME>",
        "<OME/><OME/>",
        b"\xff\xd8\xff\xe0",
        '{"ome": {}}',
    ],
)
def test_garbage(text):
    with pytest.raises(CorruptFileError) as caught:
        parse_ome(text, HERE)
    assert "some.ome.tif" in str(caught.value)


BOMB = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))


@pytest.mark.parametrize(
    "doctype",
    [
        f'<!DOCTYPE OME [<!ENTITY l0 "lol">{BOMB}]>',
        '<!DOCTYPE OME [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE OME SYSTEM "http://localhost/ome.dtd">',
        "<!DOCTYPE OME>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_types_are_refused(doctype, encoding):
    xml = f'<?xml version="1.0"?>{doctype}<OME><Image Name="&l9;&x;"/></OME>'
    with pytest.raises(UnsupportedFileError, match="document type"):
        parse_ome(xml.encode(encoding), HERE)


def test_words_that_look_like_a_document_type_are_none():
    inside = f"<Image>{pixels()}<Description><![CDATA[<!DOCTYPE x>]]></Description>"
    image = parse_ome(document(inside + "</Image>"), HERE).images[0]
    assert image.describe("0", (Level(7, 5, 7, 5),), "").description == "<!DOCTYPE x>"


def test_nesting_is_bounded():
    deep = "<a>" * MAX_DEPTH + "</a>" * MAX_DEPTH
    with pytest.raises(UnsupportedFileError, match="nested"):
        parse_ome(f"<OME>{deep}</OME>", HERE)
    inside = f"<XMLAnnotation><Value>{deep}</Value></XMLAnnotation>"
    with pytest.raises(UnsupportedFileError, match="nested"):
        parse_ome(f"<OME>{inside}</OME>", HERE)


def test_elements_are_bounded(monkeypatch):
    from graticule.pixels.omexml import tree as omexml_tree

    monkeypatch.setattr(omexml_tree, "MAX_ELEMENTS", 10)
    parse_ome(f"<OME>{'<a/>' * 9}</OME>", HERE)
    with pytest.raises(UnsupportedFileError, match="10 XML elements"):
        parse_ome(f"<OME>{'<a/>' * 10}</OME>", HERE)


def test_errors_name_the_file():
    with pytest.raises(FileError) as caught:
        parse_ome("<OME>", Path("folder/the.ome.xml"))
    assert caught.value.path == str(Path("folder/the.ome.xml"))
