"""Export a file as OME-TIFF and print the most memory that took, in bytes.

Run by a test in a process of its own.
"""

import resource
import sys
from pathlib import Path

import django
from tests.services.exports.scenes import scene_of_file


def main(source: str, target: str) -> None:
    django.setup()
    from graticule.services.exports.ome_tiff import write_ome_tiff

    write_ome_tiff(*scene_of_file(Path(source)), Path(target))
    sys.stdout.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024))


if __name__ == "__main__":
    main(*sys.argv[1:])
