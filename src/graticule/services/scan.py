"""Scan folders: make the catalogue say what lies in them.

The files stay where they are. A scan walks each folder, leaves alone what has
not changed, has worker processes open what is new or changed, and writes what
they found in batches; a scan that was interrupted is continued by the next one.
Which project and dataset images go to says :mod:`graticule.services.folders`.

What people added is never lost: an image is the same as long as its file has
the same path (or the same name, size and time elsewhere) and the same place in
its file; names, containers, annotations, ROIs and settings that people made
stay. Files that are gone or cannot be read any more are marked as vanished and
come back with all that when they are found again.

A file belongs to one fileset. The files of a set are not opened again on their
own; a set whose files were taken for single images before replaces those.

The parts stand in :mod:`graticule.services.scanning`. Must not know HTTP.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from graticule.catalog.models import Folder, Group, Person
from graticule.services.scanning.folder import FolderScan
from graticule.services.scanning.inspect import Inspector, Outcome
from graticule.services.scanning.lock import scan_lock
from graticule.services.scanning.pyramids import make_pyramids
from graticule.services.scanning.report import (
    Finding,
    ScanProgress,
    ScanReport,
    ScanSettings,
)
from graticule.services.scanning.workers import Work
from graticule.services.search.index import catch_up_whole

__all__ = ["Finding", "ScanProgress", "ScanReport", "ScanSettings", "scan"]

Tell = Callable[[ScanProgress], None]


def scan(
    folders: Sequence[Path],
    *,
    owner: Person,
    group: Group,
    settings: ScanSettings,
    progress: Tell | None = None,
    inspector: Work[str, Outcome] | None = None,
) -> ScanReport:
    """Bring the catalogue up to date with some folders.

    Waits while another scan of the same catalogue is running.

    Parameters
    ----------
    folders
        Folders, or single files and OME-Zarrs. What is in them stays there.
    owner, group
        Whose images they become when a folder is scanned for the first time;
        later scans keep what was said then.
    settings
        Limits, and the home folder.
    progress
        Called often, from this thread; what it raises ends the scan.
    inspector
        What opens a file, if not the readers that are installed.

    Returns
    -------
    ScanReport
        Counts, problems and warnings over all folders.
    """
    tell: Tell = progress or (lambda _progress: None)
    work = inspector or Inspector(
        settings.limits, settings.max_plane_pixels, settings.chunk_cache_bytes
    )
    report = ScanReport()
    started = time.monotonic()
    with scan_lock(settings.home, lambda: tell(ScanProgress("wait", 0, 0, ""))):
        for path in folders:
            folder, _ = Folder.objects.get_or_create(
                path=os.path.abspath(path),  # noqa: PTH100 - links stay as they are named
                defaults={"owner": owner, "group": group},
            )
            FolderScan(folder, settings, work, tell, report).run()
            report.warnings += make_pyramids(folder, settings, tell)
        # What is left of an upgrade, or of changes that nobody searched after.
        catch_up_whole()
    report.seconds = time.monotonic() - started
    return report
