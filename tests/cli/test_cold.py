"""Commands in a process of their own, where nothing is awake yet."""

import subprocess

import pytest
from tests.served import GRATICULE, environment


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    home = tmp_path_factory.mktemp("cold")

    def run(*words):
        done = subprocess.run(
            [*GRATICULE, *words],
            env=environment(home),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("user", "add", "ada", "--no-password", "--group", "lab")
    return run


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("user", "list"), "ada"),
        (("user", "token", "ada"), "grt_"),
        (("user", "link", "ada"), "/login/"),
        (("settings", "--changed"), "home"),
        (("get", "/webgateway/"), "Welcome to webgateway"),
        (("get", "--as", "ada", "/webgateway/proj/list/"), "[]"),
    ],
    ids=" ".join,
)
def test_it_works(run, words, said):
    assert said in run(*words)
