"""``graticule user``."""

import pytest

words = str.split
WORDS = "correct horse battery\n"


@pytest.fixture
def person(catalog):
    from graticule.catalog.models import Person

    return lambda name="ada": Person.objects.get(username=name)


@pytest.fixture
def ada(run, catalog, person):
    assert run("user", "add", "ada", text=WORDS * 2).exit_code == 0
    return person()


def refused(result, said):
    assert result.exit_code == 1
    assert said in result.output
    assert "Error: " in result.output


class TestAdd:
    def test_it_works(self, run, person):
        result = run(
            *("user", "add", "ada", "--first-name", "Ada", "--last-name", "Okafor"),
            *("--email", "ada@example.org", "--group", "lab", "--owner"),
            *("--permissions", "read-annotate"),
            text=WORDS * 2,
        )
        assert result.output.endswith("Added ada.\n")
        assert "correct" not in result.output
        ada = person()
        assert ada.full_name == "Ada Okafor"
        assert ada.check_password(WORDS.strip())
        assert not ada.is_superuser
        membership = ada.memberships.get()
        assert membership.is_owner
        assert membership.group == ada.default_group
        assert membership.group.permissions == "rwra--"

    def test_without_password_nobody_gets_in_by_one(self, run, person):
        result = run("user", "add", "ada", "--no-password", "--administrator")
        assert result.exit_code == 0
        assert not person().has_usable_password()
        assert person().is_administrator

    def test_join_a_group_as_it_is(self, run, person):
        run(*words("user add ada --no-password --group lab --permissions read-only"))
        result = run(*words("user add bob --no-password --group lab"))
        assert result.exit_code == 0
        group = person("bob").default_group
        assert group == person().default_group
        assert group.permissions == "rwr---"
        result = run(
            *words("user add eve --no-password --group lab --permissions private")
        )
        refused(result, "The group lab is read-only already")
        assert "eve" not in run("user", "list").output  # nothing half done

    def test_twice(self, run, ada):
        refused(run("user", "add", "ada", text=WORDS * 2), "a person ada already")

    @pytest.mark.parametrize("word", ["short", "password", "12345678"])
    def test_weak_passwords(self, run, catalog, word):
        result = run("user", "add", "ada", text=f"{word}\n" * 2)
        refused(result, "This password is too")

    @pytest.mark.parametrize(
        "arguments",
        [
            ["a b"],
            ["x" * 151],
            [""],
            ["ada", "--email", "nobody"],
            ["ada", "--first-name", "x" * 151],
            ["ada", "--group", "x" * 256],
        ],
    )
    def test_what_columns_do_not_hold(self, run, catalog, arguments):
        from graticule.catalog.models import Person

        before = Person.objects.count()
        refused(run("user", "add", "--no-password", *arguments), "")
        assert Person.objects.count() == before

    @pytest.mark.parametrize("flag", ["--owner", "--permissions=private"])
    def test_of_no_group(self, run, catalog, flag):
        refused(run("user", "add", "ada", "--no-password", flag), "--group")


class TestList:
    def test_it_works(self, run, person):
        run(*words("user add ada --no-password --group lab --owner"))
        run(*words("user add bob --no-password --group lab --administrator"))
        inactive = person("bob")
        inactive.is_active = False
        inactive.save()
        lines = run("user", "list").output.splitlines()
        assert [line.split()[0] for line in lines] == ["ada", "admin", "bob", "public"]
        assert lines[0].endswith("lab*")
        assert "administrator" in lines[1]
        assert lines[2].endswith("lab administrator (inactive)")


class TestPasswd:
    def test_it_works(self, run, ada, person):
        result = run("user", "passwd", "ada", text="another long one\n" * 2)
        assert result.output.endswith("The password of ada is set.\n")
        assert person().check_password("another long one")

    def test_different_ones_are_asked_again(self, run, ada, person):
        words = "another long one\nanother wrong one\n" + "third long one\n" * 2
        assert run("user", "passwd", "ada", text=words).exit_code == 0
        assert person().check_password("third long one")

    def test_like_the_name(self, run, catalog):
        run("user", "add", "--no-password", "margarethe")
        refused(run("user", "passwd", "margarethe", text="x\nx\n"), "too short")

    def test_nobody(self, run, catalog):
        result = run("user", "passwd", "nobody", text=WORDS * 2)
        refused(result, "There is no person nobody")


class TestToken:
    def test_it_works(self, run, ada):
        from graticule.catalog.tokens import find_token

        result = run("user", "token", "ada", "--for", "notebook", "--days", "30")
        token = find_token(result.output.strip())
        assert token.person == ada
        assert token.name == "notebook"
        assert token.scopes == ["read"]
        assert 29 <= (token.expires - token.created).days <= 30
        assert result.output.strip() not in str(vars(token))

    def test_scopes(self, run, ada):
        from graticule.catalog.tokens import find_token

        result = run("user", "token", "ada", "--scope", "read", "--scope", "write")
        token = find_token(result.output.strip())
        assert token.scopes == ["read", "write"]
        assert token.expires is None

    def test_refusals(self, run, ada):
        assert run("user", "token", "ada", "--scope", "all").exit_code == 2
        assert run("user", "token", "ada", "--days", "0").exit_code == 2
        refused(run("user", "token", "nobody"), "There is no person nobody")


class TestLink:
    def test_it_works(self, run, ada):
        from django.test import Client

        path = run("user", "link", "ada").output.strip()
        client = Client(SERVER_NAME="localhost")
        assert client.post(path).status_code == 302
        assert b">ada<" in client.get("/webclient/login/").content

    def test_nobody(self, run, catalog):
        refused(run("user", "link", "nobody"), "There is no person nobody")
