"""One folder's scan, from the walk to the last row.

Decides what is unchanged, what is to be opened, which fileset a file belongs
to, what has moved and what has vanished; leaves opening to the workers and
writing to :mod:`graticule.services.scanning.store`.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path

from django.db import DataError, IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from graticule.catalog.models import Fileset, Folder, Image, Plate, ScanProblem
from graticule.errors import FileError
from graticule.pixels.registry import find_reader
from graticule.services.folders import Placement, placement
from graticule.services.scanning.fitting import fit_text
from graticule.services.scanning.inspect import (
    Inspected,
    NotAnImage,
    Outcome,
    Unreadable,
    not_taken,
)
from graticule.services.scanning.known import (
    KnownFileset,
    is_unchanged,
    known_filesets,
    signature_of,
)
from graticule.services.scanning.observations import fill_observations
from graticule.services.scanning.placing import carry_containers
from graticule.services.scanning.pyramids import forget_pyramids
from graticule.services.scanning.report import (
    Finding,
    ScanProgress,
    ScanReport,
    ScanSettings,
)
from graticule.services.scanning.store import Found, write
from graticule.services.scanning.walk import Walk, walk
from graticule.services.scanning.workers import DEEPEST_QUEUE, Lost, Work, Workers
from graticule.services.versions import tell_change

BATCH = 200
"""Filesets written in one transaction."""
FEW = 50
"""Files for which one worker is enough."""

_CHUNK = 5000
# Documents that describe other files are opened before those.
_DESCRIBING = (".ome", ".xml")


class FolderScan:
    """The state of one folder's scan; used once.

    Parameters
    ----------
    folder
        Its row.
    work
        What the workers do to a path.
    tell
        Told of the progress.
    report
        Where counts and findings are added.
    """

    def __init__(
        self,
        folder: Folder,
        settings: ScanSettings,
        work: Work[str, Outcome],
        tell: Callable[[ScanProgress], None],
        report: ScanReport,
    ) -> None:
        self.folder = folder
        self.root = Path(folder.path)
        self.settings = settings
        self.work = work
        self.tell = tell
        self.report = report
        self.now = timezone.now()
        self.walked = Walk()
        self.known: dict[str, KnownFileset] = {}
        self.kept: set[str] = set()
        self.written: set[int] = set()
        self.superseded: set[str] = set()
        self.missing: dict[str, list[KnownFileset]] = defaultdict(list)
        self.claims: dict[str, str] = {}
        self.members: dict[str, set[str]] = {}
        self.queue: deque[str] = deque()
        self.batch: list[Found] = []
        self.problems: list[Finding] = []
        self.moves: list[tuple[Placement, Placement]] = []
        self.done = 0
        self.total = 0

    def run(self) -> None:
        """Scan the folder."""
        self.walked = walk(
            self.root,
            _is_fileset,
            self.settings.home,
            lambda count, path: self.tell(ScanProgress("walk", count, 0, path)),
        )
        self.problems += self.walked.problems
        self.known = known_filesets(self.folder)
        self._sort_out()
        self._read()
        self._flush()
        with transaction.atomic():
            counted = self.report.returned, self.report.vanished
            self._bring_back()
            self._let_vanish()
            if counted != (self.report.returned, self.report.vanished):
                tell_change()
            carry_containers(self.moves)
            self._note_problems()
        fill_observations(self.folder)

    def _sort_out(self) -> None:
        """Tell the unchanged from those to be opened and those missing."""
        there = set(self.walked.candidates)
        # What vanished and is back must not take files from larger living sets.
        for known in sorted(self.known.values(), key=lambda one: bool(one.vanished)):
            if self.walked.is_closed(known.entry):
                self.kept.add(known.entry)
            elif known.entry not in there:
                self.missing[known.signature].append(known)
            elif known.entry not in self.claims and is_unchanged(known, self.walked):
                self._take_over(known.files)
                self.kept.add(known.entry)
                self._claim(known.entry, known.files)
        todo = [path for path in self.walked.candidates if path not in self.kept]
        todo.sort(key=lambda path: not path.lower().endswith(_DESCRIBING))
        self.queue.extend(path for path in todo if path not in self.claims)

    def _read(self) -> None:
        """Have the workers open what is in the queue."""
        if len(self.queue) < FEW:
            # Not worth a process to learn that README is no image.
            self.queue = deque(path for path in self.queue if self._is_taken(path))
        self.total = len(self.queue)
        count = self.settings.workers if self.total >= FEW else 1
        with Workers(self.work, count, self.settings.seconds_per_file) as workers:

            def arrived(path: str, outcome: Outcome | Lost) -> None:
                self.done += 1
                self.tell(ScanProgress("read", self.done, self.total, path))
                # After a set of files its other members are likely to be next:
                # do not have them opened before it has claimed them.
                several = isinstance(outcome, Inspected) and len(outcome.files) > 1
                workers.depth = 1 if several else min(2 * workers.depth, DEEPEST_QUEUE)

            for path, outcome in workers.run(self._next, arrived):
                self._take(path, outcome)

    def _is_taken(self, path: str) -> bool:
        try:
            if find_reader(Path(path)) is not None:
                return True
            judged = not_taken(Path(path))
        except FileError as error:
            judged = Unreadable(error.cause)
        except OSError as error:
            judged = Unreadable(f"It cannot be read: {error.strerror}.")
        self._take(path, judged)
        return False

    def _next(self) -> str | None:
        """Give the next path that belongs to no set."""
        while self.queue:
            path = self.queue.popleft()
            if self.claims.get(path, path) == path:
                return path
            self.total -= 1
        return None

    def _take(self, path: str, outcome: Outcome | Lost) -> None:
        """Deal with a path, in the order of the queue."""
        if self.claims.get(path, path) != path:
            return
        match outcome:
            case Inspected():
                self._accept(path, outcome)
            case NotAnImage():
                self.report.not_images += 1
            case Unreadable(cause) | Lost(cause):
                self.problems.append(Finding(path, fit_text(cause)))

    def _accept(self, path: str, inspected: Inspected) -> None:
        files = {file.path for file in inspected.files}
        others = {self.claims[file] for file in files if file in self.claims}
        stale = others & self.kept
        if stale and path not in self.known:
            # A file has come to a set that was complete without it: look again
            # at the set first, then at the file unless the set has claimed it.
            for entry in stale:
                self.kept.remove(entry)
                self._release(entry)
            self.queue.extend([*sorted(stale), path])
            self.total += len(stale) + 1
            return
        self._take_over(files)
        self._claim(path, files)
        stamps = [
            (file.path, (file.size_bytes, file.modified_ns)) for file in inspected.files
        ]
        signature = signature_of(path, stamps)
        known = self.known.get(path) or self._moved(path, signature)
        place = placement(self.root, Path(path))
        self.batch.append(Found(path, inspected, signature, place, known))
        if len(self.batch) >= BATCH:
            self._flush()

    def _claim(self, entry: str, files: Collection[str]) -> None:
        self.superseded.discard(entry)
        self.members[entry] = set(files)
        for file in files:
            self.claims.setdefault(file, entry)

    def _release(self, entry: str) -> None:
        for file in self.members.pop(entry):
            if self.claims.get(file) == entry:
                del self.claims[file]

    def _take_over(self, files: Collection[str]) -> None:
        """Let a set take the place of the filesets that are part of it."""
        whole = set(files)
        for entry in {self.claims[file] for file in whole if file in self.claims}:
            if self.members[entry] <= whole:
                self._release(entry)
                self.kept.discard(entry)
                self.superseded.add(entry)
                self.batch = [one for one in self.batch if one.entry != entry]

    def _moved(self, path: str, signature: str) -> KnownFileset | None:
        """Find what lay elsewhere before: same name, size and time."""
        if not self.missing[signature]:
            return None
        known = self.missing[signature].pop()
        self.moves.append(
            (placement(self.root, Path(known.entry)), placement(self.root, Path(path)))
        )
        return known

    def _flush(self) -> None:
        """Write the batch; one that the database refuses, piece by piece."""
        batch, self.batch = self.batch, []
        if not batch:
            return
        try:
            written = write(self.folder, batch, self.now)
        except (DataError, IntegrityError, ValueError, OverflowError) as error:
            if len(batch) == 1:
                cause = f"It cannot be catalogued: {str(error).strip()}"
                self.problems.append(Finding(batch[0].entry, fit_text(cause)))
                return
            for found in batch:
                self.batch = [found]
                self._flush()
            return
        forget_pyramids(written.pyramids, self.settings.home)
        self._count(batch)
        self.report.warnings += [
            Finding(found.entry, warning)
            for found in batch
            for warning in found.inspected.warnings
        ]
        self.report.warnings += [Finding(*warning) for warning in written.warnings]

    def _count(self, batch: Sequence[Found]) -> None:
        for found in batch:
            if found.known is None:
                self.report.added += 1
                self.report.images += len(found.inspected.images)
                continue
            self.written.add(found.known.pk)
            if found.known.entry != found.entry:
                self.report.moved += 1
            elif found.known.vanished:
                self.report.returned += 1
            else:
                self.report.updated += 1

    def _bring_back(self) -> None:
        """Return what had vanished and is found as it was."""
        self.report.unchanged += len(self.kept)
        back = [
            known.pk
            for entry, known in self.known.items()
            if entry in self.members and known.vanished and known.pk not in self.written
        ]
        for chunk in _chunks(back):
            # Images that an earlier change of the file had taken out stay away.
            for model in (Image, Plate):
                rows = model.objects.filter(
                    fileset__in=chunk, vanished=F("fileset__vanished")
                )
                model.objects.filter(
                    pk__in=list(rows.values_list("pk", flat=True))
                ).update(vanished=None)
            Fileset.objects.filter(pk__in=chunk).update(vanished=None)
        self.report.unchanged -= len(back)
        self.report.returned += len(back)

    def _let_vanish(self) -> None:
        """Mark what was not found, cannot be read or is part of a set now."""
        gone = [
            known.pk
            for known in self.known.values()
            if known.vanished is None
            and known.entry not in self.kept
            and known.pk not in self.written
        ]
        gone += Fileset.objects.filter(
            entry__in=self.superseded, vanished=None
        ).values_list("pk", flat=True)
        for chunk in _chunks(sorted(set(gone))):
            Image.objects.filter(fileset__in=chunk, vanished=None).update(
                vanished=self.now
            )
            Plate.objects.filter(fileset__in=chunk, vanished=None).update(
                vanished=self.now
            )
            Fileset.objects.filter(pk__in=chunk).update(vanished=self.now)
        self.report.vanished += len(set(gone))

    def _note_problems(self) -> None:
        """Replace the folder's problems by those of this scan."""
        self.report.problems += self.problems
        self.folder.problems.all().delete()
        causes = {problem.path: problem.cause for problem in self.problems}
        ScanProblem.objects.bulk_create(
            ScanProblem(folder=self.folder, path=path, cause=cause, seen=self.now)
            for path, cause in causes.items()
        )
        Folder.objects.filter(pk=self.folder.pk).update(scanned=self.now)


def _is_fileset(folder: Path) -> bool:
    try:
        return find_reader(folder) is not None
    except FileError:
        # It cannot be listed either, and that is reported.
        return False


def _chunks(ids: Sequence[int]) -> Iterator[list[int]]:
    """Cut a list of ids: databases take so many in one question."""
    rest = iter(ids)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
