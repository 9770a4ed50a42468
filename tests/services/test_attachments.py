"""Files that people attach: whole or not there, seen with their annotation."""

from pathlib import Path

import pytest


def attached(person, group, content=b"a,b\n1,2\n"):
    from graticule.services.attachments import attach, file_aside

    with file_aside(".csv") as path:
        path.write_bytes(content)
        return attach(
            person, group, path, name="table.csv", media_type="text/csv", namespace="n"
        )


def test_a_file_is_kept_as_it_was(cast):
    annotation = attached(cast.alice, cast.group)
    file = annotation.file
    assert Path(file.path).read_bytes() == b"a,b\n1,2\n"
    assert (file.name, file.size_bytes, file.media_type) == ("table.csv", 8, "text/csv")
    assert (annotation.kind, annotation.namespace) == ("file", "n")


def test_new_content_replaces_the_old(cast):
    from graticule.services.attachments import file_aside, replace_content

    file = attached(cast.alice, cast.group).file
    with file_aside(".csv") as path:
        path.write_bytes(b"new")
        replace_content(file, path)
    file.refresh_from_db()
    assert Path(file.path).read_bytes() == b"new"
    assert file.size_bytes == 3


def half_written():
    from graticule.services.attachments import file_aside

    with file_aside() as path:
        path.write_bytes(b"half")
        raise ValueError(path)


def test_nothing_is_left_of_a_file_that_was_not_finished(catalog):
    with pytest.raises(ValueError, match="aside") as stopped:
        half_written()
    assert not stopped.value.args[0].exists()


def test_a_deleted_file_is_gone_from_the_catalogue(cast):
    from graticule.catalog.models import OriginalFile
    from graticule.services.attachments import delete_attached

    annotation = attached(cast.alice, cast.group)
    file = annotation.file
    delete_attached(annotation)
    assert not OriginalFile.objects.filter(pk=file.pk).exists()


@pytest.mark.parametrize(
    ("level", "seers"),
    [
        ("rw----", {"alice", "group_owner", "administrator"}),
        ("rwr---", {"alice", "bob", "group_owner", "administrator"}),
    ],
)
def test_it_is_seen_with_its_annotation(make_cast, level, seers):
    from graticule.catalog.access import visible_to
    from graticule.catalog.models import OriginalFile

    cast = make_cast(level)
    file = attached(cast.alice, cast.group).file
    names = ("alice", "bob", "charlie", "group_owner", "administrator", "public")
    found = {
        name
        for name in names
        if visible_to(getattr(cast, name), OriginalFile.objects.filter(pk=file.pk))
    }
    assert found == seers
