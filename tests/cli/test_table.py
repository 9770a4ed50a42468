"""``graticule table``: in, out, gone; mistakes in one line."""

import pytest


@pytest.fixture
def plate(catalog):
    from graticule.catalog.models import Plate

    belongs = {"owner": catalog.administrator, "group": catalog.public_group}
    return Plate.objects.create(name="plate", **belongs)


def test_import_list_export_delete(run, plate, tmp_path):
    from graticule.catalog.models import OriginalFile

    source = tmp_path / "cells.csv"
    source.write_text("Well,Area\n1,2.5\n2,3.5\n")
    on = f"Plate:{plate.pk}"
    said = run("table", "import", str(source), "--on", on, "--name", "mine").output
    number = str(OriginalFile.objects.get(name="mine").pk)
    assert f"Table {number} on {on}: 2 rows, 2 columns." in said
    listed = run("table", "list").output
    assert number in listed
    assert f"mine  {on}" in listed
    target = tmp_path / "out.csv"
    assert run("table", "export", number, str(target)).exit_code == 0
    assert target.read_text() == source.read_text()
    assert run("table", "delete", number, "--yes").exit_code == 0
    assert not OriginalFile.objects.filter(pk=number).exists()


def test_mistakes_are_one_line(run, plate, tmp_path):
    source = tmp_path / "cells.csv"
    source.write_text("a,b\n1\n")
    on = f"Plate:{plate.pk}"
    for arguments, said in (
        (("import", str(source), "--on", on), "cells.csv: line 2: "),
        (("import", str(source), "--on", "Plate:0"), "There is no Plate:0"),
        (("import", str(source), "--on", "Plato:5"), "names nothing"),
        (("import", str(source), "--on", on, "--as", "x"), "There is no x"),
        (("import", str(source), "--on", on, "--group", "x"), "no group x"),
        (("import", "no.csv", "--on", on), "no such file"),
        (("export", "987654", "x.csv"), "Table 987654 not found"),
        (("delete", "987654", "--yes"), "no table 987654"),
    ):
        result = run("table", *arguments)
        assert result.exit_code == 1
        assert said in result.output
