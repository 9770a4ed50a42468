"""``graticule check``: what of the installation works."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version

import click

from graticule.cli.main import set_up
from graticule.errors import GraticuleError

Finding = tuple[bool, str, str]

_LIBRARIES = (
    "Django",
    "granian",
    "numpy",
    "numba",
    "tifffile",
    "imagecodecs",
    "tensorstore",
    "astropy",
    "pillow",
)
_OPTIONAL = {"psycopg": "postgres", "scikit-image": "demo"}


@click.command("check")
def command() -> None:
    """See what of the installation works; the exit code is 1 if something fails.

    Looks at libraries, settings, the home folder, the database, the formats
    that can be read, and draws a picture.
    """
    failed = False
    for good, what, said in _findings():
        failed |= not good
        click.secho(
            " ok   " if good else " FAIL ", fg="green" if good else "red", nl=False
        )
        click.echo(f"{what:22} {said}")
    sys.exit(1 if failed else 0)


def _findings() -> Iterator[Finding]:
    yield True, "Python", f"{platform.python_version()} on {platform.platform()}"
    yield from _libraries()
    for what, look in (
        ("settings", _settings),
        ("home folder", _home),
        ("database", _database),
        ("formats", _formats),
        ("lookup tables", _luts),
        ("drawing", _drawing),
        ("clients", _clients),
        ("registry", _registry),
    ):
        yield _tried(what, look)


def _tried(what: str, look: Callable[[], str]) -> Finding:
    try:
        return True, what, look()
    except (GraticuleError, OSError, ImportError) as error:
        return False, what, str(error)


def _libraries() -> Iterator[Finding]:
    for name in _LIBRARIES:
        try:
            yield True, name, version(name)
        except PackageNotFoundError:
            yield False, name, "not installed: reinstall graticule"
    for name, extra in _OPTIONAL.items():
        try:
            yield True, name, version(name)
        except PackageNotFoundError:
            yield True, name, f"not installed (pip install 'graticule[{extra}]')"


def _settings() -> str:
    from graticule.config.load import load  # noqa: PLC0415

    loaded = load()
    changed = [name for name, origin in loaded.origins.items() if origin != "default"]
    return f"{len(changed)} changed: {', '.join(changed)}" if changed else "all default"


def _home() -> str:
    from graticule.config.load import load  # noqa: PLC0415

    home = load()["home"]
    home.mkdir(parents=True, exist_ok=True)
    probe = home / ".check"
    probe.write_bytes(b"ok")
    probe.unlink()
    return f"{home} can be written"


def _database() -> str:
    set_up()
    from django.db import Error, connection  # noqa: PLC0415

    from graticule.catalog.models import Image  # noqa: PLC0415
    from graticule.services.home import prepare_home  # noqa: PLC0415

    try:
        prepare_home()
        return f"{connection.vendor}, {Image.objects.count()} images"
    except Error as error:
        raise GraticuleError(f"cannot be used: {error}") from error


def _formats() -> str:
    from graticule.pixels.registry import readers, unavailable  # noqa: PLC0415

    said = ", ".join(reader.name for reader in readers())
    missing = ", ".join(f"{name} ({why})" for name, why in unavailable().items())
    return f"{said}; not available: {missing}" if missing else said


def _luts() -> str:
    from graticule.services.engine import engine  # noqa: PLC0415

    return f"{len(engine().luts)} known"


def _clients() -> str:
    from graticule.config.load import load  # noqa: PLC0415
    from graticule.services.clients import installed_clients  # noqa: PLC0415

    found = installed_clients(load()["home"]).values()
    return ", ".join(f"{it.name} {it.version}" for it in found) or "none installed"


def _drawing() -> str:
    import numpy as np  # noqa: PLC0415

    from graticule.pixels.model import PixelType  # noqa: PLC0415
    from graticule.render.compose import compose  # noqa: PLC0415
    from graticule.render.encode import encode  # noqa: PLC0415
    from graticule.render.settings import ChannelRendering, Rendering  # noqa: PLC0415

    plane = np.arange(65_536, dtype=np.uint16).reshape(256, 256)
    rendering = Rendering((ChannelRendering(window=(0, 65_535)),))
    picture = compose({0: plane}, rendering, PixelType.UINT16)
    if picture[-1, -1].tolist() != [255, 255, 255]:
        raise GraticuleError("the renderer gives wrong pixels")
    return f"a JPEG of {len(encode(picture, 'jpeg', 0.85)):,} bytes"


def _registry() -> str:
    from graticule.config.load import load  # noqa: PLC0415

    ivoid: str = load()["ivoid"]
    if ".invalid/" in ivoid:
        return "choose an authority of your own (setting ivoid) before you register"
    return f"{ivoid}, described at /registry/record.xml"
