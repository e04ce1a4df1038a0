import pytest
from django.test import Client

from gis_server.accounts.views import own_path
from tests.accounts.conftest import PASSWORD


def enter(client: Client, name: str = "hana", password: str = PASSWORD, **more: str):
    return client.post("/sign-in/", {"username": name, "password": password} | more)


def test_staff_sign_in_and_out(person, client):
    person("disaster-staff")
    assert enter(client).headers["Location"] == "/disaster/"
    assert "sessionid" in client.cookies
    assert client.post("/sign-out/").headers["Location"] == "/"
    assert client.get("/healthz").wsgi_request.audience == 0


def test_signing_in_leads_back_to_where_one_came_from(person, client):
    person("staff")
    assert enter(client, next="/navi/?hazard=flood").headers["Location"] == "/navi/?hazard=flood"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "disaster",
        "\x00/x",
        "/a\nb",
    ],
)
def test_signing_in_never_leads_to_another_site(target):
    assert own_path(target, "/disaster/") == "/disaster/"


def test_a_wrong_password_says_so_and_keeps_the_name(person, client):
    person("staff")
    answer = enter(client, password="wrong")
    assert answer.status_code == 401
    assert "利用者名かパスワードが違います" in answer.content.decode()
    assert 'value="hana"' in answer.content.decode()


@pytest.mark.parametrize("name", ["", "nobody", "a\x00b", "長" * 5000, "<script>"])
def test_strange_names_are_only_wrong(db, client, name):
    answer = enter(client, name=name, password="wrong")
    assert answer.status_code == 401
    assert b"<script>" not in answer.content


def test_guessing_is_stopped_even_for_the_right_password(person, client):
    person("staff")
    for _ in range(5):
        enter(client, password="guess")
    answer = enter(client)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_guessing_elsewhere_does_not_lock_out_a_colleague(person, client):
    person("staff")
    for _ in range(6):
        client.post("/sign-in/", {"username": "hana", "password": "guess"}, REMOTE_ADDR="192.0.2.7")
    assert enter(client).status_code == 302


def test_the_administration_has_no_door_of_its_own(db, client):
    assert client.get("/admin/login/?next=/admin/").headers["Location"] == "/sign-in/?next=%2Fadmin%2F"


def test_the_form_speaks_english_too(db, client):
    assert "Staff sign-in" in client.get("/sign-in/?lang=en").content.decode()
