"""Pages that are made from the program itself whenever the docs are built.

Commands come from the command line's own help, settings from the one table of
settings, errors from the tree of exceptions, coverage from the tests: they cannot
fall behind.
"""

import inspect
from collections.abc import Iterator

import adql_page
import click
import coverage_page
import published_page
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from graticule import errors
from graticule.cli.main import main
from graticule.config.settings import SETTINGS

MADE = "This page is made from the program itself.\n"


def commands(
    command: click.Command, name: str, parent: click.Context | None = None
) -> Iterator[tuple[str, str]]:
    """Yield each command with its help, those with sub-commands first."""
    context = click.Context(
        command,
        info_name=name,
        parent=parent,
        max_content_width=88,
        **command.context_settings,
    )
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            if found is not None:
                yield from commands(found, child, context)


def commands_page() -> str:
    """Write the reference of commands."""
    parts = ["# Commands\n", MADE]
    for path, text in commands(main, "graticule"):
        level = "##" if path.count(" ") < 2 else "###"
        parts += [f"{level} {path}\n", f"```text\n{text}\n```\n"]
    return "\n".join(parts)


def settings_page() -> str:
    """Write the reference of settings."""
    parts = [
        "# Settings\n",
        MADE,
        (
            "A value comes from the first of these that has it: a flag of the command "
            "line, the environment variable, `graticule.toml` in the home folder, the "
            "default. Put `_FILE` behind the name of a variable to name a file that "
            "holds the value. `graticule settings` shows what is in force and why. A "
            "setting that is unknown or malformed refuses to start.\n"
        ),
    ]
    for group in dict.fromkeys(setting.group for setting in SETTINGS):
        parts.append(f"## {group}\n")
        for setting in SETTINGS:
            if setting.group != group:
                continue
            default = f"`{setting.default}`" if setting.default else "empty"
            # The default home depends on who builds the page.
            if setting.name == "home":
                default = "your user data folder"
            parts.append(
                f"### {setting.name} {{ #{setting.name} }}\n\n{setting.help}\n\n"
                f"Variable `{setting.variable}`, default {default}.\n"
            )
    return "\n".join(parts)


def errors_page() -> str:
    """Write the reference of exceptions."""
    tree = (errors.__doc__ or "").split("::\n", 1)[1].split("\n\nMessages", 1)[0]
    parts = [
        "# Errors\n",
        MADE,
        (
            "Everything that goes wrong on purpose is one of these. Clients are told "
            "the sentence, never a traceback.\n"
        ),
        f"```text\n{inspect.cleandoc(tree)}\n```\n",
        "| Error | Meaning |\n|---|---|",
    ]
    for name, kind in vars(errors).items():
        if inspect.isclass(kind) and issubclass(kind, errors.GraticuleError):
            summary = (inspect.getdoc(kind) or "").split("\n\n")[0]
            parts.append(f"| `{name}` | {' '.join(summary.split())} |")
    return "\n".join(parts)


PAGES = {
    "reference/commands.md": commands_page,
    "reference/settings.md": settings_page,
    "reference/errors.md": errors_page,
    "reference/adql.md": adql_page.page,
    "reference/published.md": published_page.published_page,
    "reference/coverage.md": coverage_page.page,
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the made pages to those that were written."""
    for path, page in PAGES.items():
        files.append(File.generated(config, path, content=page()))
    return files
