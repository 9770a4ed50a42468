"""Find the value of every setting, and say where it came from.

Flags, environment, file and defaults meet here. Knows nothing of Django.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from graticule.config.setting import Setting
from graticule.config.settings import BY_NAME, SETTINGS
from graticule.errors import SettingError

PREFIX = "GRATICULE_"
# Read by the test suite, not by the program.
FOREIGN = frozenset({"GRATICULE_GOLDEN_DIR", "GRATICULE_TEST_DATABASE_URL"})
FILE_NAME = "graticule.toml"


@dataclass(frozen=True, slots=True)
class Loaded:
    """All settings with their origins.

    Attributes
    ----------
    values
        Parsed values by name.
    origins
        Where each came from: ``"default"``, a variable's name, a file, a flag.
    """

    values: Mapping[str, Any]
    origins: Mapping[str, str]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


def load(environ: Mapping[str, str] | None = None) -> Loaded:
    """Read all settings.

    Parameters
    ----------
    environ
        The environment; the process's own if left out. The command line puts its
        flags there too, so that worker processes inherit them.

    Raises
    ------
    graticule.errors.SettingError
        For an unknown name, a malformed value or an unreadable file.
    """
    environ = os.environ if environ is None else environ
    given = _from_environment(environ)
    home_text, home_origin = given.get("home", (BY_NAME["home"].default, "default"))
    home = _parse(BY_NAME["home"], home_text, home_origin)
    written = _from_file(home / FILE_NAME)
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for setting in SETTINGS:
        text, origin = given.get(
            setting.name, written.get(setting.name, (setting.default, "default"))
        )
        values[setting.name] = _parse(setting, text, origin)
        origins[setting.name] = origin
    return Loaded(values, origins)


def _from_environment(environ: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX) or variable in FOREIGN:
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name in BY_NAME:
            found[name] = (text, variable)
        elif name.endswith("_file") and name.removesuffix("_file") in BY_NAME:
            found[name.removesuffix("_file")] = (_held(Path(text), variable), variable)
        else:
            raise SettingError(_unknown(name, f"the variable {variable}"))
    return found


def _held(path: Path, variable: str) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingError(f"{variable}: cannot read {path}: {error}.") from error


def _from_file(path: Path) -> dict[str, tuple[str, str]]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SettingError(f"Cannot read {path}: {error}.") from error
    found: dict[str, tuple[str, str]] = {}
    for name, value in table.items():
        if name not in BY_NAME:
            raise SettingError(_unknown(name, str(path)))
        if isinstance(value, list):
            value = ",".join(str(part) for part in value)  # noqa: PLW2901
        found[name] = (
            str(value).lower() if isinstance(value, bool) else str(value),
            str(path),
        )
    return found


def _unknown(name: str, origin: str) -> str:
    close = get_close_matches(name, BY_NAME, 1)
    hint = f" Did you mean {close[0]}?" if close else ""
    return (
        f"There is no setting {name} (from {origin}).{hint} "
        "`graticule settings` lists all."
    )


def _parse(setting: Setting, text: str, origin: str) -> Any:
    try:
        return setting.kind(text)
    except ValueError as error:
        shown = "" if setting.secret else f" {text!r}"
        raise SettingError(
            f"The setting {setting.name}{shown} (from {origin}): {error}."
        ) from error
