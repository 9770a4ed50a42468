"""Tables on a plate of Alice's, and files to import."""

import numpy as np
import pytest


def tell(phase, share):
    assert share is None or 0 <= share <= 1, phase


@pytest.fixture
def plate(cast):
    from graticule.catalog.models import Plate

    return Plate.objects.create(name="plate", owner=cast.alice, group=cast.group)


@pytest.fixture
def import_file(cast, plate):
    """Import a file onto the plate; give the table as it is stored."""
    from graticule.services.tables.attached import find_table
    from graticule.services.tables.importing import import_table

    def run(path, **options):
        annotation = import_table(cast.alice, path, plate, tell=tell, **options)
        return find_table(cast.alice, annotation.file_id)

    return run


@pytest.fixture
def values():
    """Read a whole table: a list of columns."""
    from graticule.services.tables.query import cut

    def read(table):
        rows = np.arange(table.row_count)
        return cut(table, rows, range(len(table.columns)))

    return read
