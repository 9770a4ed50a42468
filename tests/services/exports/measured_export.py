"""Export a file as OME-TIFF and print the most memory that took, in bytes.

Run by a test in a process of its own.
"""

import re
import sys
from pathlib import Path

import django
from tests.services.exports.scenes import scene_of_file


def main(source: str, target: str) -> None:
    django.setup()
    from graticule.services.exports.ome_tiff import write_ome_tiff

    write_ome_tiff(*scene_of_file(Path(source)), Path(target))
    # Not getrusage: that counts what the process was forked from, too.
    status = Path("/proc/self/status").read_text()
    sys.stdout.write(str(int(re.search(r"VmHWM:\s*(\d+)", status)[1]) * 1024))


if __name__ == "__main__":
    main(*sys.argv[1:])
