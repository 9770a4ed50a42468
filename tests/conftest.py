"""Fixtures that every room shares.

The real files and vectors beside the project; one database per test process,
every test in a transaction that is rolled back; the cast of three: Alice owns,
Bob shares, Charlie must see nothing.
"""

import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import settings as hypothesis_settings

BESIDE = Path(__file__).parent.parent.parent / "shared"

# Before anything reads the settings: state of its own for each test process.
_HOME = Path(tempfile.mkdtemp(prefix="graticule-tests-"))
for name in [name for name in os.environ if name.startswith("GRATICULE_")]:
    if name not in {"GRATICULE_GOLDEN_DIR", "GRATICULE_TEST_DATABASE_URL"}:
        del os.environ[name]
os.environ["GRATICULE_HOME"] = str(_HOME)
os.environ["DJANGO_SETTINGS_MODULE"] = "graticule.config.django"
if url := os.environ.get("GRATICULE_TEST_DATABASE_URL"):
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    os.environ["GRATICULE_DATABASE_URL"] = f"{url}_{worker}"

# The same made-up cases every time, so that nothing fails by chance; others are tried
# with HYPOTHESIS_PROFILE=chance.
hypothesis_settings.register_profile("same", derandomize=True)
hypothesis_settings.register_profile("chance")
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


def pytest_collection_modifyitems(items):
    """Begin with what takes minutes: the rest fills the time beside it.

    What looks at other processes from outside is tried up to three times: a busy
    machine can make a browser or a worker late without anything being wrong. The
    summary names each that needed it.
    """
    items.sort(key=lambda item: item.get_closest_marker("postgres") is None)
    for item in items:
        if _looks_from_outside(item):
            item.add_marker(pytest.mark.flaky(reruns=2))


def _looks_from_outside(item) -> bool:
    if item.get_closest_marker("postgres"):
        return False  # many tests, each of which is tried again by itself
    marked = any(item.get_closest_marker(name) for name in ("browser", "slow"))
    folders = {"jobs", "uws"} & set(item.path.parts[-3:-1])
    return marked or bool(folders) or item.path.stem.endswith("served")


def pytest_unconfigure():
    from tests.chromium import stop_chromium

    stop_chromium()
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real image files beside the project."""
    folder = BESIDE / "data"
    if not folder.is_dir():
        pytest.skip("no ../shared/data beside the project")
    return folder


@pytest.fixture(scope="session")
def golden_dir() -> Path:
    """The folder of vectors of the original renderer."""
    folder = Path(os.environ.get("GRATICULE_GOLDEN_DIR", BESIDE / "golden"))
    if not folder.is_dir():
        pytest.skip("no golden vectors (set GRATICULE_GOLDEN_DIR)")
    return folder


@pytest.fixture(scope="session")
def database():
    """Tables in a database of this test process, with the first people."""
    import django

    django.setup()
    from django.conf import settings

    from graticule.services.home import prepare_home

    # Slow on purpose in earnest; here hundreds of people are made.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

    return prepare_home()


@pytest.fixture
def catalog(database):
    """The catalogue; what a test writes is gone afterwards."""
    from django.db import transaction

    from graticule.services.remembered import forget_all

    forget_all()
    with transaction.atomic():
        yield database
        transaction.set_rollback(True)
    forget_all()


@pytest.fixture
def configured(database, monkeypatch):
    """Change settings for one test."""
    from django.conf import settings

    from graticule.services.engine import engine

    # Made once per process: never from the settings of one test.
    engine()

    def change(**values):
        loaded = settings.GRATICULE
        monkeypatch.setattr(
            settings, "GRATICULE", replace(loaded, values={**loaded.values, **values})
        )

    return change


@dataclass(frozen=True)
class Cast:
    """Who plays in tests of permissions, in a group of a given level."""

    group: object
    alice: object
    bob: object
    charlie: object
    group_owner: object
    administrator: object
    public: object

    def __iter__(self):
        yield from (
            self.alice,
            self.bob,
            self.charlie,
            self.group_owner,
            self.administrator,
        )


@pytest.fixture
def make_cast(catalog):
    """Make the cast around a group of some permission level."""
    from graticule.catalog.models import Group, Membership, Person

    def make(permissions: str) -> Cast:
        group = Group.objects.create(name=f"lab {permissions}", permissions=permissions)
        elsewhere = Group.objects.create(
            name=f"elsewhere {permissions}", permissions=permissions
        )
        people = SimpleNamespace()
        for name in ("alice", "bob", "charlie", "group_owner"):
            person = Person.objects.create_user(
                f"{name}-{permissions}", password=f"{name}'s secret words"
            )
            setattr(people, name, person)
            Membership.objects.create(
                person=person,
                group=elsewhere if name == "charlie" else group,
                is_owner=name == "group_owner",
            )
        return Cast(
            group=group,
            alice=people.alice,
            bob=people.bob,
            charlie=people.charlie,
            group_owner=people.group_owner,
            # Their own rows: a test may change them.
            administrator=Person.objects.get(pk=catalog.administrator.pk),
            public=Person.objects.get(username="public"),
        )

    return make


@pytest.fixture
def cast(make_cast) -> Cast:
    """The cast in a read-only group."""
    return make_cast("rwr---")


@pytest.fixture(scope="session")
def served(shared_data, tmp_path_factory):
    """A server over the shared files (see :mod:`tests.served`)."""
    from tests.served import scanned_home, serving

    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    with serving(scanned_home(base, shared_data)) as server:
        yield server
