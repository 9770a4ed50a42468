"""Images as the libraries of their fields read them, to compare ours with.

Nothing here goes through ``graticule``: tifffile's series, zarr's arrays,
astropy's HDUs, Pillow's pictures and base64 in XML, each brought into one shape.
"""

import base64
import bz2
import re
import warnings
import zlib
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import tifffile
import zarr
from astropy.io import fits
from PIL import Image


@dataclass(frozen=True)
class Reference:
    """One level of an image: something to be sliced, and its axes.

    ``bottom_up`` is for FITS, whose first row is the lowest.
    """

    array: Any
    axes: str
    bottom_up: bool = False

    @property
    def shape(self):
        """Sizes of t, z, c, y, x."""
        sizes = dict(zip(self.axes, self.array.shape, strict=True))
        return tuple(sizes.get(axis, 1) for axis in "TZCYX")

    def plane(self, t, z, x0, y0, x1, y1):
        """Get a window of all channels, as C x H x W.

        ``z`` is a fraction of the depth, from 0 to 1: levels of a Zarr may be
        thinner than the image.
        """
        height = self.shape[3]
        rows = slice(height - y1, height - y0) if self.bottom_up else slice(y0, y1)
        where = {"T": t, "Z": int(z * self.shape[1]), "C": slice(None)}
        where |= {"Y": rows, "X": slice(x0, x1)}
        part = np.asarray(self.array[tuple(where[axis] for axis in self.axes)])
        left = [axis for axis in self.axes if axis in "CYX"]
        part = part.transpose([left.index(axis) for axis in "CYX" if axis in left])
        part = part if "C" in left else part[np.newaxis]
        return part[:, ::-1] if self.bottom_up else part


def tiff_images(path):
    """Every series of a TIFF as its levels."""
    if path.parent.name == "multifile":
        # tifffile follows no companion: the set is one plane of z a file.
        parts = sorted(path.parent.glob("*.tiff"))
        stack = np.stack([tifffile.imread(part, series=0) for part in parts])
        return [[Reference(stack, "ZYX")]]
    found = []
    with tifffile.TiffFile(path) as tif:
        for series in tif.series:
            levels = []
            for level in series.levels:
                pixels, axes = level.asarray(), level.axes
                colors = series.keyframe.colormap
                if colors is not None and (colors != colors[0]).any():
                    # Entries are 16-bit, 8 of them are shown; ramps of grey are
                    # no colours but measured values.
                    colors = (colors >> 8).astype("u1")
                    pixels, axes = np.moveaxis(colors[:, pixels], 0, -1), "YXS"
                if series.keyframe.photometric == tifffile.PHOTOMETRIC.MINISWHITE:
                    pixels = ~pixels
                levels.append(Reference(pixels, five(axes, pixels.shape)))
            found.append(levels)
    return found


def five(axes, shape):
    """Name unnamed axes: samples are channels, anything else is z."""
    axes = axes.replace("S", "C") if "C" not in axes else axes
    axes = "".join(axis if axis in "TZCYX" else "Z" for axis in axes)
    assert len(set(axes)) == len(axes) == len(shape), axes
    return axes


def fits_images(path):
    """Every HDU with two or more axes."""
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with fits.open(path, do_not_scale_image_data=True) as hdus:
            for hdu in hdus:
                if not isinstance(hdu, fits.BinTableHDU) and hdu.data is not None:
                    data = scaled(hdu)
                    axes = "ZYX"[-data.ndim :]
                    found.append([Reference(data, axes, bottom_up=True)])
    return found


def scaled(hdu):
    """Apply BSCALE and BZERO by hand: astropy rounds twice, in single precision."""
    scale, zero = hdu.header.get("BSCALE", 1), hdu.header.get("BZERO", 0)
    if (scale, zero) == (1, 0):
        return np.array(hdu.data)
    if (scale, zero, hdu.header["BITPIX"]) == (1, 1 << 15, 16):
        return (hdu.data.astype("i4") + zero).astype("u2")
    return (hdu.data.astype("f8") * scale + zero).astype("f4")


def pictures(path):
    """A picture in its own mode, palettes as RGB."""
    with Image.open(path) as picture:
        mode = "RGB" if picture.mode == "P" else picture.mode
        pixels = np.array(picture if mode == picture.mode else picture.convert(mode))
    return [[Reference(pixels, "YXC"[: pixels.ndim])]]


def zarr_images(path, keys):
    """The multiscales of a group that bear these keys."""
    root = zarr.open_group(path, mode="r")
    return [zarr_levels(root, key) for key in keys]


def zarr_levels(root, key):
    group = root[key] if key in root and multiscales(root[key]) else root
    (described,) = multiscales(group)
    axes = "".join(axis["name"] for axis in described["axes"]).upper()
    return [Reference(group[d["path"]], axes) for d in described["datasets"]]


def multiscales(node):
    attributes = dict(node.attrs)
    return attributes.get("ome", attributes).get("multiscales")


def xml_images(path):
    """Images whose pixels stand in the document."""
    found = []
    for element in ET.parse(path).iter():
        if local(element) == "Pixels":
            pixels = bin_data(element)
            found.append([Reference(pixels, "TZCYX")])
    return found


def local(element):
    return re.sub(r"\{.*\}", "", element.tag)


def bin_data(pixels):
    order = pixels.get("DimensionOrder")[::-1]
    shape = tuple(int(pixels.get(f"Size{axis}")) for axis in order)
    blocks = [child for child in pixels if local(child) == "BinData"]
    unpack = {"zlib": zlib.decompress, "bzip2": bz2.decompress, "none": bytes}
    raw = b"".join(
        unpack[block.get("Compression", "none")](base64.b64decode(block.text))
        for block in blocks
    )
    big = (blocks[0].get("BigEndian") or pixels.get("BigEndian")) == "true"
    dtype = np.dtype(pixels.get("Type")).newbyteorder(">" if big else "<")
    need = int(np.prod(shape)) * dtype.itemsize
    stored = np.frombuffer(raw[:need], dtype).reshape(shape)
    return stored.transpose([order.index(axis) for axis in "TZCYX"])
