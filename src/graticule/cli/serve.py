"""``graticule serve``: scan folders and serve them."""

from __future__ import annotations

import logging
import os
import socket
import webbrowser
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import click

from graticule.cli.embedded import EmbeddedWorker
from graticule.cli.main import set_flag, set_up
from graticule.errors import SettingError

if TYPE_CHECKING:
    from graticule.services.home import Home

_FIRST_LOOK_SECONDS = 2.0
_STOP_SECONDS = 10
_OWN_ADDRESSES = {"127.0.0.1", "::1", "localhost"}


@click.command("serve")
@click.argument(
    "folders",
    nargs=-1,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@click.option("--port", "-p", type=int, help="Port to listen on; 0 takes a free one.")
@click.option("--host", help="Address to listen on. [default: 127.0.0.1]")
@click.option(
    "--public",
    is_flag=True,
    help="Let other machines see the images without logging in.",
)
@click.option("--workers", type=int, help="Server processes. [default: one per core]")
@click.option("--demo", is_flag=True, help="Make demo images and serve them too.")
@click.option("--open", "browser", is_flag=True, help="Open the browser.")
@click.option(
    "--no-scan", is_flag=True, help="Serve what the catalogue knows, without scanning."
)
def command(
    *,
    folders: tuple[Path, ...],
    port: int | None,
    host: str | None,
    public: bool,
    workers: int | None,
    demo: bool,
    browser: bool,
    no_scan: bool,
) -> None:
    """Scan FOLDERS and serve the images in them.

    Files stay where they are and are never changed. Folders given at an earlier
    start are still served. The scan goes on in the background: what has been
    found can be looked at already. Jobs are executed, too, by a worker that comes
    and goes with the server.
    """
    set_flag("port", port)
    set_flag("host", host)
    set_flag("workers", workers)
    set_flag("public", "true" if public else None)
    set_flag("echo_service", "true" if demo else None)
    set_up()
    from django.conf import settings  # noqa: PLC0415

    from graticule.services.home import prepare_home  # noqa: PLC0415

    values = settings.GRATICULE
    check_address(values)
    listen_port = _listen_port(values["host"], values["port"])
    home = prepare_home()
    wanted = [folder.resolve() for folder in folders]
    if demo:
        from graticule.cli.demo import make_with_progress  # noqa: PLC0415

        wanted.append(make_with_progress(values["home"] / "images"))
    if not no_scan:
        _scan(wanted, home)
    _greet(values, listen_port, home)
    if browser:
        webbrowser.open(f"http://{_shown(values['host'])}:{listen_port}/")
    if not values["embedded_worker"]:
        _serve(values, listen_port)
        return
    worker = EmbeddedWorker(values["host"], listen_port)
    worker.start()
    try:
        _serve(values, listen_port)
    finally:
        worker.close()


def check_address(values: Any) -> None:
    """Refuse to show everything to other machines unasked.

    Raises
    ------
    graticule.errors.SettingError
        If the address is not this machine's own, and neither ``public`` nor
        logins were asked for.
    """
    guarded = values["public"] or not values["anonymous_access"]
    if values["host"] not in _OWN_ADDRESSES and not guarded:
        raise SettingError(
            f"Listening on {values['host']} would show the images to everybody who "
            "can reach this machine. If you want that, add --public; if people are "
            "to log in, set GRATICULE_ANONYMOUS_ACCESS=false."
        )


def _scan(folders: list[Path], home: Home) -> None:
    """Start scanning; give folders that are new a moment's head start.

    So a small folder is there before its address is printed, and a start with
    nothing new waits for nothing.
    """
    from graticule.catalog.models import Folder  # noqa: PLC0415
    from graticule.cli.scan import scan_with_progress  # noqa: PLC0415

    known = Folder.objects.filter(path__in=map(str, folders), scanned__isnull=False)
    is_new = known.count() < len(set(folders))
    thread = Thread(
        target=scan_with_progress, args=(folders, home), name="scan", daemon=True
    )
    thread.start()
    if is_new:
        thread.join(_FIRST_LOOK_SECONDS)


def _listen_port(host: str, port: int) -> int:
    """Find the port to listen on: a free one for 0.

    Workers share a port, so the system would let a second server share it too,
    and each would get half of the requests.

    Raises
    ------
    graticule.errors.SettingError
        If somebody listens there already, or the address is not this machine's.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingError(
                f"Cannot listen on {host} port {port}: {error.strerror}. "
                "--port 0 takes a free one."
            ) from error
        found: int = probe.getsockname()[1]
        return found


def _shown(host: str) -> str:
    if host in {"0.0.0.0", "::"}:  # noqa: S104 -- compared, not bound
        return socket.gethostname()
    return f"[{host}]" if ":" in host else host


def _greet(values: Any, port: int, home: Home) -> None:
    prefix = values["url_prefix"].strip("/")
    base = f"http://{_shown(values['host'])}:{port}/" + (f"{prefix}/" if prefix else "")
    click.echo()
    click.secho("  Graticule is serving at ", nl=False)
    click.secho(base, bold=True, fg="cyan")
    if home.login_secret:
        click.echo("  Log in as administrator, once, with this link:")
        click.echo(f"  {base}login/{home.login_secret}/")
    click.echo("  Stop with Ctrl-C.\n")


def _is_no_advice(record: logging.LogRecord) -> bool:
    return "which seems quite high" not in record.getMessage()


def _serve(values: Any, port: int) -> None:
    import multiprocessing  # noqa: PLC0415

    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415
    from granian.server import Server  # noqa: PLC0415

    # Workers start afresh: a fork would copy locks that the scan's thread holds.
    multiprocessing.set_start_method("spawn", force=True)
    # Planes and pictures come and go by the megabyte: without this each one is
    # given back to the system and fetched anew, page by page (a third of the
    # time of an RGB tile). Read by the C library when a worker starts.
    os.environ.setdefault("MALLOC_MMAP_THRESHOLD_", str(64 << 20))
    os.environ.setdefault("MALLOC_TRIM_THRESHOLD_", str(256 << 20))
    workers = values["workers"] or min(8, os.cpu_count() or 1)
    # Many threads are meant: most of them wait for clients that read slowly.
    logging.getLogger("_granian").addFilter(_is_no_advice)
    waiting = values["downloads"] + values["uploads"] + values["max_waiting"]
    threads = values["threads"] + waiting
    server = Server(
        "graticule.web.wsgi:application",
        address=values["host"],
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        # A download keeps a thread for as long as its client takes, a wait for a
        # job until it moves. Threads are made when they are needed.
        blocking_threads=threads,
        # Without a number of its own the server takes fewer connections than that.
        backpressure=2 * threads,
        log_level=LogLevels.warning,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=_STOP_SECONDS,
    )
    server.serve()
