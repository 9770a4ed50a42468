"""What tests of the scan share: one call that scans into the test's catalogue."""

import pytest


class Inline:
    """Stands in for Workers where their start would take most of a test's time."""

    depth = 1

    def __init__(self, work, count, seconds_per_task, told=lambda _task, _news: None):
        self.work = work
        self.told = told

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        return None

    def run(self, next_task, arrived):
        while (task := next_task()) is not None:
            result = self.work(task, lambda news, task=task: self.told(task, news))
            arrived(task, result)
            yield task, result


@pytest.fixture
def run_scan(catalog, tmp_path_factory, monkeypatch):
    """Scan folders as the administrator, for the public group.

    Files are opened in this process unless ``processes`` is true.
    """
    from graticule.services.scan import ScanSettings, scan
    from graticule.services.scanning import folder, pyramids

    home = tmp_path_factory.mktemp("scan-home")

    def run(*folders, progress=None, inspector=None, processes=False, **settings):
        with monkeypatch.context() as patch:
            if not processes:
                patch.setattr(folder, "Workers", Inline)
                patch.setattr(pyramids, "Workers", Inline)
            return scan(
                folders,
                owner=catalog.administrator,
                group=catalog.public_group,
                settings=ScanSettings(home=home, **settings),
                progress=progress,
                inspector=inspector,
            )

    run.home = home
    return run
