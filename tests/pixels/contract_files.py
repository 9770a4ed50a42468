"""Small files of every format with known pixels, for the contract of readers."""

import base64
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tifffile
import zarr
from astropy.io import fits
from PIL import Image

AXES = "TZCYX"


@dataclass(frozen=True)
class Sample:
    """A file, who should read it, and its levels as arrays of axes TZCYX."""

    path: Path
    reader: str
    levels: tuple[np.ndarray, ...]
    # A file whose end holds pixels, to be cut off.
    pixel_file: Path
    # Whether it has chunks that must be decoded as a whole.
    chunked: bool
    # Whether all channels of a pixel lie together: one plane, then.
    interleaved: bool

    @property
    def pixels(self):
        return self.levels[0]

    @property
    def planes(self):
        shape = self.pixels.shape[:2] if self.interleaved else self.pixels.shape[:3]
        return int(np.prod(shape))


def noise(*shape, dtype="u2", seed=3):
    rng = np.random.default_rng(seed)
    if np.dtype(dtype).kind == "f":
        return rng.normal(0, 100, shape).astype(dtype)
    return rng.integers(0, np.iinfo(dtype).max, shape, dtype)


def sample(path, reader, *levels, pixel_file=None, chunked=True, interleaved=False):
    return Sample(path, reader, levels, pixel_file or path, chunked, interleaved)


def plain_tiff(folder):
    pixels = noise(1, 1, 1, 61, 83, dtype="i2")
    path = folder / "plain.tif"
    tifffile.imwrite(path, pixels[0, 0, 0], byteorder=">", rowsperstrip=7)
    return sample(path, "tiff", pixels, chunked=False)


def imagej_tiff(folder):
    pixels = noise(2, 3, 2, 40, 33)
    path = folder / "hyper.tif"
    tifffile.imwrite(path, pixels, imagej=True, metadata={"axes": AXES})
    return sample(path, "tiff", pixels, chunked=False)


def rgb_tiff(folder):
    pixels = noise(1, 1, 3, 50, 70, dtype="u1")
    path = folder / "rgb.tif"
    tifffile.imwrite(
        path,
        np.moveaxis(pixels[0, 0], 0, -1),
        photometric="rgb",
        compression="zlib",
        tile=(16, 32),
    )
    return sample(path, "tiff", pixels, interleaved=True)


def ome_tiff(folder):
    pixels = noise(2, 1, 2, 70, 90, dtype="f4")
    half = pixels[..., ::2, ::2].copy()
    path = folder / "pyramid.ome.tif"
    with tifffile.TiffWriter(path, ome=True) as writer:
        layout = {"tile": (32, 32), "compression": "zlib"}
        writer.write(pixels, subifds=1, metadata={"axes": AXES}, **layout)
        writer.write(half, subfiletype=1, **layout)
    return sample(path, "tiff", pixels, half)


def ome_zarr(folder, version):
    axes = [
        {"name": name, "type": kind}
        for name, kind in (
            ("t", "time"),
            ("c", "channel"),
            ("z", "space"),
            ("y", "space"),
            ("x", "space"),
        )
    ]
    pixels = noise(2, 3, 2, 45, 52)
    half = pixels[..., ::2, ::2].copy()
    multiscales = {
        "axes": axes,
        "datasets": [
            {
                "path": str(n),
                "coordinateTransformations": [
                    {"type": "scale", "scale": [1.0, 1.0, 1.0, 2.0**n, 2.0**n]}
                ],
            }
            for n in range(2)
        ],
    }
    path = folder / f"v{version}.ome.zarr"
    group = zarr.open_group(path, mode="w", zarr_format=version)
    if version == 2:
        group.attrs["multiscales"] = [{"version": "0.4", **multiscales}]
    else:
        group.attrs["ome"] = {"version": "0.5", "multiscales": [multiscales]}
    for number, level in enumerate((pixels, half)):
        stored = group.create_array(
            str(number),
            shape=np.moveaxis(level, 1, 2).shape,
            chunks=(1, 1, 2, 16, 20),
            dtype="u2",
        )
        stored[:] = np.moveaxis(level, 1, 2)
    chunk = "0/0.0.0.0.0" if version == 2 else "0/c/0/0/0/0/0"
    return sample(path, "ome-zarr", pixels, half, pixel_file=path / chunk)


def zarr_2(folder):
    return ome_zarr(folder, 2)


def zarr_3(folder):
    return ome_zarr(folder, 3)


def plain_fits(folder):
    pixels = noise(3, 2, 4, 30, 41, dtype="f8")
    header = fits.Header({"CTYPE3": "STOKES", "CTYPE4": "FREQ", "CTYPE5": "TIME"})
    path = folder / "cube.fits"
    # FITS counts rows from the bottom.
    fits.PrimaryHDU(pixels[..., ::-1, :], header).writeto(path)
    return sample(path, "fits", pixels, chunked=False)


def compressed_fits(folder):
    pixels = noise(1, 1, 1, 90, 77, dtype="i2")
    hdu = fits.CompImageHDU(pixels[0, 0, 0, ::-1], tile_shape=(16, 32))
    path = folder / "tiles.fits"
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(path)
    return sample(path, "fits", pixels)


def png(folder):
    pixels = noise(1, 1, 3, 44, 55, dtype="u1")
    path = folder / "picture.png"
    Image.fromarray(np.moveaxis(pixels[0, 0], 0, -1)).save(path)
    return sample(path, "raster", pixels, interleaved=True)


def grey_png(folder):
    pixels = noise(1, 1, 1, 44, 55, dtype="u2")
    path = folder / "grey.png"
    Image.fromarray(pixels[0, 0, 0]).save(path)
    return sample(path, "raster", pixels)


def ome_xml(folder):
    pixels = noise(2, 2, 1, 20, 31)
    planes = "".join(
        f'<BinData BigEndian="true" Length="{20 * 31 * 2}">'
        f"{base64.b64encode(pixels[t, z, 0].astype('>u2').tobytes()).decode()}"
        "</BinData>"
        for t in range(2)
        for z in range(2)
    )
    path = folder / "document.ome.xml"
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">'
        '<Image ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="XYZCT" '
        'Type="uint16" SizeX="31" SizeY="20" SizeZ="2" SizeC="1" SizeT="2" '
        'BigEndian="true"><Channel ID="Channel:0:0" SamplesPerPixel="1"/>'
        f"{planes}</Pixels></Image></OME>"
    )
    return sample(path, "ome-xml", pixels)


MAKERS = (
    plain_tiff,
    imagej_tiff,
    rgb_tiff,
    ome_tiff,
    zarr_2,
    zarr_3,
    plain_fits,
    compressed_fits,
    png,
    grey_png,
    ome_xml,
)
