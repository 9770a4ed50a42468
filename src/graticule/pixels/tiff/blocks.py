"""``TiffData`` of OME-XML → which directory of which file holds each plane.

Pure arithmetic on the blocks; opens nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from graticule.pixels.omexml.document import OmeImage, TiffBlock

Numbers = npt.NDArray[np.int32]

NOWHERE = -1


def plane_tables(
    image: OmeImage,
    outer: int,
    member_of: Callable[[TiffBlock], int],
    own_member: int,
    first_ifd: int,
) -> tuple[Numbers, Numbers]:
    """Find the file and the directory of every plane.

    Parameters
    ----------
    image
        As the XML describes it.
    outer
        Channels as pages count them (RGB is one).
    member_of
        Number of the file that a block names.
    own_member
        Number of the file that holds the XML.
    first_ifd
        Where blocks begin that name no directory.

    Returns
    -------
    tuple of numpy.ndarray
        Members and directories, int32, shape ``(size_t, size_z, outer)``;
        ``NOWHERE`` where no block holds the plane.
    """
    sizes = {"Z": image.size_z, "C": outer, "T": image.size_t}
    order = image.dimension_order[2:]
    shape = [sizes[letter] for letter in reversed(order)]
    total = int(np.prod(shape))
    members = np.full(total, NOWHERE, np.int32)
    directories = np.full(total, NOWHERE, np.int32)
    samples = max(1, image.size_c // outer)
    blocks = image.blocks or (TiffBlock(0, 0, 0, None, None, None, None),)
    for block in blocks:
        channel = block.first_c
        if channel >= outer:  # some writers count samples
            channel //= samples
        place = {"Z": block.first_z, "C": channel, "T": block.first_t}
        if any(not 0 <= place[axis] < sizes[axis] for axis in sizes):
            continue
        start = 0
        for letter in reversed(order):
            start = start * sizes[letter] + place[letter]
        count = total - start
        if block.plane_count is not None:
            count = min(count, block.plane_count)
        elif block.ifd is not None:
            count = 1
        if count <= 0:
            continue
        begin = first_ifd if block.ifd is None else block.ifd
        named = block.file_name is not None or block.uuid is not None
        members[start : start + count] = member_of(block) if named else own_member
        directories[start : start + count] = np.arange(begin, begin + count)
    axes = [order[::-1].index(letter) for letter in "TZC"]
    return (
        np.ascontiguousarray(members.reshape(shape).transpose(axes)),
        np.ascontiguousarray(directories.reshape(shape).transpose(axes)),
    )
