"""The columns of ObsCore, with their units and meanings, said once.

Table ``ivoa.obscore`` of TAP and the answers of SIA are made of these (ObsCore 1.1,
table 1; contract uws, section 22). Frozen values alone: no rows.
"""

from __future__ import annotations

from graticule.services.published.model import (
    BoundingCircle,
    PublishedColumn,
    VoType,
)

_AXIS = "Char.SpatialAxis"


def _column(
    name: str,
    datatype: VoType,
    ucd: str,
    utype: str,
    description: str,
    *,
    unit: str = "",
    xtype: str = "",
    indexed: bool = False,
    bounded_by: BoundingCircle | None = None,
) -> PublishedColumn:
    return PublishedColumn(
        name=name,
        datatype=datatype,
        arraysize="*" if datatype == "char" else "",
        xtype=xtype,
        unit=unit,
        ucd=ucd,
        utype=f"obscore:{utype}",
        description=description,
        is_principal=True,
        is_standard=True,
        is_indexed=indexed,
        bounded_by=bounded_by,
    )


OBSCORE_COLUMNS: tuple[PublishedColumn, ...] = (
    _column(
        "dataproduct_type",
        "char",
        "meta.code.class",
        "ObsDataset.dataProductType",
        "image for one plane, cube for several",
    ),
    _column(
        "calib_level",
        "int",
        "meta.code;obs.calib",
        "ObsDataset.calibLevel",
        "How far the data are calibrated, 0 (raw) to 4",
    ),
    _column(
        "obs_collection",
        "char",
        "meta.id",
        "DataID.collection",
        "The survey that the header names, or the dataset that the file belongs to",
    ),
    _column(
        "obs_id",
        "char",
        "meta.id",
        "DataID.observationID",
        "The observation: as the header names it, or the name of the file",
    ),
    _column(
        "obs_publisher_did",
        "char",
        "meta.ref.ivoid",
        "Curation.publisherDID",
        "Identifier of the image, as DataLink and SODA take it",
    ),
    _column(
        "access_url",
        "char",
        "meta.ref.url",
        "Access.reference",
        "Links to the file, previews and cutouts of the image",
    ),
    _column(
        "access_format",
        "char",
        "meta.code.mime",
        "Access.format",
        "Media type of what access_url gives",
    ),
    _column(
        "access_estsize",
        "long",
        "phys.size;meta.file",
        "Access.size",
        "Size of the files of the image",
        unit="kbyte",
    ),
    _column(
        "target_name",
        "char",
        "meta.id;src",
        "Target.name",
        "What was looked at, as the header names it",
    ),
    _column(
        "s_ra",
        "double",
        "pos.eq.ra",
        f"{_AXIS}.Coverage.Location.Coord.Position2D.Value2.C1",
        "Right ascension of the middle of the image, ICRS",
        unit="deg",
        indexed=True,
    ),
    _column(
        "s_dec",
        "double",
        "pos.eq.dec",
        f"{_AXIS}.Coverage.Location.Coord.Position2D.Value2.C2",
        "Declination of the middle of the image, ICRS",
        unit="deg",
        indexed=True,
    ),
    _column(
        "s_fov",
        "double",
        "phys.angSize;instr.fov",
        f"{_AXIS}.Coverage.Bounds.Extent.diameter",
        "Diameter of the circle around the middle that holds the image",
        unit="deg",
    ),
    _column(
        "s_region",
        "char",
        "pos.outline;obs.field",
        f"{_AXIS}.Coverage.Support.Area",
        "Outline of the image, ICRS",
        xtype="adql:REGION",
        # Of some the outline is a polygon around that circle, a thousandth wider.
        bounded_by=BoundingCircle("s_ra", "s_dec", "s_fov", slack=0.01),
    ),
    _column(
        "s_resolution",
        "double",
        "pos.angResolution",
        f"{_AXIS}.Resolution.Refval.value",
        "Width of the beam or of the seeing, where the header says it",
        unit="arcsec",
    ),
    _column(
        "s_xel1",
        "long",
        "meta.number",
        f"{_AXIS}.numBins1",
        "Width of the image in pixels",
    ),
    _column(
        "s_xel2",
        "long",
        "meta.number",
        f"{_AXIS}.numBins2",
        "Height of the image in pixels",
    ),
    _column(
        "t_min",
        "double",
        "time.start;obs.exposure",
        "Char.TimeAxis.Coverage.Bounds.Limits.StartTime",
        "Start of the observation, MJD in UTC",
        unit="d",
    ),
    _column(
        "t_max",
        "double",
        "time.end;obs.exposure",
        "Char.TimeAxis.Coverage.Bounds.Limits.StopTime",
        "End of the observation, MJD in UTC",
        unit="d",
    ),
    _column(
        "t_exptime",
        "double",
        "time.duration;obs.exposure",
        "Char.TimeAxis.Coverage.Support.Extent",
        "Total exposure time",
        unit="s",
    ),
    _column(
        "t_resolution",
        "double",
        "time.resolution",
        "Char.TimeAxis.Resolution.Refval.value",
        "Time between planes, or the exposure of a single one",
        unit="s",
    ),
    _column(
        "t_xel",
        "long",
        "meta.number",
        "Char.TimeAxis.numBins",
        "Number of samples in time",
    ),
    _column(
        "em_min",
        "double",
        "em.wl;stat.min",
        "Char.SpectralAxis.Coverage.Bounds.Limits.LoLimit",
        "Shortest wavelength, in vacuum",
        unit="m",
    ),
    _column(
        "em_max",
        "double",
        "em.wl;stat.max",
        "Char.SpectralAxis.Coverage.Bounds.Limits.HiLimit",
        "Longest wavelength, in vacuum",
        unit="m",
    ),
    _column(
        "em_res_power",
        "double",
        "spect.resolution",
        "Char.SpectralAxis.Resolution.ResolPower.refVal",
        "Spectral resolving power, where the header says it",
    ),
    _column(
        "em_xel",
        "long",
        "meta.number",
        "Char.SpectralAxis.numBins",
        "Number of samples along the spectrum",
    ),
    _column(
        "o_ucd",
        "char",
        "meta.ucd",
        "Char.ObservableAxis.ucd",
        "What the pixels mean, where the unit tells it",
    ),
    _column(
        "pol_states",
        "char",
        "meta.code;phys.polarization",
        "Char.PolarizationAxis.stateList",
        "Polarisation states, like /I/Q/U/",
    ),
    _column(
        "pol_xel",
        "long",
        "meta.number",
        "Char.PolarizationAxis.numBins",
        "Number of polarisation states",
    ),
    _column(
        "facility_name",
        "char",
        "meta.id;instr.tel",
        "Provenance.ObsConfig.Facility.name",
        "Telescope",
    ),
    _column(
        "instrument_name",
        "char",
        "meta.id;instr",
        "Provenance.ObsConfig.Instrument.name",
        "Instrument",
    ),
)
"""All mandatory columns, in the order of the standard."""

COMPUTED = ("obs_publisher_did", "access_url", "access_format", "access_estsize")
"""Columns that no observation stores: they follow from the image and its files."""
ACCESS_FORMAT = "application/x-votable+xml;content=datalink"
"""Media type of the links that ``access_url`` leads to."""
