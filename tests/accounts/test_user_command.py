import io

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from gis_server.accounts.models import find_token


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("user", *words, stdout=out, stderr=io.StringIO())
    return out.getvalue().strip()


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch, db):
    monkeypatch.setattr("sys.stdin", io.StringIO())


def test_a_made_password_is_printed_once_and_works():
    password = run("add", "hana", "--role", "staff")
    assert len(password) >= 16
    assert authenticate(username="hana", password=password) is not None


def test_two_users_never_get_the_same_password():
    assert run("add", "a", "--role", "staff") != run("add", "b", "--role", "staff")


def test_a_token_is_printed_once_and_works():
    run("add", "hana", "--role", "disaster-staff")
    token = find_token(run("token", "hana"))
    assert token is not None
    assert token.user.username == "hana"


def test_the_list_shows_roles_and_never_secrets():
    password = run("add", "hana", "--role", "disaster-staff")
    token = run("token", "hana")
    shown = run("list")
    assert "hana  disaster-staff  1 token(s)" in shown
    assert password not in shown
    assert token not in shown


@pytest.mark.parametrize("name", ["", "a b", "a/b", "長い" * 100, "-"])
def test_names_that_will_not_do_are_refused(name):
    if name == "-":
        run("add", name, "--role", "staff")  # allowed by Django's own rule, if unusual
        return
    with pytest.raises(CommandError):
        run("add", name, "--role", "staff")


def test_a_second_user_of_the_name_is_refused():
    run("add", "hana", "--role", "staff")
    with pytest.raises(CommandError, match="already"):
        run("add", "hana", "--role", "admin")


def test_a_token_for_nobody_is_refused():
    with pytest.raises(CommandError, match="no user"):
        run("token", "nobody")
