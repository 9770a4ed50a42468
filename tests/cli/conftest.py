"""Commands, run in this process; one test runs the real program."""

import pytest
from click.testing import CliRunner


@pytest.fixture
def run(monkeypatch):
    """Run a command in this process; give its result."""

    def command(*arguments, text=None, **variables):
        from graticule.cli.main import main

        result = CliRunner().invoke(main, arguments, input=text, env=variables)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert "Traceback" not in result.output
        return result

    return command
