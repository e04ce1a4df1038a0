import json

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client

from gis_server.accounts.middleware import AudienceMiddleware
from gis_server.accounts.models import create_token
from gis_server.accounts.roles import ROLES, audience_of
from layers.spec import Audience


def seen(authorization: str) -> tuple[HttpRequest, HttpResponse]:
    request = HttpRequest()
    request.method, request.path = "GET", "/api/"
    request.META["HTTP_AUTHORIZATION"] = authorization
    return request, AudienceMiddleware(lambda _: HttpResponse("in"))(request)


@pytest.mark.parametrize("role", list(ROLES))
def test_each_role_stands_for_its_audience(person, role):
    assert audience_of(person(role)) is ROLES[role]


def test_only_an_admin_enters_the_administration(person):
    assert not person("disaster-staff").is_staff
    admin = person("admin", "kei")
    assert admin.is_staff
    assert admin.is_superuser


def test_nobody_in_particular_is_the_public():
    assert audience_of(AnonymousUser()) is Audience.PUBLIC


def test_a_token_acts_as_its_user(person):
    request, response = seen(f"Bearer {create_token(person('staff'))}")
    assert response.content == b"in"
    assert request.audience is Audience.STAFF


def test_an_answer_to_staff_is_never_stored_by_a_shared_cache(person):
    _, response = seen(f"Bearer {create_token(person('staff'))}")
    assert "private" in response["Cache-Control"]
    assert "Authorization" in response["Vary"]


@pytest.mark.parametrize("token", ["", "mgis_wrong", "mgis_\udcff", "x" * 10_000])
def test_a_wrong_token_is_refused_rather_than_taken_for_the_public(db, token):
    _, response = seen(f"Bearer {token}")
    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert json.loads(response.content)["status"] == 401


def test_a_revoked_token_is_refused(person, capsys):
    user = person("staff")
    token = create_token(user)
    from django.core.management import call_command

    call_command("user", "revoke", user.username)
    assert seen(f"Bearer {token}")[1].status_code == 401


def test_a_token_of_somebody_who_left_is_refused(person):
    user = person("staff")
    token = create_token(user)
    user.is_active = False
    user.save()
    assert seen(f"Bearer {token}")[1].status_code == 401


def test_the_clear_text_of_a_token_is_nowhere_in_the_database(person):
    user = person("staff")
    token = create_token(user)
    stored = user.api_tokens.values().get()
    assert token not in str(stored)


def test_a_session_needs_the_proof_of_origin_that_a_token_does_not_need(person):
    user = person("disaster-staff")
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.post("/sign-out/").status_code == 403
    token = {"Authorization": f"Bearer {create_token(user)}"}
    assert Client(enforce_csrf_checks=True).post("/sign-out/", headers=token).status_code == 302
